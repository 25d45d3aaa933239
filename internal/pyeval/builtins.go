package pyeval

import (
	"math"
	"sort"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

type callable interface {
	value.Value
	Call(args []value.Value, kw *value.Dict) (value.Value, error)
}

// function is a function, a method or a class.
type function struct {
	name, repr, typ string
	call            func(args []value.Value, kw *value.Dict) (value.Value, error)
	env             func(e *Env, args []value.Value, kw *value.Dict) (value.Value, error)
}

func (f *function) TypeName() string { return f.typ }

func (f *function) PyStr() (string, error)  { return f.repr, nil }
func (f *function) PyRepr() (string, error) { return f.repr, nil }

func (f *function) Attr(name string) (value.Value, bool) {
	if name == "__name__" {
		return value.S(f.name), true
	}
	return nil, false
}

func (f *function) Call(args []value.Value, kw *value.Dict) (value.Value, error) {
	return f.call(args, kw)
}

// Method makes a method of an object without parameters.
func Method(name string, f func() value.Value) value.Value {
	return &function{name: name, typ: "method", repr: "<bound method " + name + ">", call: func(args []value.Value, kw *value.Dict) (value.Value, error) {
		if len(args)+kw.Len() > 0 {
			return nil, value.TypeError("%s() takes 1 positional argument but %d were given", name, len(args)+kw.Len()+1)
		}
		return f(), nil
	}}
}

type arguments = []value.Value

func one(name string, f func(v value.Value) (value.Value, error)) func(arguments, *value.Dict) (value.Value, error) {
	return func(args arguments, kw *value.Dict) (value.Value, error) {
		if len(args) != 1 || kw.Len() > 0 {
			return nil, value.TypeError("%s() takes exactly one argument (%d given)", name, len(args)+kw.Len())
		}
		return f(args[0])
	}
}

func collect(v value.Value) (arguments, error) {
	var out arguments
	err := iterate(v, func(x value.Value) error { out = append(out, x); return nil })
	return out, err
}

// classes are the types that can be called and named in isinstance().
var classes = map[string]func(args arguments, kw *value.Dict) (value.Value, error){
	"str": func(args arguments, _ *value.Dict) (value.Value, error) {
		if len(args) == 0 {
			return value.S(""), nil
		}
		s, err := value.TryStr(args[0])
		return value.S(s), err
	},
	"int": func(args arguments, kw *value.Dict) (value.Value, error) {
		switch len(args) {
		case 0:
			return value.Int(0), nil
		case 2:
			base, _ := value.Index(args[1])
			return value.ParseInt(value.ToStr(args[0]), int(base))
		}
		return value.ToInt(args[0])
	},
	"float": func(args arguments, _ *value.Dict) (value.Value, error) {
		if len(args) == 0 {
			return value.Float(0), nil
		}
		return value.ToFloatValue(args[0])
	},
	"bool": func(args arguments, _ *value.Dict) (value.Value, error) {
		if len(args) == 0 {
			return value.Bool(false), nil
		}
		b, err := value.Truth(args[0])
		return value.Bool(b), err
	},
	"list": func(args arguments, _ *value.Dict) (value.Value, error) {
		if len(args) == 0 {
			return &value.List{}, nil
		}
		l, err := collect(args[0])
		return &value.List{Items: l}, err
	},
	"tuple": func(args arguments, _ *value.Dict) (value.Value, error) {
		if len(args) == 0 {
			return &value.Tuple{}, nil
		}
		l, err := collect(args[0])
		return &value.Tuple{Items: l}, err
	},
	"set": func(args arguments, _ *value.Dict) (value.Value, error) {
		if len(args) == 0 {
			return &value.Set{}, nil
		}
		l, err := collect(args[0])
		if err != nil {
			return nil, err
		}
		return newSet(l)
	},
	"dict": func(args arguments, kw *value.Dict) (value.Value, error) {
		d := &value.Dict{}
		if len(args) > 0 {
			if o, ok := args[0].(*value.Dict); ok {
				d = o.RawCopy()
			} else if err := iterate(args[0], func(x value.Value) error {
				pair, err := collect(x)
				if err != nil {
					return err
				}
				if len(pair) != 2 {
					return value.ValueError("dictionary update sequence element #%d has length %d; 2 is required", d.Len(), len(pair))
				}
				d.Set(pair[0], pair[1])
				return nil
			}); err != nil {
				return nil, err
			}
		}
		for k, v := range kw.RawAll() {
			d.Set(k, v)
		}
		return d, nil
	},
}

// builtin is one of Python's functions and classes, nil where there is none of the name.
func builtin(name string) value.Value {
	if f, ok := classes[name]; ok {
		return &function{name: name, typ: "type", repr: "<class '" + name + "'>", call: f}
	}
	f := &function{name: name, typ: "builtin_function_or_method", repr: "<built-in function " + name + ">"}
	switch name {
	case "print":
		f.env = func(e *Env, args []value.Value, kw *value.Dict) (value.Value, error) {
			var words []string
			for _, a := range args {
				s, err := value.TryStr(a)
				if err != nil {
					return nil, err
				}
				words = append(words, s)
			}
			sep := " "
			if v, ok := kw.Raw("sep"); ok {
				sep = value.ToStr(v)
			}
			e.Show(strings.Join(words, sep))
			return value.None{}, nil
		}
		f.call = func(args []value.Value, kw *value.Dict) (value.Value, error) { return value.None{}, nil }
	case "len":
		f.call = one(name, func(v value.Value) (value.Value, error) {
			n, err := value.Len(v)
			return value.Int(n), err
		})
	case "repr":
		f.call = one(name, func(v value.Value) (value.Value, error) {
			s, err := Repr(v)
			return value.S(s), err
		})
	case "type":
		f.repr, f.typ = "<class 'type'>", "type"
		f.call = one(name, func(v value.Value) (value.Value, error) { return classOf(v), nil })
	case "range":
		f.repr, f.typ = "<class 'range'>", "type"
		f.call = func(args []value.Value, _ *value.Dict) (value.Value, error) {
			r := &value.Range{Step: 1}
			var n []int64
			for _, a := range args {
				i, ok := value.Index(a)
				if !ok {
					return nil, value.TypeError("'%s' object cannot be interpreted as an integer", value.TypeName(a))
				}
				n = append(n, i)
			}
			switch len(n) {
			case 1:
				r.Stop = n[0]
			case 2:
				r.Start, r.Stop = n[0], n[1]
			case 3:
				r.Start, r.Stop, r.Step = n[0], n[1], n[2]
				if r.Step == 0 {
					return nil, value.ValueError("range() arg 3 must not be zero")
				}
			default:
				return nil, value.TypeError("range expected at least 1 argument, got %d", len(n))
			}
			return r, nil
		}
	case "sorted":
		f.call = func(args []value.Value, kw *value.Dict) (value.Value, error) {
			if len(args) != 1 {
				return nil, value.TypeError("sorted expected 1 argument, got %d", len(args))
			}
			items, err := collect(args[0])
			if err != nil {
				return nil, err
			}
			return sortBy(items, kw)
		}
	case "reversed":
		f.call = one(name, func(v value.Value) (value.Value, error) {
			l, err := collect(v)
			for i, j := 0, len(l)-1; i < j; i, j = i+1, j-1 {
				l[i], l[j] = l[j], l[i]
			}
			return &value.List{Items: l}, err
		})
	case "sum":
		f.call = func(args []value.Value, _ *value.Dict) (value.Value, error) {
			var total value.Value = value.Int(0)
			if len(args) > 1 {
				total = args[1]
			}
			if len(args) == 0 {
				return nil, value.TypeError("sum() takes at least 1 positional argument (0 given)")
			}
			err := iterate(args[0], func(x value.Value) (err error) { total, err = value.Add(total, x); return err })
			return total, err
		}
	case "min", "max":
		f.call = func(args []value.Value, kw *value.Dict) (value.Value, error) {
			items := args
			if len(args) == 1 {
				var err error
				if items, err = collect(args[0]); err != nil {
					return nil, err
				}
			}
			if len(items) == 0 {
				return nil, value.ValueError("%s() arg is an empty sequence", name)
			}
			op, best := "<", items[0]
			if name == "max" {
				op = ">"
			}
			for _, x := range items[1:] {
				better, err := value.CompareOp(op, x, best)
				if err != nil {
					return nil, err
				}
				if better {
					best = x
				}
			}
			return best, nil
		}
	case "any", "all":
		f.call = one(name, func(v value.Value) (value.Value, error) {
			items, err := collect(v)
			if err != nil {
				return nil, err
			}
			for _, x := range items {
				yes, err := value.Truth(x)
				if err != nil {
					return nil, err
				}
				if yes == (name == "any") {
					return value.Bool(yes), nil
				}
			}
			return value.Bool(name == "all"), nil
		})
	case "abs":
		f.call = one(name, func(v value.Value) (value.Value, error) {
			if less, err := value.CompareOp("<", v, value.Int(0)); err != nil {
				return nil, value.TypeError("bad operand type for abs(): '%s'", value.TypeName(v))
			} else if less {
				return value.Neg(v)
			}
			return v, nil
		})
	case "round":
		f.call = func(args []value.Value, _ *value.Dict) (value.Value, error) {
			if len(args) == 0 {
				return nil, value.TypeError("round() missing required argument 'number' (pos 1)")
			}
			x, ok := value.ToFloat(args[0])
			if !ok {
				return nil, value.TypeError("type %s doesn't define __round__ method", value.TypeName(args[0]))
			}
			if len(args) == 1 {
				return value.Int(int64(math.RoundToEven(x))), nil
			}
			digits, _ := value.Index(args[1])
			text, err := value.FormatSpec(value.Float(x), "."+value.ToStr(value.Int(max(0, digits)))+"f")
			if err != nil {
				return nil, err
			}
			return value.ParseFloat(text)
		}
	case "enumerate", "zip":
		f.repr, f.typ = "<class '"+name+"'>", "type"
		f.call = func(args []value.Value, kw *value.Dict) (value.Value, error) {
			var columns []arguments
			for _, a := range args {
				l, err := collect(a)
				if err != nil {
					return nil, err
				}
				columns = append(columns, l)
			}
			out := &value.List{}
			if len(columns) == 0 {
				return out, nil
			}
			if name == "enumerate" {
				for i, x := range columns[0] {
					out.Items = append(out.Items, &value.Tuple{Items: arguments{value.Int(i), x}})
				}
				return out, nil
			}
			for i := 0; ; i++ {
				row := &value.Tuple{}
				for _, c := range columns {
					if i >= len(c) {
						return out, nil
					}
					row.Items = append(row.Items, c[i])
				}
				out.Items = append(out.Items, row)
			}
		}
	case "isinstance":
		f.call = func(args []value.Value, _ *value.Dict) (value.Value, error) {
			if len(args) != 2 {
				return nil, value.TypeError("isinstance expected 2 arguments, got %d", len(args))
			}
			list := arguments{args[1]}
			if t, ok := args[1].(*value.Tuple); ok {
				list = t.Items
			}
			for _, c := range list {
				t, ok := c.(*function)
				if !ok || t.typ != "type" {
					return nil, value.TypeError("isinstance() arg 2 must be a type, a tuple of types, or a union")
				}
				native := value.NativeName(args[0])
				if t.name == native || t.name == "int" && native == "bool" {
					return value.Bool(true), nil
				}
			}
			return value.Bool(false), nil
		}
	case "hasattr", "getattr":
		f.call = func(args []value.Value, _ *value.Dict) (value.Value, error) {
			if len(args) < 2 {
				return nil, value.TypeError("%s expected at least 2 arguments, got %d", name, len(args))
			}
			v, err := Attr(args[0], value.ToStr(args[1]))
			switch {
			case name == "hasattr":
				return value.Bool(err == nil), nil
			case err != nil && len(args) > 2:
				return args[2], nil
			}
			return v, err
		}
	default:
		return nil
	}
	return f
}

func sortBy(items arguments, kw *value.Dict) (value.Value, error) {
	keys := items
	if k, ok := kw.Raw("key"); ok {
		c, isCall := k.(callable)
		if !isCall {
			return nil, value.TypeError("'%s' object is not callable", value.TypeName(k))
		}
		keys = nil
		for _, x := range items {
			v, err := c.Call(arguments{x}, &value.Dict{})
			if err != nil {
				return nil, err
			}
			keys = append(keys, v)
		}
	}
	down := false
	if r, ok := kw.Raw("reverse"); ok {
		down, _ = value.Truth(r)
	}
	order := make([]int, len(items))
	for i := range order {
		order[i] = i
	}
	var failed error
	sort.SliceStable(order, func(i, j int) bool {
		a, b := keys[order[i]], keys[order[j]]
		if down {
			a, b = b, a
		}
		less, err := value.CompareOp("<", a, b)
		if err != nil && failed == nil {
			failed = err
		}
		return less
	})
	if failed != nil {
		return nil, failed
	}
	out := &value.List{}
	for _, i := range order {
		out.Items = append(out.Items, items[i])
	}
	return out, nil
}

// classOf is type(): the tagged types are where ansible-core has them.
func classOf(v value.Value) value.Value {
	name := value.TypeName(v)
	if c, ok := v.(interface{ Class() string }); ok {
		return &function{name: name, typ: "type", repr: "<class '" + c.Class() + "'>", call: noConstructor(name)}
	}
	if tagged := taggedClass(v); tagged != "" {
		return &function{name: tagged, typ: "type", repr: "<class 'ansible.module_utils._internal._datatag." + tagged + "'>", call: noConstructor(tagged)}
	}
	if b := builtin(name); b != nil {
		return b
	}
	return &function{name: name, typ: "type", repr: "<class '" + name + "'>", call: noConstructor(name)}
}

// taggedClass is the class of a value that knows where it was written, "" for others.
func taggedClass(v value.Value) string {
	switch v := v.(type) {
	case value.Str:
		if v.Trusted || v.At != nil {
			return "_AnsibleTaggedStr"
		}
	case *value.Dict:
		if v.At != nil {
			return "_AnsibleTaggedDict"
		}
	case *value.List:
		if v.At != nil {
			return "_AnsibleTaggedList"
		}
	}
	return ""
}

func noConstructor(name string) func(arguments, *value.Dict) (value.Value, error) {
	return func(arguments, *value.Dict) (value.Value, error) {
		return nil, value.Errorf("NotImplementedError", "the debugger of rehearse makes no %s", name)
	}
}
