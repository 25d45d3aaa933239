package jinja

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func (c *compiler) stmt(s Stmt) stmtFunc {
	switch s := s.(type) {
	case *Output:
		return c.output(s)
	case *If:
		return c.ifStmt(s)
	case *For:
		return c.forStmt(s)
	case *Assign:
		return c.assignStmt(s)
	case *AssignBlock:
		return c.assignBlock(s)
	case *Macro:
		return c.macroStmt(s)
	case *CallBlock:
		return c.callBlock(s)
	case *FilterBlock:
		return c.filterBlock(s)
	case *With:
		return c.with(s)
	case *ScopeStmt:
		var f stmtFunc
		c.inner(func(l *levelInfo) {
			(&analysis{l.scope}).body(s.Body)
			enter := c.enter(l.scope)
			body := c.body(s.Body)
			f = func(f *frame) (signal, error) {
				if err := enter(f); err != nil {
					return goOn, err
				}
				return body(f)
			}
		})
		return f
	case *Do:
		x := c.expr(s.X)
		return func(f *frame) (signal, error) {
			_, err := x(f)
			return goOn, err
		}
	case *LoopControl:
		sig := doContinue
		if s.Break {
			sig = doBreak
		}
		if !c.level.inLoop && !c.insideLoop() {
			c.reject(s, false, "'%s' outside loop", map[bool]string{true: "break", false: "continue"}[s.Break])
		}
		return func(*frame) (signal, error) { return sig, nil }
	case *Block:
		return c.blockStmt(s)
	case *Extends:
		return c.extends(s)
	case *Include:
		return c.include(s)
	case *Import:
		return c.importStmt(s)
	case *FromImport:
		return c.fromImport(s)
	case *Debug:
		return func(f *frame) (signal, error) {
			f.out.text(f.run.debug())
			return goOn, nil
		}
	}
	c.reject(s, false, "the statement cannot be compiled")
	return nil
}

// insideLoop tells whether a loop of the current function encloses the level.
func (c *compiler) insideLoop() bool { return c.loopDepth > 0 }

// checked wraps what prints so that a child template prints nothing outside of its blocks.
func (c *compiler) checked(s stmtFunc) stmtFunc {
	if !c.level.outputCheck {
		return s
	}
	if c.knownExtends {
		return nil
	}
	return func(f *frame) (signal, error) {
		if f.run.parent != nil {
			return goOn, nil
		}
		return s(f)
	}
}

func (c *compiler) output(s *Output) stmtFunc {
	if c.level.outputCheck && c.knownExtends {
		return nil
	}
	var fs []stmtFunc
	var data strings.Builder
	flush := func() {
		if data.Len() > 0 {
			text := data.String()
			data.Reset()
			fs = append(fs, func(f *frame) (signal, error) {
				f.out.text(text)
				return goOn, nil
			})
		}
	}
	for _, n := range s.Nodes {
		if d, ok := n.(*Data); ok {
			data.WriteString(d.Text)
			continue
		}
		flush()
		x := c.expr(n)
		span := n.Range()
		fs = append(fs, func(f *frame) (signal, error) {
			v, err := x(f)
			if err != nil {
				return goOn, err
			}
			if final := f.run.e.cfg.Finalize; final != nil {
				if v, err = final(&Call{Ctx: f.run.lim.ctx, Engine: f.run.e, run: f.run, span: span}, v); err != nil {
					return goOn, f.run.locate(err, span)
				}
			}
			if err := f.out.value(f.run, v); err != nil {
				return goOn, f.run.locate(err, span)
			}
			return goOn, nil
		})
	}
	flush()
	if len(fs) == 1 {
		return c.checked(fs[0])
	}
	return c.checked(func(f *frame) (signal, error) {
		for _, s := range fs {
			if _, err := s(f); err != nil {
				return goOn, err
			}
		}
		return goOn, nil
	})
}

// soft compiles with the level marked as one in which filters may be unknown.
func (c *compiler) soft(f func()) {
	save := c.level
	l := *save
	l.soft, l.rootlevel = true, false
	c.level = &l
	f()
	c.level = save
}

func (c *compiler) ifStmt(s *If) stmtFunc {
	type branch struct {
		test func(f *frame) (bool, error)
		body stmtFunc
	}
	var branches []branch
	var els stmtFunc
	c.soft(func() {
		for _, b := range s.Branches {
			branches = append(branches, branch{c.truth(b.Test), c.body(b.Body)})
		}
		if s.Else != nil {
			els = c.body(s.Else)
		}
	})
	return func(f *frame) (signal, error) {
		for i := range branches {
			ok, err := branches[i].test(f)
			if err != nil {
				return goOn, err
			}
			if ok {
				return branches[i].body(f)
			}
		}
		if els != nil {
			return els(f)
		}
		return goOn, nil
	}
}

func (c *compiler) filterBlock(s *FilterBlock) stmtFunc {
	var enter func(*frame) error
	var body stmtFunc
	var filter func(f *frame, v value.Value) (value.Value, error)
	c.inner(func(l *levelInfo) {
		a := &analysis{l.scope}
		a.body(s.Body)
		a.expr(s.Filter)
		enter = c.enter(l.scope)
		check := l.outputCheck
		l.outputCheck = false
		body = c.body(s.Body)
		l.outputCheck = check
		filter = c.piped(s.Filter)
	})
	return c.checked(func(f *frame) (signal, error) {
		v, sig, err := f.capture(enter, body)
		if err != nil || sig != goOn {
			return sig, err
		}
		if v, err = filter(f, v); err != nil {
			return goOn, err
		}
		return goOn, f.out.value(f.run, v)
	})
}

func (c *compiler) with(s *With) stmtFunc {
	var values []exprFunc
	for _, v := range s.Values {
		values = append(values, c.expr(v))
	}
	var targets []setFunc
	var enter func(*frame) error
	var body stmtFunc
	c.inner(func(l *levelInfo) {
		a := &analysis{l.scope}
		for _, t := range s.Targets {
			a.params(t)
		}
		a.body(s.Body)
		enter = c.enter(l.scope)
		for _, t := range s.Targets {
			targets = append(targets, c.target(t))
		}
		body = c.body(s.Body)
	})
	return func(f *frame) (signal, error) {
		if err := enter(f); err != nil {
			return goOn, err
		}
		for i, t := range targets {
			v, err := values[i](f)
			if err != nil {
				return goOn, err
			}
			if err := t(f, v); err != nil {
				return goOn, err
			}
		}
		return body(f)
	}
}
