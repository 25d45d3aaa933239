package jinja

import (
	"fmt"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// native is a bound function of the engine itself.
type native struct {
	name string
	f    func(r *run, args []value.Value, kw *value.Dict) (value.Value, error)
}

// TypeName is Python's name of such a value.
func (*native) TypeName() string { return "method" }

func (n *native) call(r *run, args []value.Value, kw *value.Dict) (value.Value, error) {
	return n.f(r, args, kw)
}

// PyStr is str(), PyRepr repr().
func (n *native) PyStr() (string, error) { return n.PyRepr() }

// PyRepr is repr().
func (n *native) PyRepr() (string, error) { return "<bound method " + n.name + ">", nil }

// attribute finds a Python attribute: a method or a property. found is false where Python has none; safe is false
// where the sandbox forbids it.
func (r *run) attribute(v value.Value, name string) (w value.Value, found, safe bool) {
	if strings.HasPrefix(name, "__") && strings.HasSuffix(name, "__") && isDunder(v, name) {
		if w, ok := bitOperation(v, name); ok {
			return w, true, true
		}
		if r.e.ansible {
			return nil, true, false
		}
		if name == "__class__" {
			return &typeValue{value.NativeName(v)}, true, true
		}
		return nil, false, true
	}
	if o, ok := v.(value.Object); ok {
		w, ok := o.Attr(name)
		return w, ok, true
	}
	if t, ok := v.(*value.Tuple); ok {
		for i, n := range t.Names {
			if n == name {
				return t.Items[i], true, true
			}
		}
	}
	if m := findMethod(v, name); m != nil {
		if m.Property {
			w, err := m.Call(&MethodCall{Self: v, run: r})
			if err != nil {
				return asUndefined(err), true, true
			}
			return w, true, true
		}
		return &boundMethod{v, m}, true, true
	}
	return nil, false, true
}

// isDunder tells whether a value has a double-underscore attribute in Python.
func isDunder(v value.Value, name string) bool {
	switch name {
	case "__class__", "__doc__", "__dir__", "__eq__", "__ne__", "__hash__", "__init__", "__init_subclass__", "__new__", "__repr__",
		"__str__", "__sizeof__", "__reduce__", "__reduce_ex__", "__getattribute__", "__setattr__", "__delattr__", "__format__",
		"__subclasshook__", "__lt__", "__le__", "__gt__", "__ge__", "__getstate__":
		return true
	}
	in := func(names ...string) bool { return isOneOf(name, names) }
	switch v.(type) {
	case value.Int, value.Bool, *value.BigInt, value.Float:
		_, float := v.(value.Float)
		return in("__add__", "__sub__", "__mul__", "__truediv__", "__floordiv__", "__mod__", "__pow__", "__neg__", "__pos__", "__abs__", "__bool__",
			"__int__", "__float__", "__round__", "__trunc__", "__floor__", "__ceil__", "__divmod__", "__radd__", "__rsub__", "__rmul__") ||
			!float && in("__and__", "__or__", "__xor__", "__lshift__", "__rshift__", "__invert__", "__index__")
	case value.Str, value.Bytes, *value.Tuple:
		return in("__len__", "__iter__", "__contains__", "__getitem__", "__add__", "__mul__", "__rmul__", "__mod__", "__getnewargs__")
	case *value.List:
		return in("__len__", "__iter__", "__contains__", "__getitem__", "__setitem__", "__delitem__", "__add__", "__mul__", "__rmul__", "__iadd__",
			"__imul__", "__reversed__", "__class_getitem__")
	case *value.Dict:
		return in("__len__", "__iter__", "__contains__", "__getitem__", "__setitem__", "__delitem__", "__or__", "__ior__", "__ror__", "__reversed__",
			"__class_getitem__")
	case callable:
		return in("__call__", "__name__", "__module__", "__qualname__", "__self__")
	}
	return false
}

// getAttr is v.name: the attribute, then the item.
func (r *run) getAttr(v value.Value, name string, s Span) (value.Value, error) {
	if u, ok := v.(*value.Undefined); ok {
		if name == "_undefined_name" && !r.e.ansible {
			return value.S(u.Name), nil
		}
		return r.undefinedAccess(u)
	}
	w, found, safe := r.attribute(v, name)
	if found && safe {
		return w, nil
	}
	if r.e.ansible || !found {
		key := value.Str{S: name}
		if w, err := value.GetItem(v, key); err == nil {
			return w, nil
		} else if u, ok := err.(*value.Undefined); ok {
			return nil, u
		}
	}
	if !safe {
		return r.undefinedHint(fmt.Sprintf("access to attribute %s of %s object is unsafe.", value.Quote(name),
			value.Quote(value.NativeName(v))), name, s), nil
	}
	return r.undefinedAttr(v, value.Str{S: name}, s), nil
}

// undefinedAccess is an attribute or item of an undefined value.
func (r *run) undefinedAccess(u *value.Undefined) (value.Value, error) {
	switch u.Kind {
	case value.UndefinedMarker, value.UndefinedChainable:
		return u, nil
	}
	return nil, u
}

// typeValue is the class of a value, which only plain Jinja2 shows.
type typeValue struct{ name string }

// TypeName is "type".
func (*typeValue) TypeName() string { return "type" }

// Attr gives the class's name.
func (t *typeValue) Attr(name string) (value.Value, bool) {
	if name == "__name__" {
		return value.S(t.name), true
	}
	return nil, false
}

// PyStr is str(), PyRepr repr().
func (t *typeValue) PyStr() (string, error) { return t.PyRepr() }

// PyRepr is repr().
func (t *typeValue) PyRepr() (string, error) { return "<class '" + t.name + "'>", nil }

// getItem is v[key]: the item, then, for a text, the attribute.
func (r *run) getItem(v, key value.Value, s Span) (value.Value, error) {
	if u, ok := v.(*value.Undefined); ok {
		return r.undefinedAccess(u)
	}
	if u, ok := key.(*value.Undefined); ok && !u.Lax() {
		return nil, u
	}
	w, err := value.GetItem(v, key)
	if err == nil {
		return w, nil
	}
	e, ok := err.(*value.Error)
	if !ok || e.Class != "TypeError" && e.Class != "KeyError" && e.Class != "IndexError" {
		return nil, r.locate(err, s)
	}
	if k, ok := key.(value.Str); ok {
		w, found, safe := r.attribute(v, k.S)
		if found && safe {
			return w, nil
		}
		if !safe {
			return r.undefinedHint(fmt.Sprintf("access to attribute %s of %s object is unsafe.", value.Quote(k.S),
				value.Quote(value.NativeName(v))), k.S, s), nil
		}
	}
	return r.undefinedAttr(v, key, s), nil
}
