package jinja

import (
	"sort"

	"github.com/rehearse-dev/rehearse/internal/value"
)

var none value.Value = value.None{}

func listOf(c *MethodCall) *value.List {
	l := c.Self.(*value.List)
	return l
}

// indexIn finds an equal item, as list.index and list.remove do.
func indexIn(items func(i int) value.Value, n int, x value.Value) (int, error) {
	for i := range n {
		eq, err := value.TryEqual(items(i), x)
		if err != nil {
			return 0, err
		}
		if eq {
			return i, nil
		}
	}
	return -1, nil
}

func countIn(items func(i int) value.Value, n int, x value.Value) (value.Value, error) {
	found := 0
	for i := range n {
		eq, err := value.TryEqual(items(i), x)
		if err != nil {
			return nil, err
		}
		if eq {
			found++
		}
	}
	return value.Int(found), nil
}

func indexOf(c *MethodCall, items func(i int) value.Value, n int, typ string) (value.Value, error) {
	a, err := c.bind(1, "value", "start", "stop")
	if err != nil {
		return nil, err
	}
	start, err := c.integer(a[1], 0)
	if err != nil {
		return nil, err
	}
	stop, err := c.integer(a[2], n)
	if err != nil {
		return nil, err
	}
	if start < 0 {
		start = max(start+n, 0)
	}
	if stop < 0 {
		stop += n
	}
	for i := start; i < min(stop, n); i++ {
		eq, err := value.TryEqual(items(i), a[0])
		if err != nil {
			return nil, err
		}
		if eq {
			return value.Int(i), nil
		}
	}
	if typ == "tuple" {
		return nil, value.ValueError("tuple.index(x): x not in tuple")
	}
	r, err := value.TryRepr(a[0])
	if err != nil {
		return nil, err
	}
	return nil, value.ValueError("%s is not in list", r)
}

func listMethods() []*Method {
	return []*Method{
		{Name: "append", Params: "object", Doc: "Adds an item at the end, in place.", Result: "NoneType", Call: func(c *MethodCall) (value.Value, error) {
			a, err := c.bind(1, "object")
			if err != nil {
				return nil, err
			}
			l := listOf(c)
			l.Own()
			l.Items = append(l.Items, a[0])
			return none, nil
		}},
		{Name: "clear", Doc: "Removes all items, in place.", Result: "NoneType", Call: func(c *MethodCall) (value.Value, error) {
			_, err := c.bind(0)
			l := listOf(c)
			l.Own()
			l.Items = nil
			return none, err
		}},
		{Name: "copy", Doc: "A copy of the list.", Result: "list", Call: func(c *MethodCall) (value.Value, error) {
			_, err := c.bind(0)
			if err != nil {
				return nil, err
			}
			items, err := value.Collect(c.Self)
			return &value.List{Items: items}, err
		}},
		{Name: "count", Params: "value", Doc: "How many items equal the value.", Result: "int", Call: func(c *MethodCall) (value.Value, error) {
			a, err := c.bind(1, "value")
			if err != nil {
				return nil, err
			}
			return countIn(listOf(c).Item, listOf(c).Len(), a[0])
		}},
		{Name: "extend", Params: "iterable", Doc: "Adds the items of another list at the end, in place.", Result: "NoneType", Call: func(c *MethodCall) (value.Value, error) {
			a, err := c.bind(1, "iterable")
			if err != nil {
				return nil, err
			}
			items, err := value.Collect(a[0])
			if err != nil {
				return nil, err
			}
			l := listOf(c)
			l.Own()
			for _, item := range items {
				if u, ok := item.(*value.Undefined); ok {
					return u, nil
				}
				l.Items = append(l.Items, item)
			}
			return none, nil
		}},
		{Name: "index", Params: "value, start=0, stop=None", Doc: "Where the first equal item stands; an error where there is none.", Result: "int", Call: func(c *MethodCall) (value.Value, error) {
			return indexOf(c, listOf(c).Item, listOf(c).Len(), "list")
		}},
		{Name: "insert", Params: "index, object", Doc: "Puts an item in front of another, in place.", Result: "NoneType", Call: func(c *MethodCall) (value.Value, error) {
			a, err := c.bind(2, "index", "object")
			if err != nil {
				return nil, err
			}
			i, err := c.integer(a[0], 0)
			if err != nil {
				return nil, err
			}
			l := listOf(c)
			l.Own()
			n := len(l.Items)
			if i < 0 {
				i = max(i+n, 0)
			}
			i = min(i, n)
			l.Items = append(l.Items[:i:i], append([]value.Value{a[1]}, l.Items[i:]...)...)
			return none, nil
		}},
		{Name: "pop", Params: "index=-1", Doc: "Removes an item, in place, and gives it.", Result: "any", Call: func(c *MethodCall) (value.Value, error) {
			a, err := c.bind(0, "index")
			if err != nil {
				return nil, err
			}
			i, err := c.integer(a[0], -1)
			if err != nil {
				return nil, err
			}
			l := listOf(c)
			l.Own()
			n := len(l.Items)
			if n == 0 {
				return nil, value.Errorf("IndexError", "pop from empty list")
			}
			if i < 0 {
				i += n
			}
			if i < 0 || i >= n {
				return nil, value.Errorf("IndexError", "pop index out of range")
			}
			x := l.Items[i]
			l.Items = append(l.Items[:i:i], l.Items[i+1:]...)
			return x, nil
		}},
		{Name: "remove", Params: "value", Doc: "Removes the first equal item, in place.", Result: "NoneType", Call: func(c *MethodCall) (value.Value, error) {
			a, err := c.bind(1, "value")
			if err != nil {
				return nil, err
			}
			l := listOf(c)
			l.Own()
			i, err := indexIn(l.Item, l.Len(), a[0])
			if err != nil {
				return nil, err
			}
			if i < 0 {
				return nil, value.ValueError("list.remove(x): x not in list")
			}
			l.Items = append(l.Items[:i:i], l.Items[i+1:]...)
			return none, nil
		}},
		{Name: "reverse", Doc: "Reverses the list in place.", Result: "NoneType", Call: func(c *MethodCall) (value.Value, error) {
			_, err := c.bind(0)
			l := listOf(c)
			l.Own()
			for i, j := 0, len(l.Items)-1; i < j; i, j = i+1, j-1 {
				l.Items[i], l.Items[j] = l.Items[j], l.Items[i]
			}
			return none, err
		}},
		{Name: "sort", Params: "*, key=None, reverse=False", Doc: "Sorts the list in place.", Result: "NoneType", Call: func(c *MethodCall) (value.Value, error) {
			if len(c.Args) > 0 {
				return nil, value.TypeError("sort() takes no positional arguments")
			}
			a, err := c.bind(0, "key", "reverse")
			if err != nil {
				return nil, err
			}
			reverse := false
			if a[1] != nil {
				if reverse, err = value.Truth(a[1]); err != nil {
					return nil, err
				}
			}
			l := listOf(c)
			l.Own()
			type keyed struct{ k, v value.Value }
			items := make([]keyed, len(l.Items))
			for i, x := range l.Items {
				items[i] = keyed{x, x}
				if a[0] != nil && a[0] != none {
					if items[i].k, err = c.run.invoke(a[0], []value.Value{x}, nil, Span{}); err != nil {
						return nil, err
					}
				}
			}
			sort.SliceStable(items, func(i, j int) bool {
				x, y := items[i].k, items[j].k
				if reverse {
					x, y = y, x
				}
				lt, e := value.CompareOp("<", x, y)
				if e != nil && err == nil {
					err = e
				}
				return lt
			})
			if err != nil {
				return nil, err
			}
			for i := range items {
				l.Items[i] = items[i].v
			}
			return none, nil
		}},
	}
}

func tupleMethods() []*Method {
	item := func(c *MethodCall) (func(i int) value.Value, int) {
		t := c.Self.(*value.Tuple)
		return func(i int) value.Value { return t.Items[i] }, len(t.Items)
	}
	return []*Method{
		{Name: "count", Params: "value", Doc: "How many items equal the value.", Result: "int", Call: func(c *MethodCall) (value.Value, error) {
			a, err := c.bind(1, "value")
			if err != nil {
				return nil, err
			}
			f, n := item(c)
			return countIn(f, n, a[0])
		}},
		{Name: "index", Params: "value, start=0, stop=None", Doc: "Where the first equal item stands; an error where there is none.", Result: "int", Call: func(c *MethodCall) (value.Value, error) {
			f, n := item(c)
			return indexOf(c, f, n, "tuple")
		}},
	}
}

// view gives d.keys() and its like: a list in Ansible mode, where templates never see the view.
func view(kind string) func(c *MethodCall) (value.Value, error) {
	return func(c *MethodCall) (value.Value, error) {
		if _, err := c.bind(0); err != nil {
			return nil, err
		}
		return &value.View{Kind: kind, Dict: c.Self.(*value.Dict)}, nil
	}
}

func dictMethods() []*Method {
	self := func(c *MethodCall) *value.Dict { return c.Self.(*value.Dict) }
	hashable := func(k value.Value) error {
		if u, ok := k.(*value.Undefined); ok && !u.Lax() {
			return u
		}
		if _, ok := value.HashKey(k); !ok {
			return value.Unhashable(k)
		}
		return nil
	}
	return []*Method{
		{Name: "clear", Doc: "Removes all entries, in place.", Result: "NoneType", Call: func(c *MethodCall) (value.Value, error) {
			_, err := c.bind(0)
			for _, k := range self(c).Keys() {
				self(c).Delete(k)
			}
			return none, err
		}},
		{Name: "copy", Doc: "A copy of the dict.", Result: "dict", Call: func(c *MethodCall) (value.Value, error) {
			_, err := c.bind(0)
			return self(c).Copy(), err
		}},
		{Name: "fromkeys", Params: "iterable, value=None", Doc: "A new dict with these keys, all with one value.", Result: "dict", Call: func(c *MethodCall) (value.Value, error) {
			a, err := c.bind(1, "iterable", "value")
			if err != nil {
				return nil, err
			}
			keys, err := value.Collect(a[0])
			if err != nil {
				return nil, err
			}
			if a[1] == nil {
				a[1] = none
			}
			d := &value.Dict{}
			for _, k := range keys {
				if err := hashable(k); err != nil {
					return nil, err
				}
				d.Set(k, a[1])
			}
			return d, nil
		}},
		{Name: "get", Params: "key, default=None", Doc: "The value of a key, or the default.", Result: "any", Call: func(c *MethodCall) (value.Value, error) {
			a, err := c.bind(1, "key", "default")
			if err != nil {
				return nil, err
			}
			if err := hashable(a[0]); err != nil {
				return nil, err
			}
			if v, ok := self(c).GetValue(a[0]); ok {
				return v, nil
			}
			if a[1] != nil {
				return a[1], nil
			}
			return none, nil
		}},
		{Name: "items", Doc: "The pairs of key and value.", Result: "list", Call: view("dict_items")},
		{Name: "keys", Doc: "The keys.", Result: "list", Call: view("dict_keys")},
		{Name: "pop", Params: "key, default", Doc: "Removes a key, in place, and gives its value.", Result: "any", Call: func(c *MethodCall) (value.Value, error) {
			a, err := c.bind(1, "key", "default")
			if err != nil {
				return nil, err
			}
			if err := hashable(a[0]); err != nil {
				return nil, err
			}
			v, ok := self(c).GetValue(a[0])
			if !ok {
				if a[1] != nil {
					return a[1], nil
				}
				return nil, value.Errorf("KeyError", "%s", value.Repr(a[0]))
			}
			self(c).Delete(a[0])
			return v, nil
		}},
		{Name: "popitem", Doc: "Removes the last entry, in place, and gives it.", Result: "tuple", Call: func(c *MethodCall) (value.Value, error) {
			_, err := c.bind(0)
			if err != nil {
				return nil, err
			}
			keys := self(c).Keys()
			if len(keys) == 0 {
				return nil, value.Errorf("KeyError", "'popitem(): dictionary is empty'")
			}
			k := keys[len(keys)-1]
			v, _ := self(c).GetValue(k)
			self(c).Delete(k)
			return &value.Tuple{Items: []value.Value{k, v}}, nil
		}},
		{Name: "setdefault", Params: "key, default=None", Doc: "The value of a key, which is set first where it is missing.", Result: "any", Call: func(c *MethodCall) (value.Value, error) {
			a, err := c.bind(1, "key", "default")
			if err != nil {
				return nil, err
			}
			if err := hashable(a[0]); err != nil {
				return nil, err
			}
			if v, ok := self(c).GetValue(a[0]); ok {
				return v, nil
			}
			if a[1] == nil {
				a[1] = none
			}
			self(c).Set(a[0], a[1])
			return a[1], nil
		}},
		{Name: "update", Params: "other=None, **kwargs", Doc: "Takes over the entries of another dict, in place.", Result: "NoneType", Call: dictUpdate},
		{Name: "values", Doc: "The values.", Result: "list", Call: view("dict_values")},
	}
}

func dictUpdate(c *MethodCall) (value.Value, error) {
	d := c.Self.(*value.Dict)
	if len(c.Args) > 1 {
		return nil, value.TypeError("update expected at most 1 argument, got %d", len(c.Args))
	}
	if len(c.Args) == 1 {
		if o, ok := c.Args[0].(*value.Dict); ok {
			// ansible-core meets an undefined entry while the dict takes the entries over, one after the other.
			for k, v := range o.All() {
				if u, ok := v.(*value.Undefined); ok {
					return u, nil
				}
				d.Set(k, v)
			}
		} else if err := UpdateDict(d, c.Args[0]); err != nil {
			return nil, err
		}
	}
	for k, v := range c.Kwargs.RawAll() {
		d.Set(k, v)
	}
	return none, nil
}

// UpdateDict is dict.update(other): a dict, or pairs of key and value.
func UpdateDict(d *value.Dict, other value.Value) error {
	if o, ok := other.(*value.Dict); ok {
		for k, v := range o.All() {
			d.Set(k, v)
		}
		return nil
	}
	next, err := value.Iterate(other)
	if err != nil {
		return err
	}
	for i := 0; ; i++ {
		x, err := next()
		if x == nil || err != nil {
			return err
		}
		pair, err := value.Collect(x)
		if err != nil {
			if _, ok := err.(*value.Error); ok {
				return value.TypeError("cannot convert dictionary update sequence element #%d to a sequence", i)
			}
			return err
		}
		if len(pair) != 2 {
			return value.ValueError("dictionary update sequence element #%d has length %d; 2 is required", i, len(pair))
		}
		if !d.Set(pair[0], pair[1]) {
			return value.Unhashable(pair[0])
		}
	}
}

func setMethods() []*Method {
	op := func(name, op, doc string) *Method {
		return &Method{Name: name, Params: "*others", Doc: doc, Result: "set", Call: func(c *MethodCall) (value.Value, error) {
			s := c.Self.(*value.Set)
			r := value.SetOp("|", s, &value.Set{})
			for _, a := range c.Args {
				items, err := value.Collect(a)
				if err != nil {
					return nil, err
				}
				t := &value.Set{}
				for _, x := range items {
					if !t.Add(x) {
						return nil, value.Unhashable(x)
					}
				}
				r = value.SetOp(op, r, t)
			}
			return r, nil
		}}
	}
	return []*Method{
		{Name: "add", Params: "elem", Doc: "Adds an item, in place.", Result: "NoneType", Call: func(c *MethodCall) (value.Value, error) {
			a, err := c.bind(1, "elem")
			if err != nil {
				return nil, err
			}
			if !c.Self.(*value.Set).Add(a[0]) {
				return nil, value.Unhashable(a[0])
			}
			return none, nil
		}},
		op("difference", "-", "What is not in the others."),
		op("intersection", "&", "What is in the others, too."),
		op("symmetric_difference", "^", "What is in one of both only."),
		op("union", "|", "What is in any of them."),
	}
}
