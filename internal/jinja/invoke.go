package jinja

import (
	"errors"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// callable is a value that a template can call.
type callable interface {
	value.Value
	call(r *run, args []value.Value, kw *value.Dict) (value.Value, error)
}

// functionValue is a global function as a value.
type functionValue struct{ f *Function }

// TypeName is Python's name of such a value.
func (f *functionValue) TypeName() string {
	if f.f.Name == "range" || f.f.Name == "dict" {
		return "type" // these are classes
	}
	return "function"
}

// PyStr is str(), PyRepr repr() without the address.
func (f *functionValue) PyStr() (string, error) { return f.PyRepr() }

// PyRepr is repr() without the address.
func (f *functionValue) PyRepr() (string, error) { return "<function " + f.f.Name + ">", nil }

func (f *functionValue) call(r *run, args []value.Value, kw *value.Dict) (value.Value, error) {
	return r.callPlain(f.f, f.f.Name, args, kw, Span{})
}

// Callable tells jinja's callable test that these values can be called.
func (*functionValue) Callable() bool { return true }

// Callable is true.
func (*boundMethod) Callable() bool { return true }

// Callable is true.
func (*native) Callable() bool { return true }

// Callable is true.
func (*macroValue) Callable() bool { return true }

// Callable is true.
func (*blockValue) Callable() bool { return true }

// Callable is true.
func (*loopValue) Callable() bool { return true }

// Callable is true.
func (*classValue) Callable() bool { return true }

// invoke calls a value as a template does.
func (r *run) invoke(fn value.Value, args []value.Value, kw *value.Dict, s Span) (value.Value, error) {
	direct, macro := false, false
	switch c := fn.(type) {
	case *macroValue, *blockValue, *loopValue:
		macro = true
	case *functionValue:
		direct = c.f.Undefined
	}
	if r.e.ansible && !macro && !direct { // an undefined argument comes first, whatever is called
		if u := firstUndefined(args, kw); u != nil {
			return u, nil
		}
		for i, a := range args {
			args[i] = r.lazy(a)
		}
	}
	if u, ok := fn.(*value.Undefined); ok {
		if r.e.ansible && !u.Lax() {
			return u, nil
		}
		return nil, u
	}
	c, ok := fn.(callable)
	if !ok {
		err := value.TypeError("'%s' object is not callable", value.TypeName(fn))
		if r.e.ansible {
			return r.captured(r.locate(err, s)), nil
		}
		return nil, err
	}
	if !r.e.ansible {
		return c.call(r, args, kw)
	}
	v, err := c.call(r, args, kw)
	if err != nil {
		if u, ok := err.(*value.Undefined); ok {
			return u, nil
		}
		return r.captured(r.locate(err, s)), nil
	}
	switch x := v.(type) {
	case *value.View, *value.Iterator:
		items, err := value.Collect(x)
		if err != nil {
			return r.captured(err), nil
		}
		return &value.List{Items: items}, nil
	}
	return v, nil
}

// captured is the undefined value that carries a failure, as ansible-core 2.19 has it.
func (r *run) captured(err error) value.Value {
	if u, ok := err.(*value.Undefined); ok {
		return u
	}
	return &value.Undefined{Message: err.Error(), Cause: err, Site: r.c.tmpl}
}

// NoPlugin is what a Function's Call gives where it turns out that there is no such filter or test after all.
type NoPlugin struct{ Name string }

// Error names the plugin.
func (n *NoPlugin) Error() string { return "there is no plugin " + value.Quote(n.Name) }

func firstUndefined(args []value.Value, kw *value.Dict) *value.Undefined {
	for _, a := range args {
		if u, ok := a.(*value.Undefined); ok && !u.Lax() {
			return u
		}
	}
	for _, v := range kw.RawAll() {
		if u, ok := v.(*value.Undefined); ok && !u.Lax() {
			return u
		}
	}
	return nil
}

// callFunction runs a filter or test of a table.
func (r *run) callFunction(kind string, f *Function, name string, args []value.Value, kw *value.Dict, s Span) (value.Value, error) {
	if !r.e.ansible {
		v, err := r.callPlain(f, name, args, kw, s)
		if kind == "test" && err == nil {
			b, terr := value.Truth(v)
			if _, ok := v.(value.Bool); !ok && terr == nil {
				v = value.Bool(b)
			}
		}
		return v, err
	}
	if !f.Undefined {
		if u := firstUndefined(args, kw); u != nil {
			return u, nil
		}
	}
	for i, a := range args {
		args[i] = r.lazy(a)
	}
	v, err := r.guarded(f, name, args, kw, s, kind == "filter")
	if err != nil {
		if u, ok := err.(*value.Undefined); ok {
			return u, nil
		}
		if stop, ok := err.(*value.Error); ok && fatal(stop) {
			return nil, err
		}
		var absent *NoPlugin
		if errors.As(err, &absent) {
			return r.captured(&Error{Class: "TemplateAssertionError", Message: "No " + kind + " named " + value.Quote(name) + ".", site: r.c.tmpl, span: s, source: r.src}), nil
		}
		if e, ok := err.(*Error); ok && e.Class == notLoaded {
			return r.captured(r.locate(e, s)), nil
		}
		fq := f.FQCN
		if fq == "" || strings.HasPrefix(fq, "ansible.builtin.") && !strings.Contains(name, ".") {
			fq = "ansible.builtin." + name // also of an alias
		}
		return r.captured(&Error{Class: "AnsibleTemplatePluginRuntimeError", Message: "The " + kind + " plugin " + value.Quote(fq) + " failed.",
			Cause: err, site: r.c.tmpl, span: s, source: r.src, Origin: r.origin()}), nil
	}
	if kind == "test" {
		switch v.(type) {
		case value.Bool, *value.Undefined:
			return v, nil
		}
		b, err := value.Truth(v)
		return value.Bool(b), err
	}
	return v, nil
}

// guarded runs a filter or test. Unless it takes undefined values, the first undefined item that it meets in its
// arguments is its error.
func (r *run) guarded(f *Function, name string, args []value.Value, kw *value.Dict, s Span, list bool) (v value.Value, err error) {
	if r.t != nil {
		before := r.t.trip
		r.t.trip = !f.Undefined
		defer func() {
			r.t.trip = before
			if p := recover(); p != nil {
				t, ok := p.(tripped)
				if !ok {
					panic(p)
				}
				v, err = nil, t.u
			}
		}()
	}
	v, err = r.callPlain(f, name, args, kw, s)
	if err == nil && list {
		v, err = listed(v, f.Undefined)
	}
	return v, err
}

// listed uses up what a filter gives to be read once, as Ansible does.
func listed(v value.Value, lenient bool) (value.Value, error) {
	switch v.(type) {
	case *value.View, *value.Iterator, *value.Range:
		items, err := value.Collect(v)
		if err != nil {
			return nil, err
		}
		for _, x := range items {
			if u, ok := x.(*value.Undefined); ok && !u.Lax() && !lenient {
				return nil, u
			}
		}
		return &value.List{Items: items}, nil
	}
	return v, nil
}

// fatal tells whether an error ends the whole evaluation, whatever is around it: a bound was hit.
func fatal(e *value.Error) bool {
	return e.Class == "TemplateRuntimeError" && len(e.Message) > 11 && e.Message[:11] == "the templat"
}

func (r *run) origin() source.Location {
	if r.src != nil {
		return *r.src
	}
	return source.Location{}
}

// callPlain binds the arguments and runs the function.
func (r *run) callPlain(f *Function, name string, args []value.Value, kw *value.Dict, s Span) (value.Value, error) {
	c := Call{Ctx: r.lim.ctx, Engine: r.e, Templar: r.t, Name: name, run: r, span: s, Origin: r.src}
	if f.Params == nil {
		c.Args, c.Kwargs = args, kw
		if c.Kwargs == nil {
			c.Kwargs = &value.Dict{}
		}
	} else {
		bound, err := bindParams(f, args, kw)
		if err != nil {
			return nil, err
		}
		c.Args = bound
	}
	return f.Call(&c)
}

// bindParams matches arguments with parameters; a wrong call is Python's TypeError.
func bindParams(f *Function, args []value.Value, kw *value.Dict) ([]value.Value, error) {
	params := f.Params
	out := make([]value.Value, len(params))
	next := 0
	var star *value.Tuple
	positional := 0
	for i, p := range params {
		switch {
		case p.Star:
			star = &value.Tuple{}
			if next < len(args) {
				star.Items = args[next:]
				next = len(args)
			}
			out[i] = star
		case p.StarStar:
			out[i] = &value.Dict{}
		case p.KwOnly || star != nil:
		default:
			positional++
			if next < len(args) {
				out[i] = args[next]
				next++
			}
		}
	}
	if next < len(args) {
		required := 0
		for _, p := range params {
			if !p.Star && !p.StarStar && !p.KwOnly && p.Default == nil {
				required++
			}
		}
		if required == positional {
			return nil, value.TypeError("%s() takes %d positional argument%s but %d %s given", f.Name, positional, plural(positional), len(args), wasWere(len(args)))
		}
		return nil, value.TypeError("%s() takes from %d to %d positional arguments but %d were given", f.Name, required, positional, len(args))
	}
	for k, v := range kw.RawAll() {
		name := k.(value.Str).S
		at, rest := -1, -1
		for i, p := range params {
			if p.StarStar {
				rest = i
			} else if p.Name == name && !p.Star {
				at = i
			}
		}
		switch {
		case at >= 0 && out[at] == nil:
			out[at] = v
		case at >= 0:
			return nil, value.TypeError("%s() got multiple values for argument '%s'", f.Name, name)
		case rest >= 0:
			out[rest].(*value.Dict).Put(name, v)
		default:
			return nil, value.TypeError("%s() got an unexpected keyword argument '%s'", f.Name, name)
		}
	}
	var missing []string
	for i, p := range params {
		if out[i] != nil {
			continue
		}
		switch p.Default {
		case nil:
			missing = append(missing, value.Quote(p.Name))
		case Absent:
		default:
			out[i] = p.Default
		}
	}
	if missing != nil {
		list := missing[0]
		switch n := len(missing); {
		case n == 2:
			list = missing[0] + " and " + missing[1]
		case n > 2:
			list = ""
			for _, m := range missing[:n-1] {
				list += m + ", "
			}
			list += "and " + missing[n-1]
		}
		return nil, value.TypeError("%s() missing %d required positional argument%s: %s", f.Name, len(missing), plural(len(missing)), list)
	}
	return out, nil
}

func wasWere(n int) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

// notLoaded is the class of the error of a plugin that is there but cannot be loaded.
const notLoaded = "AnsibleTemplatePluginLoadError"

// NotLoaded is the error of a filter, test or lookup that is there but cannot be loaded.
func NotLoaded(kind, name string, cause error) *Error {
	return &Error{Class: notLoaded, Message: "The " + kind + " plugin " + value.Quote(name) + " failed to load.", Cause: cause}
}

// unknownFunction is the error of a filter or test that is not there when it is called.
func (r *run) unknownFunction(kind, name string, err error) error {
	if err != nil {
		return NotLoaded(kind, name, err)
	}
	return value.Errorf("TemplateRuntimeError", "No %s named %s found.", kind, value.Quote(name))
}
