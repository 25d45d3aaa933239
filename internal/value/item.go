package value

import (
	"math"
	"strings"
	"unicode/utf8"
)

// All yields the items in order, templated where the list is lazy.
func (l *List) All() func(yield func(int, Value) bool) {
	return func(yield func(int, Value) bool) {
		for i := range l.Items {
			if !yield(i, l.Item(i)) {
				return
			}
		}
	}
}

// Index gives the machine-sized index that v is; ok is false for other types.
func Index(v Value) (i int64, ok bool) {
	switch v := v.(type) {
	case Int:
		return int64(v), true
	case Bool:
		if v {
			return 1, true
		}
		return 0, true
	case *BigInt:
		if v.V.Sign() < 0 {
			return math.MinInt64, true
		}
		return math.MaxInt64, true
	}
	return 0, false
}

// GetItem is Python's a[key]: TypeError, IndexError or KeyError where it fails.
func GetItem(a, key Value) (Value, error) {
	switch x := a.(type) {
	case *Dict:
		if u, ok := key.(*Undefined); ok && !u.Lax() {
			return nil, u
		}
		if v, ok := x.GetValue(key); ok {
			return v, nil
		}
		if _, ok := HashKey(key); !ok {
			return nil, unhashable(key)
		}
		return nil, Errorf("KeyError", "%s", Repr(key))
	case *Undefined:
		return nil, x
	case interface{ PyItem(Value) (Value, error) }:
		return x.PyItem(key)
	}
	if s, ok := key.(*Slice); ok {
		switch a.(type) {
		case Str, Bytes, *List, *Tuple, *Range:
			return sliceOf(a, s)
		}
		return nil, TypeError("'%s' object is not subscriptable", TypeName(a))
	}
	var n int
	switch x := a.(type) {
	case *List:
		n = len(x.Items)
	case *Tuple:
		n = len(x.Items)
	case Bytes:
		n = len(x)
	case Str:
		n = -1
	case *Range:
		n = int(min(x.Len(), math.MaxInt))
	default:
		return nil, TypeError("'%s' object is not subscriptable", TypeName(a))
	}
	i64, ok := Index(key)
	if !ok {
		if u, ok := key.(*Undefined); ok {
			return nil, u
		}
		switch a.(type) {
		case Str:
			return nil, TypeError("string indices must be integers, not '%s'", TypeName(key))
		case Bytes:
			return nil, TypeError("byte indices must be integers or slices, not %s", TypeName(key))
		}
		return nil, TypeError("%s indices must be integers or slices, not %s", TypeName(a), TypeName(key))
	}
	if s, ok := a.(Str); ok {
		if c, ok := runeAt(s.S, i64); ok {
			return Str{S: c}, nil
		}
		return nil, Errorf("IndexError", "string index out of range")
	}
	i := i64
	if i < 0 {
		i += int64(n)
	}
	if i < 0 || i >= int64(n) {
		switch a.(type) {
		case *Range:
			return nil, Errorf("IndexError", "range object index out of range")
		case Bytes:
			return nil, Errorf("IndexError", "index out of range")
		}
		return nil, Errorf("IndexError", "%s index out of range", TypeName(a))
	}
	switch x := a.(type) {
	case *List:
		return x.Item(int(i)), nil
	case *Tuple:
		return x.Items[i], nil
	case Bytes:
		return Int(x[i]), nil
	}
	r := a.(*Range)
	return Int(r.Start + i*r.Step), nil
}

func unhashable(key Value) error {
	if t, ok := key.(*Tuple); ok {
		for _, x := range t.Items {
			if _, ok := HashKey(x); !ok {
				return unhashable(x)
			}
		}
	}
	return TypeError("unhashable type: '%s'", TypeName(key))
}

// Unhashable is the TypeError of using such a key.
func Unhashable(key Value) error { return unhashable(key) }

func runeAt(s string, i int64) (string, bool) {
	n := RuneLen(s)
	if i < 0 {
		i += int64(n)
	}
	if i < 0 || i >= int64(n) {
		return "", false
	}
	if n == len(s) {
		return s[i : i+1], true
	}
	for ; i > 0; i-- {
		_, w := utf8.DecodeRuneInString(s)
		s = s[w:]
	}
	_, w := utf8.DecodeRuneInString(s)
	return s[:w], true
}

// Slice is Python's slice(start, stop, step); nil parts are None.
type Slice struct{ Start, Stop, Step Value }

// TypeName is "slice".
func (*Slice) TypeName() string { return "slice" }

func (s *Slice) part(v Value) (n int64, set bool, err error) {
	if v == nil || v == (None{}) {
		return 0, false, nil
	}
	n, ok := Index(v)
	if !ok {
		if u, ok := v.(*Undefined); ok {
			return 0, false, u
		}
		return 0, false, TypeError("slice indices must be integers or None or have an __index__ method")
	}
	return n, true, nil
}

// indices is slice.indices(n): the first index, the step and the count of items.
func (s *Slice) indices(n int64) (start, step, count int64, err error) {
	step, set, err := s.part(s.Step)
	if err != nil {
		return
	}
	if !set {
		step = 1
	}
	if step == 0 {
		return 0, 0, 0, ValueError("slice step cannot be zero")
	}
	lo, hi := int64(0), n
	if step < 0 {
		lo, hi = -1, n-1
	}
	clamp := func(v Value, missing int64) (int64, error) {
		i, set, err := s.part(v)
		if err != nil {
			return 0, err
		}
		if !set {
			return missing, nil
		}
		if i < 0 {
			i += n // cannot overflow: n is never negative
		}
		return min(max(i, lo), hi), nil
	}
	first, last := lo, hi
	if step < 0 {
		first, last = hi, lo
	}
	if start, err = clamp(s.Start, first); err != nil {
		return
	}
	stop, err := clamp(s.Stop, last)
	if err != nil {
		return 0, 0, 0, err
	}
	r := Range{start, stop, step}
	return start, step, r.Len(), nil
}

func sliceOf(a Value, s *Slice) (Value, error) {
	size, err := Len(a)
	if err != nil {
		return nil, err
	}
	start, step, count, err := s.indices(int64(size))
	if err != nil {
		return nil, err
	}
	switch x := a.(type) {
	case *List:
		items := make([]Value, count)
		for i := range items {
			items[i] = x.Item(int(start + int64(i)*step))
		}
		return &List{Items: items, At: x.At}, nil
	case *Tuple:
		items := make([]Value, count)
		for i := range items {
			items[i] = x.Items[start+int64(i)*step]
		}
		return &Tuple{Items: items}, nil
	case Bytes:
		b := make(Bytes, count)
		for i := range b {
			b[i] = x[start+int64(i)*step]
		}
		return b, nil
	case *Range:
		return &Range{x.Start + start*x.Step, x.Start + (start+count*step)*x.Step, x.Step * step}, nil
	case Str:
		if size == len(x.S) { // ASCII
			if step == 1 {
				return Str{S: x.S[start : start+count]}, nil
			}
			b := make([]byte, count)
			for i := range b {
				b[i] = x.S[start+int64(i)*step]
			}
			return Str{S: string(b)}, nil
		}
		chars := Chars(x.S)
		var b strings.Builder
		for i := range count {
			b.WriteString(chars[start+i*step])
		}
		return Str{S: b.String()}, nil
	}
	return nil, TypeError("'%s' object is not subscriptable", TypeName(a))
}

// Chars splits a text into its characters; a byte that is not UTF-8 is one.
func Chars(s string) []string {
	chars := make([]string, 0, len(s))
	for s != "" {
		_, n := utf8.DecodeRuneInString(s)
		chars = append(chars, s[:n])
		s = s[n:]
	}
	return chars
}

// Contains is Python's item in container.
func Contains(container, item Value) (bool, error) {
	switch c := container.(type) {
	case Str:
		s, ok := item.(Str)
		if !ok {
			return false, TypeError("'in <string>' requires string as left operand, not %s", TypeName(item))
		}
		return strings.Contains(c.S, s.S), nil
	case *Dict:
		if u, ok := item.(*Undefined); ok && !u.Lax() {
			return false, u
		}
		hash, ok := HashKey(item)
		if !ok {
			return false, unhashable(item)
		}
		if key, ok := hash.(string); ok && c.Missing != nil && c.find(hash) < 0 {
			_, ok = c.Missing(key)
			return ok, nil
		}
		return c.find(hash) >= 0, nil
	case *Set:
		if u, ok := item.(*Undefined); ok && !u.Lax() {
			return false, u
		}
		if _, ok := HashKey(item); !ok {
			return false, unhashable(item)
		}
		return c.Has(item), nil
	case Bytes:
		switch x := item.(type) {
		case Bytes:
			return strings.Contains(string(c), string(x)), nil
		case Int, Bool, *BigInt:
			n, ok := toInt(x)
			if !ok || n < 0 || n > 255 {
				return false, ValueError("byte must be in range(0, 256)")
			}
			return strings.IndexByte(string(c), byte(n)) >= 0, nil
		}
	case *Range:
		if n, ok := toInt(item); ok {
			d := n - c.Start
			return c.Len() > 0 && d%c.Step == 0 && d/c.Step >= 0 && d/c.Step < c.Len(), nil
		}
	case *Undefined:
		if c.Lax() {
			return false, nil
		}
		return false, c
	}
	next, err := Iterate(container)
	if err != nil {
		if _, ok := err.(*Error); ok {
			return false, TypeError("argument of type '%s' is not iterable", TypeName(container))
		}
		return false, err
	}
	for {
		x, err := next()
		if x == nil || err != nil {
			return false, err
		}
		if eq, err := TryEqual(x, item); eq || err != nil {
			return eq, err
		}
	}
}
