package jinja

import (
	"github.com/rehearse-dev/rehearse/internal/value"
)

// locals lists the variables of all enclosing scopes that something sets, for a context derived from here.
func (c *compiler) locals() func(f *frame) map[string]value.Value {
	type local struct {
		name string
		load func(f *frame) value.Value
	}
	var list []local
	seen := map[string]bool{}
	for s := c.level.scope; s != nil; s = s.parent {
		for _, n := range s.stores {
			if !seen[n] {
				seen[n] = true
				list = append(list, local{n, c.rawLoad(c.level.scope.find(n))})
			}
		}
	}
	return func(f *frame) map[string]value.Value {
		m := make(map[string]value.Value, len(list))
		for _, l := range list {
			if v := l.load(f); v != nil {
				m[l.name] = v
			}
		}
		return m
	}
}

func (c *compiler) blockStmt(s *Block) stmtFunc {
	if c.level.toplevel && c.knownExtends {
		return nil
	}
	check := c.level.toplevel && c.extendsSoFar > 0
	var locals func(f *frame) map[string]value.Value
	if s.Scoped {
		locals = c.locals()
	}
	return func(f *frame) (signal, error) {
		if check && f.run.parent != nil {
			return goOn, nil
		}
		return goOn, f.run.callBlock(s, locals, f)
	}
}

func (c *compiler) extends(s *Extends) stmtFunc {
	if !c.level.toplevel {
		c.reject(s, true, "cannot use extend from a non top-level scope")
	}
	x := c.expr(s.Template)
	again := c.extendsSoFar > 0
	known := c.knownExtends
	if c.level.rootlevel {
		c.knownExtends = true
	}
	c.extendsSoFar++
	return func(f *frame) (signal, error) {
		if again && (known || f.run.parent != nil) {
			return goOn, f.run.locate(value.Errorf("TemplateRuntimeError", "extended multiple times"), s.Span)
		}
		v, err := x(f)
		if err != nil {
			return goOn, err
		}
		parent, err := f.run.template(v)
		if err != nil {
			return goOn, f.run.locate(err, s.Span)
		}
		f.run.parent = parent
		f.run.ctx.addBlocks(parent)
		return goOn, nil
	}
}

func (c *compiler) include(s *Include) stmtFunc {
	x := c.expr(s.Template)
	locals := c.locals()
	return c.checkedInclude(func(f *frame) (signal, error) {
		v, err := x(f)
		if err != nil {
			return goOn, err
		}
		t, err := f.run.selectTemplate(v)
		if err != nil {
			if s.IgnoreMissing && isNotFound(err) {
				return goOn, nil
			}
			return goOn, f.run.locate(err, s.Span)
		}
		var vars map[string]value.Value
		if s.WithContext {
			vars = locals(f)
		}
		return goOn, f.run.include(t, vars, s.WithContext, f.out)
	})
}

// checkedInclude: Jinja2 checks only prints for a parent, so that an include in a child template still runs.
func (c *compiler) checkedInclude(s stmtFunc) stmtFunc { return s }

func (c *compiler) importStmt(s *Import) stmtFunc {
	x := c.expr(s.Template)
	locals := c.locals()
	store := c.rawStore(c.level.scope.find(s.Target))
	top := c.level.toplevel
	return func(f *frame) (signal, error) {
		m, err := f.run.importModule(x, locals, s.WithContext, f, s.Span)
		if err != nil {
			return goOn, err
		}
		store(f, m)
		if top {
			f.run.ctx.export(s.Target, m, false)
		}
		return goOn, nil
	}
}

func (c *compiler) fromImport(s *FromImport) stmtFunc {
	x := c.expr(s.Template)
	locals := c.locals()
	var stores []func(f *frame, v value.Value)
	for _, n := range s.Names {
		stores = append(stores, c.rawStore(c.level.scope.find(n.Alias)))
	}
	top := c.level.toplevel
	return func(f *frame) (signal, error) {
		m, err := f.run.importModule(x, locals, s.WithContext, f, s.Span)
		if err != nil {
			return goOn, err
		}
		for i, n := range s.Names {
			v, ok := m.Attr(n.Name)
			if !ok {
				v = f.run.undefinedHint("the template "+value.Quote(m.name)+" (imported on "+f.run.position(s.Span)+
					") does not export the requested name "+value.Quote(n.Name), n.Name, n.Span)
			}
			stores[i](f, v)
			if top {
				f.run.ctx.export(n.Alias, v, false)
			}
		}
		return goOn, nil
	}
}
