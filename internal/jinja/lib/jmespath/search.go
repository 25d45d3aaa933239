package jmespath

import (
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Search evaluates an expression on data. The error is an *Error, or what the data itself raises.
func Search(expression string, data value.Value) (result value.Value, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case bail:
			result, err = nil, r.err
		case raised:
			result, err = nil, r.error
		default:
			panic(r)
		}
	}()
	v := visit(parse(expression), data)
	if _, ok := v.(*expref); ok {
		return value.None{}, nil
	}
	return v, nil
}

// raised carries an error of the data up to Search.
type raised struct{ error }

func check(err error) {
	if err != nil {
		panic(raised{err})
	}
}

// expref is an expression that is handed to a function.
type expref struct{ *node }

// TypeName is the class that the Python package gives it.
func (*expref) TypeName() string { return "_Expression" }

var none value.Value = value.None{}

func isNone(v value.Value) bool { return v == nil || v == none }

// defined raises an undefined value.
func defined(v value.Value) value.Value {
	if u, ok := v.(*value.Undefined); ok {
		panic(raised{u})
	}
	if v == nil {
		return none
	}
	return v
}

func items(l *value.List) []value.Value {
	out := make([]value.Value, l.Len())
	for i := range out {
		out[i] = defined(l.Item(i))
	}
	return out
}

// isFalse: empty texts, lists and dicts, null and false. Zero is true.
func isFalse(v value.Value) bool {
	switch v := v.(type) {
	case nil, value.None:
		return true
	case value.Bool:
		return !bool(v)
	case value.Str:
		return v.S == ""
	case *value.List:
		return v.Len() == 0
	case *value.Dict:
		return v.Len() == 0
	}
	return false
}

func equal(a, b value.Value) bool {
	_, x := a.(value.Bool)
	_, y := b.(value.Bool)
	if x != y && (isNumber(a) || isNumber(b)) {
		return false // 1 is not true here, unlike in Python
	}
	eq, err := value.TryEqual(a, b)
	check(err)
	return eq
}

func isNumber(v value.Value) bool {
	switch v.(type) {
	case value.Int, *value.BigInt, value.Float:
		return true
	}
	return false
}

func comparable(v value.Value) bool {
	_, text := v.(value.Str)
	return text || isNumber(v)
}

func compare(op string, a, b value.Value) value.Value {
	switch op {
	case "eq":
		return value.Bool(equal(a, b))
	case "ne":
		return value.Bool(!equal(a, b))
	}
	if !comparable(a) || !comparable(b) {
		return none
	}
	result, err := value.CompareOp(map[string]string{"lt": "<", "lte": "<=", "gt": ">", "gte": ">="}[op], a, b)
	check(err)
	return value.Bool(result)
}

func visit(n *node, v value.Value) value.Value {
	switch n.kind {
	case "identity":
		return v
	case "literal":
		return n.value
	case "field":
		d, ok := v.(*value.Dict)
		if !ok {
			return none
		}
		x, ok := d.Get(n.name)
		if !ok {
			return none
		}
		return defined(x)
	case "chain":
		for _, k := range n.kids {
			v = visit(k, v)
		}
		return v
	case "comparator":
		return compare(n.name, visit(n.kids[0], v), visit(n.kids[1], v))
	case "or":
		if left := visit(n.kids[0], v); !isFalse(left) {
			return left
		}
		return visit(n.kids[1], v)
	case "and":
		if left := visit(n.kids[0], v); isFalse(left) {
			return left
		}
		return visit(n.kids[1], v)
	case "not":
		x := visit(n.kids[0], v)
		if isNumber(x) {
			return value.Bool(false)
		}
		return value.Bool(isFalse(x))
	case "expref":
		return &expref{n.kids[0]}
	case "function":
		args := make([]value.Value, len(n.kids))
		for i, k := range n.kids {
			args[i] = visit(k, v)
		}
		return call(n.name, args)
	case "select_list":
		if isNone(v) {
			return none
		}
		out := &value.List{}
		for _, k := range n.kids {
			out.Items = append(out.Items, visit(k, v))
		}
		return out
	case "select_hash":
		if isNone(v) {
			return none
		}
		out := &value.Dict{}
		for _, k := range n.kids {
			out.Put(k.name, visit(k.kids[0], v))
		}
		return out
	}
	return visitList(n, v)
}

// visitList evaluates the nodes that work on lists.
func visitList(n *node, v value.Value) value.Value {
	if n.kind == "index" || n.kind == "slice" {
		l, ok := v.(*value.List)
		if !ok {
			return none
		}
		x, err := value.GetItem(l, n.value)
		if e, ok := err.(*value.Error); ok && e.Class == "IndexError" {
			return none
		}
		check(err)
		return defined(x)
	}
	base := visit(n.kids[0], v)
	var all []value.Value
	if n.kind == "value_projection" {
		d, ok := base.(*value.Dict)
		if !ok {
			return none
		}
		for _, x := range d.All() {
			all = append(all, defined(x))
		}
	} else {
		l, ok := base.(*value.List)
		if !ok {
			return none
		}
		all = items(l)
	}
	out := &value.List{Items: []value.Value{}}
	for _, x := range all {
		switch n.kind {
		case "flatten":
			if inner, ok := x.(*value.List); ok {
				out.Items = append(out.Items, items(inner)...)
			} else {
				out.Items = append(out.Items, x)
			}
			continue
		case "filter_projection":
			if isFalse(visit(n.kids[2], x)) {
				continue
			}
		}
		if y := visit(n.kids[1], x); !isNone(y) {
			out.Items = append(out.Items, y)
		}
	}
	return out
}
