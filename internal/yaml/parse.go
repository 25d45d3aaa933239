package yaml

import (
	"strconv"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/source"
)

// maxDepth bounds nesting, and so the stack: PyYAML gives up at about the same depth.
const maxDepth = 900

// maxExpanded bounds what the aliases of a document may multiply it to. PyYAML has no such bound: there, nothing happens
// until somebody walks through the value, and then memory runs out.
const (
	maxExpanded    = 4_000_000
	tooManyAliases = "the aliases of the document stand for more than 4000000 values"
)

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

// parser builds the tree from the tokens.
type parser struct {
	f    *source.File
	s    *scanner
	docs []*Node

	starts  []source.Span
	anchors map[string]*Node
	size    int           // nodes so far, those that aliases stand for counted each time
	sizes   map[*Node]int // of the anchored nodes
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
	p.size++
	before := p.size
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
		} else if p.size += p.sizes[n.Target]; p.size > maxExpanded {
			p.size -= p.sizes[n.Target]
			n.Target = nil
			s.fail("", -1, tooManyAliases, t.start)
			if !s.strict {
				s.report(t.start, t.end, tooManyAliases)
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
		p.flow(n, tFlowSeqEnd, "while parsing a flow sequence", "did not find expected ',' or ']'")
	case t.kind == tFlowMap:
		n.Kind, n.Style = Mapping, Flow
		p.flow(n, tFlowMapEnd, "while parsing a flow mapping", "did not find expected ',' or '}'")
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
	if n.Anchor != "" {
		if p.sizes == nil {
			p.sizes = map[*Node]int{}
		}
		p.sizes[n] = p.size - before
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
