package pyeval

import (
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// call evaluates a call.
func (e *Env) call(n *node) (value.Value, error) {
	f := n.kids[0]
	var self value.Value
	var callee value.Value
	var err error
	if f.op == "attr" {
		if self, err = e.eval(f.kids[0]); err != nil {
			return nil, err
		}
		callee, err = Attr(self, f.text)
	} else {
		callee, err = e.eval(f)
	}
	if err != nil {
		return nil, err
	}
	var args []value.Value
	kw := &value.Dict{}
	for i, k := range n.kids[1:] {
		v, err := e.eval(k)
		if err != nil {
			return nil, err
		}
		switch name := n.names[i+1]; name {
		case "":
			args = append(args, v)
		case "*":
			if err := iterate(v, func(x value.Value) error { args = append(args, x); return nil }); err != nil {
				return nil, err
			}
		case "**":
			d, ok := v.(*value.Dict)
			if !ok {
				return nil, value.TypeError("argument after ** must be a mapping, not %s", value.TypeName(v))
			}
			for k, x := range d.RawAll() {
				kw.Set(k, x)
			}
		default:
			kw.Put(name, v)
		}
	}
	c, ok := callee.(callable)
	if !ok {
		return nil, value.TypeError("'%s' object is not callable", value.TypeName(callee))
	}
	if b, ok := c.(*function); ok && b.env != nil {
		return b.env(e, args, kw)
	}
	var out value.Value
	run := func() (err error) { out, err = c.Call(args, kw); return err }
	if self != nil && mutates[f.text] {
		err = e.change(run)
	} else {
		err = run()
	}
	return out, err
}

var mutates = map[string]bool{"append": true, "extend": true, "insert": true, "remove": true, "pop": true, "popitem": true, "clear": true,
	"sort": true, "reverse": true, "update": true, "setdefault": true, "add": true, "discard": true}

// Attr is getattr(): of an object, or a method of one of Python's own types.
func Attr(o value.Value, name string) (value.Value, error) {
	if x, ok := o.(value.Object); ok {
		if v, ok := x.Attr(name); ok {
			return v, nil
		}
	}
	if l, ok := o.(*value.List); ok && name == "sort" {
		return &function{name: name, typ: "builtin_function_or_method", repr: "<built-in method sort of list object at 0x7f0000000000>",
			call: func(_ []value.Value, kw *value.Dict) (value.Value, error) {
				sorted, err := sortBy(l.Items, kw)
				if err != nil {
					return nil, err
				}
				copy(l.Items, sorted.(*value.List).Items)
				return value.None{}, nil
			}}, nil
	}
	if f := jinja.BoundMethod(o, name); f != nil {
		return &function{name: name, typ: "builtin_function_or_method",
			repr: "<built-in method " + name + " of " + value.TypeName(o) + " object at 0x7f0000000000>", call: f}, nil
	}
	return nil, noAttribute(o, name)
}

func noAttribute(o value.Value, name string) error {
	return value.Errorf("AttributeError", "'%s' object has no attribute '%s'", value.TypeName(o), name)
}
