package value

import "strings"

// settled tells whether templating leaves a value as it is.
func settled(v Value) bool {
	switch v := v.(type) {
	case Str:
		return strings.IndexByte(v.S, '{') < 0 && (!v.Trusted || !strings.HasPrefix(v.S, "#jinja2:"))
	case Int, Bool, Float, None, *BigInt:
		return true
	}
	return false
}

// done remembers what lazy items became, so that each is templated once.
type done map[int]Value

func (d *done) get(i, n int, raw Value, lazy func(Value) Value) Value {
	if v, ok := (*d)[i]; ok {
		return v
	}
	v := lazy(raw)
	if _, ok := v.(*Undefined); ok {
		return v // a failure is met anew each time
	}
	if *d == nil {
		*d = make(done, min(n, 8))
	}
	(*d)[i] = v
	return v
}

func (d done) copy() done {
	if d == nil {
		return nil
	}
	c := make(done, len(d))
	for k, v := range d {
		c[k] = v
	}
	return c
}

// Item gives element i, templated where the list is lazy; i must be in range. A failed template gives an *Undefined.
func (l *List) Item(i int) Value {
	v := l.Items[i]
	if l.Lazy == nil || settled(v) {
		return v
	}
	return l.done.get(i, len(l.Items), v, l.Lazy)
}

// Len is the number of elements.
func (l *List) Len() int { return len(l.Items) }

// WithLazy is a view of the same items that are templated by f on access. Changing it through Own leaves l alone.
func (l *List) WithLazy(f func(Value) Value) *List {
	n := len(l.Items)
	return &List{Items: l.Items[:n:n], At: l.At, Lazy: f, Gone: l.Gone}
}

// Own makes a lazy list independent before it is changed: its items are templated now.
func (l *List) Own() {
	if l.Lazy == nil {
		return
	}
	items := make([]Value, len(l.Items), len(l.Items)+4)
	for i := range l.Items {
		items[i] = l.Item(i)
	}
	l.Items, l.Lazy, l.done = items, nil, nil
}

// Raw is the list without its laziness: the items as they are written.
func (l *List) Raw() *List { return &List{Items: l.Items, At: l.At, Gone: l.Gone} }

// RawCopy is the dict without its laziness: the values as they are written.
func (d *Dict) RawCopy() *Dict {
	d.fill()
	n := len(d.entries)
	return &Dict{entries: d.entries[:n:n], index: d.index, At: d.At, shared: true}
}
