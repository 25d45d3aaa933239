package jinja

import (
	"errors"
	"path/filepath"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Filter runs another filter by name: args[0] is the piped value.
func (c *Call) Filter(name string, args []value.Value, kwargs *value.Dict) (value.Value, error) {
	f, err := c.Engine.find("filter", name)
	if f == nil {
		if err != nil {
			return nil, err
		}
		return nil, value.Errorf("TemplateRuntimeError", "No filter named %s.", value.Quote(name))
	}
	v, err := c.run.callFunction("filter", f, name, args, kwargs, c.span)
	return c.passed(v, err, f)
}

// passed turns a captured failure back into an error.
func (c *Call) passed(v value.Value, err error, f *Function) (value.Value, error) {
	if u, ok := v.(*value.Undefined); ok && err == nil && u.Cause != nil {
		return nil, u
	}
	return v, err
}

// Test runs a test by name: args[0] is the tested value.
func (c *Call) Test(name string, args []value.Value, kwargs *value.Dict) (bool, error) {
	f, err := c.Engine.find("test", name)
	if f == nil {
		if err != nil {
			return false, err
		}
		return false, value.Errorf("TemplateRuntimeError", "No test named %s.", value.Quote(name))
	}
	v, err := c.run.callFunction("test", f, name, args, kwargs, c.span)
	if err != nil {
		return false, err
	}
	return value.Truth(v)
}

// Lookup runs a lookup plugin by name and gives its list, as query() does.
func (c *Call) Lookup(name string, terms []value.Value, kwargs *value.Dict) (value.Value, error) {
	return c.run.lookup(name, terms, kwargs, c.With, c.Action)
}

// lookup runs a lookup plugin. Its failures are errors; an undefined term is an *value.Undefined as error.
func (r *run) lookup(name string, terms []value.Value, kwargs *value.Dict, with bool, action string) (value.Value, error) {
	f, err := r.e.find("lookup", name)
	if f == nil {
		e := &Error{Class: "AnsibleTemplatePluginNotFoundError", Message: "The lookup plugin " + value.Quote(name) + " was not found.", Origin: r.origin()}
		if err != nil {
			e = &Error{Class: "AnsibleTemplatePluginLoadError", Message: "The lookup plugin " + value.Quote(name) + " failed to load.", Cause: err, Origin: r.origin()}
		}
		return nil, e
	}
	if !f.Undefined {
		if u := firstUndefined(terms, kwargs); u != nil {
			return nil, u
		}
	}
	for i, t := range terms {
		terms[i] = r.trusted(t)
	}
	if !f.Undefined {
		if u := firstUndefined(terms, nil); u != nil {
			return nil, u
		}
	}
	if kwargs == nil {
		kwargs = &value.Dict{}
	}
	c := Call{Ctx: r.lim.ctx, Engine: r.e, Templar: r.t, Name: name, Args: terms, Kwargs: kwargs, run: r, With: with, Action: action, At: r.origin(), Origin: r.src}
	v, err := f.Call(&c)
	if err != nil {
		if _, ok := err.(*value.Undefined); ok {
			return nil, err
		}
		if e, ok := err.(*value.Error); ok && fatal(e) {
			return nil, err
		}
		if e, ok := err.(*Error); ok && e.Class == notLoaded {
			c := *e
			c.Origin = r.origin()
			return nil, &c
		}
		var absent *NoPlugin
		if errors.As(err, &absent) {
			return nil, &Error{Class: "AnsibleTemplatePluginNotFoundError", Message: "The lookup plugin " + value.Quote(name) + " was not found.", Origin: r.origin()}
		}
		return nil, &Error{Class: "AnsibleTemplatePluginRuntimeError", Message: "The lookup plugin " + value.Quote(name) + " failed.", Cause: err, Origin: r.origin()}
	}
	return v, nil
}

// trusted templates constants of the template that look like templates: Ansible still does so for lookup terms.
func (r *run) trusted(v value.Value) value.Value {
	switch x := v.(type) {
	case value.Str:
		if x.Embedded && r.t != nil {
			w, _ := r.embedded(x, "`msg: \"{{ lookup('env', '{{ a_var }}') }}\"` becomes `msg: \"{{ lookup('env', a_var) }}\"`")
			return w
		}
	case *value.List:
		if x.Lazy == nil {
			for i, y := range x.Items {
				x.Items[i] = r.trusted(y)
			}
		}
	case *value.Dict:
		if x.Lazy == nil {
			for k, y := range x.RawAll() {
				if z := r.trusted(y); !sameValue(y, z) || isEmbedded(y) {
					x.Set(k, z)
				}
			}
		}
	}
	return v
}

func isEmbedded(v value.Value) bool { s, ok := v.(value.Str); return ok && s.Embedded }

// Invoke calls a callable value: a macro, a method, a global function.
func (c *Call) Invoke(f value.Value, args []value.Value, kwargs *value.Dict) (value.Value, error) {
	return c.run.invoke(f, args, kwargs, c.span)
}

// Each yields the items of any iterable as a for loop sees them: list, tuple, set, the keys of a dict, the characters
// of a text, an iterator. An undefined value or item ends it with that error, unless the function takes undefined ones.
func (c *Call) Each(v value.Value, f func(value.Value) error) error {
	next, err := value.Iterate(v)
	if err != nil {
		return err
	}
	for {
		if err := c.run.lim.step(); err != nil {
			return err
		}
		x, err := next()
		if x == nil || err != nil {
			return err
		}
		if c.Engine.ansible {
			if u, ok := x.(*value.Undefined); ok && !u.Lax() {
				return u
			}
		}
		if err := f(x); err != nil {
			return err
		}
	}
}

// List collects what Each yields.
func (c *Call) List(v value.Value) ([]value.Value, error) {
	var items []value.Value
	switch x := v.(type) {
	case *value.List:
		items = make([]value.Value, 0, len(x.Items))
	case *value.Range:
		if x.Len() > maxItems {
			return nil, value.Errorf("MemoryError", "a range of %d items is too large to be listed", x.Len())
		}
	}
	err := c.Each(v, func(x value.Value) error {
		if len(items) >= maxItems {
			return value.Errorf("MemoryError", "an iterator gave more than %d items", maxItems)
		}
		items = append(items, x)
		return nil
	})
	return items, err
}

// maxItems bounds the list that one call collects.
const maxItems = 1 << 22

// Attr is what a.name means in a template (attribute, then item), Item what a[key] means (item, then attribute). What
// is not there is an *value.Undefined, not an error.
func (c *Call) Attr(v value.Value, name string) (value.Value, error) {
	return c.run.getAttr(v, name, c.span)
}

// Item is Attr for a[key].
func (c *Call) Item(v, key value.Value) (value.Value, error) { return c.run.getItem(v, key, c.span) }

// Undefined makes the undefined value of this engine's kind with a message of its own.
func (c *Call) Undefined(message string) value.Value {
	return c.run.undefinedHint(message, "", c.span)
}

// Resolve templates a value deeply with the call's variables; in plain mode it returns it unchanged.
func (c *Call) Resolve(v value.Value) (value.Value, error) {
	if c.Templar == nil {
		return v, nil
	}
	return c.Templar.Resolve(v)
}

// Variable gives a variable of the context, templated lazily.
func (c *Call) Variable(name string) (value.Value, bool) {
	v := c.run.ctx.lookup(name)
	return v, v != nil
}

// HasFilter tells whether a filter of that name exists, HasTest a test.
func (c *Call) HasFilter(name string) bool { return c.Engine.Function("filter", name) != nil }

// HasTest tells whether a test of that name exists.
func (c *Call) HasTest(name string) bool { return c.Engine.Function("test", name) != nil }

// Warn shows a warning.
func (c *Call) Warn(message string) {
	c.Engine.warn(c.Templar, Caution{Message: message, At: c.At})
}

// Deprecated shows that something will no longer work in the given version of ansible-core.
func (c *Call) Deprecated(message, version string) {
	c.Engine.deprecate(c.Templar, Deprecation{value.Deprecation{Message: message, Version: version}, c.At})
}

// TemplateFile renders the text of a file, as lookup('template') does: local variables come first, o overrides the
// options, and includes are searched beside the file, then along ansible_search_path. A file of one expression gives
// its value.
func (c *Call) TemplateFile(path, text string, local Vars, o *Options) (value.Value, error) {
	if c.Templar == nil {
		return nil, value.Errorf("AnsibleError", "templates of files are not there in plain Jinja2")
	}
	at := &source.Location{File: source.NewFile(path, []byte(text)), Span: Span{End: len(text)}}
	t := c.Templar.Extend(local)
	t.Search = append([]string{filepath.Dir(path)}, c.Templar.SearchPath()...)
	v, err := t.render(value.Authored(text, at), o, false)
	if err != nil {
		return nil, t.fail(err, value.Authored(text, at), false)
	}
	return t.finalize(v, at)
}
