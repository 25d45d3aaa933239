package jinja

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// maxNesting bounds how deep expressions and blocks may nest; Python stops at about the same depth.
const maxNesting = 400

// maxProblems bounds what is reported of one template.
const maxProblems = 100

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
	lexedAt  map[int]int // the first of them that begins at an offset
	problems []Problem
	escape   bool
	invar    bool // inside {{ }}
	depth    int

	tags []string   // open statements, for messages
	ends [][]string // end tags that are looked for

	blocks   map[string]bool // names of those that were read
	before   []Stmt          // statements to be put in front of the one that is being read
	broken   bool            // the opening tag that was just read is broken, which has been reported
	unclosed bool            // the statement that was just read lacks its end tag
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
	if p.lexedAt == nil {
		p.lexedAt = make(map[int]int, len(p.lexed))
		for i := len(p.lexed) - 1; i >= 0; i-- {
			p.lexedAt[p.lexed[i].Span.Start] = i
		}
	}
	if i, ok := p.lexedAt[int(tok.Start)]; ok && len(p.problems) < maxProblems {
		p.problems = append(p.problems, p.lexed[i])
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
	if len(p.problems) < maxProblems {
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

func (p *parser) enter() {
	p.depth++
	if p.depth > maxNesting {
		p.fail("too deeply nested")
	}
}

func (p *parser) leave() { p.depth-- }

func at(start int) base { return base{Span{Start: start, End: start}} }

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
