package jinja

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// maxNesting bounds how deep expressions and blocks may nest; Python stops at about the same depth.
const maxNesting = 400

// Parse reads a template. It never fails: what is wrong is listed in Problems, in the order in which Jinja2 would
// find it, and the rest is read as well as it can be. A nil o means Jinja2's defaults.
func Parse(src string, o *Options) *Template { return parse(src, o.syntax(), false, false) }

// ParseExpr reads a bare expression, as `when` holds it.
func ParseExpr(src string, o *Options) *Template { return parse(src, o.syntax(), true, false) }

// parse reads a template or an expression. escape keeps backslashes in the texts of {{ }} as they are, as Ansible
// does for templates that come from YAML.
func parse(src string, s *syntax, expression, escape bool) *Template {
	t := &Template{Source: src, Expression: expression, syntax: s, text: src}
	if strings.IndexByte(src, '\r') >= 0 {
		t.text, t.offset = normalise(src)
	}
	toks, problems := lex(t.text, s, expression)
	p := &parser{t: t, src: t.text, syntax: s, lexed: problems, escape: escape}
	p.toks = toks
	p.i = -1
	if expression {
		p.guard(func() {
			p.advance()
			t.Expr = p.expression(true)
			if p.kind != TokEOF {
				p.fail("chunk after expression")
			}
		})
		if t.Expr == nil {
			t.Expr = &BadExpr{exprBase{base{p.span(0)}}}
		}
	} else {
		for !p.guard(p.advance) {
		}
		t.Body = p.template()
	}
	t.Tokens = toks
	t.Problems = p.problems
	if t.offset != nil {
		t.restore(toks)
	}
	return t
}

// normalise turns "\r\n" and "\r" into "\n" and lists the offsets behind which one byte was dropped.
func normalise(src string) (string, []int32) {
	dropped := []int32{}
	b := make([]byte, 0, len(src))
	for i := 0; i < len(src); i++ {
		if src[i] == '\r' {
			if i+1 < len(src) && src[i+1] == '\n' {
				dropped = append(dropped, int32(len(b)))
				continue
			}
			b = append(b, '\n')
			continue
		}
		b = append(b, src[i])
	}
	return string(b), dropped
}

// original maps an offset of the normalised text to the source.
func (t *Template) original(off int) int {
	n, _ := slices.BinarySearch(t.offset, int32(off))
	return off + n
}

func (t *Template) restore(toks []Token) {
	for i := range toks {
		toks[i].Start = int32(t.original(int(toks[i].Start)))
		toks[i].End = int32(t.original(int(toks[i].End)))
	}
	fix := func(s *Span) { s.Start, s.End = t.original(s.Start), t.original(s.End) }
	for i := range t.Problems {
		fix(&t.Problems[i].Span)
	}
	seen := map[Node]bool{}
	walk := func(n Node) bool {
		if seen[n] {
			return false
		}
		seen[n] = true
		switch n := n.(type) {
		case *Attr:
			fix(&n.NameSpan)
		case *Filter:
			fix(&n.NameSpan)
			fixKeywords(n.Kwargs, fix)
		case *Test:
			fix(&n.NameSpan)
			fixKeywords(n.Kwargs, fix)
		case *CallExpr:
			fixKeywords(n.Kwargs, fix)
		case *For:
			fix(&n.BodySpan)
		case *If:
			for i := range n.Branches {
				fix(&n.Branches[i].Span)
			}
		case *Macro:
			fix(&n.NameSpan)
		case *Block:
			fix(&n.NameSpan)
		case *Import:
			fix(&n.TargetSpan)
		case *FromImport:
			for i := range n.Names {
				fix(&n.Names[i].Span)
			}
		}
		fix(n.(interface{ place() *Span }).place())
		return true
	}
	Inspect(t, walk)
	for _, d := range t.dots {
		InspectNode(d, walk)
	}
}

func (b *base) place() *Span { return &b.Span }

func fixKeywords(ks []Keyword, fix func(*Span)) {
	for i := range ks {
		fix(&ks[i].NameSpan)
	}
}

type parser struct {
	*syntax
	t        *Template
	src      string
	toks     []Token
	i        int  // index of the current token, white space and comments skipped
	kind     Kind // of the current token
	prevEnd  int  // end of the token before
	lexed    []Problem
	problems []Problem
	escape   bool
	invar    bool // inside {{ }}
	depth    int

	tags []string   // open statements, for messages
	ends [][]string // end tags that are looked for

	before   []Stmt // statements to be put in front of the one that is being read
	broken   bool   // the opening tag that was just read is broken, which has been reported
	unclosed bool   // the statement that was just read lacks its end tag
}

// syntaxError unwinds the parser to the statement that it is in.
type syntaxError struct{}

func (p *parser) advance() {
	if p.i >= 0 {
		if p.toks[p.i].Kind == TokEOF {
			return
		}
		p.prevEnd = int(p.toks[p.i].End)
	}
	for {
		p.i++
		switch k := p.toks[p.i].Kind; k {
		case TokSpace, TokComment, TokLineComment, TokRaw, TokStripped:
			continue
		case TokError:
			p.kind = k
			p.lexical()
			return
		default:
			p.kind = k
			return
		}
	}
}

// lexical reports the problem of an error token and gives up the statement.
func (p *parser) lexical() {
	tok := p.toks[p.i]
	for _, pr := range p.lexed {
		if pr.Span.Start == int(tok.Start) {
			p.problems = append(p.problems, pr)
			break
		}
	}
	panic(syntaxError{})
}

// peek is the kind and text of the token behind the current one.
func (p *parser) peek() (Kind, string) {
	for i := p.i + 1; ; i++ {
		switch k := p.toks[i].Kind; k {
		case TokSpace, TokComment, TokLineComment, TokRaw, TokStripped:
			continue
		case TokError: // Jinja2 fails as soon as it looks there
			p.i, p.kind = i, k
			p.lexical()
		default:
			return k, p.src[p.toks[i].Start:p.toks[i].End]
		}
	}
}

func (p *parser) cur() string { t := p.toks[p.i]; return p.src[t.Start:t.End] }

func (p *parser) start() int { return int(p.toks[p.i].Start) }

// span is the range from start to the end of the token before the current one.
func (p *parser) span(start int) Span { return Span{Start: start, End: max(p.prevEnd, start)} }

func (p *parser) is(name string) bool { return p.kind == TokName && p.cur() == name }

func (p *parser) skipName(name string) bool {
	if p.is(name) {
		p.advance()
		return true
	}
	return false
}

func (p *parser) skip(k Kind) bool {
	if p.kind == k {
		p.advance()
		return true
	}
	return false
}

func (p *parser) report(s Span, assertion bool, format string, args ...any) {
	if len(p.problems) < 100 {
		p.problems = append(p.problems, Problem{Span: s, Message: fmt.Sprintf(format, args...), Assertion: assertion})
	}
}

// fail reports at the current token and gives up the statement.
func (p *parser) fail(format string, args ...any) { p.failAt(p.here(), format, args...) }

// here is the span of the current token; at the end of the template that of the last one, as Jinja2 counts lines.
func (p *parser) here() Span {
	i := p.i
	for p.toks[i].Kind == TokEOF && i > 0 {
		j := i - 1
		for ; j >= 0; j-- {
			switch p.toks[j].Kind {
			case TokSpace, TokComment, TokLineComment, TokRaw, TokStripped:
				continue
			}
			break
		}
		if j < 0 {
			break
		}
		i = j
	}
	return Span{Start: int(p.toks[i].Start), End: int(p.toks[i].End)}
}

func (p *parser) failAt(s Span, format string, args ...any) {
	p.report(s, false, format, args...)
	panic(syntaxError{})
}

func (p *parser) describeCur() string {
	if p.kind == TokName {
		return p.cur()
	}
	return p.kind.describe()
}

// expect consumes a token of a kind, or a name where name is given, and gives its text.
func (p *parser) expect(k Kind) string {
	if p.kind != k {
		p.wanted(k.describe())
	}
	s := p.cur()
	p.advance()
	return s
}

func (p *parser) expectName(name string) {
	if !p.is(name) {
		p.wanted(name)
	}
	p.advance()
}

func (p *parser) wanted(what string) {
	if p.kind == TokEOF {
		p.fail("unexpected end of template, expected %s.", value.Quote(what))
	}
	p.fail("expected token %s, got %s", value.Quote(what), value.Quote(p.describeCur()))
}

// guard runs f and tells whether it came through without a syntax error.
func (p *parser) guard(f func()) (ok bool) {
	depth, tags, ends, invar := p.depth, len(p.tags), len(p.ends), p.invar
	defer func() {
		if r := recover(); r != nil {
			if _, is := r.(syntaxError); !is {
				panic(r)
			}
			p.depth, p.tags, p.ends, p.invar = depth, p.tags[:tags], p.ends[:ends], invar
			ok = false
		}
	}()
	f()
	return true
}

// resync skips to behind the end of the tag that the current token is in.
func (p *parser) resync(closer Kind) {
	for {
		switch k := p.toks[p.i].Kind; k {
		case TokEOF:
			p.kind = k
			return
		case TokVarEnd, TokBlockEnd:
			p.kind = k
			if closer == k || closer == TokEOF {
				p.prevEnd = int(p.toks[p.i].End)
				for !p.guard(p.advance) {
				}
				return
			}
		case TokData, TokVarBegin, TokBlockBegin:
			p.kind = k
			return
		}
		p.i++
	}
}

func (p *parser) enter() {
	p.depth++
	if p.depth > maxNesting {
		p.fail("too deeply nested")
	}
}

func (p *parser) leave() { p.depth-- }

// template reads everything up to the end.
func (p *parser) template() []Stmt {
	var body []Stmt
	for {
		body = p.subparse(body, nil)
		if p.kind == TokEOF {
			return body
		}
	}
}

// subparse reads data, prints and statements until one of the end tags; with that tag's name as the current token.
func (p *parser) subparse(body []Stmt, ends []string) []Stmt {
	p.enter()
	defer p.leave()
	var out *Output
	if ends != nil {
		p.ends = append(p.ends, ends)
		defer func() { p.ends = p.ends[:len(p.ends)-1] }()
	}
	add := func(e Expr) {
		if out == nil {
			out = &Output{stmtBase: stmtBase{base{Span{Start: e.Range().Start}}}}
			body = append(body, out)
		}
		out.Nodes = append(out.Nodes, e)
		out.Span.End = e.Range().End
	}
	for {
		switch p.kind {
		case TokEOF:
			return body
		case TokData:
			t := p.toks[p.i]
			add(&Data{exprBase{base{Span{Start: int(t.Start), End: int(t.End)}}}, p.newlines(p.cur())})
			for !p.guard(p.advance) {
			}
		case TokVarBegin:
			begin := p.start()
			var x Expr
			if !p.guard(func() {
				p.advance()
				p.invar = true
				x = p.tuple(false, true, nil, false, false)
				if p.kind != TokVarEnd {
					p.wanted(TokVarEnd.describe())
				}
			}) {
				p.resync(TokVarEnd)
				x = &BadExpr{exprBase{base{p.span(begin)}}}
			} else {
				for !p.guard(p.advance) {
				}
			}
			p.invar = false
			add(x)
		case TokBlockBegin:
			out = nil
			begin := p.start()
			at := p.i
			if !p.guard(p.advance) {
				p.resync(TokBlockEnd)
				continue
			}
			if p.kind == TokName && slices.Contains(ends, p.cur()) {
				return body
			}
			// an end tag of an enclosing block: that block ends here, and this one is unclosed
			if p.kind == TokName && ends != nil && p.enclosing(p.cur()) {
				p.unknownTag(p.cur())
				p.i = at
				p.kind = TokBlockBegin
				return body
			}
			var s Stmt
			ok := p.guard(func() {
				s = p.statement(begin)
				if !p.unclosed && p.kind != TokBlockEnd {
					p.wanted(TokBlockEnd.describe())
				}
			})
			body = append(body, p.before...)
			p.before = nil
			if s != nil {
				body = append(body, s)
			} else {
				body = append(body, &BadStmt{stmtBase{base{p.span(begin)}}})
			}
			switch {
			case !ok:
				p.unclosed = false
				p.resync(TokBlockEnd)
			case p.unclosed: // its end tag is missing: go on with what stopped it
				p.unclosed = false
				p.setEnd(s, p.prevEnd)
			default:
				p.setEnd(s, int(p.toks[p.i].End))
				for !p.guard(p.advance) {
				}
			}
		default:
			// the rest of a broken tag
			p.resync(TokEOF)
		}
	}
}

// newlines puts the configured line break into template data and texts.
func (p *parser) newlines(s string) string {
	if p.NewlineSequence != "\n" {
		return strings.ReplaceAll(s, "\n", p.NewlineSequence)
	}
	return s
}

func (p *parser) setEnd(s Stmt, end int) {
	if b, ok := s.(interface{ setEnd(int) }); ok {
		b.setEnd(end)
	}
}

func (b *base) setEnd(end int) { b.Span.End = end }

func (p *parser) enclosing(name string) bool {
	for _, ends := range p.ends[:len(p.ends)-1] {
		if slices.Contains(ends, name) && strings.HasPrefix(name, "end") {
			return true
		}
	}
	return false
}

// unknownTag reports a tag that nothing here begins or ends with; "" means the end of the template.
func (p *parser) unknownTag(name string) {
	var msg strings.Builder
	if name == "" {
		msg.WriteString("Unexpected end of template.")
	} else {
		fmt.Fprintf(&msg, "Encountered unknown tag %s.", value.Quote(name))
	}
	if len(p.ends) > 0 {
		var looking []string
		for _, e := range p.ends[len(p.ends)-1] {
			looking = append(looking, value.Quote(e))
		}
		expected := false
		for _, ends := range p.ends {
			expected = expected || name != "" && slices.Contains(ends, name)
		}
		if expected {
			msg.WriteString(" You probably made a nesting mistake. Jinja is expecting this tag, but currently looking for ")
		} else {
			msg.WriteString(" Jinja was looking for the following tags: ")
		}
		msg.WriteString(strings.Join(looking, " or "))
		msg.WriteString(".")
	}
	if len(p.tags) > 0 {
		fmt.Fprintf(&msg, " The innermost block that needs to be closed is %s.", value.Quote(p.tags[len(p.tags)-1]))
	}
	p.report(p.here(), false, "%s", msg.String())
}

// statements reads a body: the rest of the opening tag, then everything up to one of the end tags, whose name is then
// the current token; ok is false where the end of the template, or of an enclosing block, came first.
func (p *parser) statements(ends ...string) (body []Stmt, ok bool) {
	p.skip(TokColon)
	if p.kind != TokBlockEnd {
		// the opening tag is broken: report it and read the body nevertheless
		if !p.broken {
			p.guard(func() { p.wanted(TokBlockEnd.describe()) })
		}
		p.broken = false
		p.resync(TokBlockEnd)
	} else {
		p.broken = false
		for !p.guard(p.advance) {
		}
	}
	body = p.subparse(nil, ends)
	if p.kind == TokName && slices.Contains(ends, p.cur()) {
		return body, true
	}
	if p.kind == TokEOF {
		p.ends = append(p.ends, ends)
		p.unknownTag("")
		p.ends = p.ends[:len(p.ends)-1]
	}
	p.unclosed = true
	return body, false
}

// head reads the rest of an opening tag; where that fails, it skips to the tag's end, so that the body is read.
func (p *parser) head(f func()) {
	if p.guard(f) {
		return
	}
	p.broken = true
	for {
		switch k := p.toks[p.i].Kind; k {
		case TokEOF, TokData, TokVarBegin, TokBlockBegin, TokBlockEnd:
			p.kind = k
			return
		}
		p.i++
	}
}

// body reads a body that ends with one tag, and that tag's name.
func (p *parser) body(end string) []Stmt {
	body, ok := p.statements(end)
	if ok {
		p.advance()
	}
	return body
}

// statement reads a tag; the name that it begins with is the current token, its end is left.
func (p *parser) statement(begin int) Stmt {
	if p.kind != TokName {
		p.fail("tag name expected")
	}
	name := p.cur()
	f := statementParser(name)
	if f == nil || !p.enabled(name) {
		p.unknownTag(name)
		panic(syntaxError{})
	}
	p.tags = append(p.tags, name)
	p.enter()
	s := f(p, begin)
	p.leave()
	p.tags = p.tags[:len(p.tags)-1]
	return s
}

func (p *parser) enabled(name string) bool {
	switch name {
	case "do":
		return p.Do
	case "break", "continue":
		return p.LoopControls
	case "trans":
		return p.I18n
	case "debug":
		return p.Debug
	}
	return true
}

func at(start int) base { return base{Span{Start: start, End: start}} }

// unquote gives the content of a text token.
func (p *parser) unquote(tok string) string {
	s := tok[1 : len(tok)-1]
	if strings.IndexByte(s, '\n') >= 0 {
		s = p.newlines(s)
	}
	if strings.IndexByte(s, '\\') < 0 || p.escape && p.invar {
		return s
	}
	r, err := unescape(s)
	if err != "" {
		p.fail("%s", err)
	}
	return r
}

// unescape is Python's unicode-escape decoding.
func unescape(s string) (string, string) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c != '\\' {
			b.WriteByte(c)
			continue
		}
		i++
		if i >= len(s) {
			return "", `\ at end of string`
		}
		switch c = s[i]; c {
		case '\n':
		case '\\', '\'', '"':
			b.WriteByte(c)
		case 'a':
			b.WriteByte(7)
		case 'b':
			b.WriteByte(8)
		case 't':
			b.WriteByte(9)
		case 'n':
			b.WriteByte(10)
		case 'v':
			b.WriteByte(11)
		case 'f':
			b.WriteByte(12)
		case 'r':
			b.WriteByte(13)
		case '0', '1', '2', '3', '4', '5', '6', '7':
			n, j := 0, i
			for ; j < i+3 && j < len(s) && s[j] >= '0' && s[j] <= '7'; j++ {
				n = n*8 + int(s[j]-'0')
			}
			b.WriteRune(rune(n))
			i = j - 1
		case 'x', 'u', 'U':
			n := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
			j := i + 1
			for j < len(s) && j <= i+n && isHex(s[j]) {
				j++
			}
			if j != i+1+n {
				return "", fmt.Sprintf("truncated \\%c%s escape", c, strings.Repeat("X", n))
			}
			r, _ := strconv.ParseUint(s[i+1:j], 16, 32)
			if r > 0x10ffff {
				return "", "illegal Unicode character"
			}
			b.WriteString(string(rune(r)))
			i = j - 1
		case 'N':
			return "", `unknown Unicode character name`
		default:
			b.WriteByte('\\')
			b.WriteByte(c)
		}
	}
	return b.String(), ""
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// number gives the value of an integer or float token.
func number(tok string, float bool) value.Value {
	if strings.IndexByte(tok, '_') >= 0 {
		tok = strings.ReplaceAll(tok, "_", "")
	}
	if float {
		f, _ := strconv.ParseFloat(tok, 64)
		return value.Float(f)
	}
	if n, err := strconv.ParseInt(tok, 0, 64); err == nil && (len(tok) < 2 || tok[0] != '0') {
		return value.Int(n)
	}
	if strings.Trim(tok, "0") == "" {
		return value.Int(0)
	}
	n, ok := new(big.Int).SetString(tok, 0)
	if !ok {
		return value.Int(0)
	}
	return value.NewInt(n)
}

// Line is the number, from 1, of the line that holds the offset.
func (t *Template) Line(off int) int {
	return strings.Count(t.Source[:min(off, len(t.Source))], "\n") + 1
}

// Column is the number, from 1, of the character at the offset in its line.
func (t *Template) Column(off int) int {
	off = min(off, len(t.Source))
	return utf8.RuneCountInString(t.Source[strings.LastIndexByte(t.Source[:off], '\n')+1:off]) + 1
}

// Err gives the first problem as an error, or nil.
func (t *Template) Err() *Problem {
	if len(t.Problems) == 0 {
		return nil
	}
	return &t.Problems[0]
}
