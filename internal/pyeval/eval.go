// Package pyeval evaluates what a person types at the task debugger: Python's expressions, assignments, `del`, and `if`
// and `for` on one line, over the values of this program, with Python's error messages. Definitions, imports and other
// statements are refused by name: there is no Python behind it. It may import value and jinja.
package pyeval

import (
	"fmt"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Settable is an object whose attributes can be assigned.
type Settable interface {
	SetAttr(name string, v value.Value) error
}

// Env holds the names that a person sees and makes. It is for one goroutine.
type Env struct {
	Names map[string]value.Value
	// Show prints a line: a result, or what print() is given.
	Show func(line string)
	// Change runs a change of a value that others may be reading; nil calls it at once.
	Change func(func())

	parent *Env
	last   value.Value // _
}

// Eval evaluates an expression as Python's eval() does.
func (e *Env) Eval(src string) (value.Value, error) {
	n, err := parse(strings.TrimLeft(src, " \t"), "<string>", false)
	if err != nil {
		return nil, err
	}
	return e.eval(n)
}

// Exec runs a line as Python's prompt does: a value that is not None is shown.
func (e *Env) Exec(src string) error {
	n, err := parse(src, "<stdin>", true)
	if err != nil {
		return err
	}
	return e.exec(n)
}

func (e *Env) change(f func() error) (err error) {
	root := e
	for root.parent != nil {
		root = root.parent
	}
	if root.Change == nil {
		return f()
	}
	root.Change(func() { err = f() })
	return err
}

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

func (e *Env) lookup(name string) (value.Value, bool) {
	for x := e; x != nil; x = x.parent {
		if v, ok := x.Names[name]; ok {
			return v, true
		}
		if name == "_" && x.last != nil {
			return x.last, true
		}
	}
	return nil, false
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

func (e *Env) truth(n *node) (bool, error) {
	v, err := e.eval(n)
	if err != nil {
		return false, err
	}
	return value.Truth(v)
}

func (e *Env) all(list []*node) ([]value.Value, error) {
	var out []value.Value
	for _, k := range list {
		if k.op == "star" {
			v, err := e.eval(k.kids[0])
			if err != nil {
				return nil, err
			}
			if err := iterate(v, func(x value.Value) error { out = append(out, x); return nil }); err != nil {
				return nil, err
			}
			continue
		}
		v, err := e.eval(k)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

func (e *Env) eval(n *node) (value.Value, error) {
	switch n.op {
	case "const":
		return n.val, nil
	case "name":
		if v, ok := e.lookup(n.text); ok {
			return v, nil
		}
		if v := builtin(n.text); v != nil {
			return v, nil
		}
		return nil, value.Errorf("NameError", "name '%s' is not defined", n.text)
	case "tuple":
		items, err := e.all(n.kids)
		return &value.Tuple{Items: items}, err
	case "list":
		items, err := e.all(n.kids)
		return &value.List{Items: items}, err
	case "set":
		items, err := e.all(n.kids)
		if err != nil {
			return nil, err
		}
		return newSet(items)
	case "dict":
		return e.dict(n)
	case "attr":
		o, err := e.eval(n.kids[0])
		if err != nil {
			return nil, err
		}
		return Attr(o, n.text)
	case "item":
		o, key, err := e.place(n)
		if err != nil {
			return nil, err
		}
		return value.GetItem(o, key)
	case "slice":
		parts, err := e.all(n.kids)
		if err != nil {
			return nil, err
		}
		return &value.Slice{Start: parts[0], Stop: parts[1], Step: parts[2]}, nil
	case "call":
		return e.call(n)
	case "not":
		yes, err := e.truth(n.kids[0])
		return value.Bool(!yes), err
	case "and", "or":
		v, err := e.eval(n.kids[0])
		if err != nil {
			return nil, err
		}
		yes, err := value.Truth(v)
		if err != nil || yes == (n.op == "or") {
			return v, err
		}
		return e.eval(n.kids[1])
	case "cond":
		yes, err := e.truth(n.kids[0])
		if err != nil {
			return nil, err
		}
		if yes {
			return e.eval(n.kids[1])
		}
		return e.eval(n.kids[2])
	case "compare":
		return e.compare(n)
	case "binary":
		parts, err := e.all(n.kids)
		if err != nil {
			return nil, err
		}
		return binary(n.text, parts[0], parts[1])
	case "unary":
		v, err := e.eval(n.kids[0])
		if err != nil {
			return nil, err
		}
		switch n.text {
		case "-":
			return value.Neg(v)
		case "+":
			return value.Pos(v)
		}
		if i, ok := value.Index(v); ok {
			return value.Int(^i), nil
		}
		return nil, value.TypeError("bad operand type for unary ~: '%s'", value.TypeName(v))
	case "lambda":
		return &function{name: "<lambda>", repr: "<function <lambda> at 0x7f0000000000>", typ: "function", call: func(args []value.Value, kw *value.Dict) (value.Value, error) {
			if len(args) != len(n.names) {
				return nil, value.TypeError("<lambda>() takes %d positional argument%s but %d %s given", len(n.names), plural(len(n.names), "", "s"), len(args), plural(len(args), "was", "were"))
			}
			local := e.child()
			for i, name := range n.names {
				local.Names[name] = args[i]
			}
			return local.eval(n.kids[0])
		}}, nil
	case "listcomp", "setcomp", "dictcomp", "generator":
		return e.comprehension(n)
	case "fstring":
		return e.fstring(n)
	case "star":
		return nil, value.Errorf("SyntaxError", "can't use starred expression here")
	}
	return nil, fmt.Errorf("pyeval: no evaluation of %q", n.op)
}

func (e *Env) child() *Env { return &Env{Names: map[string]value.Value{}, Show: e.Show, parent: e} }

func binary(op string, a, b value.Value) (value.Value, error) {
	if d, ok := a.(*value.Dict); ok && op == "|" {
		if o, ok := b.(*value.Dict); ok {
			out := d.Copy()
			for k, v := range o.RawAll() {
				out.Set(k, v)
			}
			return out, nil
		}
	}
	switch op {
	case "|", "&", "^", "<<", ">>":
		x, ok1 := value.Index(a)
		y, ok2 := value.Index(b)
		if ok1 && ok2 {
			switch op {
			case "|":
				return value.Int(x | y), nil
			case "&":
				return value.Int(x & y), nil
			case "^":
				return value.Int(x ^ y), nil
			}
			if y < 0 {
				return nil, value.ValueError("negative shift count")
			}
			two, err := value.Pow(value.Int(2), value.Int(y))
			if err != nil {
				return nil, err
			}
			if op == "<<" {
				return value.Mul(value.Int(x), two)
			}
			return value.FloorDiv(value.Int(x), two)
		}
		if s, ok := value.AsSet(a); ok {
			if t, ok := value.AsSet(b); ok {
				if op == "|" || op == "&" || op == "^" {
					return value.SetOp(op, s, t), nil
				}
			}
		}
		return nil, value.TypeError("unsupported operand type(s) for %s: '%s' and '%s'", op, value.TypeName(a), value.TypeName(b))
	}
	return value.Binary(op, a, b)
}

func (e *Env) compare(n *node) (value.Value, error) {
	left, err := e.eval(n.kids[0])
	if err != nil {
		return nil, err
	}
	for i, op := range n.names {
		right, err := e.eval(n.kids[i+1])
		if err != nil {
			return nil, err
		}
		var yes bool
		switch op {
		case "in", "not in":
			yes, err = value.Contains(right, left)
			yes = yes == (op == "in")
		case "is", "is not":
			yes = same(left, right) == (op == "is")
		default:
			yes, err = value.CompareOp(op, left, right)
		}
		if err != nil || !yes {
			return value.Bool(false), err
		}
		left = right
	}
	return value.Bool(true), nil
}

// same is Python's identity: of containers the object, of anything else type and value.
func same(a, b value.Value) bool {
	switch a.(type) {
	case *value.Dict, *value.List, *value.Tuple, *value.Set:
		return a == b
	}
	return value.TypeName(a) == value.TypeName(b) && value.Equal(a, b)
}

func (e *Env) dict(n *node) (value.Value, error) {
	d := &value.Dict{}
	for i := 0; i < len(n.kids); i += 2 {
		v, err := e.eval(n.kids[i+1])
		if err != nil {
			return nil, err
		}
		if n.kids[i] == nil {
			o, ok := v.(*value.Dict)
			if !ok {
				return nil, value.TypeError("'%s' object is not a mapping", value.TypeName(v))
			}
			for k, x := range o.RawAll() {
				d.Set(k, x)
			}
			continue
		}
		k, err := e.eval(n.kids[i])
		if err != nil {
			return nil, err
		}
		if err := unhashable(k); err != nil {
			return nil, err
		}
		d.Set(k, v)
	}
	return d, nil
}

func unhashable(key value.Value) error {
	if _, ok := value.HashKey(key); !ok {
		return value.Unhashable(key)
	}
	return nil
}

func newSet(items []value.Value) (value.Value, error) {
	s := &value.Set{}
	for _, x := range items {
		if err := unhashable(x); err != nil {
			return nil, err
		}
		s.Add(x)
	}
	return s, nil
}

// comprehension evaluates at once; a generator is read once.
func (e *Env) comprehension(n *node) (value.Value, error) {
	results := 1
	if n.op == "dictcomp" {
		results = 2
	}
	local := e.child()
	var items []value.Value
	d := &value.Dict{}
	var loop func(rest []*node) error
	loop = func(rest []*node) error {
		if len(rest) == 0 {
			v, err := local.eval(n.kids[0])
			if err != nil {
				return err
			}
			if results == 2 {
				x, err := local.eval(n.kids[1])
				if err != nil {
					return err
				}
				if err := unhashable(v); err != nil {
					return err
				}
				d.Set(v, x)
				return nil
			}
			items = append(items, v)
			return nil
		}
		over, err := local.eval(rest[1])
		if err != nil {
			return err
		}
		return iterate(over, func(x value.Value) error {
			if err := local.assign(rest[0], x); err != nil {
				return err
			}
			for _, c := range rest[2].kids {
				if yes, err := local.truth(c); err != nil || !yes {
					return err
				}
			}
			return loop(rest[3:])
		})
	}
	if err := loop(n.kids[results:]); err != nil {
		return nil, err
	}
	switch n.op {
	case "dictcomp":
		return d, nil
	case "setcomp":
		return newSet(items)
	case "generator":
		i := 0
		return &value.Iterator{Kind: "generator", Next: func() (value.Value, error) {
			if i == len(items) {
				return nil, nil
			}
			i++
			return items[i-1], nil
		}}, nil
	}
	return &value.List{Items: items}, nil
}

func (e *Env) fstring(n *node) (value.Value, error) {
	var b strings.Builder
	for _, k := range n.kids {
		if k.op == "const" {
			b.WriteString(value.ToStr(k.val))
			continue
		}
		v, err := e.eval(k.kids[0])
		if err != nil {
			return nil, err
		}
		switch k.text {
		case "r":
			s, err := Repr(v)
			if err != nil {
				return nil, err
			}
			v = value.S(s)
		case "s":
			s, err := value.TryStr(v)
			if err != nil {
				return nil, err
			}
			v = value.S(s)
		}
		spec := ""
		if len(k.kids) > 1 {
			s, err := e.fstring(k.kids[1])
			if err != nil {
				return nil, err
			}
			spec = value.ToStr(s)
		}
		text := ""
		if spec == "" {
			text, err = value.TryStr(v)
		} else {
			text, err = value.FormatSpec(v, spec)
		}
		if err != nil {
			return nil, err
		}
		b.WriteString(text)
	}
	return value.S(b.String()), nil
}

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

func iterate(v value.Value, f func(value.Value) error) error {
	next, err := value.Iterate(v)
	if err != nil {
		return err
	}
	for {
		x, err := next()
		if err != nil {
			return err
		}
		if x == nil {
			return nil
		}
		if err := f(x); err != nil {
			return err
		}
	}
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// Repr is repr().
func Repr(v value.Value) (string, error) { return value.TryRepr(v) }

// Failure is how the debugger shows an error: the class and repr() of the exception.
func Failure(err error) (class, repr string) {
	switch err := err.(type) {
	case *SyntaxError:
		place := &value.Tuple{Items: []value.Value{value.S(err.File), value.Int(err.Line), value.Int(err.Offset), value.S(err.Text), value.Int(err.EndLine), value.Int(err.EndText)}}
		return "SyntaxError", "SyntaxError(" + value.Repr(value.S(err.Message)) + ", " + value.Repr(place) + ")"
	case *value.Error:
		if err.Class == "KeyError" {
			return err.Class, "KeyError(" + err.Message + ")"
		}
		return err.Class, err.Class + "(" + value.Repr(value.S(err.Message)) + ")"
	}
	return "RuntimeError", "RuntimeError(" + value.Repr(value.S(err.Error())) + ")"
}
