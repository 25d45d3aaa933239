// Package pyeval evaluates what a person types at the task debugger: Python's expressions, assignments, `del`, and `if`
// and `for` on one line, over the values of this program, with Python's error messages. Definitions, imports and other
// statements are refused by name: there is no Python behind it. It may import value and jinja.
package pyeval

import (
	"fmt"
	"strings"

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
