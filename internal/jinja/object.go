package jinja

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// classValue is namespace, cycler or joiner: a class whose objects templates make.
type classValue struct {
	name string
	make func(args []value.Value, kw *value.Dict) (value.Value, error)
}

// TypeName is "type".
func (*classValue) TypeName() string { return "type" }

// PyStr is str(), PyRepr repr().
func (c *classValue) PyStr() (string, error) { return c.PyRepr() }

// PyRepr is repr().
func (c *classValue) PyRepr() (string, error) { return "<class 'jinja2.utils." + c.name + "'>", nil }

func (c *classValue) call(_ *run, args []value.Value, kw *value.Dict) (value.Value, error) {
	return c.make(args, kw)
}

// builtinClass gives the global classes of Jinja2.
func builtinClass(name string) value.Value {
	switch name {
	case "namespace":
		return &classValue{"Namespace", func(args []value.Value, kw *value.Dict) (value.Value, error) {
			n := &Namespace{}
			if len(args) > 1 {
				return nil, value.TypeError("dict expected at most 1 argument, got %d", len(args))
			}
			if len(args) == 1 {
				if err := UpdateDict(&n.attrs, args[0]); err != nil {
					return nil, err
				}
			}
			for k, v := range kw.RawAll() {
				n.attrs.Set(k, v)
			}
			return n, nil
		}}
	case "cycler":
		return &classValue{"Cycler", func(args []value.Value, _ *value.Dict) (value.Value, error) {
			if len(args) == 0 {
				return nil, value.Errorf("RuntimeError", "at least one item has to be provided")
			}
			return &cycler{items: args}, nil
		}}
	case "joiner":
		return &classValue{"Joiner", func(args []value.Value, kw *value.Dict) (value.Value, error) {
			j := &joiner{sep: value.S(", ")}
			if len(args) > 0 {
				j.sep = args[0]
			} else if v, ok := kw.Raw("sep"); ok {
				j.sep = v
			}
			return j, nil
		}}
	}
	return nil
}

// Namespace is what namespace() makes: its attributes can be set from inner scopes.
type Namespace struct{ attrs value.Dict }

// TypeName is Python's name of the class.
func (*Namespace) TypeName() string { return "Namespace" }

// ModuleName is where Jinja2 has the class.
func (*Namespace) ModuleName() string { return "jinja2.utils" }

// Attr gives an attribute.
func (n *Namespace) Attr(name string) (value.Value, bool) { return n.attrs.Raw(name) }

// PyItem is n[key]: only {% set n.key %} goes there in Python.
func (n *Namespace) PyItem(key value.Value) (value.Value, error) {
	return nil, value.TypeError("'Namespace' object is not subscriptable")
}

// PyStr is str(), PyRepr repr().
func (n *Namespace) PyStr() (string, error) { return n.PyRepr() }

// PyRepr is repr().
func (n *Namespace) PyRepr() (string, error) {
	s, err := value.TryRepr(&n.attrs)
	return "<Namespace " + s + ">", err
}

type cycler struct {
	items []value.Value
	pos   int
}

// TypeName is Python's name of the class.
func (*cycler) TypeName() string { return "Cycler" }

// ModuleName is where Jinja2 has the class.
func (*cycler) ModuleName() string { return "jinja2.utils" }

// Attr gives the cycler's methods.
func (c *cycler) Attr(name string) (value.Value, bool) {
	switch name {
	case "current":
		return c.items[c.pos], true
	case "pos":
		return value.Int(c.pos), true
	case "items":
		return &value.Tuple{Items: c.items}, true
	case "reset":
		return &native{name, func(*run, []value.Value, *value.Dict) (value.Value, error) {
			c.pos = 0
			return none, nil
		}}, true
	case "next":
		return &native{name, func(*run, []value.Value, *value.Dict) (value.Value, error) {
			v := c.items[c.pos]
			c.pos = (c.pos + 1) % len(c.items)
			return v, nil
		}}, true
	}
	return nil, false
}

type joiner struct {
	sep  value.Value
	used bool
}

// TypeName is Python's name of the class.
func (*joiner) TypeName() string { return "Joiner" }

// ModuleName is where Jinja2 has the class.
func (*joiner) ModuleName() string { return "jinja2.utils" }

// Attr gives the joiner's attributes.
func (j *joiner) Attr(name string) (value.Value, bool) {
	switch name {
	case "sep":
		return j.sep, true
	case "used":
		return value.Bool(j.used), true
	}
	return nil, false
}

// Callable is true.
func (*joiner) Callable() bool { return true }

func (j *joiner) call(*run, []value.Value, *value.Dict) (value.Value, error) {
	if !j.used {
		j.used = true
		return value.S(""), nil
	}
	return j.sep, nil
}

// lessQuoted drops what concat_message drops from the end of a message before another follows.
func lessQuoted(s string) string { return strings.TrimRight(s, ". ") }
