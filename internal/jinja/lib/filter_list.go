package lib

import (
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Filters of Jinja2 on lists and dicts.

func attr(c *jinja.Call) (value.Value, error) {
	name, err := soft(c.Args[1])
	if err != nil {
		return nil, err
	}
	if d, ok := asDict(c.Args[0]); ok { // a method is an attribute, a key is not
		v, err := c.Attr(&value.Dict{}, name)
		if u, undefined := v.(*value.Undefined); err != nil || undefined {
			if undefined {
				u.Owner = d
			}
			return v, err
		}
	}
	return c.Attr(c.Args[0], name)
}

func first(c *jinja.Call) (value.Value, error) {
	if s, ok := str(c.Args[0]); ok && s == "" {
		return c.Undefined("No first item, sequence was empty."), nil
	}
	next, err := value.Iterate(c.Args[0])
	if err != nil {
		return nil, err
	}
	v, err := next()
	if v == nil && err == nil {
		return c.Undefined("No first item, sequence was empty."), nil
	}
	return v, err
}

func last(c *jinja.Call) (value.Value, error) {
	switch v := c.Args[0].(type) {
	case *value.List:
		if len(v.Items) > 0 {
			return v.Item(len(v.Items) - 1), nil
		}
	case *value.Iterator, *value.Set:
		return nil, typeError("'%s' object is not reversible", value.TypeName(v))
	default:
		all, err := value.Collect(v)
		if err != nil {
			if u, ok := v.(*value.Undefined); ok {
				return nil, u
			}
			return nil, typeError("'%s' object is not reversible", value.TypeName(v))
		}
		if len(all) > 0 {
			return all[len(all)-1], nil
		}
	}
	return c.Undefined("No last item, sequence was empty."), nil
}

func length(c *jinja.Call) (value.Value, error) {
	n, err := value.Len(c.Args[0])
	return value.Int(n), err
}

func listFilter(c *jinja.Call) (value.Value, error) {
	all, err := c.List(c.Args[0])
	return list(all), err
}

func itemsFilter(c *jinja.Call) (value.Value, error) {
	if u, ok := c.Args[0].(*value.Undefined); ok {
		if c.Engine.Ansible() {
			return u, nil
		}
		return iterator("generator", func() ([]value.Value, error) { return nil, nil }), nil
	}
	return iterator("generator", func() ([]value.Value, error) {
		d, ok := asDict(c.Args[0])
		if !ok {
			return nil, typeError("Can only get item pairs from a mapping.")
		}
		return (&value.View{Kind: "dict_items", Dict: d}).Items(), nil
	}), nil
}

func join(c *jinja.Call) (value.Value, error) {
	between, err := soft(c.Args[1])
	if err != nil {
		return nil, err
	}
	get := newGetter(c, c.Args[2])
	out, n := []byte{}, 0
	err = c.Each(c.Args[0], func(item value.Value) error {
		v, err := get.of(item)
		if err != nil {
			return err
		}
		s, err := soft(v)
		if err != nil {
			return err
		}
		if n++; n > 1 {
			out = append(out, between...)
		}
		out = append(out, s...)
		return nil
	})
	return value.S(string(out)), err
}

func reverse(c *jinja.Call) (value.Value, error) {
	if s, ok := str(c.Args[0]); ok {
		chars := value.Chars(s)
		out := make([]byte, 0, len(s))
		for i := len(chars) - 1; i >= 0; i-- {
			out = append(out, chars[i]...)
		}
		return value.S(string(out)), nil
	}
	if u, ok := c.Args[0].(*value.Undefined); ok && !u.Lax() {
		return nil, u
	}
	kind := "list_reverseiterator"
	switch v := c.Args[0].(type) {
	case *value.Iterator, *value.Set:
		kind = ""
	case *value.List, *value.Tuple, *value.Dict, *value.Range, *value.View, *value.Undefined:
		if _, ok := v.(*value.List); !ok {
			kind = "reversed"
		}
	default:
		if _, err := value.Iterate(v); err != nil {
			return nil, &jinja.Error{Class: "FilterArgumentError", Message: "argument must be iterable", Cause: err}
		}
	}
	make := func() ([]value.Value, error) {
		all, err := c.List(c.Args[0])
		for i, j := 0, len(all)-1; i < j; i, j = i+1, j-1 {
			all[i], all[j] = all[j], all[i]
		}
		return all, err
	}
	if kind == "" {
		all, err := make()
		return list(all), err
	}
	return iterator(kind, make), nil
}

func batch(c *jinja.Call) (value.Value, error) {
	size, sized := value.Index(c.Args[1])
	return iterator("generator", func() ([]value.Value, error) {
		var out, row []value.Value
		err := c.Each(c.Args[0], func(item value.Value) error {
			if sized && len(row) == int(size) {
				out = append(out, list(row))
				row = nil
			}
			row = append(row, item)
			return nil
		})
		if len(row) > 0 {
			if !isNone(c.Args[2]) {
				if !sized {
					return nil, typeError("'<' not supported between instances of 'int' and '%s'", value.TypeName(c.Args[1]))
				}
				for len(row) < int(size) && len(row) < 1<<24 {
					row = append(row, c.Args[2])
				}
			}
			out = append(out, list(row))
		}
		return out, err
	}), nil
}

func slice(c *jinja.Call) (value.Value, error) {
	return iterator("generator", func() ([]value.Value, error) {
		all, err := c.List(c.Args[0])
		if err != nil {
			return nil, err
		}
		n, ok := value.Index(c.Args[1])
		if !ok {
			return nil, typeError("unsupported operand type(s) for //: 'int' and '%s'", value.TypeName(c.Args[1]))
		}
		if n == 0 {
			return nil, value.Errorf("ZeroDivisionError", "integer division or modulo by zero")
		}
		var out []value.Value
		if n > 1<<20 {
			return nil, value.Errorf("MemoryError", "%d slices are too many", n)
		}
		for i, at := 0, 0; i < int(n); i++ {
			size := len(all) / int(n)
			if i < len(all)%int(n) {
				size++
			}
			row := append([]value.Value(nil), all[at:at+size]...)
			at += size
			if !isNone(c.Args[2]) && i >= len(all)%int(n) {
				row = append(row, c.Args[2])
			}
			out = append(out, list(row))
		}
		return out, nil
	}), nil
}

func dictsort(c *jinja.Call) (value.Value, error) {
	by, _ := str(c.Args[2])
	at := 0
	switch by {
	case "key":
	case "value":
		at = 1
	default:
		return nil, value.Errorf("FilterArgumentError", `You can only sort by either "key" or "value"`)
	}
	d, ok := asDict(c.Args[0])
	if !ok {
		if u, ok := c.Args[0].(*value.Undefined); ok {
			return nil, u
		}
		return nil, attributeError(c.Args[0], "items")
	}
	fold := !on(c.Args[1])
	sorted, err := sortBy((&value.View{Kind: "dict_items", Dict: d}).Items(), func(pair value.Value) (value.Value, error) {
		v := pair.(*value.Tuple).Items[at]
		if fold {
			v = foldCase(v)
		}
		return v, defined(v)
	}, on(c.Args[3]))
	return list(sorted), err
}

func sortFilter(c *jinja.Call) (value.Value, error) {
	all, err := c.List(c.Args[0])
	if err != nil {
		return nil, err
	}
	getters := []getter{newGetter(c, c.Args[3])}
	if s, ok := str(c.Args[3]); ok {
		getters = nil
		for _, part := range splitComma(s) {
			getters = append(getters, newGetter(c, value.S(part)))
		}
	}
	for i := range getters {
		getters[i].fold = !on(c.Args[2])
	}
	sorted, err := sortBy(all, func(item value.Value) (value.Value, error) {
		key := make([]value.Value, len(getters))
		for i, g := range getters {
			v, err := g.of(item)
			if err != nil {
				return nil, err
			}
			key[i] = v
		}
		if len(key) == 1 {
			return onlyKey{key[0]}, nil
		}
		return list(key), nil
	}, on(c.Args[1]))
	return list(sorted), err
}

// onlyKey is a list of one key: equal keys need no order, as in a comparison of lists.
type onlyKey struct{ value.Value }

// PyOrder compares as [a] < [b] does.
func (k onlyKey) PyOrder(op string, other value.Value) (bool, error) {
	o := other.(onlyKey)
	eq, err := value.TryEqual(k.Value, o.Value)
	if err != nil || eq {
		return false, err
	}
	return value.CompareOp(op, k.Value, o.Value)
}

func splitComma(s string) []string {
	var parts []string
	start := 0
	for i := 0; i <= len(s); i++ {
		if i == len(s) || s[i] == ',' {
			parts = append(parts, s[start:i])
			start = i + 1
		}
	}
	return parts
}

func minFilter(c *jinja.Call) (value.Value, error) { return extreme(c, "<") }
func maxFilter(c *jinja.Call) (value.Value, error) { return extreme(c, ">") }

func extreme(c *jinja.Call, op string) (value.Value, error) {
	get := newGetter(c, c.Args[2])
	get.fold = !on(c.Args[1])
	var best, bestKey value.Value
	err := c.Each(c.Args[0], func(item value.Value) error {
		key, err := get.of(item)
		if err != nil {
			return err
		}
		if best != nil {
			better, err := value.CompareOp(op, key, bestKey)
			if err != nil || !better {
				return err
			}
		}
		best, bestKey = item, key
		return nil
	})
	if err != nil {
		return nil, err
	}
	if best == nil {
		return c.Undefined("No aggregated item, sequence was empty."), nil
	}
	return best, nil
}

func uniquePlain(c *jinja.Call) (value.Value, error) {
	return iterator("generator", func() ([]value.Value, error) { return uniqueItems(c, c.Args[0], c.Args[2], !on(c.Args[1])) }), nil
}

func uniqueItems(c *jinja.Call, v, attribute value.Value, fold bool) ([]value.Value, error) {
	get := newGetter(c, attribute)
	get.fold = fold
	seen := &value.Set{}
	var out []value.Value
	err := c.Each(v, func(item value.Value) error {
		key, err := get.of(item)
		if err != nil {
			return err
		}
		if seen.Has(key) {
			return nil
		}
		if !seen.Add(key) {
			return value.Unhashable(key)
		}
		out = append(out, item)
		return nil
	})
	return out, err
}

func groupby(c *jinja.Call) (value.Value, error) {
	all, err := c.List(c.Args[0])
	if err != nil {
		return nil, err
	}
	get := newGetter(c, c.Args[1])
	if !isNone(c.Args[2]) {
		get.fallback = c.Args[2] // Ansible never comes to use it
	}
	shown := get
	get.fold = !on(c.Args[3])
	sorted, err := sortBy(all, get.of, false)
	if err != nil {
		return nil, err
	}
	var groups []value.Value
	var key value.Value
	for _, item := range sorted {
		k, err := get.of(item)
		if err != nil {
			return nil, err
		}
		same := false
		if key != nil {
			if same, err = value.TryEqual(key, k); err != nil {
				return nil, err
			}
		}
		if !same {
			key = k
			grouper, err := shown.of(item)
			if err != nil {
				return nil, err
			}
			groups = append(groups, &value.Tuple{Items: []value.Value{grouper, list(nil)}, Names: []string{"grouper", "list"}})
		}
		group := groups[len(groups)-1].(*value.Tuple).Items[1].(*value.List)
		group.Items = append(group.Items, item)
	}
	return list(groups), nil
}

func defaultFilter(c *jinja.Call) (value.Value, error) {
	v := c.Args[0]
	if u, ok := v.(*value.Undefined); ok {
		if u.Cause != nil && c.Engine.Ansible() {
			return nil, u // a failed template is not an undefined variable
		}
		return c.Args[1], nil
	}
	if on(c.Args[2]) {
		if truth, err := value.Truth(v); err != nil || !truth {
			return c.Args[1], err
		}
	}
	return v, nil
}
