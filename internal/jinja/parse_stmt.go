package jinja

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// statementParser gives the reader of a tag; nil for an unknown one.
func statementParser(name string) func(*parser, int) Stmt {
	switch name {
	case "for":
		return (*parser).forStmt
	case "if":
		return (*parser).ifStmt
	case "set":
		return (*parser).set
	case "macro":
		return (*parser).macro
	case "call":
		return (*parser).callBlock
	case "filter":
		return (*parser).filterBlock
	case "with":
		return (*parser).with
	case "autoescape":
		return (*parser).autoescape
	case "block":
		return (*parser).block
	case "extends":
		return (*parser).extends
	case "include":
		return (*parser).include
	case "import":
		return (*parser).importStmt
	case "from":
		return (*parser).from
	case "print":
		return (*parser).print
	case "do":
		return (*parser).do
	case "break", "continue":
		return (*parser).loopControl
	case "debug":
		return (*parser).debug
	case "trans":
		return (*parser).trans
	}
	return nil
}

func stmtAt(start int) stmtBase { return stmtBase{at(start)} }

// target reads what can be assigned to.
func (p *parser) target(ends []string, namespace bool) Expr {
	x := p.tuple(true, true, ends, false, namespace)
	p.assignable(x)
	return x
}

func (p *parser) assignable(x Expr) {
	kind := ""
	switch x := x.(type) {
	case *Name:
		x.Store = true
		return
	case *NSRef:
		return
	case *Tuple:
		for _, y := range x.Items {
			switch z := y.(type) {
			case *Name:
				z.Store = true
				continue
			case *NSRef:
				continue
			case *Tuple:
				p.assignable(z)
				continue
			}
			p.failAt(x.Span, "can't assign to 'tuple'")
		}
		return
	case *Const:
		kind = "const"
	case *List:
		kind = "list"
	case *Dict:
		kind = "dict"
	default:
		kind = "expression"
	}
	p.failAt(x.Range(), "can't assign to %s", value.Quote(kind))
}

// nameTarget reads a single name to be assigned to.
func (p *parser) nameTarget() *Name {
	start := p.start()
	name := p.expect(TokName)
	n := &Name{p.ebase(start), name, true}
	switch name {
	case "true", "false", "none", "True", "False", "None":
		p.failAt(n.Span, "can't assign to 'name'")
	}
	return n
}

func (p *parser) set(begin int) Stmt {
	p.advance()
	target := p.target(nil, true)
	if p.skip(TokAssign) {
		return &Assign{stmtAt(begin), target, p.tuple(false, true, nil, false, false)}
	}
	s := &AssignBlock{stmtBase: stmtAt(begin), Target: target}
	if p.kind == TokPipe {
		s.Filter, _ = p.filter(nil, false).(*Filter)
	}
	s.Body = p.body("endset")
	return s
}

func (p *parser) forStmt(begin int) Stmt {
	p.advance()
	s := &For{stmtBase: stmtAt(begin)}
	at := p.start()
	p.head(func() {
		s.Target = p.target([]string{"in"}, false)
		p.expectName("in")
		s.Iter = p.tuple(false, false, []string{"recursive"}, false, false)
		if p.skipName("if") {
			s.Test = p.expression(true)
		}
		s.Recursive = p.skipName("recursive")
	})
	if s.Target == nil {
		s.Target = &BadExpr{p.ebase(at)}
	}
	if s.Iter == nil {
		s.Iter = &BadExpr{p.ebase(at)}
	}
	s.BodySpan.Start = p.prevEnd
	body, ok := p.statements("endfor", "else")
	s.Body = body
	s.BodySpan.End = p.prevEnd
	if !ok {
		return s
	}
	end := p.cur()
	p.advance()
	if end == "else" {
		s.Else = p.body("endfor")
		if s.Else == nil {
			s.Else = []Stmt{}
		}
	}
	return s
}

func (p *parser) ifStmt(begin int) Stmt {
	s := &If{stmtBase: stmtAt(begin)}
	for {
		at := p.start()
		p.advance()
		b := Branch{Span: Span{Start: at}}
		p.head(func() { b.Test = p.tuple(false, false, nil, false, false) })
		if b.Test == nil {
			b.Test = &BadExpr{p.ebase(at)}
		}
		body, ok := p.statements("elif", "else", "endif")
		b.Body = body
		b.Span.End = p.prevEnd
		s.Branches = append(s.Branches, b)
		if !ok {
			return s
		}
		switch p.cur() {
		case "elif":
			continue
		case "else":
			p.advance()
			s.Else = p.body("endif")
		default:
			p.advance()
		}
		return s
	}
}

func (p *parser) with(begin int) Stmt {
	p.advance()
	s := &With{stmtBase: stmtAt(begin)}
	p.head(func() {
		for p.kind != TokBlockEnd {
			if s.Targets != nil {
				p.expect(TokComma)
			}
			t := p.target(nil, false)
			p.expect(TokAssign)
			s.Values = append(s.Values, p.expression(true))
			s.Targets = append(s.Targets, t)
		}
	})
	s.Body = p.body("endwith")
	return s
}

func (p *parser) autoescape(begin int) Stmt {
	p.advance()
	s := &ScopeStmt{stmtBase: stmtAt(begin), Option: p.expression(true)}
	s.Body = p.body("endautoescape")
	return s
}

func (p *parser) block(begin int) Stmt {
	p.advance()
	s := &Block{stmtBase: stmtAt(begin)}
	at := p.start()
	s.Name = p.expect(TokName)
	s.NameSpan = p.span(at)
	s.Scoped = p.skipName("scoped")
	s.Required = p.skipName("required")
	if p.kind == TokSub {
		p.fail("Block names in Jinja have to be valid Python identifiers and may not contain hyphens, use an underscore instead.")
	}
	if p.blocks[s.Name] {
		p.report(s.NameSpan, true, "block %s defined twice", value.Quote(s.Name))
	} else if p.blocks == nil {
		p.blocks = map[string]bool{s.Name: true}
	} else {
		p.blocks[s.Name] = true
	}
	p.t.Blocks = append(p.t.Blocks, s)
	body, ok := p.statements("endblock")
	s.Body = body
	if ok {
		p.advance()
	}
	if s.Required {
		for _, b := range s.Body {
			out, ok := b.(*Output)
			for i := 0; ok && i < len(out.Nodes); i++ {
				d, isData := out.Nodes[i].(*Data)
				ok = isData && d.Text != "" && strings.TrimFunc(d.Text, value.IsSpace) == ""
			}
			if !ok {
				p.fail("Required blocks can only contain comments or whitespace")
			}
		}
	}
	if !p.unclosed {
		p.skipName(s.Name)
	}
	return s
}

func (p *parser) extends(begin int) Stmt {
	p.advance()
	return &Extends{stmtAt(begin), p.expression(true)}
}

// contextClause reads "with context" or "without context".
func (p *parser) contextClause(with *bool) bool {
	if p.kind == TokName && (p.cur() == "with" || p.cur() == "without") {
		if _, next := p.peek(); next == "context" {
			*with = p.cur() == "with"
			p.advance()
			p.advance()
			return true
		}
	}
	return false
}

func (p *parser) include(begin int) Stmt {
	p.advance()
	s := &Include{stmtBase: stmtAt(begin), WithContext: true}
	s.Template = p.expression(true)
	if p.is("ignore") {
		if _, next := p.peek(); next == "missing" {
			s.IgnoreMissing = true
			p.advance()
			p.advance()
		}
	}
	p.contextClause(&s.WithContext)
	return s
}

func (p *parser) importStmt(begin int) Stmt {
	p.advance()
	s := &Import{stmtBase: stmtAt(begin)}
	s.Template = p.expression(true)
	p.expectName("as")
	n := p.nameTarget()
	s.Target, s.TargetSpan = n.Name, n.Span
	p.contextClause(&s.WithContext)
	return s
}

func (p *parser) from(begin int) Stmt {
	p.advance()
	s := &FromImport{stmtBase: stmtAt(begin)}
	s.Template = p.expression(true)
	p.expectName("import")
	for {
		if s.Names != nil {
			p.expect(TokComma)
		}
		if p.kind != TokName {
			p.expect(TokName)
		}
		if p.contextClause(&s.WithContext) {
			break
		}
		n := p.nameTarget()
		if strings.HasPrefix(n.Name, "_") {
			p.report(n.Span, true, "names starting with an underline can not be imported")
		}
		in := ImportName{n.Name, n.Name, n.Span}
		if p.skipName("as") {
			in.Alias = p.nameTarget().Name
		}
		s.Names = append(s.Names, in)
		if p.contextClause(&s.WithContext) || p.kind != TokComma {
			break
		}
	}
	return s
}

func (p *parser) signature() []MacroParam {
	params := []MacroParam{}
	p.expect(TokLparen)
	defaults := false
	for p.kind != TokRparen {
		if len(params) > 0 {
			p.expect(TokComma)
		}
		m := MacroParam{Name: p.nameTarget()}
		if p.skip(TokAssign) {
			m.Default = p.expression(true)
			defaults = true
		} else if defaults {
			p.fail("non-default argument follows default argument")
		}
		params = append(params, m)
	}
	p.expect(TokRparen)
	return params
}

func (p *parser) macro(begin int) Stmt {
	p.advance()
	s := &Macro{stmtBase: stmtAt(begin)}
	p.head(func() {
		n := p.nameTarget()
		s.Name, s.NameSpan = n.Name, n.Span
		s.Params = p.signature()
	})
	s.Body = p.body("endmacro")
	return s
}

func (p *parser) callBlock(begin int) Stmt {
	p.advance()
	s := &CallBlock{stmtBase: stmtAt(begin)}
	at := p.start()
	p.head(func() {
		if p.kind == TokLparen {
			s.Params = p.signature()
		}
		x := p.expression(true)
		c, ok := x.(*CallExpr)
		if !ok {
			p.failAt(x.Range(), "expected call")
		}
		s.Call = c
	})
	if s.Call == nil {
		s.Call = &CallExpr{exprBase: p.ebase(at), X: &BadExpr{p.ebase(at)}}
	}
	s.Body = p.body("endcall")
	return s
}

func (p *parser) filterBlock(begin int) Stmt {
	p.advance()
	s := &FilterBlock{stmtBase: stmtAt(begin)}
	at := p.start()
	p.head(func() { s.Filter, _ = p.filter(nil, true).(*Filter) })
	if s.Filter == nil {
		s.Filter = &Filter{exprBase: p.ebase(at)}
	}
	s.Body = p.body("endfilter")
	return s
}

func (p *parser) print(begin int) Stmt {
	p.advance()
	s := &Output{stmtBase: stmtAt(begin)}
	for p.kind != TokBlockEnd {
		if s.Nodes != nil {
			p.expect(TokComma)
		}
		s.Nodes = append(s.Nodes, p.expression(true))
	}
	return s
}

func (p *parser) do(begin int) Stmt {
	p.advance()
	return &Do{stmtAt(begin), p.tuple(false, true, nil, false, false)}
}

func (p *parser) loopControl(begin int) Stmt {
	s := &LoopControl{stmtAt(begin), p.cur() == "break"}
	p.advance()
	return s
}

func (p *parser) debug(begin int) Stmt {
	p.advance()
	return &Debug{stmtAt(begin)}
}
