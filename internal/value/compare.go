package value

import (
	"math"
	"math/big"
	"strings"
)

// Equal is Python's ==. An undefined value inside is not raised: see TryEqual.
func Equal(a, b Value) bool {
	eq, _ := equal(a, b, 0)
	return eq
}

// TryEqual is Equal that fails on an undefined value, as templates do.
func TryEqual(a, b Value) (bool, error) { return equal(a, b, 0) }

func equal(a, b Value, depth int) (bool, error) {
	if depth > maxDepth {
		return false, Errorf("RecursionError", "maximum recursion depth exceeded in comparison")
	}
	switch x := a.(type) {
	case Str:
		if y, ok := b.(Str); ok {
			return x.S == y.S, nil
		}
	case Int:
		if y, ok := b.(Int); ok {
			return x == y, nil
		}
	case *Undefined:
		if x.Lax() {
			y, ok := b.(*Undefined)
			return ok && y.Kind == x.Kind, nil
		}
		return false, x
	}
	if u, ok := b.(*Undefined); ok && !u.Lax() {
		return false, u
	}
	switch x := a.(type) {
	case Bool, Int, *BigInt, Float:
		if !isNumber(b) {
			touch(b)
			return false, nil
		}
		c, ordered := compareNumbers(a, b)
		return ordered && c == 0, nil
	case nil, None:
		touch(b)
		return b == nil || b == None{}, nil
	case Bytes:
		y, ok := b.(Bytes)
		return ok && string(x) == string(y), nil
	case *List:
		y, ok := b.(*List)
		if !ok {
			touch(a)
			touch(b)
			return false, nil
		}
		if x == y {
			return true, nil
		}
		if len(x.Items) != len(y.Items) {
			return false, nil
		}
		for i := range x.Items {
			if eq, err := equal(x.Item(i), y.Item(i), depth+1); !eq || err != nil {
				return false, err
			}
		}
		return true, nil
	case *Tuple:
		y, ok := b.(*Tuple)
		if !ok || len(x.Items) != len(y.Items) {
			return false, nil
		}
		for i := range x.Items {
			if eq, err := equal(x.Items[i], y.Items[i], depth+1); !eq || err != nil {
				return false, err
			}
		}
		return true, nil
	case *Dict:
		y, ok := b.(*Dict)
		if !ok {
			touch(a)
			touch(b)
			return false, nil
		}
		if x == y {
			return true, nil
		}
		if x.Len() != y.Len() {
			return false, nil
		}
		for k, v := range x.All() {
			w, ok := y.GetValue(k)
			if !ok {
				return false, nil
			}
			if eq, err := equal(v, w, depth+1); !eq || err != nil {
				return false, err
			}
		}
		return true, nil
	case *Set:
		y, ok := AsSet(b)
		if !ok || x.Len() != y.Len() {
			return false, nil
		}
		return subset(x, y), nil
	case *View:
		if x.Kind == "dict_values" {
			return a == b, nil
		}
		xs, _ := AsSet(x)
		y, ok := AsSet(b)
		return ok && xs.Len() == y.Len() && subset(xs, y), nil
	case *Range:
		y, ok := b.(*Range)
		if !ok || x.Len() != y.Len() {
			return false, nil
		}
		return x.Len() == 0 || x.Start == y.Start && (x.Len() == 1 || x.Step == y.Step), nil
	case Date:
		y, ok := b.(Date)
		return ok && x.T.Equal(y.T), nil
	case DateTime:
		y, ok := b.(DateTime)
		return ok && x.Aware == y.Aware && x.T.Equal(y.T), nil
	case interface{ PyEqual(Value) (bool, error) }:
		return x.PyEqual(b)
	}
	touch(b)
	if u, ok := b.(*Undefined); ok && u.Lax() {
		return false, nil
	}
	if _, ok := a.(Str); ok {
		return false, nil
	}
	return a == b, nil
}

// touch resolves the items of a lazy container, as Ansible does before any comparison: an undefined one may end the
// filter that compares.
func touch(v Value) {
	switch v := v.(type) {
	case *List:
		if v.Lazy != nil {
			for i := range v.Items {
				v.Item(i)
			}
		}
	case *Dict:
		if v.Lazy != nil {
			for i := range v.entries {
				v.at(i)
			}
		}
	}
}

// AsSet gives the set that a set, or a view of a dict's keys or items, is.
func AsSet(v Value) (*Set, bool) {
	switch v := v.(type) {
	case *Set:
		return v, true
	case *View:
		if v.Kind == "dict_values" {
			return nil, false
		}
		s := &Set{}
		for _, x := range v.Items() {
			s.Add(x)
		}
		return s, true
	}
	return nil, false
}

func subset(a, b *Set) bool {
	for _, x := range a.Items() {
		if !b.Has(x) {
			return false
		}
	}
	return true
}

func isNumber(v Value) bool {
	switch v.(type) {
	case Bool, Int, *BigInt, Float:
		return true
	}
	return false
}

// toInt gives the integer that a bool or int is.
func toInt(v Value) (int64, bool) {
	switch v := v.(type) {
	case Int:
		return int64(v), true
	case Bool:
		if v {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

// Big gives any bool or int as a big number.
func Big(v Value) (*big.Int, bool) {
	if n, ok := toInt(v); ok {
		return big.NewInt(n), true
	}
	if b, ok := v.(*BigInt); ok {
		return b.V, true
	}
	return nil, false
}

// compareNumbers compares exactly, also int with float; ordered is false where a NaN is involved.
func compareNumbers(a, b Value) (c int, ordered bool) {
	x, xi := toInt(a)
	y, yi := toInt(b)
	if xi && yi {
		switch {
		case x < y:
			return -1, true
		case x > y:
			return 1, true
		}
		return 0, true
	}
	f, xf := a.(Float)
	g, yf := b.(Float)
	switch {
	case xf && yf:
		switch {
		case f < g:
			return -1, true
		case f > g:
			return 1, true
		case f == g:
			return 0, true
		}
		return 0, false
	case xf:
		c, ordered = compareIntFloat(b, float64(f))
		return -c, ordered
	case yf:
		return compareIntFloat(a, float64(g))
	}
	m, _ := Big(a)
	n, _ := Big(b)
	return m.Cmp(n), true
}

func compareIntFloat(a Value, f float64) (int, bool) {
	switch {
	case math.IsNaN(f):
		return 0, false
	case math.IsInf(f, 1):
		return -1, true
	case math.IsInf(f, -1):
		return 1, true
	}
	if n, ok := toInt(a); ok && n > -1<<53 && n < 1<<53 {
		switch g := float64(n); {
		case g < f:
			return -1, true
		case g > f:
			return 1, true
		}
		return 0, true
	}
	n, _ := Big(a)
	exact, _ := new(big.Float).SetFloat64(f).Rat(nil)
	return new(big.Rat).SetInt(n).Cmp(exact), true
}

// Compare orders two values as Python's < and > do; values that Python cannot order are a TypeError. NaN compares as
// equal to everything, which keeps a sort going as Python's does.
func Compare(a, b Value) (int, error) {
	lt, err := CompareOp("<", a, b)
	if err != nil {
		return 0, err
	}
	if lt {
		return -1, nil
	}
	if gt, err := CompareOp("<", b, a); err != nil || gt {
		return 1, err
	}
	return 0, nil
}

// CompareOp is Python's <, <=, >, >=, == or !=.
func CompareOp(op string, a, b Value) (bool, error) {
	switch op {
	case "==":
		return TryEqual(a, b)
	case "!=":
		eq, err := TryEqual(a, b)
		return !eq, err
	}
	return order(op, a, b, 0)
}

func holds(op string, c int) bool {
	switch op {
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0
	}
	return c >= 0
}

func order(op string, a, b Value, depth int) (bool, error) {
	if depth > maxDepth {
		return false, Errorf("RecursionError", "maximum recursion depth exceeded in comparison")
	}
	if u, ok := a.(*Undefined); ok {
		return false, u
	}
	if u, ok := b.(*Undefined); ok {
		return false, u
	}
	switch x := a.(type) {
	case Str:
		if y, ok := b.(Str); ok {
			return holds(op, strings.Compare(x.S, y.S)), nil
		}
	case Bool, Int, *BigInt, Float:
		if isNumber(b) {
			c, ordered := compareNumbers(a, b)
			return ordered && holds(op, c), nil
		}
	case Bytes:
		if y, ok := b.(Bytes); ok {
			return holds(op, strings.Compare(string(x), string(y))), nil
		}
	case *List:
		if y, ok := b.(*List); ok {
			return orderItems(op, len(x.Items), len(y.Items), x.Item, y.Item, depth)
		}
	case *Tuple:
		if y, ok := b.(*Tuple); ok {
			return orderItems(op, len(x.Items), len(y.Items), func(i int) Value { return x.Items[i] },
				func(i int) Value { return y.Items[i] }, depth)
		}
	case *Set, *View:
		s, ok := AsSet(a)
		t, ok2 := AsSet(b)
		if ok && ok2 {
			switch op {
			case "<":
				return s.Len() < t.Len() && subset(s, t), nil
			case "<=":
				return subset(s, t), nil
			case ">":
				return t.Len() < s.Len() && subset(t, s), nil
			}
			return subset(t, s), nil
		}
	case Date:
		if y, ok := b.(Date); ok {
			return holds(op, x.T.Compare(y.T)), nil
		}
		if _, ok := b.(DateTime); ok {
			return false, TypeError("can't compare datetime.datetime to datetime.date")
		}
	case DateTime:
		if y, ok := b.(DateTime); ok {
			if x.Aware != y.Aware {
				return false, TypeError("can't compare offset-naive and offset-aware datetimes")
			}
			return holds(op, x.T.Compare(y.T)), nil
		}
		if _, ok := b.(Date); ok {
			return false, TypeError("can't compare datetime.datetime to datetime.date")
		}
	case Delta:
		if y, ok := b.(Delta); ok {
			switch {
			case x < y:
				return holds(op, -1), nil
			case x > y:
				return holds(op, 1), nil
			}
			return holds(op, 0), nil
		}
	case interface {
		PyOrder(op string, other Value) (bool, error)
	}:
		return x.PyOrder(op, b)
	}
	return false, TypeError("'%s' not supported between instances of '%s' and '%s'", op, operandName(a), operandName(b))
}

func orderItems(op string, n, m int, x, y func(int) Value, depth int) (bool, error) {
	for i := 0; i < n && i < m; i++ {
		a, b := x(i), y(i)
		eq, err := equal(a, b, depth+1)
		if err != nil {
			return false, err
		}
		if !eq {
			return order(op, a, b, depth+1)
		}
	}
	return holds(op, n-m), nil
}
