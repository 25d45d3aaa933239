package pyeval

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// node is a piece of an expression or a statement.
type node struct {
	op         string
	text       string // a name, an attribute, an operator
	val        value.Value
	kids       []*node
	names      []string // of keyword arguments and lambda parameters
	start, end int
}

// parser is a recursive descent over the tokens of one line.
type parser struct {
	*lexer
	tok []token
	pos int
}

type parseFailure struct{ err *SyntaxError }

func (p *parser) peek() token { return p.tok[p.pos] }

func (p *parser) fail(message string) { panic(parseFailure{p.at(p.peek(), message)}) }

func (p *parser) is(op string) bool {
	t := p.peek()
	return (t.kind == opToken || t.kind == nameToken && keywords[op]) && t.text == op
}

func (p *parser) accept(op string) bool {
	if p.is(op) {
		p.pos++
		return true
	}
	return false
}

func (p *parser) expect(op string) {
	if !p.accept(op) {
		p.fail("invalid syntax")
	}
}

var keywords = func() map[string]bool {
	m := map[string]bool{}
	for _, k := range strings.Fields("False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield") {
		m[k] = true
	}
	return m
}()

// parse reads an expression, or a line of statements.
func parse(src, file string, statements bool) (n *node, err error) {
	l := &lexer{src: []rune(src), file: file, line: statements}
	tok, bad := l.tokens()
	if bad != nil && (len(tok) == 0 || tok[len(tok)-1].kind != endToken) {
		return nil, bad
	}
	p := &parser{lexer: l, tok: tok}
	defer func() {
		if f, ok := recover().(parseFailure); ok {
			n, err = nil, f.err
			if bad != nil {
				err = bad
			}
		}
	}()
	if statements {
		n = p.statements()
	} else {
		n = p.tuple()
		if p.peek().kind != endToken {
			p.fail("invalid syntax")
		}
	}
	if bad != nil {
		return nil, bad
	}
	return n, nil
}

func (p *parser) mark(start int, n *node) *node {
	n.start = p.tok[start].start
	n.end = n.start
	if p.pos > start {
		n.end = p.tok[p.pos-1].end
	}
	return n
}

// tuple reads expressions with commas between them.
func (p *parser) tuple() *node {
	start := p.pos
	first := p.starred()
	if !p.is(",") {
		return first
	}
	n := &node{op: "tuple", kids: []*node{first}}
	for p.accept(",") {
		if !p.startsExpression() {
			break
		}
		n.kids = append(n.kids, p.starred())
	}
	return p.mark(start, n)
}

func (p *parser) startsExpression() bool {
	t := p.peek()
	switch t.kind {
	case numberToken, stringToken:
		return true
	case nameToken:
		switch t.text {
		case "None", "True", "False", "not", "lambda":
			return true
		}
		return !keywords[t.text]
	case opToken:
		return strings.Contains("( [ { + - ~ * ...", t.text)
	}
	return false
}

func (p *parser) starred() *node {
	if p.is("*") {
		start := p.pos
		p.pos++
		return p.mark(start, &node{op: "star", kids: []*node{p.binary(bitOr)}})
	}
	return p.ternary()
}

// forTarget reads what stands between for and in.
func (p *parser) forTarget() *node {
	start := p.pos
	first := p.binary(bitOr)
	if !p.is(",") {
		return first
	}
	n := &node{op: "tuple", kids: []*node{first}}
	for p.accept(",") {
		if p.is("in") {
			break
		}
		n.kids = append(n.kids, p.binary(bitOr))
	}
	return p.mark(start, n)
}

func (p *parser) ternary() *node {
	start := p.pos
	if p.accept("lambda") {
		n := &node{op: "lambda"}
		for !p.is(":") {
			t := p.peek()
			if t.kind != nameToken || keywords[t.text] {
				p.fail("invalid syntax")
			}
			n.names = append(n.names, t.text)
			p.pos++
			if !p.accept(",") {
				break
			}
		}
		p.expect(":")
		n.kids = []*node{p.ternary()}
		return p.mark(start, n)
	}
	yes := p.or()
	if !p.accept("if") {
		return yes
	}
	cond := p.or()
	p.expect("else")
	return p.mark(start, &node{op: "cond", kids: []*node{cond, yes, p.ternary()}})
}

func (p *parser) or() *node {
	start := p.pos
	n := p.and()
	for p.accept("or") {
		n = p.mark(start, &node{op: "or", kids: []*node{n, p.and()}})
	}
	return n
}

func (p *parser) and() *node {
	start := p.pos
	n := p.not()
	for p.accept("and") {
		n = p.mark(start, &node{op: "and", kids: []*node{n, p.not()}})
	}
	return n
}

func (p *parser) not() *node {
	start := p.pos
	if p.accept("not") {
		return p.mark(start, &node{op: "not", kids: []*node{p.not()}})
	}
	return p.comparison()
}

func (p *parser) comparison() *node {
	start := p.pos
	n := &node{op: "compare", kids: []*node{p.binary(bitOr)}}
	for {
		op := ""
		switch t := p.peek(); {
		case t.kind == opToken && strings.Contains(" == != < > <= >= ", " "+t.text+" "):
			op = t.text
			p.pos++
		case p.accept("in"):
			op = "in"
		case p.is("not") && p.pos+1 < len(p.tok) && p.tok[p.pos+1].text == "in":
			p.pos += 2
			op = "not in"
		case p.accept("is"):
			op = "is"
			if p.accept("not") {
				op = "is not"
			}
		}
		if op == "" {
			break
		}
		n.names = append(n.names, op)
		n.kids = append(n.kids, p.binary(bitOr))
	}
	if len(n.names) == 0 {
		return n.kids[0]
	}
	return p.mark(start, n)
}

const (
	bitOr = iota
	bitXor
	bitAnd
	shift
	sum
	product
)

var levels = [][]string{bitOr: {"|"}, bitXor: {"^"}, bitAnd: {"&"}, shift: {"<<", ">>"}, sum: {"+", "-"}, product: {"*", "/", "//", "%", "@"}}

func (p *parser) binary(level int) *node {
	if level == len(levels) {
		return p.unary()
	}
	start := p.pos
	n := p.binary(level + 1)
	for {
		op := ""
		for _, o := range levels[level] {
			if p.is(o) {
				op = o
			}
		}
		if op == "" {
			return n
		}
		p.pos++
		n = p.mark(start, &node{op: "binary", text: op, kids: []*node{n, p.binary(level + 1)}})
	}
}

func (p *parser) unary() *node {
	start := p.pos
	for _, op := range []string{"-", "+", "~"} {
		if p.accept(op) {
			return p.mark(start, &node{op: "unary", text: op, kids: []*node{p.unary()}})
		}
	}
	n := p.primary()
	if p.accept("**") {
		n = p.mark(start, &node{op: "binary", text: "**", kids: []*node{n, p.unary()}})
	}
	return n
}

func (p *parser) primary() *node {
	start := p.pos
	n := p.atom()
	for {
		switch {
		case p.accept("."):
			t := p.peek()
			if t.kind != nameToken || keywords[t.text] {
				p.fail("invalid syntax")
			}
			p.pos++
			n = p.mark(start, &node{op: "attr", text: t.text, kids: []*node{n}})
		case p.accept("["):
			n = &node{op: "item", kids: []*node{n, p.subscript()}}
			p.expect("]")
			p.mark(start, n)
		case p.accept("("):
			n = p.arguments(n)
			p.expect(")")
			p.mark(start, n)
		default:
			return n
		}
	}
}

func (p *parser) subscript() *node {
	start := p.pos
	one := func() *node {
		start := p.pos
		var parts [3]*node
		if !p.is(":") {
			parts[0] = p.starred()
			if !p.is(":") {
				return parts[0]
			}
		}
		p.expect(":")
		if !p.is("]") && !p.is(":") && !p.is(",") {
			parts[1] = p.ternary()
		}
		if p.accept(":") && !p.is("]") && !p.is(",") {
			parts[2] = p.ternary()
		}
		n := &node{op: "slice"}
		for _, k := range parts {
			if k == nil {
				k = &node{op: "const", val: value.None{}}
			}
			n.kids = append(n.kids, k)
		}
		return p.mark(start, n)
	}
	first := one()
	if !p.is(",") {
		return first
	}
	n := &node{op: "tuple", kids: []*node{first}}
	for p.accept(",") {
		if p.is("]") {
			break
		}
		n.kids = append(n.kids, one())
	}
	return p.mark(start, n)
}

func (p *parser) arguments(f *node) *node {
	n := &node{op: "call", kids: []*node{f}, names: []string{""}}
	for !p.is(")") {
		name := ""
		switch t := p.peek(); {
		case p.accept("**"):
			name = "**"
		case p.accept("*"):
			name = "*"
		case t.kind == nameToken && !keywords[t.text] && p.tok[p.pos+1].kind == opToken && p.tok[p.pos+1].text == "=":
			name = t.text
			p.pos += 2
		}
		start := p.pos
		a := p.ternary()
		if p.is("for") {
			a = p.mark(start, p.comprehension("generator", a))
		}
		n.kids, n.names = append(n.kids, a), append(n.names, name)
		if !p.accept(",") {
			break
		}
	}
	return n
}
