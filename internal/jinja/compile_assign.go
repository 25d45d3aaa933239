package jinja

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// target compiles an assignment target.
func (c *compiler) target(t Expr) setFunc {
	switch t := t.(type) {
	case *Name:
		if len(c.assign) > 0 && (c.level.toplevel || c.level.inLoop || c.level.blockFn) {
			a := c.assign[len(c.assign)-1]
			if !isOneOf(t.Name, a.names) {
				a.names = append(a.names, t.Name)
			}
		}
		store := c.rawStore(c.level.scope.find(t.Name))
		return func(f *frame, v value.Value) error {
			store(f, v)
			return nil
		}
	case *NSRef:
		ns := c.rawLoad(c.level.scope.find(t.Name))
		return func(f *frame, v value.Value) error {
			n, ok := ns(f).(*Namespace)
			if !ok {
				return f.run.locate(value.Errorf("TemplateRuntimeError", "cannot assign attribute on non-namespace object"), t.Span)
			}
			n.attrs.Put(t.Attr, v)
			return nil
		}
	case *Tuple:
		var parts []setFunc
		for _, x := range t.Items {
			parts = append(parts, c.target(x))
		}
		return func(f *frame, v value.Value) error {
			items, err := unpack(v, len(parts))
			if err != nil {
				return f.run.locate(err, t.Span)
			}
			for i, set := range parts {
				if err := set(f, items[i]); err != nil {
					return err
				}
			}
			return nil
		}
	}
	c.reject(t, false, "can't assign to this")
	return nil
}

// unpack splits a value into n items, as Python's tuple assignment does.
func unpack(v value.Value, n int) ([]value.Value, error) {
	switch v := v.(type) {
	case *value.Tuple:
		if len(v.Items) == n {
			return v.Items, nil
		}
	case *value.Undefined:
		if !v.Lax() {
			return nil, v
		}
	}
	next, err := value.Iterate(v)
	if err != nil {
		if _, ok := err.(*value.Error); ok {
			return nil, value.TypeError("cannot unpack non-iterable %s object", value.TypeName(v))
		}
		return nil, err
	}
	items := make([]value.Value, 0, n)
	for {
		x, err := next()
		if err != nil {
			return nil, err
		}
		if x == nil {
			break
		}
		if len(items) == n {
			return nil, value.ValueError("too many values to unpack (expected %d)", n)
		}
		items = append(items, x)
	}
	if len(items) < n {
		return nil, value.ValueError("not enough values to unpack (expected %d, got %d)", n, len(items))
	}
	return items, nil
}

// exported gives what a set at the top level does besides: its names go into the context.
func (c *compiler) exported(a *assigned) func(f *frame) {
	if !c.level.toplevel || c.level.inLoop || c.level.blockFn || len(a.names) == 0 {
		return nil
	}
	type export struct {
		name string
		load func(f *frame) value.Value
	}
	var list []export
	for _, n := range a.names {
		list = append(list, export{n, c.rawLoad(c.level.scope.find(n))})
	}
	return func(f *frame) {
		for _, x := range list {
			f.run.ctx.export(x.name, x.load(f), !strings.HasPrefix(x.name, "_"))
		}
	}
}

func (c *compiler) assignStmt(s *Assign) stmtFunc {
	c.assign = append(c.assign, &assigned{})
	x := c.expr(s.Value)
	var refs []func(f *frame) error
	inspectExpr(s.Target, func(n Node) bool {
		if t, ok := n.(*NSRef); ok {
			load := c.rawLoad(c.level.scope.find(t.Name))
			refs = append(refs, func(f *frame) error {
				if _, ok := load(f).(*Namespace); !ok {
					return f.run.locate(value.Errorf("TemplateRuntimeError", "cannot assign attribute on non-namespace object"), t.Span)
				}
				return nil
			})
		}
		return true
	})
	set := c.target(s.Target)
	a := c.assign[len(c.assign)-1]
	c.assign = c.assign[:len(c.assign)-1]
	export := c.exported(a)
	return func(f *frame) (signal, error) {
		for _, check := range refs {
			if err := check(f); err != nil {
				return goOn, err
			}
		}
		v, err := x(f)
		if err != nil {
			return goOn, err
		}
		if err := set(f, v); err != nil {
			return goOn, err
		}
		if export != nil {
			export(f)
		}
		return goOn, nil
	}
}

func (c *compiler) assignBlock(s *AssignBlock) stmtFunc {
	c.assign = append(c.assign, &assigned{})
	var enter func(*frame) error
	var body stmtFunc
	var filter func(f *frame, v value.Value) (value.Value, error)
	c.inner(func(l *levelInfo) {
		l.outputCheck = false
		(&analysis{l.scope}).body(s.Body)
		if s.Filter != nil {
			(&analysis{l.scope}).expr(s.Filter)
		}
		enter = c.enter(l.scope)
		body = c.body(s.Body)
		if s.Filter != nil {
			filter = c.piped(s.Filter)
		}
	})
	set := c.target(s.Target)
	a := c.assign[len(c.assign)-1]
	c.assign = c.assign[:len(c.assign)-1]
	export := c.exported(a)
	return func(f *frame) (signal, error) {
		v, sig, err := f.capture(enter, body)
		if err != nil || sig != goOn {
			return sig, err
		}
		if filter != nil {
			if v, err = filter(f, v); err != nil {
				return goOn, err
			}
		}
		if err := set(f, v); err != nil {
			return goOn, err
		}
		if export != nil {
			export(f)
		}
		return goOn, nil
	}
}
