package jinja

import (
	"github.com/rehearse-dev/rehearse/internal/value"
)

// argsCode is a compiled argument list.
type argsCode struct {
	args     []exprFunc
	names    []string
	kwargs   []exprFunc
	star     exprFunc
	starstar exprFunc
}

func (c *compiler) args(a *Args) *argsCode {
	ac := &argsCode{args: c.exprs(a.Args)}
	for _, k := range a.Kwargs {
		ac.names = append(ac.names, k.Name)
		ac.kwargs = append(ac.kwargs, c.expr(k.Value))
	}
	if a.Star != nil {
		ac.star = c.expr(a.Star)
	}
	if a.StarStar != nil {
		ac.starstar = c.expr(a.StarStar)
	}
	return ac
}

// eval gives the arguments; first, when set, goes in front.
func (a *argsCode) eval(f *frame, first value.Value) ([]value.Value, *value.Dict, error) {
	n := len(a.args)
	if first != nil {
		n++
	}
	args := make([]value.Value, 0, n)
	if first != nil {
		args = append(args, first)
	}
	for _, g := range a.args {
		v, err := g(f)
		if err != nil {
			return nil, nil, err
		}
		args = append(args, v)
	}
	if a.star != nil {
		v, err := a.star(f)
		if err != nil {
			return nil, nil, err
		}
		items, err := value.Collect(v)
		if err != nil {
			if _, ok := err.(*value.Error); ok {
				err = value.TypeError("Value after * must be an iterable, not %s", value.TypeName(v))
			}
			return nil, nil, err
		}
		args = append(args, items...)
	}
	var kw *value.Dict
	if len(a.kwargs) > 0 || a.starstar != nil {
		kw = &value.Dict{}
	}
	for i, g := range a.kwargs {
		v, err := g(f)
		if err != nil {
			return nil, nil, err
		}
		if _, ok := kw.Raw(a.names[i]); ok {
			return nil, nil, value.TypeError("keyword argument repeated: %s", a.names[i])
		}
		kw.Put(a.names[i], v)
	}
	if a.starstar != nil {
		v, err := a.starstar(f)
		if err != nil {
			return nil, nil, err
		}
		d, ok := v.(*value.Dict)
		if !ok {
			if u, ok := v.(*value.Undefined); ok {
				return nil, nil, u
			}
			return nil, nil, value.TypeError("argument after ** must be a mapping, not %s", value.TypeName(v))
		}
		for k, x := range d.All() {
			s, ok := k.(value.Str)
			if !ok {
				return nil, nil, value.TypeError("keywords must be strings")
			}
			if _, ok := kw.Raw(s.S); ok {
				return nil, nil, value.TypeError("got multiple values for keyword argument %s", value.Quote(s.S))
			}
			kw.Put(s.S, x)
		}
	}
	return args, kw, nil
}

func (c *compiler) filter(x *Filter) exprFunc {
	fn, ferr := c.filterNamed(x) // of several unknown filters, Jinja2 names the outermost
	g := constant(nil)
	if x.X != nil {
		g = c.expr(x.X)
	}
	run := c.applied(x, fn, ferr)
	return func(f *frame) (value.Value, error) {
		v, err := g(f)
		if err != nil {
			return nil, err
		}
		return run(f, v)
	}
}

// piped compiles a chain of filters without its first value, as filter and set blocks have it.
func (c *compiler) piped(x *Filter) func(f *frame, v value.Value) (value.Value, error) {
	last := c.piped1(x)
	inner, ok := x.X.(*Filter)
	if !ok {
		return last
	}
	before := c.piped(inner)
	return func(f *frame, v value.Value) (value.Value, error) {
		v, err := before(f, v)
		if err != nil {
			return nil, err
		}
		return last(f, v)
	}
}

func (c *compiler) piped1(x *Filter) func(f *frame, v value.Value) (value.Value, error) {
	fn, err := c.filterNamed(x)
	return c.applied(x, fn, err)
}

// filterNamed finds a filter, which must exist where no if is around it.
func (c *compiler) filterNamed(x *Filter) (*Function, error) {
	fn, err := c.e.find("filter", x.Name)
	if fn == nil && !c.level.soft && err == nil {
		c.unknown("filter", x.Name, x.NameSpan)
	}
	return fn, err
}

// applied compiles the application of a filter to a value.
func (c *compiler) applied(x *Filter, fn *Function, err error) func(f *frame, v value.Value) (value.Value, error) {
	args := c.args(&x.Args)
	span := Span{Start: x.NameSpan.Start, End: x.Span.End}
	return func(f *frame, v value.Value) (value.Value, error) {
		if fn == nil {
			return nil, f.run.locate(f.run.unknownFunction("filter", x.Name, err), span)
		}
		if v == nil {
			v = value.None{}
		}
		a, kw, err := args.eval(f, v)
		if err != nil {
			return nil, f.run.locate(err, span)
		}
		r, err := f.run.callFunction("filter", fn, x.Name, a, kw, span)
		if err != nil {
			return nil, f.run.locate(err, span)
		}
		return r, nil
	}
}

func (c *compiler) test(x *Test) exprFunc {
	fn, ferr := c.e.find("test", x.Name)
	if fn == nil && !c.level.soft && ferr == nil {
		c.unknown("test", x.Name, x.NameSpan)
	}
	g := c.expr(x.X)
	args := c.args(&x.Args)
	span := x.Span
	if fn != nil && len(x.Args.Args) == 0 && len(x.Kwargs) == 0 && x.Star == nil && x.StarStar == nil && (fn.Name == "defined" || fn.Name == "undefined") {
		want := fn.Name == "undefined"
		return func(f *frame) (value.Value, error) {
			v, err := g(f)
			if err != nil {
				return nil, err
			}
			u, ok := v.(*value.Undefined)
			if ok && u.Cause != nil { // a failure is not the same as undefined
				return u, nil
			}
			return value.Bool(ok == want), nil
		}
	}
	return func(f *frame) (value.Value, error) {
		v, err := g(f)
		if err != nil {
			return nil, err
		}
		if fn == nil {
			return nil, f.run.locate(f.run.unknownFunction("test", x.Name, ferr), span)
		}
		a, kw, err := args.eval(f, v)
		if err != nil {
			return nil, f.run.locate(err, span)
		}
		r, err := f.run.callFunction("test", fn, x.Name, a, kw, span)
		if err != nil {
			return nil, f.run.locate(err, span)
		}
		return r, nil
	}
}

// call compiles a call; caller, when set, is passed as the macro's caller.
func (c *compiler) call(x *CallExpr, caller func(f *frame) value.Value) exprFunc {
	g := c.expr(x.X)
	args := c.args(&x.Args)
	span := x.Span
	return func(f *frame) (value.Value, error) {
		fn, err := g(f)
		if err != nil {
			return nil, err
		}
		a, kw, err := args.eval(f, nil)
		if err != nil {
			return nil, f.run.locate(err, span)
		}
		if caller != nil {
			if kw == nil {
				kw = &value.Dict{}
			}
			if _, ok := kw.Raw("caller"); ok {
				return nil, f.run.locate(value.TypeError("got multiple values for keyword argument 'caller'"), span)
			}
			kw.Put("caller", caller(f))
		}
		r, err := f.run.invoke(fn, a, kw, span)
		if err != nil {
			return nil, f.run.locate(err, span)
		}
		return r, nil
	}
}

// unknown rejects a filter or test that is not there.
func (c *compiler) unknown(kind, name string, s Span) {
	panic(compileError{Problem{Span: s, Message: "No " + kind + " named " + value.Quote(name) + ".", Assertion: true, Nearest: c.e.nearest(kind, name)}})
}
