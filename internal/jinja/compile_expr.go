package jinja

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func constant(v value.Value) exprFunc {
	return func(*frame) (value.Value, error) { return v, nil }
}

func (c *compiler) exprs(list []Expr) []exprFunc {
	fs := make([]exprFunc, len(list))
	for i, x := range list {
		fs[i] = c.expr(x)
	}
	return fs
}

func (c *compiler) expr(x Expr) exprFunc {
	switch x := x.(type) {
	case *Name:
		return c.name(x)
	case *Const:
		return c.constant(x)
	case *Data:
		return constant(value.Str{S: x.Text})
	case *Attr:
		return c.attr(x)
	case *Item:
		return c.item(x)
	case *Filter:
		return c.filter(x)
	case *Test:
		return c.test(x)
	case *CallExpr:
		return c.call(x, nil)
	case *Binary:
		return c.binary(x)
	case *Logic:
		a, b := c.expr(x.Left), c.expr(x.Right)
		and := x.And
		span := x.Left.Range()
		return func(f *frame) (value.Value, error) {
			v, err := a(f)
			if err != nil {
				return nil, err
			}
			t, err := value.Truth(v)
			if err != nil {
				return nil, f.run.locate(err, span)
			}
			if t != and {
				return v, nil
			}
			return b(f)
		}
	case *Not:
		t := c.truth(x.X)
		return func(f *frame) (value.Value, error) {
			b, err := t(f)
			return value.Bool(!b), err
		}
	case *Compare:
		return c.compare(x)
	case *Cond:
		return c.cond(x)
	case *Concat:
		return c.concat(x)
	case *Unary:
		g := c.expr(x.X)
		neg := x.Op == TokSub
		return func(f *frame) (value.Value, error) {
			v, err := g(f)
			if err != nil {
				return nil, err
			}
			if neg {
				v, err = value.Neg(v)
			} else {
				v, err = value.Pos(v)
			}
			return v, f.run.locate(err, x.Span)
		}
	case *List:
		fs := c.exprs(x.Items)
		return func(f *frame) (value.Value, error) {
			items := make([]value.Value, len(fs))
			for i, g := range fs {
				v, err := g(f)
				if err != nil {
					return nil, err
				}
				items[i] = v
			}
			return &value.List{Items: items}, nil
		}
	case *Tuple:
		fs := c.exprs(x.Items)
		return func(f *frame) (value.Value, error) {
			items := make([]value.Value, len(fs))
			for i, g := range fs {
				v, err := g(f)
				if err != nil {
					return nil, err
				}
				items[i] = v
			}
			return &value.Tuple{Items: items}, nil
		}
	case *Dict:
		return c.dict(x)
	case *Slice:
		parts := [3]exprFunc{}
		for i, p := range []Expr{x.Start, x.Stop, x.Step} {
			if p != nil {
				parts[i] = c.expr(p)
			} else {
				parts[i] = constant(nil)
			}
		}
		return func(f *frame) (value.Value, error) {
			s := &value.Slice{}
			for i, to := range []*value.Value{&s.Start, &s.Stop, &s.Step} {
				v, err := parts[i](f)
				if err != nil {
					return nil, err
				}
				*to = v
			}
			return s, nil
		}
	}
	c.reject(x, false, "the expression cannot be compiled")
	return nil
}

// concat joins texts; all parts are evaluated before the first is turned into text.
func (c *compiler) concat(x *Concat) exprFunc {
	fs := c.exprs(x.Items)
	return func(f *frame) (value.Value, error) {
		var few [4]value.Value
		parts := few[:0]
		for _, g := range fs {
			v, err := g(f)
			if err != nil {
				return nil, err
			}
			parts = append(parts, v)
		}
		var b strings.Builder
		for i, v := range parts {
			s, err := value.TryStr(v)
			if err != nil {
				return nil, f.run.locate(err, x.Items[i].Range())
			}
			b.WriteString(s)
			if b.Len() > maxOutput {
				return nil, f.run.locate(tooMuch(), x.Span)
			}
		}
		return value.Str{S: b.String()}, nil
	}
}

func (c *compiler) name(x *Name) exprFunc {
	r := c.level.scope.find(x.Name)
	if r == nil { // a name that no analysis saw: resolve it
		r = &symbol{name: x.Name, fn: c.fn, slot: -1, load: loadResolve}
	}
	undef := &value.Undefined{Name: x.Name, Message: value.Quote(x.Name) + " is undefined", Kind: c.e.undefinedKind(), Span: x.Span, Site: c.t}
	if r.slot < 0 {
		i := c.nameIndex(x.Name)
		return func(f *frame) (value.Value, error) {
			if v := f.run.resolve(i); v != nil {
				return v, nil
			}
			return undef, nil
		}
	}
	slot := r.slot
	if c.depth(r) == 0 {
		return func(f *frame) (value.Value, error) {
			if v := f.slots[slot]; v != nil {
				return v, nil
			}
			return undef, nil
		}
	}
	load := c.rawLoad(r)
	return func(f *frame) (value.Value, error) {
		if v := load(f); v != nil {
			return v, nil
		}
		return undef, nil
	}
}

// constant gives a literal. In Ansible mode a text that looks like a template is marked: lookups template it.
func (c *compiler) constant(x *Const) exprFunc {
	s, ok := x.Value.(value.Str)
	if !ok || !c.e.ansible || !IsTemplate(s.S, nil) {
		return constant(x.Value)
	}
	s.Embedded = true
	return func(f *frame) (value.Value, error) {
		if f.run.t != nil && f.run.conditional {
			return f.run.embedded(s, "`when: \"{{ a_var }}\" == 42` becomes `when: a_var == 42`")
		}
		return s, nil
	}
}

// truth compiles a test for truth.
func (c *compiler) truth(x Expr) func(f *frame) (bool, error) {
	switch x := x.(type) {
	case *Not:
		g := c.truth(x.X)
		return func(f *frame) (bool, error) {
			b, err := g(f)
			return !b, err
		}
	case *Logic:
		a, b := c.truth(x.Left), c.truth(x.Right)
		and := x.And
		return func(f *frame) (bool, error) {
			t, err := a(f)
			if err != nil || t != and {
				return t, err
			}
			return b(f)
		}
	}
	g := c.expr(x)
	span := x.Range()
	return func(f *frame) (bool, error) {
		v, err := g(f)
		if err != nil {
			return false, err
		}
		if b, ok := v.(value.Bool); ok {
			return bool(b), nil
		}
		t, err := value.Truth(v)
		if err != nil {
			return false, f.run.locate(err, span)
		}
		return t, nil
	}
}

func (c *compiler) dict(x *Dict) exprFunc {
	type pair struct{ k, v exprFunc }
	var pairs []pair
	for _, p := range x.Pairs {
		pairs = append(pairs, pair{c.expr(p.Key), c.expr(p.Value)})
	}
	return func(f *frame) (value.Value, error) {
		d := &value.Dict{}
		for i, p := range pairs {
			k, err := p.k(f)
			if err != nil {
				return nil, err
			}
			v, err := p.v(f)
			if err != nil {
				return nil, err
			}
			if u, ok := k.(*value.Undefined); ok && !u.Lax() {
				return nil, f.run.locate(u, x.Pairs[i].Key.Range())
			}
			if !d.Set(k, v) {
				return nil, f.run.locate(value.Unhashable(k), x.Pairs[i].Key.Range())
			}
		}
		return d, nil
	}
}

func (c *compiler) binary(x *Binary) exprFunc {
	a, b := c.expr(x.Left), c.expr(x.Right)
	var op func(a, b value.Value) (value.Value, error)
	switch x.Op {
	case TokAdd:
		op = value.Add
	case TokSub:
		op = value.Sub
	case TokMul:
		op = value.Mul
	case TokDiv:
		op = value.Div
	case TokFloordiv:
		op = value.FloorDiv
	case TokMod:
		op = value.Mod
	default:
		op = value.Pow
	}
	span := x.Span
	return func(f *frame) (value.Value, error) {
		v, err := a(f)
		if err != nil {
			return nil, err
		}
		w, err := b(f)
		if err != nil {
			return nil, err
		}
		r, err := op(v, w)
		if err != nil {
			return nil, f.run.locate(err, span)
		}
		return r, nil
	}
}

func (c *compiler) compare(x *Compare) exprFunc {
	first := c.expr(x.First)
	type step struct {
		op string
		x  exprFunc
	}
	var steps []step
	for _, o := range x.Ops {
		steps = append(steps, step{o.Op, c.expr(o.X)})
	}
	span := x.Span
	return func(f *frame) (value.Value, error) {
		a, err := first(f)
		if err != nil {
			return nil, err
		}
		for _, s := range steps {
			b, err := s.x(f)
			if err != nil {
				return nil, err
			}
			var ok bool
			switch s.op {
			case "in":
				ok, err = value.Contains(b, a)
			case "not in":
				ok, err = value.Contains(b, a)
				ok = !ok
			case "==":
				ok, err = value.TryEqual(a, b)
			case "!=":
				ok, err = value.TryEqual(a, b)
				ok = !ok
			default:
				ok, err = value.CompareOp(s.op, a, b)
			}
			if err != nil {
				return nil, f.run.locate(err, span)
			}
			if !ok {
				return value.Bool(false), nil
			}
			a = b
		}
		return value.Bool(true), nil
	}
}

func (c *compiler) cond(x *Cond) (fn exprFunc) {
	c.soft(func() {
		test, then := c.truth(x.Test), c.expr(x.Then)
		if x.Else != nil {
			els := c.expr(x.Else)
			fn = func(f *frame) (value.Value, error) {
				ok, err := test(f)
				if err != nil {
					return nil, err
				}
				if ok {
					return then(f)
				}
				return els(f)
			}
			return
		}
		fn = func(f *frame) (value.Value, error) {
			ok, err := test(f)
			if err != nil {
				return nil, err
			}
			if ok {
				return then(f)
			}
			// Jinja2 gives its plain Undefined here, whatever kind the environment has
			return &value.Undefined{Kind: value.UndefinedDefault, Span: x.Span, Site: c.t,
				Message: "the inline if-expression on " + f.run.position(x.Span) +
					" evaluated to false and no else section was defined."}, nil
		}
	})
	return fn
}

func (c *compiler) attr(x *Attr) exprFunc {
	g := c.expr(x.X)
	name, span := x.Name, x.Span
	return func(f *frame) (value.Value, error) {
		v, err := g(f)
		if err != nil {
			return nil, err
		}
		// the usual case: an entry of a dict whose name is not that of a method
		if d, ok := v.(*value.Dict); ok && !isDictMethod(name) {
			if w, ok := d.Get(name); ok {
				return w, nil
			}
		}
		return f.run.getAttr(v, name, span)
	}
}

func (c *compiler) item(x *Item) exprFunc {
	g, key := c.expr(x.X), c.expr(x.Key)
	span := x.Span
	_, slice := x.Key.(*Slice)
	if k, ok := x.Key.(*Const); ok {
		if s, ok := k.Value.(value.Str); ok && !(c.e.ansible && IsTemplate(s.S, nil)) {
			return func(f *frame) (value.Value, error) {
				v, err := g(f)
				if err != nil {
					return nil, err
				}
				if d, ok := v.(*value.Dict); ok {
					if w, ok := d.Get(s.S); ok {
						return w, nil
					}
				}
				return f.run.getItem(v, s, span)
			}
		}
	}
	return func(f *frame) (value.Value, error) {
		v, err := g(f)
		if err != nil {
			return nil, err
		}
		k, err := key(f)
		if err != nil {
			return nil, err
		}
		if slice {
			if u, ok := v.(*value.Undefined); ok && u.Kind == value.UndefinedMarker {
				return u, nil
			}
			r, err := value.GetItem(v, k)
			return r, f.run.locate(err, span)
		}
		return f.run.getItem(v, k, span)
	}
}
