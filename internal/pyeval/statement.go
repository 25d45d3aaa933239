package pyeval

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func (e *Env) exec(n *node) error {
	switch n.op {
	case "block":
		for _, k := range n.kids {
			if err := e.exec(k); err != nil {
				return err
			}
		}
	case "show":
		v, err := e.eval(n.kids[0])
		if err != nil {
			return err
		}
		if _, none := v.(value.None); none {
			return nil
		}
		text, err := Repr(v)
		if err != nil {
			return err
		}
		e.Show(text)
		e.last = v
	case "assign":
		v, err := e.eval(n.kids[0])
		if err != nil {
			return err
		}
		for _, t := range n.kids[1:] {
			if err := e.assign(t, v); err != nil {
				return err
			}
		}
	case "augment":
		old, err := e.eval(n.kids[0])
		if err != nil {
			return err
		}
		by, err := e.eval(n.kids[1])
		if err != nil {
			return err
		}
		v, err := binary(n.text, old, by)
		if err != nil {
			if strings.HasPrefix(err.Error(), "unsupported operand type(s) for "+n.text+":") {
				return value.TypeError("%s", strings.Replace(err.Error(), n.text+":", n.text+"=:", 1))
			}
			return err
		}
		return e.assign(n.kids[0], v)
	case "del":
		return e.delete(n.kids[0])
	case "if":
		yes, err := e.truth(n.kids[0])
		if err != nil || !yes {
			return err
		}
		return e.exec(n.kids[1])
	case "for":
		v, err := e.eval(n.kids[1])
		if err != nil {
			return err
		}
		return iterate(v, func(item value.Value) error {
			if err := e.assign(n.kids[0], item); err != nil {
				return err
			}
			return e.exec(n.kids[2])
		})
	case "refused":
		return value.Errorf("NotImplementedError", "the debugger of rehearse has expressions and assignments, not '%s'", n.text)
	}
	return nil
}

func (e *Env) assign(t *node, v value.Value) error {
	switch t.op {
	case "name":
		e.Names[t.text] = v
		return nil
	case "tuple", "list":
		var items []value.Value
		if err := iterate(v, func(x value.Value) error { items = append(items, x); return nil }); err != nil {
			return value.TypeError("cannot unpack non-iterable %s object", value.TypeName(v))
		}
		switch {
		case len(items) > len(t.kids):
			return value.ValueError("too many values to unpack (expected %d)", len(t.kids))
		case len(items) < len(t.kids):
			return value.ValueError("not enough values to unpack (expected %d, got %d)", len(t.kids), len(items))
		}
		for i, k := range t.kids {
			if err := e.assign(k, items[i]); err != nil {
				return err
			}
		}
		return nil
	case "attr":
		o, err := e.eval(t.kids[0])
		if err != nil {
			return err
		}
		if s, ok := o.(Settable); ok {
			return s.SetAttr(t.text, v)
		}
		return noAttribute(o, t.text)
	case "item":
		o, key, err := e.place(t)
		if err != nil {
			return err
		}
		return e.change(func() error { return setItem(o, key, v) })
	}
	return nil
}

func (e *Env) place(t *node) (o, key value.Value, err error) {
	if o, err = e.eval(t.kids[0]); err == nil {
		key, err = e.eval(t.kids[1])
	}
	return o, key, err
}

func setItem(o, key, v value.Value) error {
	switch o := o.(type) {
	case *value.Dict:
		if err := unhashable(key); err != nil {
			return err
		}
		o.Set(key, v)
		return nil
	case *value.List:
		i, ok := value.Index(key)
		if !ok {
			return value.TypeError("list indices must be integers or slices, not %s", value.TypeName(key))
		}
		if i < 0 {
			i += int64(len(o.Items))
		}
		if i < 0 || i >= int64(len(o.Items)) {
			return value.Errorf("IndexError", "list assignment index out of range")
		}
		o.Items[i] = v
		return nil
	}
	return value.TypeError("'%s' object does not support item assignment", value.TypeName(o))
}

func (e *Env) delete(t *node) error {
	switch t.op {
	case "name":
		if _, ok := e.Names[t.text]; !ok {
			return value.Errorf("NameError", "name '%s' is not defined", t.text)
		}
		delete(e.Names, t.text)
	case "tuple", "list":
		for _, k := range t.kids {
			if err := e.delete(k); err != nil {
				return err
			}
		}
	case "attr":
		o, err := e.eval(t.kids[0])
		if err != nil {
			return err
		}
		return noAttribute(o, t.text)
	case "item":
		o, key, err := e.place(t)
		if err != nil {
			return err
		}
		return e.change(func() error {
			switch o := o.(type) {
			case *value.Dict:
				if !o.Delete(key) {
					return value.Errorf("KeyError", "%s", value.Repr(key))
				}
				return nil
			case *value.List:
				i, ok := value.Index(key)
				if !ok {
					return value.TypeError("list indices must be integers or slices, not %s", value.TypeName(key))
				}
				if i < 0 {
					i += int64(len(o.Items))
				}
				if i < 0 || i >= int64(len(o.Items)) {
					return value.Errorf("IndexError", "list assignment index out of range")
				}
				o.Items = append(o.Items[:i], o.Items[i+1:]...)
				return nil
			}
			return value.TypeError("'%s' object doesn't support item deletion", value.TypeName(o))
		})
	}
	return nil
}
