package pyplugin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Functions gives the template engine the filters, tests and lookups of a project as functions of its tables. Python
// starts when one of them is called, or when only it can tell whether one exists.
type Functions struct {
	Index *Index
	Host  *Host // nil: nothing is ever called, as in the linter

	mu    sync.Mutex
	known map[[2]string]*jinja.Function
}

// NewFunctions joins an index with a host.
func NewFunctions(x *Index, h *Host) *Functions {
	return &Functions{Index: x, Host: h, known: map[[2]string]*jinja.Function{}}
}

// AddBase adds the plugins of a playbook's or role's folder. It tells whether that can change what a name means: what was
// compiled before must be forgotten then.
func (f *Functions) AddBase(ctx context.Context, dir string) (changed bool, err error) {
	if !f.Index.AddBase(dir) {
		return false, nil
	}
	f.mu.Lock()
	clear(f.known)
	f.mu.Unlock()
	if f.Host != nil && f.Host.Started() {
		_, err = f.Host.Call(ctx, "jinja_plugins.add_directories", value.NewList(value.S(dir)), nil)
	}
	return true, err
}

// Shadow gives the project's plugin that has the name of a native one, or nil.
func (f *Functions) Shadow(kind, name string) *jinja.Function {
	p, known := f.Index.Find(kind, name, true)
	if known == Absent {
		return nil
	}
	fn, _ := f.function(p, known, name)
	return fn
}

// Find gives the plugin of a name, or nil where there is none.
func (f *Functions) Find(kind, name string) (*jinja.Function, error) {
	p, known := f.Index.Find(kind, name, false)
	if known == Absent {
		return nil, nil
	}
	return f.function(p, known, name)
}

func (f *Functions) function(p Plugin, known Known, name string) (*jinja.Function, error) {
	key := [2]string{p.Kind, name}
	f.mu.Lock()
	fn, ok := f.known[key]
	f.mu.Unlock()
	if ok {
		return fn, nil
	}
	h := &hosted{host: f.Host, kind: p.Kind, name: name, path: p.Path, markers: p.Markers}
	if known == Maybe && f.Host != nil {
		exists, err := h.find(context.Background())
		if err != nil {
			return nil, err
		}
		if !exists {
			f.keep(key, nil)
			return nil, nil
		}
	}
	fn = &jinja.Function{Name: p.Name, FQCN: name, Undefined: true, Call: h.call, Result: "any", Doc: "defined in " + p.Path}
	if p.Kind == "lookup" {
		fn.Call = h.lookup
	}
	f.keep(key, fn)
	return fn, nil
}

func (f *Functions) keep(key [2]string, fn *jinja.Function) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.known[key] = fn
}

// hosted is one plugin in the Python process.
type hosted struct {
	host       *Host
	kind, name string
	path       string // where the index has seen it

	once    sync.Once
	err     error
	found   bool
	markers bool // may take undefined arguments; sure after once
}

// find asks Python about the plugin, once.
func (h *hosted) find(ctx context.Context) (bool, error) {
	h.once.Do(func() {
		v, err := h.host.Call(ctx, "jinja_plugins.find", value.NewDict("kind", value.S(h.kind), "name", value.S(h.name), "path", value.S(h.path)), nil)
		if err != nil {
			var e *Error
			if errors.As(err, &e) && e.Class == "NotLoaded" {
				err = e.Cause
			}
			h.err = asJinja(err)
			return
		}
		if d, ok := v.(*value.Dict); ok {
			h.found = true
			m, _ := d.Get("markers")
			h.markers = m == value.Value(value.Bool(true))
		}
	})
	return h.found, h.err
}

// ready tells whether the plugin takes undefined arguments.
func (h *hosted) ready(ctx context.Context) (markers bool, err error) {
	if h.host == nil {
		return false, fmt.Errorf("plugins written in Python are not run here")
	}
	if !h.markers {
		return false, nil
	}
	if _, err := h.find(ctx); err != nil {
		return false, jinja.NotLoaded(h.kind, h.name, err)
	}
	return h.markers, nil
}

// call runs a filter or a test.
func (h *hosted) call(c *jinja.Call) (value.Value, error) {
	ctx := contextOf(c)
	markers, err := h.ready(ctx)
	if err != nil {
		return nil, err
	}
	if u := firstUndefined(c.Args, c.Kwargs); u != nil && !markers {
		return u, nil
	}
	v, err := h.run(c)
	return v, h.failed(err)
}

// failed makes the error of a call one of the template engine.
func (h *hosted) failed(err error) error {
	var e *Error
	if errors.As(err, &e) {
		switch e.Class {
		case "NoPlugin":
			return &jinja.NoPlugin{Name: h.name}
		case "NotLoaded":
			return jinja.NotLoaded(h.kind, h.name, asJinja(e.Cause))
		}
	}
	return asJinja(err)
}

func (h *hosted) run(c *jinja.Call) (value.Value, error) {
	defer c.Aside()()
	return h.host.Call(contextOf(c), "jinja_plugins.run", value.NewDict("kind", value.S(h.kind), "name", value.S(h.name), "path", value.S(h.path),
		"args", &value.List{Items: c.Args}, "kwargs", kwargs(c), "text", text(c.Origin)), VariablesOf(c.Templar))
}

// lookup runs a lookup.
func (h *hosted) lookup(c *jinja.Call) (value.Value, error) {
	ctx := contextOf(c)
	markers, err := h.ready(ctx)
	if err != nil {
		return nil, err
	}
	if u := firstUndefined(c.Args, c.Kwargs); u != nil && !markers {
		return nil, u
	}
	defer c.Aside()()
	v, err := h.host.Call(ctx, "jinja_plugins.lookup", value.NewDict("name", value.S(h.name), "path", value.S(h.path), "terms", &value.List{Items: c.Args},
		"kwargs", kwargs(c), "with", value.Bool(c.With), "text", text(c.Origin)), VariablesOf(c.Templar))
	if err != nil {
		return nil, h.failed(err)
	}
	switch x := v.(type) {
	case *value.Undefined:
		return nil, x
	case *value.Tuple:
		return &value.List{Items: x.Items}, nil
	}
	return v, nil
}

func contextOf(c *jinja.Call) context.Context {
	if c.Ctx != nil {
		return c.Ctx
	}
	return context.Background()
}

func kwargs(c *jinja.Call) *value.Dict {
	if c.Kwargs == nil {
		return &value.Dict{}
	}
	return c.Kwargs
}

// text stands for the template in messages that show its place.
func text(at *source.Location) value.Value {
	if at == nil {
		return value.None{}
	}
	return value.Str{At: at}
}

func firstUndefined(args []value.Value, kwargs *value.Dict) *value.Undefined {
	for _, a := range args {
		if u, ok := a.(*value.Undefined); ok {
			return u
		}
	}
	if kwargs != nil {
		for _, v := range kwargs.RawAll() {
			if u, ok := v.(*value.Undefined); ok {
				return u
			}
		}
	}
	return nil
}

// asJinja makes an exception of Python an error of the template engine.
func asJinja(err error) error {
	switch e := err.(type) {
	case nil:
		return nil
	case *Error:
		if e.Undefined != nil && e.Cause == nil {
			return e.Undefined
		}
		return e.Jinja()
	case *Gone:
		return &jinja.Error{Class: "AnsibleError", Message: e.Error()}
	}
	return err
}

// VariablesOf answers Python's questions about variables: "variable" (a name; a list of its untemplated value, empty where
// there is none), "variables" (the same for a list of names) and "variable_names".
func VariablesOf(t *jinja.Templar) Handler {
	return func(_ context.Context, method string, args value.Value) (value.Value, error) {
		lookup := func(v value.Value) value.Value {
			l := &value.List{}
			if t == nil {
				return l
			}
			if x, ok := t.Scope().Lookup(value.ToStr(v)); ok {
				l.Items = append(l.Items, x)
			}
			return l
		}
		switch method {
		case "variable":
			return lookup(args), nil
		case "variables":
			all, err := value.Collect(args)
			out := &value.List{}
			for _, n := range all {
				out.Items = append(out.Items, lookup(n))
			}
			return out, err
		case "variable_names":
			if t == nil {
				return &value.List{}, nil
			}
			l, ok := t.Scope().(jinja.Lister)
			if !ok {
				return &value.List{}, nil
			}
			names := slices.Clone(l.Names())
			slices.Sort(names)
			return value.Strings(slices.Compact(names)), nil
		}
		return nil, ErrNoMethod
	}
}
