package pyeval

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func (p *parser) statements() *node {
	n := &node{op: "block"}
	for p.peek().kind != endToken {
		n.kids = append(n.kids, p.statement())
		if p.peek().kind == endToken {
			break
		}
		p.expect(";")
	}
	return n
}

func (p *parser) suite() *node {
	p.expect(":")
	if p.peek().kind == endToken {
		p.fail("invalid syntax")
	}
	return p.statements()
}

func (p *parser) statement() *node {
	t := p.peek()
	if t.kind == nameToken {
		switch t.text {
		case "pass":
			p.pos++
			return &node{op: "block"}
		case "del":
			p.pos++
			n := &node{op: "del", kids: []*node{p.target(p.tuple())}}
			return n
		case "if":
			p.pos++
			cond := p.ternary()
			return &node{op: "if", kids: []*node{cond, p.suite()}}
		case "for":
			p.pos++
			target := p.target(p.forTarget())
			p.expect("in")
			over := p.tuple()
			return &node{op: "for", kids: []*node{target, over, p.suite()}}
		case "while", "def", "class", "with", "try", "import", "from", "raise", "assert", "global", "nonlocal", "return", "async":
			p.pos++
			if p.peek().kind == endToken {
				p.fail("invalid syntax")
			}
			p.pos = len(p.tok) - 1
			return &node{op: "refused", text: t.text}
		}
	}
	left := p.tuple()
	if p.is("=") {
		targets := []*node{}
		for p.is("=") {
			targets = append(targets, p.target(left))
			p.pos++
			left = p.tuple()
		}
		return &node{op: "assign", kids: append([]*node{left}, targets...)}
	}
	if t := p.peek(); t.kind == opToken && len(t.text) > 1 && strings.HasSuffix(t.text, "=") && !strings.Contains("== != <= >= :=", t.text) {
		if left.op != "name" && left.op != "attr" && left.op != "item" {
			p.pos++
			panic(parseFailure{p.span(left, "'"+kindOf(left)+"' is an illegal expression for augmented assignment")})
		}
		p.pos++
		return &node{op: "augment", text: strings.TrimSuffix(t.text, "="), kids: []*node{left, p.tuple()}}
	}
	return &node{op: "show", kids: []*node{left}}
}

func (p *parser) span(n *node, message string) *SyntaxError {
	return p.at(token{start: n.start, end: n.end}, message)
}

// target checks that something can be assigned to.
func (p *parser) target(n *node) *node {
	switch n.op {
	case "name", "attr", "item":
		return n
	case "tuple", "list":
		for _, k := range n.kids {
			p.target(k)
		}
		return n
	}
	message := "cannot assign to " + kindOf(n)
	if p.is("=") {
		message += " here. Maybe you meant '==' instead of '='?"
	}
	panic(parseFailure{p.span(n, message)})
}

func kindOf(n *node) string {
	switch n.op {
	case "const":
		switch n.val.(type) {
		case value.None:
			return "None"
		case value.Bool:
			return value.Repr(n.val)
		}
		return "literal"
	case "call":
		return "function call"
	case "compare":
		return "comparison"
	case "cond":
		return "conditional expression"
	case "lambda":
		return "lambda"
	case "fstring":
		return "f-string expression"
	case "dict":
		return "dict literal"
	case "set":
		return "set display"
	case "listcomp":
		return "list comprehension"
	case "dictcomp":
		return "dict comprehension"
	case "setcomp":
		return "set comprehension"
	case "generator":
		return "generator expression"
	}
	return "expression"
}
