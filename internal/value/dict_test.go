package value_test

import (
	"testing"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func TestDictKeys(t *testing.T) {
	d := &value.Dict{}
	for _, k := range []value.Value{value.Int(1), value.Float(1), value.Bool(true)} {
		d.Set(k, k)
	}
	if d.Len() != 1 || value.Repr(d) != "{1: True}" {
		t.Errorf("1, 1.0 and True are one key: %s", value.Repr(d))
	}
	big, _ := value.ParseInt("100000000000000000000", 10)
	d.Set(value.Float(1e20), value.Int(2))
	if v, ok := d.GetValue(big); !ok || v != value.Int(2) {
		t.Error("1e20 and 10**20 are one key")
	}
	if d.Set(&value.List{}, value.Int(1)) {
		t.Error("a list is no key")
	}
	if d.Set(&value.Tuple{Items: []value.Value{value.Int(1), &value.List{}}}, value.Int(1)) {
		t.Error("a tuple with a list is no key")
	}
}

// A lazy view resolves each item once, and changing it leaves the original alone.
func TestLazy(t *testing.T) {
	calls := 0
	up := func(v value.Value) value.Value {
		calls++
		return value.S(value.Upper(value.ToStr(v)))
	}
	mine := func(s string) value.Value { return value.Str{S: "{{ " + s, Trusted: true} }
	raw := value.NewDict("a", mine("x"), "b", value.Int(1))
	v := raw.WithLazy(up)
	for range 3 {
		if x, _ := v.Get("a"); value.ToStr(x) != "{{ X" {
			t.Fatalf("got %v", x)
		}
	}
	if calls != 1 {
		t.Errorf("the item was resolved %d times", calls)
	}
	v.Put("b", value.Int(2))
	v.Put("c", value.Int(3))
	v.Delete(value.S("a"))
	if value.Repr(raw) != "{'a': '{{ x', 'b': 1}" {
		t.Errorf("the original changed: %s", value.Repr(raw))
	}
	if value.Repr(v) != "{'b': 2, 'c': 3}" {
		t.Errorf("the view is %s", value.Repr(v))
	}
	l := &value.List{Items: []value.Value{mine("x"), value.Int(1)}}
	w := l.WithLazy(up)
	w.Own()
	w.Items = append(w.Items, value.Int(2))
	if value.Repr(l) != "['{{ x', 1]" || value.Repr(w) != "['{{ X', 1, 2]" {
		t.Errorf("list %s, view %s", value.Repr(l), value.Repr(w))
	}
}

// An undefined value is an error of its use, not a value.
func TestUndefined(t *testing.T) {
	u := &value.Undefined{Name: "x", Message: "'x' is undefined"}
	l := value.NewList(u)
	for name, f := range map[string]func() error{
		"str":   func() error { _, err := value.TryStr(l); return err },
		"repr":  func() error { _, err := value.TryRepr(u); return err },
		"truth": func() error { _, err := value.Truth(u); return err },
		"equal": func() error { _, err := value.TryEqual(l, value.NewList(value.Int(1))); return err },
		"add":   func() error { _, err := value.Add(value.Int(1), u); return err },
		"order": func() error { _, err := value.Compare(u, u); return err },
		"iter":  func() error { _, err := value.Iterate(u); return err },
		"len":   func() error { _, err := value.Len(u); return err },
		"json":  func() error { _, err := value.ToJSON(l, value.JSONOptions{}); return err },
		"force": func() error { _, err := value.Force(l); return err },
		"item":  func() error { _, err := value.GetItem(u, value.Int(0)); return err },
	} {
		if err := f(); err != error(u) {
			t.Errorf("%s: %v", name, err)
		}
	}
	u.Kind = value.UndefinedDefault
	if s, err := value.TryStr(u); s != "" || err != nil {
		t.Errorf("jinja2.Undefined prints %q, %v", s, err)
	}
}
