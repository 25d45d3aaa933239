package value

import (
	"math"
	"math/big"

	"github.com/rehearse-dev/rehearse/internal/source"
)

// Dict is a Python dict: insertion order is kept, and keys that Python calls equal (1, 1.0 and True) are one key.
// The zero value is an empty dict.
type Dict struct {
	// Class is the name of another Python class of mappings that it was, as OrderedDict; "" for dict.
	Class string

	entries []entry
	index   map[any]int // built when the dict outgrows a linear search
	At      *source.Location
	// Lazy, when set, yields the templated form of a value on access. Keys are never lazy.
	Lazy func(Value) Value
	// Missing, when set, is asked for a text key that is not there; such keys are not listed.
	Missing func(key string) (Value, bool)
	// Fill, when set, puts the entries in as soon as somebody lists or changes them; until then Missing answers alone. Such a
	// dict is for one goroutine.
	Fill func(d *Dict)

	done   done
	shared bool // entries belong to another dict, too
}

type entry struct {
	key   Value
	hash  any
	value Value
}

// The kinds of hash that must not collide with those of texts.
type (
	bigKey   string
	bytesKey string
	tupleKey struct{}
)

// small is the number of entries up to which a linear search beats a map.
const small = 8

// NewDict makes a dict from alternating text keys and values: NewDict("rc", Int(0), "stdout", S("")).
func NewDict(pairs ...any) *Dict {
	d := &Dict{}
	for i := 0; i+1 < len(pairs); i += 2 {
		d.Set(S(pairs[i].(string)), pairs[i+1].(Value))
	}
	return d
}

// TypeName is "dict".
func (d *Dict) TypeName() string {
	if d.Class != "" {
		return d.Class
	}
	return "dict"
}

// HashKey gives a comparable Go value that is equal for keys that Python calls equal; ok is false for a type that
// Python cannot hash (list, dict, set).
func HashKey(v Value) (key any, ok bool) {
	switch v := v.(type) {
	case Str:
		return v.S, true
	case Int:
		return int64(v), true
	case Bool:
		if v {
			return int64(1), true
		}
		return int64(0), true
	case Float:
		f := float64(v)
		if f == math.Trunc(f) && !math.IsInf(f, 0) {
			if math.Abs(f) < 1<<62 {
				return int64(f), true
			}
			n, _ := new(big.Float).SetFloat64(f).Int(nil)
			return HashKey(NewInt(n))
		}
		return f, true
	case None:
		return None{}, true
	case *BigInt:
		return bigKey(v.V.String()), true
	case Bytes:
		return bytesKey(v), true
	case *Tuple:
		var k any = tupleKey{}
		for _, item := range v.Items {
			h, ok := HashKey(item)
			if !ok {
				return nil, false
			}
			k = [2]any{k, h}
		}
		return k, true
	case Date:
		return v, true
	case DateTime:
		return v.T.UnixNano(), true
	case *Undefined:
		if v.Lax() { // Python hashes these by their class, and calls all of them equal
			return v.Kind, true
		}
		return v, true
	case *List, *Dict, *Set, *Slice:
		return nil, false
	}
	return v, true
}

func (d *Dict) find(hash any) int {
	if d.index != nil {
		if i, ok := d.index[hash]; ok {
			return i
		}
		return -1
	}
	if s, ok := hash.(string); ok {
		for i := range d.entries {
			if k, ok := d.entries[i].hash.(string); ok && k == s {
				return i
			}
		}
		return -1
	}
	for i := range d.entries {
		if d.entries[i].hash == hash {
			return i
		}
	}
	return -1
}

// fill puts the entries of a dict in that has put that off.
func (d *Dict) fill() {
	if f := d.Fill; f != nil {
		d.Fill, d.Missing = nil, nil
		f(d)
	}
}

// Len is the number of entries.
func (d *Dict) Len() int {
	if d == nil {
		return 0
	}
	d.fill()
	return len(d.entries)
}

// Set adds or replaces; a replaced entry keeps its place and its first key, as in Python. It reports false, and does
// nothing, for a key that cannot be hashed.
func (d *Dict) Set(key, v Value) bool {
	hash, ok := HashKey(key)
	if !ok {
		return false
	}
	d.fill()
	if d.shared || d.Lazy != nil {
		d.own()
	}
	if i := d.find(hash); i >= 0 {
		d.entries[i].value = v
		return true
	}
	d.entries = append(d.entries, entry{key, hash, v})
	if d.index != nil {
		d.index[hash] = len(d.entries) - 1
	} else if len(d.entries) > small {
		d.reindex()
	}
	return true
}

// Put is Set with a text key.
func (d *Dict) Put(key string, v Value) { d.Set(S(key), v) }

func (d *Dict) reindex() {
	d.index = make(map[any]int, 2*len(d.entries))
	for i, e := range d.entries {
		d.index[e.hash] = i
	}
}

// Get looks a text key up; the value is templated where the dict is lazy.
func (d *Dict) Get(key string) (Value, bool) {
	if d == nil {
		return nil, false
	}
	i := d.find(key)
	if i < 0 {
		if d.Missing != nil {
			return d.Missing(key)
		}
		return nil, false
	}
	return d.at(i), true
}

// at gives the value of entry i, templated where the dict is lazy.
func (d *Dict) at(i int) Value {
	v := d.entries[i].value
	if d.Lazy == nil || settled(v) {
		return v
	}
	return d.done.get(i, len(d.entries), v, d.Lazy)
}

// Raw is Get without templating.
func (d *Dict) Raw(key string) (Value, bool) {
	if d == nil {
		return nil, false
	}
	if i := d.find(key); i >= 0 {
		return d.entries[i].value, true
	}
	if d.Missing != nil {
		return d.Missing(key)
	}
	return nil, false
}

// GetValue looks any key up; an unhashable key is not found.
func (d *Dict) GetValue(key Value) (Value, bool) {
	hash, ok := HashKey(key)
	if !ok || d == nil {
		return nil, false
	}
	i := d.find(hash)
	if i < 0 {
		if s, ok := hash.(string); ok && d.Missing != nil {
			return d.Missing(s)
		}
		return nil, false
	}
	return d.at(i), true
}

// Delete removes a key and tells whether it was there.
func (d *Dict) Delete(key Value) bool {
	hash, ok := HashKey(key)
	if !ok {
		return false
	}
	d.fill()
	if d.shared || d.Lazy != nil {
		d.own()
	}
	i := d.find(hash)
	if i < 0 {
		return false
	}
	d.entries = append(d.entries[:i:i], d.entries[i+1:]...)
	d.index = nil
	if len(d.entries) > small {
		d.reindex()
	}
	return true
}

// All yields key and value in order, templated where the dict is lazy.
func (d *Dict) All() func(yield func(Value, Value) bool) {
	return func(yield func(Value, Value) bool) {
		if d == nil {
			return
		}
		d.fill()
		for i := 0; i < len(d.entries); i++ { // the dict may change while it is read
			if !yield(d.entries[i].key, d.at(i)) {
				return
			}
		}
	}
}

// RawAll is All without templating.
func (d *Dict) RawAll() func(yield func(Value, Value) bool) {
	return func(yield func(Value, Value) bool) {
		if d == nil {
			return
		}
		d.fill()
		for _, e := range d.entries {
			if !yield(e.key, e.value) {
				return
			}
		}
	}
}

// Keys lists the keys in order.
func (d *Dict) Keys() []Value {
	if d == nil {
		return nil
	}
	d.fill()
	keys := make([]Value, 0, len(d.entries))
	for _, e := range d.entries {
		keys = append(keys, e.key)
	}
	return keys
}

// Copy is a shallow copy: a new dict with the same keys and values, place and laziness.
func (d *Dict) Copy() *Dict {
	if d == nil {
		return &Dict{}
	}
	d.fill()
	c := &Dict{entries: append([]entry(nil), d.entries...), At: d.At, Lazy: d.Lazy, done: d.done.copy()}
	if len(c.entries) > small {
		c.reindex()
	}
	return c
}

// WithLazy is a view of the same entries whose values are templated by f on access. Changing it leaves d alone.
func (d *Dict) WithLazy(f func(Value) Value) *Dict {
	d.fill()
	n := len(d.entries)
	return &Dict{entries: d.entries[:n:n], index: d.index, At: d.At, Lazy: f, shared: true, Missing: d.Missing}
}

// own makes a view independent before it is changed: its values are templated now.
func (d *Dict) own() {
	entries := make([]entry, len(d.entries), len(d.entries)+4)
	copy(entries, d.entries)
	for i := range entries {
		entries[i].value = d.at(i)
	}
	d.entries, d.Lazy, d.shared, d.done = entries, nil, false, nil
	if len(entries) > small {
		d.reindex()
	}
}

// Set is a Python set; the order of its items is the order of insertion.
type Set struct{ items Dict }

// TypeName is "set".
func (*Set) TypeName() string { return "set" }

// Add inserts an item and reports false for one that cannot be hashed.
func (s *Set) Add(v Value) bool {
	if s.Has(v) {
		return true
	}
	return s.items.Set(v, None{})
}

// Has tells whether the set holds an item equal to v.
func (s *Set) Has(v Value) bool { _, ok := s.items.GetValue(v); return ok }

// Items lists the items in order of insertion.
func (s *Set) Items() []Value { return s.items.Keys() }

// Len is the number of items.
func (s *Set) Len() int { return s.items.Len() }
