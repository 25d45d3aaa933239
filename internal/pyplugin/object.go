package pyplugin

import (
	"context"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// Deferred marks the raw values of a dict that is too large to cross whole, as hostvars is: Python gets its keys, and
// asks for a value when it uses it, as long as the call lasts.
type Deferred interface {
	value.Value
	Deferred()
}

// Object is a Python object that has no form of its own here: it stays in the Python process. Templates may show it, read
// its attributes and pass it to plugins.
type Object struct {
	host    *Host
	id      int64
	kind    string // name of its type
	module  string
	str     string
	repr    string
	isFalse bool
}

// TypeName is the name of the Python class.
func (o *Object) TypeName() string { return o.kind }

// ModuleName is the module of the class.
func (o *Object) ModuleName() string { return o.module }

// Attr asks Python for an attribute.
func (o *Object) Attr(name string) (value.Value, bool) {
	v, err := o.host.Call(context.Background(), "rehearse_host.attribute", value.NewList(o, value.S(name)), nil)
	if err != nil {
		return nil, false
	}
	l, ok := v.(*value.List)
	if !ok || len(l.Items) != 1 {
		return nil, false
	}
	return l.Items[0], true
}

// PyStr is str(), PyRepr is repr().
func (o *Object) PyStr() (string, error) { return o.str, nil }

// PyRepr is repr().
func (o *Object) PyRepr() (string, error) { return o.repr, nil }
