package value

import (
	"fmt"
	"math/big"
	"sort"
	"time"
)

// FromGo makes a value of Go data: nil, bool, numbers, string, []byte, slices and maps of them (a map's keys are
// sorted), time.Time, and values themselves. Anything else is a programming error and panics.
func FromGo(x any) Value {
	switch x := x.(type) {
	case nil:
		return None{}
	case Value:
		return x
	case bool:
		return Bool(x)
	case int:
		return Int(x)
	case int8:
		return Int(x)
	case int16:
		return Int(x)
	case int32:
		return Int(x)
	case int64:
		return Int(x)
	case uint8:
		return Int(x)
	case uint16:
		return Int(x)
	case uint32:
		return Int(x)
	case uint:
		return NewInt(new(big.Int).SetUint64(uint64(x)))
	case uint64:
		return NewInt(new(big.Int).SetUint64(x))
	case *big.Int:
		return NewInt(x)
	case float32:
		return Float(x)
	case float64:
		return Float(x)
	case string:
		return S(x)
	case []byte:
		return Bytes(x)
	case []string:
		return Strings(x)
	case []any:
		l := &List{Items: make([]Value, len(x))}
		for i, y := range x {
			l.Items[i] = FromGo(y)
		}
		return l
	case []Value:
		return &List{Items: x}
	case map[string]any:
		return fromMap(x, FromGo)
	case map[string]string:
		return fromMap(x, func(s string) Value { return S(s) })
	case map[string]Value:
		return fromMap(x, func(v Value) Value { return v })
	case map[any]any:
		d := &Dict{}
		keys := make([]Value, 0, len(x))
		vals := map[Value]any{}
		for k, v := range x {
			key := FromGo(k)
			keys = append(keys, key)
			vals[key] = v
		}
		sort.Slice(keys, func(i, j int) bool { return Repr(keys[i]) < Repr(keys[j]) })
		for _, k := range keys {
			d.Set(k, FromGo(vals[k]))
		}
		return d
	case time.Time:
		return DateTime{x, true}
	}
	panic(fmt.Sprintf("value.FromGo: no Ansible value for a %T", x))
}

func fromMap[T any](m map[string]T, f func(T) Value) *Dict {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	d := &Dict{}
	for _, k := range keys {
		d.Put(k, f(m[k]))
	}
	return d
}

// ToGo gives plain Go data: nil, bool, int64, *big.Int, float64, string, []byte, []any, map[string]any (keys as str()
// prints them) and time.Time. Other values are given as their text.
func ToGo(v Value) any {
	switch v := v.(type) {
	case nil, None:
		return nil
	case Bool:
		return bool(v)
	case Int:
		return int64(v)
	case *BigInt:
		return v.V
	case Float:
		return float64(v)
	case Str:
		return v.S
	case Bytes:
		return []byte(v)
	case *List:
		items := make([]any, len(v.Items))
		for i := range items {
			items[i] = ToGo(v.Item(i))
		}
		return items
	case *Tuple:
		return ToGo(&List{Items: v.Items})
	case *Set:
		return ToGo(&List{Items: v.Items()})
	case *Dict:
		m := make(map[string]any, v.Len())
		for k, x := range v.All() {
			m[ToStr(k)] = ToGo(x)
		}
		return m
	case Date:
		return v.T
	case DateTime:
		return v.T
	}
	return ToStr(v)
}

// Force resolves every lazy item in v, deeply, and returns the first undefined value as the error.
func Force(v Value) (Value, error) { return force(v, 0) }

func force(v Value, depth int) (Value, error) {
	if depth > maxDepth {
		return nil, Errorf("RecursionError", "maximum recursion depth exceeded")
	}
	switch v := v.(type) {
	case *Undefined:
		return nil, v
	case *List:
		items := make([]Value, len(v.Items))
		for i := range items {
			x, err := force(v.Item(i), depth+1)
			if err != nil {
				return nil, err
			}
			items[i] = x
		}
		return &List{Items: items, At: v.At}, nil
	case *Tuple:
		items := make([]Value, len(v.Items))
		for i := range items {
			x, err := force(v.Items[i], depth+1)
			if err != nil {
				return nil, err
			}
			items[i] = x
		}
		return &Tuple{Items: items}, nil
	case *Dict:
		d := &Dict{At: v.At}
		for k, x := range v.All() {
			y, err := force(x, depth+1)
			if err != nil {
				return nil, err
			}
			d.Set(k, y)
		}
		return d, nil
	}
	return v, nil
}

// DeepCopy copies lists and dicts deeply, as they are written: nothing lazy is resolved.
func DeepCopy(v Value) Value {
	switch v := v.(type) {
	case *List:
		c := &List{Items: make([]Value, len(v.Items)), At: v.At, Lazy: v.Lazy}
		for i, x := range v.Items {
			c.Items[i] = DeepCopy(x)
		}
		return c
	case *Tuple:
		c := &Tuple{Items: make([]Value, len(v.Items))}
		for i, x := range v.Items {
			c.Items[i] = DeepCopy(x)
		}
		return c
	case *Dict:
		c := &Dict{At: v.At, Lazy: v.Lazy}
		for k, x := range v.RawAll() {
			c.Set(k, DeepCopy(x))
		}
		return c
	case *Set:
		c := &Set{}
		for _, x := range v.Items() {
			c.Add(x)
		}
		return c
	}
	return v
}
