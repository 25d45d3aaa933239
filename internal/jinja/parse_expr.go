package jinja

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func (p *parser) ebase(start int) exprBase { return exprBase{base{p.span(start)}} }

// expression reads one expression; without cond, "a if b" is left alone.
func (p *parser) expression(cond bool) Expr {
	p.enter()
	defer p.leave()
	if cond {
		return p.cond()
	}
	return p.or()
}

func (p *parser) cond() Expr {
	start := p.start()
	x := p.or()
	for p.kind == TokName && p.cur() == "if" {
		p.advance()
		test := p.or()
		var els Expr
		if p.skipName("else") {
			p.enter()
			els = p.cond()
			p.leave()
		}
		x = &Cond{p.ebase(start), test, x, els}
	}
	return x
}

func (p *parser) or() Expr {
	start := p.start()
	x := p.and()
	for p.kind == TokName && p.cur() == "or" {
		p.advance()
		y := p.and()
		x = &Logic{p.ebase(start), false, x, y}
	}
	return x
}

func (p *parser) and() Expr {
	start := p.start()
	x := p.not()
	for p.kind == TokName && p.cur() == "and" {
		p.advance()
		y := p.not()
		x = &Logic{p.ebase(start), true, x, y}
	}
	return x
}

func (p *parser) not() Expr {
	if p.kind == TokName && p.cur() == "not" {
		start := p.start()
		p.advance()
		p.enter()
		x := p.not()
		p.leave()
		return &Not{p.ebase(start), x}
	}
	return p.compare()
}

func (p *parser) compare() Expr {
	start := p.start()
	x := p.math1()
	var ops []Operand
	for {
		op := ""
		switch p.kind {
		case TokEq:
			op = "=="
		case TokNe:
			op = "!="
		case TokLt:
			op = "<"
		case TokLteq:
			op = "<="
		case TokGt:
			op = ">"
		case TokGteq:
			op = ">="
		case TokName:
			switch p.cur() {
			case "in":
				op = "in"
			case "not":
				if _, next := p.peek(); next == "in" {
					p.advance()
					op = "not in"
				}
			}
		}
		if op == "" {
			break
		}
		p.advance()
		ops = append(ops, Operand{op, p.math1()})
	}
	if ops == nil {
		return x
	}
	return &Compare{p.ebase(start), x, ops}
}

func (p *parser) math1() Expr {
	start := p.start()
	x := p.concat()
	for p.kind == TokAdd || p.kind == TokSub {
		op := p.kind
		p.advance()
		y := p.concat()
		x = &Binary{p.ebase(start), op, x, y}
	}
	return x
}

func (p *parser) concat() Expr {
	start := p.start()
	x := p.math2()
	if p.kind != TokTilde {
		return x
	}
	items := []Expr{x}
	for p.skip(TokTilde) {
		items = append(items, p.math2())
	}
	return &Concat{p.ebase(start), items}
}

func (p *parser) math2() Expr {
	start := p.start()
	x := p.pow()
	for p.kind == TokMul || p.kind == TokDiv || p.kind == TokFloordiv || p.kind == TokMod {
		op := p.kind
		p.advance()
		y := p.pow()
		x = &Binary{p.ebase(start), op, x, y}
	}
	return x
}

func (p *parser) pow() Expr {
	start := p.start()
	x := p.unary(true)
	for p.kind == TokPow {
		p.advance()
		y := p.unary(true)
		x = &Binary{p.ebase(start), TokPow, x, y}
	}
	return x
}

func (p *parser) unary(filters bool) Expr {
	start := p.start()
	var x Expr
	if op := p.kind; op == TokSub || op == TokAdd {
		p.enter()
		p.advance()
		y := p.unary(false)
		x = &Unary{p.ebase(start), op, y}
		p.leave()
	} else {
		x = p.primary(false)
	}
	x = p.postfix(x)
	if filters {
		x = p.filters(x)
	}
	return x
}

func (p *parser) primary(namespace bool) Expr {
	start := p.start()
	switch p.kind {
	case TokName:
		name := p.cur()
		p.advance()
		var v value.Value
		switch name {
		case "true", "True":
			v = value.Bool(true)
		case "false", "False":
			v = value.Bool(false)
		case "none", "None":
			v = value.None{}
		default:
			if namespace && p.kind == TokDot {
				p.advance()
				attr := p.expect(TokName)
				return &NSRef{p.ebase(start), name, attr}
			}
			return &Name{p.ebase(start), name, false}
		}
		return &Const{p.ebase(start), v}
	case TokString:
		s := p.unquote(p.cur())
		p.advance()
		if p.kind == TokString {
			var joined strings.Builder
			joined.WriteString(s)
			for p.kind == TokString {
				joined.WriteString(p.unquote(p.cur()))
				p.advance()
			}
			s = joined.String()
		}
		return &Const{p.ebase(start), value.Str{S: s}}
	case TokInt, TokFloat:
		v := number(p.cur(), p.kind == TokFloat)
		p.advance()
		return &Const{p.ebase(start), v}
	case TokLparen:
		p.advance()
		x := p.tuple(false, true, nil, true, false)
		p.expect(TokRparen)
		if t, ok := x.(*Tuple); ok {
			t.Span = p.span(start)
		}
		return x
	case TokLbracket:
		return p.list()
	case TokLbrace:
		return p.dict()
	}
	p.fail("unexpected %s", value.Quote(p.describeCur()))
	return nil
}

// tuple reads expressions with commas between; without a comma it is the expression alone.
func (p *parser) tuple(simplified, cond bool, ends []string, parens, namespace bool) Expr {
	start := p.start()
	var items []Expr
	comma := false
	for {
		if items != nil {
			p.expect(TokComma)
		}
		if p.kind == TokVarEnd || p.kind == TokBlockEnd || p.kind == TokRparen || p.kind == TokName && isOneOf(p.cur(), ends) {
			break
		}
		if simplified {
			items = append(items, p.primary(namespace))
		} else {
			items = append(items, p.expression(cond))
		}
		if p.kind != TokComma {
			break
		}
		comma = true
	}
	if !comma {
		if items != nil {
			return items[0]
		}
		if !parens {
			p.fail("Expected an expression, got %s", value.Quote(p.describeCur()))
		}
	}
	return &Tuple{p.ebase(start), items}
}

func isOneOf(s string, list []string) bool {
	for _, x := range list {
		if s == x {
			return true
		}
	}
	return false
}

func (p *parser) list() Expr {
	start := p.start()
	p.advance()
	var items []Expr
	for p.kind != TokRbracket {
		if items != nil {
			p.expect(TokComma)
			if p.kind == TokRbracket {
				break
			}
		}
		items = append(items, p.expression(true))
	}
	p.advance()
	return &List{p.ebase(start), items}
}

func (p *parser) dict() Expr {
	start := p.start()
	p.advance()
	var pairs []Pair
	for p.kind != TokRbrace {
		if pairs != nil {
			p.expect(TokComma)
			if p.kind == TokRbrace {
				break
			}
		}
		k := p.expression(true)
		p.expect(TokColon)
		pairs = append(pairs, Pair{k, p.expression(true)})
	}
	p.advance()
	return &Dict{p.ebase(start), pairs}
}

func (p *parser) postfix(x Expr) Expr {
	start := x.Range().Start
	for {
		switch p.kind {
		case TokDot:
			p.advance()
			at := p.start()
			switch p.kind {
			case TokName:
				name := p.cur()
				p.advance()
				x = &Attr{p.ebase(start), x, name, p.span(at)}
			case TokInt:
				key := number(p.cur(), false)
				p.advance()
				x = &Item{p.ebase(start), x, &Const{p.ebase(at), key}}
			default:
				// keep what is in front of the dot: it is what the editor completes after
				p.t.dots = append(p.t.dots, &Attr{p.ebase(start), x, "", Span{Start: p.prevEnd, End: p.prevEnd}})
				p.advance()
				p.failAt(Span{Start: at, End: p.prevEnd}, "expected name or number")
			}
		case TokLbracket:
			p.advance()
			at := p.start()
			var keys []Expr
			for p.kind != TokRbracket {
				if keys != nil {
					p.expect(TokComma)
				}
				keys = append(keys, p.subscript())
			}
			inner := p.span(at)
			p.advance()
			var key Expr
			if len(keys) == 1 {
				key = keys[0]
			} else {
				key = &Tuple{exprBase{base{inner}}, keys}
			}
			x = &Item{p.ebase(start), x, key}
		case TokLparen:
			x = p.call(x)
		default:
			return x
		}
	}
}

func (p *parser) subscript() Expr {
	start := p.start()
	var parts [3]Expr
	if p.kind != TokColon {
		x := p.expression(true)
		if p.kind != TokColon {
			return x
		}
		parts[0] = x
	}
	p.advance()
	if p.kind != TokColon && p.kind != TokRbracket && p.kind != TokComma {
		parts[1] = p.expression(true)
	}
	if p.skip(TokColon) && p.kind != TokRbracket && p.kind != TokComma {
		parts[2] = p.expression(true)
	}
	return &Slice{p.ebase(start), parts[0], parts[1], parts[2]}
}

func (p *parser) call(x Expr) Expr {
	start := x.Range().Start
	args := p.args()
	return &CallExpr{p.ebase(start), x, args}
}

func (p *parser) args() Args {
	paren := p.start()
	p.expect(TokLparen)
	a := Args{Open: true}
	ensure := func(ok bool) {
		if !ok {
			p.failAt(Span{Start: paren, End: p.start()}, "invalid syntax for function call expression")
		}
	}
	comma := false
	for p.kind != TokRparen {
		if comma {
			p.expect(TokComma)
			if p.kind == TokRparen {
				break
			}
		}
		switch p.kind {
		case TokMul:
			ensure(a.Star == nil && a.StarStar == nil)
			p.advance()
			a.Star = p.expression(true)
		case TokPow:
			ensure(a.StarStar == nil)
			p.advance()
			a.StarStar = p.expression(true)
		default:
			if p.kind == TokName {
				if next, _ := p.peek(); next == TokAssign {
					ensure(a.StarStar == nil)
					at := p.start()
					name := p.cur()
					p.advance()
					span := p.span(at)
					p.advance()
					a.Kwargs = append(a.Kwargs, Keyword{name, span, p.expression(true)})
					break
				}
			}
			ensure(a.Star == nil && a.StarStar == nil && a.Kwargs == nil)
			a.Args = append(a.Args, p.expression(true))
		}
		comma = true
	}
	p.advance()
	return a
}

// filters reads what follows a postfix expression: filters, tests and calls of their results.
func (p *parser) filters(x Expr) Expr {
	for {
		switch {
		case p.kind == TokPipe:
			x = p.filter(x, false)
		case p.kind == TokName && p.cur() == "is":
			x = p.test(x)
		case p.kind == TokLparen:
			x = p.call(x)
		default:
			return x
		}
	}
}

// dotted reads a name with dots: the FQCN of a filter or test.
func (p *parser) dotted() (string, Span) {
	start := p.start()
	name := p.expect(TokName)
	if p.kind == TokDot {
		var b strings.Builder
		b.WriteString(name)
		for p.skip(TokDot) {
			b.WriteByte('.')
			b.WriteString(p.expect(TokName))
		}
		name = b.String()
	}
	return name, p.span(start)
}

// filter reads filters; inline means that the first one has no pipe in front.
func (p *parser) filter(x Expr, inline bool) Expr {
	start := p.start()
	if x != nil {
		start = x.Range().Start
	}
	for p.kind == TokPipe || inline {
		if !inline {
			p.advance()
		}
		name, span := p.dotted()
		var a Args
		if p.kind == TokLparen {
			a = p.args()
		}
		x = &Filter{p.ebase(start), x, name, span, a}
		inline = false
	}
	return x
}

func (p *parser) test(x Expr) Expr {
	start := x.Range().Start
	p.advance()
	negated := p.skipName("not")
	name, span := p.dotted()
	var a Args
	switch p.kind {
	case TokLparen:
		a = p.args()
	case TokName, TokString, TokInt, TokFloat, TokLbracket, TokLbrace:
		if p.kind == TokName {
			word := p.cur()
			if word == "else" || word == "or" || word == "and" {
				break
			}
			if word == "is" {
				p.fail("You cannot chain multiple tests with is")
			}
		}
		arg := p.primary(false)
		arg = p.postfix(arg)
		a.Args = []Expr{arg}
	}
	var r Expr = &Test{p.ebase(start), x, name, span, a}
	if negated {
		r = &Not{p.ebase(start), r}
	}
	return r
}
