package jmespath

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// node is a part of a parsed expression; kind has the names of the specification.
type node struct {
	kind  string
	name  string // field, function, key, comparator
	value value.Value
	kids  []*node
}

var identity = &node{kind: "identity"}

// power is how tightly a token binds.
func power(kind string) int {
	switch kind {
	case "pipe":
		return 1
	case "or":
		return 2
	case "and":
		return 3
	case "eq", "gt", "lt", "gte", "lte", "ne":
		return 5
	case "flatten":
		return 9
	case "star":
		return 20
	case "filter":
		return 21
	case "dot":
		return 40
	case "not":
		return 45
	case "lbrace":
		return 50
	case "lbracket":
		return 55
	case "lparen":
		return 60
	}
	return 0
}

// projectionStop is the power below which the right side of a projection ends.
const projectionStop = 10

// maxDepth bounds how deep an expression may nest.
const maxDepth = 500

type parser struct {
	source string
	tokens []token
	index  int
	depth  int
}

func parse(source string) *node {
	if source == "" {
		failf("Invalid JMESPath expression: cannot be empty.")
	}
	p := &parser{source: source, tokens: tokenize(source)}
	n := p.expression(0)
	if t := p.at(0); t.kind != "eof" {
		p.fail(t, "Unexpected token: "+t.text)
	}
	return n
}

func (p *parser) at(n int) token {
	if p.index+n >= len(p.tokens) {
		return p.tokens[len(p.tokens)-1]
	}
	return p.tokens[p.index+n]
}

func (p *parser) next() token {
	t := p.at(0)
	p.index++
	return t
}

func (p *parser) kind() string { return p.at(0).kind }

func (p *parser) fail(t token, message string) {
	failf("%s: Parse error at column %d, token \"%s\" (%s), for expression:\n\"%s\"\n%s^", message, t.start, t.text,
		strings.ToUpper(t.kind), p.source, strings.Repeat(" ", t.start+1))
}

func (p *parser) incomplete() {
	failf("Invalid jmespath expression: Incomplete expression:\n\"%s\"\n%s^", p.source, strings.Repeat(" ", value.RuneLen(p.source)+1))
}

func (p *parser) match(kind string) {
	t := p.at(0)
	switch {
	case t.kind == kind:
		p.index++
	case t.kind == "eof":
		p.incomplete()
	default:
		p.fail(t, "Expecting: "+kind+", got: "+t.kind)
	}
}

func (p *parser) expression(binding int) *node {
	if p.depth++; p.depth > maxDepth {
		failf("the expression nests deeper than %d levels", maxDepth)
	}
	defer func() { p.depth-- }()
	left := p.prefix(p.next())
	for binding < power(p.kind()) {
		left = p.infix(left)
	}
	return left
}

func (p *parser) prefix(t token) *node {
	switch t.kind {
	case "literal":
		return &node{kind: "literal", value: t.value}
	case "unquoted_identifier":
		return &node{kind: "field", name: t.text}
	case "quoted_identifier":
		if next := p.at(0); next.kind == "lparen" {
			next.start = 0
			p.fail(next, "Quoted identifier not allowed for function names.")
		}
		return &node{kind: "field", name: t.text}
	case "star":
		right := identity
		if p.kind() != "rbracket" {
			right = p.projected(power("star"))
		}
		return &node{kind: "value_projection", kids: []*node{identity, right}}
	case "filter":
		return p.filter(identity)
	case "lbrace":
		return p.selectHash()
	case "lparen":
		n := p.expression(0)
		p.match("rparen")
		return n
	case "flatten":
		return p.flatten(identity)
	case "not":
		return &node{kind: "not", kids: []*node{p.expression(power("not"))}}
	case "lbracket":
		switch {
		case p.kind() == "number" || p.kind() == "colon":
			return p.projectSlice(identity, p.indexOrSlice())
		case p.kind() == "star" && p.at(1).kind == "rbracket":
			p.index += 2
			return &node{kind: "projection", kids: []*node{identity, p.projected(power("star"))}}
		}
		return p.selectList()
	case "current":
		return identity
	case "expref":
		return &node{kind: "expref", kids: []*node{p.expression(0)}}
	case "eof":
		p.incomplete()
	}
	p.fail(t, "invalid token")
	return nil
}

func (p *parser) infix(left *node) *node {
	t := p.at(0)
	switch t.kind {
	case "dot":
		p.index++
		if p.kind() == "star" {
			p.index++
			return &node{kind: "value_projection", kids: []*node{left, p.projected(power("dot"))}}
		}
		return &node{kind: "chain", kids: []*node{left, p.afterDot(power("dot"))}}
	case "pipe":
		p.index++
		return &node{kind: "chain", kids: []*node{left, p.expression(power("pipe"))}}
	case "or", "and":
		p.index++
		return &node{kind: t.kind, kids: []*node{left, p.expression(power(t.kind))}}
	case "eq", "ne", "gt", "gte", "lt", "lte":
		p.index++
		return &node{kind: "comparator", name: t.kind, kids: []*node{left, p.expression(power(t.kind))}}
	case "lparen":
		if left.kind != "field" {
			before := p.at(-1)
			p.fail(before, "Invalid function name '"+before.text+"'")
		}
		p.index++
		f := &node{kind: "function", name: left.name}
		for p.kind() != "rparen" {
			f.kids = append(f.kids, p.expression(0))
			if p.kind() == "comma" {
				p.index++
			}
		}
		p.match("rparen")
		return f
	case "filter":
		p.index++
		return p.filter(left)
	case "flatten":
		p.index++
		return p.flatten(left)
	case "lbracket":
		p.index++
		if p.kind() == "number" || p.kind() == "colon" {
			return p.projectSlice(left, p.indexOrSlice())
		}
		p.match("star")
		p.match("rbracket")
		return &node{kind: "projection", kids: []*node{left, p.projected(power("star"))}}
	}
	p.fail(t, "invalid token")
	return nil
}

func (p *parser) filter(left *node) *node {
	condition := p.expression(0)
	p.match("rbracket")
	right := identity
	if p.kind() != "flatten" {
		right = p.projected(power("filter"))
	}
	return &node{kind: "filter_projection", kids: []*node{left, right, condition}}
}

func (p *parser) flatten(left *node) *node {
	flat := &node{kind: "flatten", kids: []*node{left}}
	return &node{kind: "projection", kids: []*node{flat, p.projected(power("flatten"))}}
}

func (p *parser) indexOrSlice() *node {
	if p.kind() != "colon" && p.at(1).kind != "colon" {
		n := &node{kind: "index", value: p.next().value}
		p.match("rbracket")
		return n
	}
	var parts [3]value.Value
	i := 0
	for p.kind() != "rbracket" && i < 3 {
		t := p.at(0)
		switch t.kind {
		case "colon":
			if i++; i == 3 {
				p.fail(t, "syntax error")
			}
		case "number":
			parts[i] = t.value
		default:
			p.fail(t, "syntax error")
		}
		p.index++
	}
	p.match("rbracket")
	s := &value.Slice{Start: value.None{}, Stop: value.None{}, Step: value.None{}}
	for i, to := range []*value.Value{&s.Start, &s.Stop, &s.Step} {
		if parts[i] != nil {
			*to = parts[i]
		}
	}
	return &node{kind: "slice", value: s}
}

func (p *parser) projectSlice(left, right *node) *node {
	n := &node{kind: "chain", kids: []*node{left, right}}
	if right.kind == "slice" {
		return &node{kind: "projection", kids: []*node{n, p.projected(power("star"))}}
	}
	return n
}

func (p *parser) selectList() *node {
	n := &node{kind: "select_list"}
	for {
		n.kids = append(n.kids, p.expression(0))
		if p.kind() == "rbracket" {
			p.index++
			return n
		}
		p.match("comma")
	}
}

func (p *parser) selectHash() *node {
	n := &node{kind: "select_hash"}
	for {
		key := p.at(0)
		switch key.kind {
		case "quoted_identifier", "unquoted_identifier":
		case "eof":
			p.incomplete()
		default:
			p.fail(key, "Expecting: ['quoted_identifier', 'unquoted_identifier'], got: "+key.kind)
		}
		p.index++
		p.match("colon")
		n.kids = append(n.kids, &node{kind: "pair", name: key.text, kids: []*node{p.expression(0)}})
		switch p.kind() {
		case "comma":
			p.index++
		case "rbrace":
			p.index++
			return n
		}
	}
}

// projected parses what is applied to each item of a projection.
func (p *parser) projected(binding int) *node {
	switch t := p.at(0); {
	case power(t.kind) < projectionStop:
		return identity
	case t.kind == "lbracket", t.kind == "filter":
		return p.expression(binding)
	case t.kind == "dot":
		p.index++
		return p.afterDot(binding)
	default:
		p.fail(t, "syntax error")
	}
	return nil
}

func (p *parser) afterDot(binding int) *node {
	t := p.at(0)
	switch t.kind {
	case "quoted_identifier", "unquoted_identifier", "star":
		return p.expression(binding)
	case "lbracket":
		p.index++
		return p.selectList()
	case "lbrace":
		p.index++
		return p.selectHash()
	}
	p.fail(t, "Expecting: ['quoted_identifier', 'unquoted_identifier', 'lbracket', 'lbrace'], got: "+t.kind)
	return nil
}
