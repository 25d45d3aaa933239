package jinja

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// resync skips to behind the end of the tag that the current token is in.
func (p *parser) resync(closer Kind) {
	for {
		switch k := p.toks[p.i].Kind; k {
		case TokEOF:
			p.kind = k
			return
		case TokVarEnd, TokBlockEnd:
			p.kind = k
			if closer == k || closer == TokEOF {
				p.prevEnd = int(p.toks[p.i].End)
				for !p.guard(p.advance) {
				}
				return
			}
		case TokData, TokVarBegin, TokBlockBegin:
			p.kind = k
			return
		}
		p.i++
	}
}

// template reads everything up to the end.
func (p *parser) template() []Stmt {
	var body []Stmt
	for {
		body = p.subparse(body, nil)
		if p.kind == TokEOF {
			return body
		}
	}
}

// subparse reads data, prints and statements until one of the end tags; with that tag's name as the current token.
func (p *parser) subparse(body []Stmt, ends []string) []Stmt {
	p.enter()
	defer p.leave()
	var out *Output
	if ends != nil {
		p.ends = append(p.ends, ends)
		defer func() { p.ends = p.ends[:len(p.ends)-1] }()
	}
	add := func(e Expr) {
		if out == nil {
			out = &Output{stmtBase: stmtBase{base{Span{Start: e.Range().Start}}}}
			body = append(body, out)
		}
		out.Nodes = append(out.Nodes, e)
		out.Span.End = e.Range().End
	}
	for {
		switch p.kind {
		case TokEOF:
			return body
		case TokData:
			t := p.toks[p.i]
			add(&Data{exprBase{base{Span{Start: int(t.Start), End: int(t.End)}}}, p.newlines(p.cur())})
			for !p.guard(p.advance) {
			}
		case TokVarBegin:
			begin := p.start()
			var x Expr
			if !p.guard(func() {
				p.advance()
				p.invar = true
				x = p.tuple(false, true, nil, false, false)
				if p.kind != TokVarEnd {
					p.wanted(TokVarEnd.describe())
				}
			}) {
				p.resync(TokVarEnd)
				x = &BadExpr{exprBase{base{p.span(begin)}}}
			} else {
				for !p.guard(p.advance) {
				}
			}
			p.invar = false
			add(x)
		case TokBlockBegin:
			out = nil
			begin := p.start()
			at := p.i
			if !p.guard(p.advance) {
				p.resync(TokBlockEnd)
				continue
			}
			if p.kind == TokName && slices.Contains(ends, p.cur()) {
				return body
			}
			// an end tag of an enclosing block: that block ends here, and this one is unclosed
			if p.kind == TokName && ends != nil && p.enclosing(p.cur()) {
				p.unknownTag(p.cur())
				p.i = at
				p.kind = TokBlockBegin
				return body
			}
			var s Stmt
			ok := p.guard(func() {
				s = p.statement(begin)
				if !p.unclosed && p.kind != TokBlockEnd {
					p.wanted(TokBlockEnd.describe())
				}
			})
			body = append(body, p.before...)
			p.before = nil
			if s != nil {
				body = append(body, s)
			} else {
				body = append(body, &BadStmt{stmtBase{base{p.span(begin)}}})
			}
			switch {
			case !ok:
				p.unclosed = false
				p.resync(TokBlockEnd)
			case p.unclosed: // its end tag is missing: go on with what stopped it
				p.unclosed = false
				p.setEnd(s, p.prevEnd)
			default:
				p.setEnd(s, int(p.toks[p.i].End))
				for !p.guard(p.advance) {
				}
			}
		default:
			// the rest of a broken tag
			p.resync(TokEOF)
		}
	}
}

// newlines puts the configured line break into template data and texts.
func (p *parser) newlines(s string) string {
	if p.NewlineSequence != "\n" {
		return strings.ReplaceAll(s, "\n", p.NewlineSequence)
	}
	return s
}

func (p *parser) setEnd(s Stmt, end int) {
	if b, ok := s.(interface{ setEnd(int) }); ok {
		b.setEnd(end)
	}
}

func (b *base) setEnd(end int) { b.Span.End = end }

func (p *parser) enclosing(name string) bool {
	for _, ends := range p.ends[:len(p.ends)-1] {
		if slices.Contains(ends, name) && strings.HasPrefix(name, "end") {
			return true
		}
	}
	return false
}

// unknownTag reports a tag that nothing here begins or ends with; "" means the end of the template.
func (p *parser) unknownTag(name string) {
	var msg strings.Builder
	if name == "" {
		msg.WriteString("Unexpected end of template.")
	} else {
		fmt.Fprintf(&msg, "Encountered unknown tag %s.", value.Quote(name))
	}
	if len(p.ends) > 0 {
		var looking []string
		for _, e := range p.ends[len(p.ends)-1] {
			looking = append(looking, value.Quote(e))
		}
		expected := false
		for _, ends := range p.ends {
			expected = expected || name != "" && slices.Contains(ends, name)
		}
		if expected {
			msg.WriteString(" You probably made a nesting mistake. Jinja is expecting this tag, but currently looking for ")
		} else {
			msg.WriteString(" Jinja was looking for the following tags: ")
		}
		msg.WriteString(strings.Join(looking, " or "))
		msg.WriteString(".")
	}
	if len(p.tags) > 0 {
		fmt.Fprintf(&msg, " The innermost block that needs to be closed is %s.", value.Quote(p.tags[len(p.tags)-1]))
	}
	p.report(p.here(), false, "%s", msg.String())
}

// statements reads a body: the rest of the opening tag, then everything up to one of the end tags, whose name is then
// the current token; ok is false where the end of the template, or of an enclosing block, came first.
func (p *parser) statements(ends ...string) (body []Stmt, ok bool) {
	p.skip(TokColon)
	if p.kind != TokBlockEnd {
		// the opening tag is broken: report it and read the body nevertheless
		if !p.broken {
			p.guard(func() { p.wanted(TokBlockEnd.describe()) })
		}
		p.broken = false
		p.resync(TokBlockEnd)
	} else {
		p.broken = false
		for !p.guard(p.advance) {
		}
	}
	body = p.subparse(nil, ends)
	if p.kind == TokName && slices.Contains(ends, p.cur()) {
		return body, true
	}
	if p.kind == TokEOF {
		p.ends = append(p.ends, ends)
		p.unknownTag("")
		p.ends = p.ends[:len(p.ends)-1]
	}
	p.unclosed = true
	return body, false
}

// head reads the rest of an opening tag; where that fails, it skips to the tag's end, so that the body is read.
func (p *parser) head(f func()) {
	if p.guard(f) {
		return
	}
	p.broken = true
	for {
		switch k := p.toks[p.i].Kind; k {
		case TokEOF, TokData, TokVarBegin, TokBlockBegin, TokBlockEnd:
			p.kind = k
			return
		}
		p.i++
	}
}

// body reads a body that ends with one tag, and that tag's name.
func (p *parser) body(end string) []Stmt {
	body, ok := p.statements(end)
	if ok {
		p.advance()
	}
	return body
}

// statement reads a tag; the name that it begins with is the current token, its end is left.
func (p *parser) statement(begin int) Stmt {
	if p.kind != TokName {
		p.fail("tag name expected")
	}
	name := p.cur()
	f := statementParser(name)
	if f == nil || !p.enabled(name) {
		p.unknownTag(name)
		panic(syntaxError{})
	}
	p.tags = append(p.tags, name)
	p.enter()
	s := f(p, begin)
	p.leave()
	p.tags = p.tags[:len(p.tags)-1]
	return s
}

func (p *parser) enabled(name string) bool {
	switch name {
	case "do":
		return p.Do
	case "break", "continue":
		return p.LoopControls
	case "trans":
		return p.I18n
	case "debug":
		return p.Debug
	}
	return true
}
