package pyeval

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

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
