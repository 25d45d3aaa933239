package jinja

import (
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Filter runs another filter by name: args[0] is the piped value.
func (c *Call) Filter(name string, args []value.Value, kwargs *value.Dict) (value.Value, error) {
	return nil, value.Errorf("TemplateRuntimeError", "No filter named '%s'.", name)
}

// Test runs a test by name: args[0] is the tested value.
func (c *Call) Test(name string, args []value.Value, kwargs *value.Dict) (bool, error) {
	return false, value.Errorf("TemplateRuntimeError", "No test named '%s'.", name)
}

// Lookup runs a lookup plugin by name and gives its list, as query() does.
func (c *Call) Lookup(name string, terms []value.Value, kwargs *value.Dict) (value.Value, error) {
	return nil, value.Errorf("TemplateRuntimeError", "No lookup named '%s'.", name)
}

// Invoke calls a callable value: a macro, a method, a global function.
func (c *Call) Invoke(f value.Value, args []value.Value, kwargs *value.Dict) (value.Value, error) {
	return nil, value.TypeError("'%s' object is not callable", f.TypeName())
}

// Each yields the items of any iterable as a for loop sees them: list, tuple, set, the keys of a dict, the characters
// of a text, an iterator. An undefined value or item ends it with that error, unless the function takes undefined ones.
func (c *Call) Each(v value.Value, f func(value.Value) error) error {
	return value.TypeError("'%s' object is not iterable", v.TypeName())
}

// List collects what Each yields.
func (c *Call) List(v value.Value) ([]value.Value, error) {
	var items []value.Value
	err := c.Each(v, func(x value.Value) error { items = append(items, x); return nil })
	return items, err
}

// Attr is what a.name means in a template (attribute, then item), Item what a[key] means (item, then attribute). What
// is not there is an *value.Undefined, not an error.
func (c *Call) Attr(v value.Value, name string) (value.Value, error) { return nil, nil }

// Item is Attr for a[key].
func (c *Call) Item(v, key value.Value) (value.Value, error) { return nil, nil }

// Undefined makes the undefined value of this engine's kind with a message of its own.
func (c *Call) Undefined(message string) value.Value { return &value.Undefined{Message: message} }

// Resolve templates a value deeply with the call's variables; in plain mode it returns it unchanged.
func (c *Call) Resolve(v value.Value) (value.Value, error) { return v, nil }

// Variable gives a variable of the context, templated lazily.
func (c *Call) Variable(name string) (value.Value, bool) { return nil, false }

// Warn shows a warning.
func (c *Call) Warn(message string) {
	if w := c.Engine.cfg.Warn; w != nil {
		w(message, c.At)
	}
}
