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

// comprehension reads the for and if parts: kids are the results, then pairs of target and source, each followed by a
// "conditions" node.
func (p *parser) comprehension(op string, results ...*node) *node {
	n := &node{op: op, kids: results}
	for p.accept("for") {
		target := p.target(p.forTarget())
		p.expect("in")
		over := p.or()
		conds := &node{op: "conditions"}
		for p.accept("if") {
			conds.kids = append(conds.kids, p.or())
		}
		n.kids = append(n.kids, target, over, conds)
	}
	return n
}

func (p *parser) atom() *node {
	start := p.pos
	t := p.peek()
	switch t.kind {
	case numberToken:
		p.pos++
		v, err := literal(t.text)
		if err != nil {
			p.pos--
			p.fail("invalid syntax")
		}
		return p.mark(start, &node{op: "const", val: v})
	case stringToken:
		return p.text()
	case nameToken:
		constant := map[string]value.Value{"None": value.None{}, "True": value.Bool(true), "False": value.Bool(false)}[t.text]
		if constant == nil && keywords[t.text] {
			p.fail("invalid syntax")
		}
		p.pos++
		if constant != nil {
			return p.mark(start, &node{op: "const", val: constant})
		}
		return p.mark(start, &node{op: "name", text: t.text})
	}
	switch {
	case p.accept("("):
		if p.accept(")") {
			return p.mark(start, &node{op: "tuple"})
		}
		n := p.tuple()
		if p.is("for") {
			n = p.comprehension("generator", n)
		}
		p.close(")")
		return p.mark(start, n)
	case p.accept("["):
		n := &node{op: "list"}
		for !p.is("]") {
			n.kids = append(n.kids, p.starred())
			if p.is("for") && len(n.kids) == 1 {
				n = p.comprehension("listcomp", n.kids[0])
				break
			}
			if !p.accept(",") {
				break
			}
		}
		p.close("]")
		return p.mark(start, n)
	case p.accept("{"):
		n := p.braces()
		p.close("}")
		return p.mark(start, n)
	}
	p.fail("invalid syntax")
	return nil
}

// close ends a display; what could be a further item has lost its comma.
func (p *parser) close(bracket string) {
	if p.accept(bracket) {
		return
	}
	p.fail("invalid syntax")
}

func (p *parser) braces() *node {
	n := &node{op: "dict"}
	for !p.is("}") {
		if p.accept("**") {
			n.kids = append(n.kids, nil, p.binary(bitOr))
		} else {
			k := p.starred()
			if !p.is(":") {
				if n.op == "dict" && len(n.kids) > 0 {
					p.fail("invalid syntax")
				}
				n.op = "set"
				n.kids = append(n.kids, k)
				if p.is("for") && len(n.kids) == 1 {
					return p.comprehension("setcomp", k)
				}
			} else {
				if n.op == "set" {
					p.fail("invalid syntax")
				}
				p.expect(":")
				v := p.ternary()
				n.kids = append(n.kids, k, v)
				if p.is("for") && len(n.kids) == 2 {
					return p.comprehension("dictcomp", k, v)
				}
			}
		}
		if !p.accept(",") {
			break
		}
	}
	return n
}

// text reads adjoining strings.
func (p *parser) text() *node {
	start := p.pos
	var parts []*node
	for p.peek().kind == stringToken {
		t := p.peek()
		quote := strings.IndexAny(t.text, `"'`)
		if strings.ContainsAny(t.text[:quote], "fF") {
			parts = append(parts, p.fstring(t, quote)...)
		} else {
			v, err := literal(t.text)
			if err != nil {
				p.fail("invalid syntax")
			}
			parts = append(parts, &node{op: "const", val: v})
		}
		p.pos++
	}
	if len(parts) == 1 && parts[0].op == "const" {
		return p.mark(start, parts[0])
	}
	return p.mark(start, &node{op: "fstring", kids: parts})
}

// fstring cuts an f-string into texts and replacement fields.
func (p *parser) fstring(t token, quote int) []*node {
	prefix := strings.NewReplacer("f", "", "F", "").Replace(t.text[:quote])
	q := t.text[quote : quote+1]
	if strings.HasPrefix(t.text[quote:], q+q+q) {
		q += q + q
	}
	body := []rune(t.text[quote+len(q) : len(t.text)-len(q)])
	return p.fields(body, prefix, q)
}

func (p *parser) fields(body []rune, prefix, q string) []*node {
	var out []*node
	var text []rune
	flush := func() {
		if len(text) > 0 {
			v, err := literal(prefix + q + string(text) + q)
			if err != nil {
				p.fail("f-string: invalid syntax")
			}
			out, text = append(out, &node{op: "const", val: v}), nil
		}
	}
	for i := 0; i < len(body); i++ {
		c := body[i]
		switch {
		case (c == '{' || c == '}') && i+1 < len(body) && body[i+1] == c:
			text = append(text, c)
			i++
		case c == '}':
			p.fail("f-string: single '}' is not allowed")
		case c == '{':
			flush()
			depth, end := 0, -1
			spec, conv := -1, rune(0)
			for j := i + 1; j < len(body) && end < 0; j++ {
				switch r := body[j]; {
				case strings.ContainsRune("([{", r):
					depth++
				case strings.ContainsRune(")]", r):
					depth--
				case r == '}' && depth > 0:
					depth--
				case r == '}':
					end = j
				case r == ':' && depth == 0 && spec < 0:
					spec = j
				case r == '!' && depth == 0 && spec < 0 && j+2 < len(body) && (body[j+2] == '}' || body[j+2] == ':'):
					conv = body[j+1]
				}
			}
			if end < 0 {
				p.fail("f-string: expecting '}'")
			}
			stop := end
			if spec >= 0 {
				stop = spec
			}
			code := string(body[i+1 : stop])
			if conv != 0 {
				code = code[:len(code)-2]
			}
			n, err := parse(strings.TrimSpace(code), "<fstring>", false)
			if err != nil {
				panic(parseFailure{err.(*SyntaxError)})
			}
			field := &node{op: "field", text: string(conv), kids: []*node{n}}
			if conv == 0 {
				field.text = ""
			}
			if spec >= 0 {
				field.kids = append(field.kids, &node{op: "fstring", kids: p.fields(body[spec+1:end], prefix, q)})
			}
			out = append(out, field)
			i = end
		default:
			text = append(text, c)
		}
	}
	flush()
	return out
}
