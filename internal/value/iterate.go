package value

import "unicode/utf8"

// Iterate yields what a Python for loop over v sees: the items of a list, tuple, set, range or iterator, the keys of
// a dict, the characters of a text. next gives nil at the end. What cannot be iterated is a TypeError; an undefined
// value is its own error.
func Iterate(v Value) (next func() (Value, error), err error) {
	switch v := v.(type) {
	case *List:
		i := 0
		return func() (Value, error) {
			if i >= len(v.Items) { // the list may grow while it is read, as in Python
				return nil, nil
			}
			i++
			return v.Item(i - 1), nil
		}, nil
	case *Tuple:
		return iterateSlice(v.Items), nil
	case *Dict:
		return iterateSlice(v.Keys()), nil
	case *Set:
		return iterateSlice(v.Items()), nil
	case *View:
		return iterateSlice(v.Items()), nil
	case Str:
		s := v.S
		return func() (Value, error) {
			if s == "" {
				return nil, nil
			}
			_, n := utf8.DecodeRuneInString(s)
			c := s[:n]
			s = s[n:]
			return Str{S: c}, nil
		}, nil
	case Bytes:
		i := 0
		return func() (Value, error) {
			if i >= len(v) {
				return nil, nil
			}
			i++
			return Int(v[i-1]), nil
		}, nil
	case *Range:
		n, x := v.Len(), v.Start
		return func() (Value, error) {
			if n == 0 {
				return nil, nil
			}
			n--
			cur := x
			x += v.Step
			return Int(cur), nil
		}, nil
	case *Iterator:
		return v.Next, nil
	case *Undefined:
		if v.Lax() {
			return func() (Value, error) { return nil, nil }, nil
		}
		return nil, v
	case interface {
		PyIter() (func() (Value, error), error)
	}:
		return v.PyIter()
	}
	return nil, TypeError("'%s' object is not iterable", TypeName(v))
}

func iterateSlice(items []Value) func() (Value, error) {
	i := 0
	return func() (Value, error) {
		if i >= len(items) {
			return nil, nil
		}
		i++
		return items[i-1], nil
	}
}

// maxItems bounds a list that one operation makes.
const maxItems = 1 << 22

// Collect lists what Iterate yields.
func Collect(v Value) ([]Value, error) {
	switch v := v.(type) {
	case *List:
		if v.Lazy == nil {
			return append([]Value(nil), v.Items...), nil
		}
	case *Range:
		if v.Len() > maxItems {
			return nil, Errorf("MemoryError", "a range of %d items is too large to be listed", v.Len())
		}
	}
	next, err := Iterate(v)
	if err != nil {
		return nil, err
	}
	var items []Value
	for {
		x, err := next()
		if err != nil {
			return nil, err
		}
		if x == nil {
			return items, nil
		}
		if len(items) >= maxItems {
			return nil, Errorf("MemoryError", "an iterator gave more than %d items", maxItems)
		}
		items = append(items, x)
	}
}

// RuneLen is the number of characters of a text; a byte that is not UTF-8 counts as one.
func RuneLen(s string) int {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return utf8.RuneCountInString(s)
		}
	}
	return len(s)
}
