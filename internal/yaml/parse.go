package yaml

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
	"unsafe"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/source"
)

// maxDepth bounds nesting, and so the stack: PyYAML gives up at about the same depth.
const maxDepth = 900

// Rule is the rule that the problems of this package are reported under.
const Rule = "syntax"

// Parse reads a file. It never fails and never panics.
func Parse(f *source.File) *Tree {
	t := &Tree{File: f}
	text, enc := decodable(f.Content)
	if enc != "" {
		at := source.Span{End: min(2, len(f.Content))}
		t.Err = &SyntaxError{ContextAt: -1, Problem: enc}
		t.Problems = []diag.Diagnostic{{Rule: Rule, At: source.Location{File: f, Span: at}, Message: enc}}
		return t
	}
	bad := firstBad(text)
	p := newParser(f, text, true)
	if bad == nil {
		p.stream()
		if p.s.err == nil && p.s.template >= 0 {
			p.s.fail("while constructing a mapping", p.s.template, "found unhashable key", p.s.template)
		}
		if p.s.err == nil {
			p.into(t)
			return t
		}
	} else {
		p.s.err = bad
	}
	t.Err = p.s.err
	q := newParser(f, text, false)
	if bad != nil {
		q.s.problems = append(q.s.problems, badCharacters(text)...)
	}
	q.stream()
	q.into(t)
	t.report(q.s.problems)
	return t
}

// decodable is the content as text; problem is set when it is in an encoding that Ansible does not read.
func decodable(b []byte) (text, problem string) {
	if len(b) == 0 {
		return "", ""
	}
	text = unsafe.String(&b[0], len(b)) // the content of a File never changes
	switch {
	case len(b) >= 2 && (b[0] == 0xFF && b[1] == 0xFE || b[0] == 0xFE && b[1] == 0xFF),
		len(b) >= 4 && len(b)%2 == 0 && (b[0] == 0 && b[1] != 0 && b[2] == 0 || b[1] == 0 && b[0] != 0 && b[3] == 0):
		return "", "the file is encoded as UTF-16; Ansible reads UTF-8 only"
	}
	return text, ""
}

// badByte marks the bytes that need a look: control characters and all that is not ASCII.
var badByte = func() (t [256]bool) {
	for i := range t {
		t[i] = i < 0x20 && i != '\t' && i != '\n' && i != '\r' || i >= 0x7F
	}
	return
}()

// badRune is what YAML does not allow at p: its length and libyaml's words, or 0.
func badRune(text string, p int) (n int, words string) {
	c := text[p]
	if c < 0x80 {
		if badByte[c] {
			return 1, "control characters are not allowed"
		}
		return 0, ""
	}
	r, n := utf8.DecodeRuneInString(text[p:])
	switch {
	case r == utf8.RuneError && n <= 1:
		return 1, "the file is not valid UTF-8"
	case r < 0xA0 && r != 0x85, r == 0xFFFE, r == 0xFFFF:
		return n, "control characters are not allowed"
	}
	return 0, ""
}

func firstBad(text string) *SyntaxError {
	for p := 0; p < len(text); p++ {
		if !badByte[text[p]] {
			continue
		}
		if _, words := badRune(text, p); words != "" {
			return &SyntaxError{ContextAt: -1, Problem: words, ProblemAt: p}
		}
		if _, n := utf8.DecodeRuneInString(text[p:]); n > 1 {
			p += n - 1
		}
	}
	return nil
}

func badCharacters(text string) (ps []problem) {
	for p := 0; p < len(text) && len(ps) < 20; p++ {
		if !badByte[text[p]] {
			continue
		}
		if n, words := badRune(text, p); n > 0 {
			ps = append(ps, problem{start: p, end: p + n, message: words})
		}
		if _, n := utf8.DecodeRuneInString(text[p:]); n > 1 {
			p += n - 1
		}
	}
	return ps
}

// parser builds the tree from the tokens.
type parser struct {
	f    *source.File
	s    *scanner
	docs []*Node

	starts  []source.Span
	anchors map[string]*Node
	handles map[string]string
	depth   int

	nodes    []Node
	pairSlab []Pair
	ptrs     []*Pair
	kids     []*Node
	pairs    []*Pair // stack of the open mappings
	items    []*Node // stack of the open sequences
}

func newParser(f *source.File, text string, strict bool) *parser {
	return &parser{f: f, s: newScanner(text, strict)}
}

func (p *parser) into(t *Tree) {
	t.Docs, t.Starts, t.Comments = p.docs, p.starts, p.s.comments
}

// report sorts the problems of the recovery into the tree; the error that PyYAML stops at is always among them.
func (t *Tree) report(ps []problem) {
	f := t.File
	slices.SortStableFunc(ps, func(a, b problem) int { return a.start - b.start })
	last := -1
	covered := false
	for _, p := range ps {
		p.start = min(max(p.start, 0), len(f.Content))
		p.end = min(max(p.end, p.start), len(f.Content))
		line := f.Line(p.start)
		if line == last { // one problem a line: the others follow from it
			continue
		}
		last = line
		d := diag.Diagnostic{Rule: Rule, At: source.Location{File: f, Span: source.Span{Start: p.start, End: p.end}}, Message: sentence(p.message)}
		if p.fix != nil {
			d.Fixes = []diag.Fix{{Title: "Quote the text", Safe: p.message == unquotedTemplate,
				Edits: []diag.Edit{{Span: source.Span{Start: p.fix.start, End: p.fix.end}, New: Quote(f.Text(source.Span{Start: p.fix.start, End: p.fix.end}))}}}}
		}
		t.Problems = append(t.Problems, d)
		if at := f.Line(t.Err.ProblemAt); line == at || t.Err.ContextAt >= 0 && line == f.Line(t.Err.ContextAt) || line < at {
			covered = true
		}
	}
	if covered {
		return
	}
	at := min(max(t.Err.ProblemAt, 0), len(f.Content))
	d := diag.Diagnostic{Rule: Rule, At: source.Location{File: f, Span: source.Span{Start: at, End: min(at+1, len(f.Content))}}, Message: t.Err.Error()}
	if t.Err.ContextAt >= 0 && t.Err.Context != "" {
		d.Related = []diag.Related{{At: source.Location{File: f, Span: source.Span{Start: t.Err.ContextAt, End: t.Err.ContextAt}}, Message: t.Err.Context}}
	}
	t.Problems = append(t.Problems, d)
	diag.Sort(t.Problems)
}

func sentence(s string) string {
	if s != "" && s[0] >= 'a' && s[0] <= 'z' {
		s = string(s[0]-32) + s[1:]
	}
	return s
}

func (p *parser) stream() {
	s := p.s
	implicit := true
	for !s.stop() {
		t := s.peek()
		for !implicit && t.kind == tDocEnd || !s.strict && t.kind == tDocEnd {
			s.skip()
			t = s.peek()
		}
		if s.stop() || t.kind == tEnd {
			return
		}
		p.anchors, p.handles = nil, nil
		start := source.Span{Start: t.start, End: t.start}
		var n *Node
		if implicit && t.kind != tVersion && t.kind != tTagDirective && t.kind != tDocStart {
			n = p.node(true, false)
		} else {
			p.directives()
			if s.stop() {
				return
			}
			if t = s.peek(); s.stop() {
				return
			}
			if t.kind != tDocStart {
				s.fail("", -1, "did not find expected <document start>", t.start)
				if s.stop() {
					return
				}
				s.report(t.start, t.end, "did not find expected <document start>")
				if t.kind == tEnd {
					return
				}
			} else {
				start = source.Span{Start: t.start, End: t.end}
				s.skip()
			}
			t = s.peek()
			if s.stop() {
				return
			}
			switch t.kind {
			case tVersion, tTagDirective, tDocStart, tDocEnd, tEnd:
				n = p.empty(t.start)
			default:
				n = p.node(true, false)
			}
		}
		if s.stop() {
			return
		}
		p.docs = append(p.docs, n)
		p.starts = append(p.starts, start)
		implicit = false
		t = s.peek()
		if s.stop() {
			return
		}
		if t.kind == tDocEnd {
			s.skip()
		} else if !s.strict {
			p.strayAtRoot()
		}
	}
}

// strayAtRoot joins to the document what stands behind its root and begins no new document.
func (p *parser) strayAtRoot() {
	s := p.s
	for {
		switch t := s.peek(); t.kind {
		case tEnd, tDocStart, tDocEnd, tVersion, tTagDirective:
			return
		case tBlockEnd, tFlowSeqEnd, tFlowMapEnd, tFlowEntry:
			s.skip()
		default:
			last := len(p.docs) - 1
			p.reportStray(p.docs[last], t, "did not find expected <document start>")
			taken := s.taken
			n := p.node(true, true)
			p.docs[last] = p.splice(p.docs[last], n)
			if s.taken == taken {
				s.skip()
			}
		}
	}
}

func (p *parser) directives() {
	s := p.s
	version := false
	for !s.stop() {
		t := s.peek()
		switch t.kind {
		case tVersion:
			if version {
				s.fail("", -1, "found duplicate %YAML directive", t.start)
			} else if t.text != "1.1" && t.text != "1.2" {
				s.fail("", -1, "found incompatible YAML document", t.start)
			}
			version = true
		case tTagDirective:
			handle, prefix, _ := strings.Cut(t.text, "\x00")
			if _, ok := p.handles[handle]; ok {
				s.fail("", -1, "found duplicate %TAG directive", t.start)
			}
			if p.handles == nil {
				p.handles = map[string]string{}
			}
			p.handles[handle] = prefix
		default:
			return
		}
		if s.stop() {
			return
		}
		s.skip()
	}
}

func (p *parser) newNode() *Node {
	if len(p.nodes) == 0 {
		p.nodes = make([]Node, min(256, 16+len(p.s.src)/64))
	}
	n := &p.nodes[0]
	p.nodes = p.nodes[1:]
	n.file = p.f
	return n
}

func (p *parser) newPair() *Pair {
	if len(p.pairSlab) == 0 {
		p.pairSlab = make([]Pair, min(128, 8+len(p.s.src)/128))
	}
	n := &p.pairSlab[0]
	p.pairSlab = p.pairSlab[1:]
	return n
}

// empty is the null node that nothing is written for.
func (p *parser) empty(at int) *Node {
	n := p.newNode()
	n.Span = source.Span{Start: at, End: at}
	return n
}

// takePairs moves the pairs above base from the stack into a slice of their own.
func (p *parser) takePairs(base int) []*Pair {
	n := len(p.pairs) - base
	if n == 0 {
		return nil
	}
	if len(p.ptrs) < n {
		p.ptrs = make([]*Pair, max(n, min(256, 8+len(p.s.src)/128)))
	}
	out := p.ptrs[:n:n]
	p.ptrs = p.ptrs[n:]
	copy(out, p.pairs[base:])
	p.pairs = p.pairs[:base]
	return out
}

func (p *parser) takeItems(base int) []*Node {
	n := len(p.items) - base
	if n == 0 {
		return nil
	}
	if len(p.kids) < n {
		p.kids = make([]*Node, max(n, min(128, 8+len(p.s.src)/256)))
	}
	out := p.kids[:n:n]
	p.kids = p.kids[n:]
	copy(out, p.items[base:])
	p.items = p.items[:base]
	return out
}

// node parses one node; after an error in strict mode what it returns is of no use.
func (p *parser) node(block, indentless bool) *Node {
	s := p.s
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		at := s.peek().start
		s.fail("", -1, "the document is nested too deeply", at)
		if !s.strict {
			s.report(at, at+1, "the document is nested too deeply")
			p.skipAll()
		}
		return p.empty(at)
	}
	n := p.newNode()
	t := s.peek()
	if t.kind == tAlias {
		n.Kind, n.Text = Alias, t.text
		n.Span = source.Span{Start: t.start, End: t.end}
		n.Target = p.anchors[t.text]
		if n.Target == nil {
			s.fail("", -1, "found undefined alias", t.start)
			if !s.strict {
				s.report(t.start, t.end, "found undefined alias '"+t.text+"'")
			}
		}
		s.skip()
		return n
	}
	for i := 0; i < 2 && !s.stop(); i++ {
		switch {
		case t.kind == tAnchor && n.Anchor == "":
			n.Anchor = t.text
		case t.kind == tTag && n.Tag == "":
			n.Tag = p.tag(t)
		default:
			i = 2
			continue
		}
		if n.Props.End == 0 {
			n.Props.Start = t.start
		}
		n.Props.End = t.end
		s.skip()
		t = s.peek()
	}
	if s.stop() {
		return n
	}
	if n.Anchor != "" {
		if first := p.anchors[n.Anchor]; first != nil {
			s.fail("found duplicate anchor; first occurrence", first.Whole().Start, "second occurrence", n.Props.Start)
			if s.stop() {
				return n
			}
			s.report(n.Props.Start, n.Props.End, "found duplicate anchor '"+n.Anchor+"'")
		}
		if p.anchors == nil {
			p.anchors = map[string]*Node{}
		}
		p.anchors[n.Anchor] = n
	}
	n.Span = source.Span{Start: t.start, End: t.end}
	switch {
	case indentless && t.kind == tBlockEntry:
		n.Kind, n.Style = Sequence, Block
		p.indentless(n)
	case t.kind == tScalar:
		n.Style, n.Text, n.indent = t.style, t.text, t.indent
		s.skip()
	case t.kind == tFlowSeq:
		n.Kind, n.Style = Sequence, Flow
		p.flowSeq(n)
	case t.kind == tFlowMap:
		n.Kind, n.Style = Mapping, Flow
		p.flowMap(n)
	case block && t.kind == tBlockSeq:
		n.Kind, n.Style = Sequence, Block
		p.blockSeq(n)
	case block && t.kind == tBlockMap:
		n.Kind, n.Style = Mapping, Block
		p.blockMap(n)
	case n.Props.Len() > 0:
		n.Span = source.Span{Start: n.Props.End, End: n.Props.End}
	default:
		context := "while parsing a flow node"
		if block {
			context = "while parsing a block node"
		}
		s.fail(context, t.start, "did not find expected node content", t.start)
		if !s.strict {
			s.report(t.start, max(t.end, t.start+1), "did not find expected node content")
		}
		n.Span.End = n.Span.Start
	}
	return n
}

// skipAll drops the rest of the file, which is nested too deeply to be read.
func (p *parser) skipAll() {
	s := p.s
	s.toks, s.head = s.toks[:0], 0
	s.pos = len(s.src)
	s.flow, s.keys, s.firstKey = nil, s.keys[:1], 0
	s.keys[0].possible = false
	s.indents, s.indent = nil, -1
	s.done = true
	s.toks = append(s.toks, token{kind: tEnd, start: s.pos, end: s.pos})
}

// tag resolves a tag's handle.
func (p *parser) tag(t *token) string {
	handle, suffix, _ := strings.Cut(t.text, "\x00")
	if handle == "" {
		return suffix
	}
	if prefix, ok := p.handles[handle]; ok {
		return prefix + suffix
	}
	switch handle {
	case "!":
		return "!" + suffix
	case "!!":
		return "tag:yaml.org,2002:" + suffix
	}
	p.s.fail("while parsing a node", t.start, "found undefined tag handle", t.start)
	if !p.s.strict {
		p.s.report(t.start, t.end, "found undefined tag handle "+strconv.Quote(handle))
	}
	return handle + suffix
}

func (p *parser) blockSeq(n *Node) {
	s := p.s
	s.skip()
	base := len(p.items)
	first := s.peek().start
	for !s.stop() {
		t := s.peek()
		switch {
		case s.stop():
			return
		case t.kind == tBlockEntry:
			p.entry(t, false)
			continue
		case t.kind == tBlockEnd:
			s.skip()
			p.closeSeq(n, base)
			return
		}
		s.fail("while parsing a block collection", first, "did not find expected '-' indicator", t.start)
		if s.strict {
			return
		}
		if p.leave(t) {
			p.closeSeq(n, base)
			return
		}
		// Something that is no entry: it joins the last one.
		if len(p.items) > base {
			p.reportStray(p.items[len(p.items)-1], t, "did not find expected '-' indicator")
		} else {
			s.report(t.start, max(t.end, t.start+1), "did not find expected '-' indicator")
		}
		taken := s.taken
		stray := p.node(true, true)
		if last := len(p.items) - 1; last >= base && stray.Kind == Sequence && p.items[last].Kind == Scalar && p.items[last].Span.Len() > 0 {
			p.items = append(p.items, stray.Items...)
		} else if last >= base {
			p.items[last] = p.splice(p.items[last], stray)
		} else {
			p.items = append(p.items, stray)
		}
		if s.taken == taken {
			s.skip()
		}
	}
}

// reportStray tells of a token that cannot stand here: the fault is rather a key above it that lacks its colon, if there
// is one.
func (p *parser) reportStray(last *Node, t *token, words string) {
	if t.kind == tBlockMap && last.Kind == Scalar && last.Style == Plain && last.Span.Len() > 0 {
		p.s.report(last.Span.Start, last.Span.End, "could not find expected ':'")
		return
	}
	p.s.report(t.start, max(t.end, t.start+1), words)
}

// leave: the token ends every block collection.
func (p *parser) leave(t *token) bool {
	switch t.kind {
	case tEnd, tDocStart, tDocEnd, tVersion, tTagDirective:
		return true
	}
	return false
}

func (p *parser) entry(t *token, indentless bool) {
	s := p.s
	dash := t.end
	s.skip()
	t = s.peek()
	if s.stop() {
		return
	}
	empty := t.kind == tBlockEntry || t.kind == tBlockEnd || indentless && (t.kind == tKey || t.kind == tValue)
	if !s.strict && p.leave(t) {
		empty = true
	}
	if empty {
		p.items = append(p.items, p.empty(dash))
		return
	}
	n := p.node(true, false)
	p.items = append(p.items, n)
}

func (p *parser) closeSeq(n *Node, base int) {
	n.Items = p.takeItems(base)
	if len(n.Items) > 0 {
		n.Span.End = max(n.Span.End, n.Items[len(n.Items)-1].Whole().End)
	}
}

func (p *parser) indentless(n *Node) {
	s := p.s
	base := len(p.items)
	n.Span.End = n.Span.Start
	for !s.stop() {
		t := s.peek()
		if s.stop() {
			return
		}
		if t.kind != tBlockEntry {
			break
		}
		p.entry(t, true)
	}
	p.closeSeq(n, base)
}

func (p *parser) blockMap(n *Node) {
	s := p.s
	s.skip()
	base := len(p.pairs)
	first := s.peek().start
	for !s.stop() {
		t := s.peek()
		switch {
		case s.stop():
			return
		case t.kind == tKey:
			p.blockPair(t)
			continue
		case t.kind == tBlockEnd:
			s.skip()
			p.closeMap(n, base)
			return
		}
		s.fail("while parsing a block mapping", first, "did not find expected key", t.start)
		if s.strict {
			return
		}
		if p.leave(t) {
			p.closeMap(n, base)
			return
		}
		s.report(t.start, max(t.end, t.start+1), "did not find expected key")
		taken := s.taken
		if t.kind == tValue {
			pair := p.newPair()
			pair.Key = p.empty(t.start)
			p.pairValue(pair)
			p.pairs = append(p.pairs, pair)
		} else {
			p.joinPairs(base, p.node(true, true))
		}
		if s.taken == taken {
			s.skip()
		}
	}
}

func (p *parser) closeMap(n *Node, base int) {
	n.Pairs = p.takePairs(base)
	if len(n.Pairs) > 0 {
		last := n.Pairs[len(n.Pairs)-1]
		n.Span.End = max(n.Span.End, last.Value.Whole().End, last.Key.Whole().End)
	}
}

func (p *parser) blockPair(t *token) {
	s := p.s
	pair := p.newPair()
	after := t.end
	s.skip()
	t = s.peek()
	if s.stop() {
		return
	}
	switch t.kind {
	case tKey, tValue, tBlockEnd:
		pair.Key = p.empty(after)
	default:
		pair.Key = p.node(true, true)
	}
	if s.stop() {
		return
	}
	p.pairValue(pair)
	pair.Merge = pair.Key.isMerge()
	p.pairs = append(p.pairs, pair)
}

func (n *Node) isMerge() bool {
	return n.Kind == Scalar && (n.Text == "<<" && (n.Style == Plain && n.Tag == "" || n.Tag == "!") || n.Tag == TagMerge)
}

func (p *parser) pairValue(pair *Pair) {
	s := p.s
	t := s.peek()
	if s.stop() {
		return
	}
	if t.kind != tValue {
		pair.Value = p.empty(max(pair.Key.Span.End, min(t.start, pair.Key.Span.End)))
		return
	}
	colon := t.end
	s.skip()
	t = s.peek()
	if s.stop() {
		return
	}
	empty := t.kind == tKey || t.kind == tValue || t.kind == tBlockEnd
	if !s.strict && p.leave(t) {
		empty = true
	}
	if empty {
		pair.Value = p.empty(colon)
	} else {
		pair.Value = p.node(true, true)
	}
}

func (p *parser) flowSeq(n *Node) {
	s := p.s
	open := s.peek().start
	s.skip()
	base := len(p.items)
	for first := true; !s.stop(); first = false {
		t := s.peek()
		if s.stop() {
			return
		}
		if t.kind != tFlowSeqEnd {
			if !first {
				if t.kind == tFlowEntry {
					s.skip()
					t = s.peek()
				} else {
					s.fail("while parsing a flow sequence", open, "did not find expected ',' or ']'", t.start)
					if !s.strict {
						if p.leave(t) || t.kind == tFlowMapEnd || t.kind == tBlockEnd {
							break
						}
						s.report(t.start, max(t.end, t.start+1), "did not find expected ',' or ']'")
					}
				}
				if s.stop() {
					return
				}
			}
			if t.kind == tKey {
				p.items = append(p.items, p.flowPair(t))
				continue
			}
			if t.kind != tFlowSeqEnd {
				taken := s.taken
				child := p.node(false, false)
				if !s.strict && s.taken == taken {
					if k := s.peek().kind; p.leave(s.peek()) || k == tBlockEnd || k == tFlowMapEnd {
						break
					} else if k != tFlowEntry {
						s.skip()
					}
					continue
				}
				p.items = append(p.items, child)
				continue
			}
		}
		n.Span.End = t.end
		s.skip()
		break
	}
	end := n.Span.End
	p.closeSeq(n, base)
	if end > n.Span.Start+1 {
		n.Span.End = end
	}
}

// flowPair is "a: b" inside of brackets, a mapping of one entry.
func (p *parser) flowPair(t *token) *Node {
	s := p.s
	m := p.newNode()
	m.Kind, m.Style = Mapping, Flow
	m.Span = source.Span{Start: t.start, End: t.start}
	after := t.end
	pair := p.newPair()
	s.skip()
	t = s.peek()
	if s.stop() {
		return m
	}
	switch t.kind {
	case tValue, tFlowEntry, tFlowSeqEnd:
		pair.Key = p.empty(after)
		if s.strict { // libyaml drops this token, whatever that leads to
			s.skip()
		}
	default:
		pair.Key = p.node(false, false)
	}
	p.flowValue(pair, tFlowSeqEnd)
	if s.stop() {
		return m
	}
	pair.Merge = pair.Key.isMerge()
	base := len(p.pairs)
	p.pairs = append(p.pairs, pair)
	p.closeMap(m, base)
	return m
}

func (p *parser) flowValue(pair *Pair, end tokenKind) {
	s := p.s
	if s.stop() {
		return
	}
	t := s.peek()
	if s.stop() {
		return
	}
	if t.kind != tValue {
		pair.Value = p.empty(pair.Key.Span.End)
		return
	}
	colon := t.end
	s.skip()
	t = s.peek()
	if s.stop() {
		return
	}
	if t.kind == tFlowEntry || t.kind == end {
		pair.Value = p.empty(colon)
		return
	}
	pair.Value = p.node(false, false)
}

func (p *parser) flowMap(n *Node) {
	s := p.s
	open := s.peek().start
	s.skip()
	base := len(p.pairs)
	for first := true; !s.stop(); first = false {
		t := s.peek()
		if s.stop() {
			return
		}
		if t.kind != tFlowMapEnd {
			if !first {
				if t.kind == tFlowEntry {
					s.skip()
					t = s.peek()
				} else {
					s.fail("while parsing a flow mapping", open, "did not find expected ',' or '}'", t.start)
					if !s.strict {
						if p.leave(t) || t.kind == tFlowSeqEnd || t.kind == tBlockEnd {
							break
						}
						s.report(t.start, max(t.end, t.start+1), "did not find expected ',' or '}'")
					}
				}
				if s.stop() {
					return
				}
			}
			if t.kind != tFlowMapEnd {
				pair := p.newPair()
				taken := s.taken
				if t.kind == tKey {
					after := t.end
					s.skip()
					t = s.peek()
					if s.stop() {
						return
					}
					switch t.kind {
					case tValue, tFlowEntry, tFlowMapEnd:
						pair.Key = p.empty(after)
					default:
						pair.Key = p.node(false, false)
					}
					p.flowValue(pair, tFlowMapEnd)
				} else {
					pair.Key = p.node(false, false)
					if !s.strict && s.peek().kind == tValue {
						p.flowValue(pair, tFlowMapEnd)
					} else {
						pair.Value = p.empty(pair.Key.Span.End)
					}
				}
				if s.stop() {
					return
				}
				if !s.strict && s.taken == taken {
					if k := s.peek().kind; p.leave(s.peek()) || k == tBlockEnd || k == tFlowSeqEnd {
						break
					} else if k != tFlowEntry {
						s.skip()
					}
					continue
				}
				pair.Merge = pair.Key.isMerge()
				p.pairs = append(p.pairs, pair)
				continue
			}
		}
		n.Span.End = t.end
		s.skip()
		break
	}
	end := n.Span.End
	p.closeMap(n, base)
	if end > n.Span.Start+1 {
		n.Span.End = end
	}
}

// splice joins a node that stands at an impossible indentation to the node before it.
func (p *parser) splice(last, stray *Node) *Node {
	switch {
	case last.Kind == Scalar && last.Text == "" && last.Style == Plain && last.Span.Len() == 0:
		return stray
	case last.Kind == Mapping && last.Style == Block:
		base := len(p.pairs)
		p.pairs = append(p.pairs, last.Pairs...)
		p.joinPairs(base, stray)
		p.closeMap(last, base)
	case last.Kind == Sequence && last.Style == Block:
		if stray.Kind == Sequence {
			last.Items = append(slices.Clip(last.Items), stray.Items...)
		} else if n := len(last.Items); n > 0 {
			last.Items[n-1] = p.splice(last.Items[n-1], stray)
		} else {
			last.Items = append(slices.Clip(last.Items), stray)
		}
		last.Span.End = max(last.Span.End, stray.Whole().End)
	case last.Kind == Scalar && last.Style == Plain && stray.Kind == Mapping && stray.Style == Block:
		// A key without a colon on top of a mapping.
		pair := p.newPair()
		pair.Key, pair.Value = last, p.empty(last.Span.End)
		stray.Pairs = slices.Insert(slices.Clip(stray.Pairs), 0, pair)
		stray.Span.Start = last.Whole().Start
		return stray
	}
	return last
}

// joinPairs adds a stray node to the mapping whose pairs begin at base on the stack.
func (p *parser) joinPairs(base int, stray *Node) {
	var last *Pair
	if len(p.pairs) > base {
		last = p.pairs[len(p.pairs)-1]
	}
	switch {
	case stray.Kind == Mapping && stray.Style == Block:
		p.pairs = append(p.pairs, stray.Pairs...)
	case stray.Kind == Sequence && stray.Style == Block && last != nil &&
		(last.Value.Kind == Sequence && last.Value.Style == Block || last.Value.Kind == Scalar && last.Value.Span.Len() == 0):
		last.Value = p.splice(last.Value, stray)
	case stray.Kind == Scalar && stray.Span.Len() == 0 && stray.Props.Len() == 0:
	default:
		pair := p.newPair()
		if stray.Kind == Scalar {
			pair.Key, pair.Value = stray, p.empty(stray.Span.End)
		} else {
			pair.Key, pair.Value = p.empty(stray.Whole().Start), stray
		}
		p.pairs = append(p.pairs, pair)
	}
}
