package pylayout

// factor reads a signed operand.
func (p *parser) factor(space bool) {
	if p.depth++; p.depth > maxDepth {
		p.fail = true
	}
	defer func() { p.depth-- }()
	if !p.fail && (p.is("+") || p.is("-") || p.is("~")) {
		p.take(space)
		from := p.at
		p.factor(false)
		if !p.fail && p.isPower && from < len(p.toks) {
			p.wrap(from)
		}
		p.isPower = false
		return
	}
	p.power(space)
}

// wrap puts brackets around what was read since a token: -2**8 is -(2**8).
func (p *parser) wrap(from int) {
	rest := append([]token{}, p.toks[p.at:]...)
	inner := append([]token{}, p.toks[from:p.at]...)
	inner[0].space = false
	p.toks = append(append(append(p.toks[:from], token{kind: operator, text: "("}), inner...), token{kind: operator, text: ")"})
	p.at = len(p.toks)
	p.toks = append(p.toks, rest...)
}

// power reads an operand with what trails it, and a power of it.
func (p *parser) power(space bool) {
	start := p.at
	p.atom(space)
	if p.fail {
		return
	}
	if p.toks[start].kind == number && p.at == start+1 && p.is(".") {
		p.fail = true // Black puts brackets around the number: not worth following
		return
	}
	plain := p.at // after the atom: more than that is not a plain base
	for !p.fail {
		switch {
		case p.is("."):
			p.complex = true
			p.take(false)
			p.plainName(false)
			continue
		case p.is("("):
			p.complex = true
			p.take(false)
			p.arguments()
			continue
		case p.is("["):
			p.complex = true
			p.take(false)
			p.subscripts()
			continue
		}
		break
	}
	p.isPower = false
	if !p.is("**") || p.fail {
		return
	}
	p.complex = true
	op := p.at
	hug := simpleOperand(p.toks[start:op])
	p.take(true)
	from := p.at
	p.factor(true)
	if p.fail {
		return
	}
	if hug && simpleSigned(p.toks[from:p.at]) {
		p.toks[op].space, p.toks[from].space = false, false
	}
	p.isPower = plain == op
}

// simpleOperand tells whether an operand is a name, a number or a chain of attributes.
func simpleOperand(toks []token) bool {
	if len(toks) == 0 || toks[0].kind != name && toks[0].kind != number {
		return false
	}
	for i, t := range toks[1:] {
		if i%2 == 0 && t.text != "." || i%2 == 1 && t.kind != name {
			return false
		}
	}
	return true
}

func simpleSigned(toks []token) bool {
	if len(toks) > 1 && toks[0].kind == operator && (toks[0].text == "-" || toks[0].text == "+" || toks[0].text == "~") {
		toks = toks[1:]
	}
	return simpleOperand(toks)
}

func (p *parser) atom(space bool) {
	t := p.peek()
	switch t.kind {
	case name:
		p.plainName(space)
	case number:
		p.take(space).text = normalNumber(t.text)
	case text:
		p.take(space)
		for p.peek().kind == text {
			p.take(true)
		}
	case operator:
		switch t.text {
		case "(":
			p.take(space)
			if !p.is(")") {
				p.items()
			}
			p.expect(")", false)
		case "[":
			p.take(space)
			from := p.at
			if !p.is("]") {
				p.items()
			}
			if !p.fail {
				p.bare(from, p.at)
			}
			p.expect("]", false)
		case "{":
			p.take(space)
			p.dictOrSet()
			p.expect("}", false)
		case "...":
			p.take(space)
		default:
			p.fail = true
		}
	default:
		p.fail = true
	}
}

// items reads what stands in round or square brackets.
func (p *parser) items() {
	p.element(false)
	if p.word("for") {
		p.comprehension()
		return
	}
	for p.is(",") && !p.fail {
		p.take(false)
		if !p.startsTest() {
			return
		}
		p.element(true)
	}
}

func (p *parser) comprehension() {
	for !p.fail {
		switch {
		case p.word("for"):
			p.take(true)
			p.targets()
			if !p.word("in") {
				p.fail = true
				return
			}
			p.take(true)
			p.orLambda()
		case p.word("if"):
			p.take(true)
			p.orLambda()
		default:
			return
		}
	}
}

func (p *parser) orLambda() {
	if p.word("lambda") {
		p.lambda(true, p.orLambda)
		return
	}
	p.or(true)
}

// targets reads the names of a loop.
func (p *parser) targets() {
	for {
		if p.is("*") {
			p.take(true)
			p.binary(0, false)
		} else {
			p.binary(0, true)
		}
		if p.fail || !p.is(",") {
			return
		}
		p.take(false)
		if p.word("in") {
			return
		}
	}
}

func (p *parser) dictOrSet() {
	from := p.at
	pairs := false
	for first := true; !p.is("}") && !p.fail; first = false {
		if p.is("**") {
			p.take(!first)
			p.binary(0, false)
			pairs = true
		} else {
			p.element(!first)
			if p.is(":") {
				p.take(false)
				p.test(true)
				pairs = true
			}
		}
		if p.word("for") {
			p.comprehension()
			break
		}
		if !p.is(",") {
			break
		}
		p.take(false)
	}
	if !pairs && !p.fail {
		p.bare(from, p.at)
	}
}

// arguments reads a call's arguments and its closing bracket.
func (p *parser) arguments() {
	for first := true; !p.is(")") && !p.fail; first = false {
		switch {
		case p.is("*") || p.is("**"):
			p.take(!first)
			p.test(false)
		default:
			p.named(!first)
			if p.is("=") {
				p.take(false)
				p.test(false)
			} else if p.word("for") {
				p.comprehension()
			}
		}
		if !p.is(",") {
			break
		}
		p.take(false)
	}
	p.expect(")", false)
}

// subscripts reads indexes and slices and the closing bracket.
func (p *parser) subscripts() {
	outer := p.complex
	for first := true; !p.fail; first = false {
		p.complex = false
		start := p.at
		var colons, after []int
		for !p.fail && !p.is(",") && !p.is("]") {
			if p.is(":") {
				if len(colons) == 2 {
					p.fail = true
					break
				}
				colons = append(colons, p.at)
				p.take(false)
				continue
			}
			if len(after) > 0 && after[len(after)-1] >= 0 && len(colons) < len(after) {
				p.fail = true
				break
			}
			after = append(after, p.at)
			begin := p.at
			p.element(len(colons) == 0 && !first)
			if p.at == begin || len(after) > len(colons)+1 {
				p.fail = true
			}
		}
		if p.fail || p.at == start {
			p.fail = true
			return
		}
		if p.complex {
			p.slices(start, colons)
		}
		if len(colons) > 0 && colons[0] == start && !first {
			p.toks[start].space = true
		}
		if !p.is(",") {
			break
		}
		p.take(false)
		if p.is("]") {
			break
		}
	}
	p.complex = outer
	p.expect("]", false)
}

// slices puts spaces around the colons of a slice whose bounds are not simple, except where a bound is missing.
func (p *parser) slices(start int, colons []int) {
	for i, c := range colons {
		if c > start && (i == 0 || colons[i-1] != c-1 || c+1 == p.at) {
			p.toks[c].space = true
		}
		if c+1 < p.at && !(i+1 < len(colons) && colons[i+1] == c+1) {
			p.toks[c+1].space = true
		}
	}
}
