package pylayout

import "strings"

// keywords cannot be names.
var keywords = map[string]bool{
	"and": true, "as": true, "assert": true, "break": true, "class": true, "continue": true, "def": true, "del": true,
	"elif": true, "else": true, "except": true, "finally": true, "for": true, "from": true, "global": true, "if": true, "import": true,
	"in": true, "is": true, "lambda": true, "nonlocal": true, "not": true, "or": true, "pass": true, "raise": true, "return": true,
	"try": true, "while": true, "with": true, "yield": true,
}

// maxDepth bounds the nesting of brackets and operators.
const maxDepth = 400

// parser walks over the tokens by Python's grammar and decides about the space before each.
type parser struct {
	toks  []token
	at    int
	fail  bool
	depth int
	// what the element of a subscript that is being read has seen: an operator, a call, an attribute
	complex bool
	isPower bool // the operand that was read last is a power of a plain one
}

func (p *parser) peek() *token {
	if p.at < len(p.toks) {
		return &p.toks[p.at]
	}
	return &token{}
}

func (p *parser) is(op string) bool {
	t := p.peek()
	return t.kind == operator && t.text == op
}

func (p *parser) word(w string) bool {
	t := p.peek()
	return t.kind == name && t.text == w
}

// take goes on by a token; space says whether one stands before it.
func (p *parser) take(space bool) *token {
	if p.at >= len(p.toks) {
		p.fail = true
		return &token{}
	}
	t := &p.toks[p.at]
	t.space = space
	p.at++
	return t
}

func (p *parser) expect(op string, space bool) {
	if p.fail || !p.is(op) {
		p.fail = true
		return
	}
	p.take(space)
}

// statement reads a simple statement.
func (p *parser) statement() {
	switch t := p.peek(); {
	case t.kind == name && (t.text == "pass" || t.text == "break" || t.text == "continue"):
		p.take(true)
		return
	case p.word("import"):
		p.take(true)
		p.imports()
		return
	case p.word("return"):
		p.take(true)
		if p.at < len(p.toks) && p.peek().kind != comment && !p.is(";") {
			from := p.at
			p.list(true)
			p.bare(from, p.at)
		}
		return
	}
	p.list(true)
	switch {
	case p.is(":"):
		p.take(false)
		from := p.at
		p.test(true)
		if !p.fail {
			p.bare(from, p.at)
		}
		if p.is("=") {
			p.take(true)
			p.value()
		}
	case p.is("="):
		for p.is("=") && !p.fail {
			p.take(true)
			p.value()
		}
	case p.peek().kind == operator && strings.HasSuffix(p.peek().text, "=") && len(p.peek().text) > 1 && !comparison(p.peek().text) && p.peek().text != ":=":
		p.take(true)
		p.value()
	}
}

// value reads the right side of an assignment, where brackets around the whole are left out.
func (p *parser) value() {
	from := p.at
	p.list(true)
	if !p.fail {
		p.bare(from, p.at)
	}
}

func (p *parser) imports() {
	for !p.fail {
		p.plainName(true)
		for p.is(".") {
			p.take(false)
			p.plainName(false)
		}
		if p.word("as") {
			p.take(true)
			p.plainName(true)
		}
		if !p.is(",") {
			return
		}
		p.take(false)
	}
}

func (p *parser) plainName(space bool) {
	if t := p.peek(); t.kind != name || keywords[t.text] {
		p.fail = true
		return
	}
	p.take(space)
}

// list reads expressions with commas between them; a comma may end it.
func (p *parser) list(space bool) {
	p.element(space)
	for p.is(",") && !p.fail {
		p.take(false)
		if !p.startsTest() {
			return
		}
		p.element(true)
	}
}

func (p *parser) element(space bool) {
	if p.is("*") {
		p.complex = true
		p.take(space)
		p.binary(0, false)
		return
	}
	p.named(space)
}

// startsTest tells whether an expression can begin here.
func (p *parser) startsTest() bool {
	switch t := p.peek(); t.kind {
	case number, text:
		return true
	case name:
		return !keywords[t.text] || t.text == "not" || t.text == "lambda"
	case operator:
		return strings.Contains(" ( [ { + - ~ * ... ", " "+t.text+" ")
	}
	return false
}

func (p *parser) named(space bool) {
	p.test(space)
	if p.is(":=") {
		p.complex = true
		p.take(true)
		p.test(true)
	}
}

func (p *parser) test(space bool) {
	if p.depth++; p.depth > maxDepth {
		p.fail = true
	}
	defer func() { p.depth-- }()
	if p.fail {
		return
	}
	if p.word("lambda") {
		p.lambda(space, func() { p.test(true) })
		return
	}
	p.or(space)
	if p.word("if") && !p.fail {
		p.complex = true
		p.take(true)
		p.or(true)
		if !p.word("else") {
			p.fail = true
			return
		}
		p.take(true)
		p.test(true)
	}
}

// lambda reads a function without a name; body reads what it returns.
func (p *parser) lambda(space bool, body func()) {
	p.complex = true
	p.take(space)
	for first := true; !p.is(":") && !p.fail; first = false {
		if !first {
			p.expect(",", false)
		}
		if p.is("*") || p.is("**") {
			p.take(true)
			p.plainName(false)
		} else {
			p.plainName(true)
		}
		if p.is("=") {
			p.take(false)
			p.test(false)
		}
	}
	p.expect(":", false)
	body()
}

func (p *parser) or(space bool) {
	p.and(space)
	for p.word("or") && !p.fail {
		p.complex = true
		p.take(true)
		p.and(true)
	}
}

func (p *parser) and(space bool) {
	p.not(space)
	for p.word("and") && !p.fail {
		p.complex = true
		p.take(true)
		p.not(true)
	}
}

func (p *parser) not(space bool) {
	for p.word("not") && !p.fail {
		p.complex = true
		p.take(space)
		space = true
	}
	p.comparison(space)
}

func comparison(op string) bool {
	switch op {
	case "<", ">", "==", ">=", "<=", "<>", "!=":
		return true
	}
	return false
}

func (p *parser) comparison(space bool) {
	p.binary(0, space)
	for !p.fail {
		switch t := p.peek(); {
		case t.kind == operator && comparison(t.text), p.word("in"):
			p.take(true)
		case p.word("is"):
			p.take(true)
			if p.word("not") {
				p.take(true)
			}
		case p.word("not"):
			p.take(true)
			if !p.word("in") {
				p.fail = true
				return
			}
			p.take(true)
		default:
			return
		}
		p.complex = true
		p.binary(0, true)
	}
}

// levels are the binary operators, loosest first.
var levels = [][]string{{"|"}, {"^"}, {"&"}, {"<<", ">>"}, {"+", "-"}, {"*", "/", "%", "//", "@"}}

func (p *parser) binary(level int, space bool) {
	if level == len(levels) {
		p.factor(space)
		return
	}
	p.binary(level+1, space)
	for !p.fail {
		t := p.peek()
		if t.kind != operator || !contains(levels[level], t.text) {
			return
		}
		p.complex = true
		p.take(true)
		p.binary(level+1, true)
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
