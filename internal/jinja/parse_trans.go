package jinja

import (
	"regexp"
	"strings"
	"sync"

	"github.com/rehearse-dev/rehearse/internal/value"
)

var lineSpace = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\s*\n\s*`) })

// trans reads {% trans %} of the i18n extension and turns it into what Jinja2 makes of it: a call of gettext, or of
// one of its relatives, whose result is formatted with the variables.
func (p *parser) trans(begin int) Stmt {
	at := p.start()
	p.advance()
	var context *string
	if p.kind == TokString {
		s := p.unquote(p.cur())
		p.advance()
		context = &s
	}
	type variable struct {
		name string
		x    Expr
	}
	var vars []variable
	find := func(name string) int {
		for i, v := range vars {
			if v.name == name {
				return i
			}
		}
		return -1
	}
	var plural Expr
	first, trimmedSet, trimmed := true, false, false
	for p.kind != TokBlockEnd {
		if !first && len(vars) > 0 {
			p.expect(TokComma)
		}
		first = false
		if p.skip(TokColon) {
			break
		}
		nameAt := p.start()
		name := p.expect(TokName)
		span := p.span(nameAt)
		if find(name) >= 0 {
			p.report(span, true, "translatable variable %s defined twice.", value.Quote(name))
		}
		var x Expr
		switch {
		case p.kind == TokAssign:
			p.advance()
			x = p.expression(true)
		case !trimmedSet && (name == "trimmed" || name == "notrimmed"):
			trimmedSet, trimmed = true, name == "trimmed"
			continue
		default:
			x = &Name{exprBase{base{span}}, name, false}
		}
		if plural == nil {
			if _, ok := x.(*CallExpr); ok {
				// the call is made once, before the text
				p.before = append(p.before, &Assign{stmtAt(begin), &Name{exprBase{base{span}}, "_trans", true}, x})
				x = &Name{exprBase{base{span}}, "_trans", false}
			}
			plural = x
		}
		vars = append(vars, variable{name, x})
	}
	p.expect(TokBlockEnd)
	names, singular := p.transText(true)
	if plural == nil && len(names) > 0 {
		plural = &Name{exprBase{base{p.span(at)}}, names[0], false}
	}
	pluralText, hasPlural := "", false
	if p.is("pluralize") {
		hasPlural = true
		p.advance()
		if p.kind != TokBlockEnd {
			nameAt := p.start()
			name := p.expect(TokName)
			i := find(name)
			if i < 0 {
				p.report(p.span(nameAt), true, "unknown variable %s for pluralization", value.Quote(name))
			} else {
				plural = vars[i].x
			}
		}
		p.expect(TokBlockEnd)
		var more []string
		more, pluralText = p.transText(false)
		names = append(names, more...)
	}
	p.advance()
	if hasPlural && plural == nil {
		p.failAt(Span{Start: at, End: p.prevEnd}, "pluralize without variables")
	}
	for _, n := range names {
		if find(n) < 0 {
			vars = append(vars, variable{n, &Name{exprBase{base{p.span(at)}}, n, false}})
		}
	}
	if trimmed {
		singular = lineSpace().ReplaceAllString(strings.TrimFunc(singular, value.IsSpace), " ")
		pluralText = lineSpace().ReplaceAllString(strings.TrimFunc(pluralText, value.IsSpace), " ")
	}
	if len(names) == 0 {
		singular = strings.ReplaceAll(singular, "%%", "%")
		pluralText = strings.ReplaceAll(pluralText, "%%", "%")
	}
	here := func() exprBase { return p.ebase(at) }
	text := func(s string) Expr { return &Const{here(), value.Str{S: s}} }
	name, args := "gettext", []Expr{text(singular)}
	if context != nil {
		name, args = "pgettext", append([]Expr{text(*context)}, args...)
	}
	if hasPlural {
		name, args = "n"+name, append(args, text(pluralText), plural)
	}
	var x Expr = &CallExpr{here(), &Name{here(), name, false}, Args{Args: args, Open: true}}
	if len(vars) > 0 {
		d := &Dict{exprBase: here()}
		for _, v := range vars {
			d.Pairs = append(d.Pairs, Pair{text(v.name), v.x})
		}
		x = &Binary{here(), TokMod, x, d}
	}
	return &Output{stmtAt(begin), []Expr{x}}
}

// transText reads the text up to endtrans, or pluralize where it is allowed, whose name is then the current token.
func (p *parser) transText(pluralize bool) (names []string, text string) {
	var b strings.Builder
	for {
		switch p.kind {
		case TokData:
			b.WriteString(strings.ReplaceAll(p.newlines(p.cur()), "%", "%%"))
			p.advance()
		case TokVarBegin:
			p.advance()
			name := p.expect(TokName)
			names = append(names, name)
			b.WriteString("%(" + name + ")s")
			p.expect(TokVarEnd)
		case TokBlockBegin:
			p.advance()
			tag := "None"
			if p.kind == TokName {
				tag = p.cur()
			}
			switch {
			case tag == "endtrans" || tag == "pluralize" && pluralize:
				return names, b.String()
			case tag == "pluralize":
				p.fail("a translatable section can have only one pluralize section")
			case tag == "trans":
				p.fail("trans blocks can't be nested; did you mean `endtrans`?")
			}
			p.fail("control structures in translatable sections are not allowed; saw `%s`", tag)
		default:
			p.fail("unclosed translation block")
		}
	}
}
