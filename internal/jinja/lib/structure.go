package lib

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Filters of Ansible that turn lists and dicts into other lists and dicts.

func dict2items(c *jinja.Call) (value.Value, error) {
	d, ok := asDict(c.Args[0])
	if !ok {
		return nil, value.Errorf("AnsibleTypeError", "dict2items requires a dictionary, got %s instead.", pyClass(c.Args[0]))
	}
	out := &value.List{}
	for k, v := range d.All() {
		item := &value.Dict{}
		if !item.Set(c.Args[1], k) {
			return nil, value.Unhashable(c.Args[1])
		}
		if !item.Set(c.Args[2], v) {
			return nil, value.Unhashable(c.Args[2])
		}
		if err := defined(v); err != nil {
			return nil, err
		}
		out.Items = append(out.Items, item)
	}
	return out, nil
}

func items2dict(c *jinja.Call) (value.Value, error) {
	if !isSequence(c.Args[0]) {
		return nil, value.Errorf("AnsibleTypeError", "items2dict requires a list, got %s instead.", pyClass(c.Args[0]))
	}
	all, err := items(c.Args[0])
	if err != nil {
		return nil, err
	}
	out := &value.Dict{}
	for _, item := range all {
		d, ok := asDict(item)
		if !ok {
			return nil, &jinja.Error{Class: "AnsibleTypeError", Message: "items2dict requires a list of dictionaries, got " + value.ToStr(c.Args[0]) + " instead."}
		}
		var pair [2]value.Value
		for i, name := range c.Args[1:3] {
			v, ok, err := entry(d, name)
			if err != nil {
				return nil, err
			}
			if !ok {
				return nil, value.Errorf("AnsibleTypeError", "items2dict requires each dictionary in the list to contain the keys '%s' and '%s', got %s instead.",
					value.ToStr(c.Args[1]), value.ToStr(c.Args[2]), value.ToStr(c.Args[0]))
			}
			pair[i] = v
		}
		if !out.Set(pair[0], pair[1]) {
			return nil, value.Errorf("AnsibleTypeError", "items2dict requires a list of dictionaries, got %s instead.", value.ToStr(c.Args[0]))
		}
	}
	return out, nil
}

func extract(c *jinja.Call) (value.Value, error) {
	keys := []value.Value{c.Args[0]}
	if more, ok := c.Args[2].(*value.List); ok {
		all, err := items(more)
		if err != nil {
			return nil, err
		}
		keys = append(keys, all...)
	} else if !isNone(c.Args[2]) {
		keys = append(keys, c.Args[2])
	}
	v := c.Args[1]
	for _, key := range keys {
		next, err := c.Item(v, key)
		if u, ok := err.(*value.Undefined); ok {
			next, err = u, nil
		}
		if err != nil {
			return nil, err
		}
		v = next
	}
	return v, nil
}

func subelements(c *jinja.Call) (value.Value, error) {
	var elements []value.Value
	var err error
	switch v := c.Args[0].(type) {
	case *value.Dict:
		for _, x := range v.All() {
			elements = append(elements, x)
		}
	case *value.List:
		elements, err = value.Collect(v)
	default:
		return nil, failf("obj must be a list of dicts or a nested dict")
	}
	if err != nil {
		return nil, err
	}
	var path []value.Value
	switch v := c.Args[1].(type) {
	case *value.List:
		if path, err = items(v); err != nil {
			return nil, err
		}
	case value.Str:
		for p := range strings.SplitSeq(v.S, ".") {
			path = append(path, value.S(p))
		}
	default:
		return nil, value.Errorf("AnsibleTypeError", "subelements must be a list or a string")
	}
	out := &value.List{}
	for _, element := range elements {
		if err := defined(element); err != nil {
			return nil, err
		}
		at := element
		missing := false
		for _, key := range path {
			next, err := value.GetItem(at, key)
			if err == nil {
				at = next
				if err := defined(at); err != nil {
					return nil, err
				}
				continue
			}
			e, _ := err.(*value.Error)
			switch {
			case e != nil && e.Class == "KeyError" && on(c.Args[2]):
				missing = true
			case e != nil && e.Class == "KeyError":
				return nil, failf("could not find %s key in iterated item %s", value.Repr(key), value.Repr(at))
			case e != nil && e.Class == "TypeError":
				return nil, &jinja.Error{Class: "AnsibleTypeError", Message: "the key " + value.ToStr(key) + " should point to a dictionary, got '" + value.ToStr(at) + "'", Cause: err}
			default:
				return nil, err
			}
			break
		}
		if missing {
			continue
		}
		l, ok := at.(*value.List)
		if !ok {
			return nil, value.Errorf("AnsibleTypeError", "the key %s should point to a list, got %s", value.Repr(path[len(path)-1]), value.Repr(at))
		}
		all, err := items(l)
		if err != nil {
			return nil, err
		}
		for _, v := range all {
			out.Items = append(out.Items, tuple(element, v))
		}
	}
	return out, nil
}

func rekeyOnMember(c *jinja.Call) (value.Value, error) {
	duplicates, _ := str(c.Args[2])
	if duplicates != "error" && duplicates != "overwrite" {
		return nil, value.Errorf("AnsibleError", "duplicates parameter to rekey_on_member has unknown value %s", value.Repr(c.Args[2]))
	}
	var all []value.Value
	var err error
	if d, ok := asDict(c.Args[0]); ok {
		for _, v := range d.All() {
			all = append(all, v)
		}
	} else if _, text := str(c.Args[0]); text {
		return nil, value.Errorf("AnsibleError", "Type is not a valid list, set, or dict")
	} else if all, err = value.Collect(c.Args[0]); err != nil {
		if _, ok := err.(*value.Error); ok {
			return nil, value.Errorf("AnsibleError", "Type is not a valid list, set, or dict")
		}
	}
	if err != nil {
		return nil, err
	}
	out := &value.Dict{}
	for _, item := range all {
		if err := defined(item); err != nil {
			return nil, err
		}
		d, ok := asDict(item)
		if !ok {
			return nil, value.Errorf("AnsibleError", "List item is not a valid dict")
		}
		key, ok, err := entry(d, c.Args[1])
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, value.Errorf("AnsibleError", "Key %s was not found.", value.Repr(c.Args[1]))
		}
		if _, exists := out.GetValue(key); exists && duplicates == "error" {
			return nil, value.Errorf("AnsibleError", "Key %s is not unique, cannot convert to dict.", value.Repr(key))
		}
		if !out.Set(key, item) {
			return nil, value.Unhashable(key)
		}
	}
	return out, nil
}

// The set filters work on sets where all items can be hashed, else on lists. Python gives the texts of a set in an order
// by chance; here it is that of their first appearance. Numbers come in Python's order.

// both lists the two arguments; hashed tells whether all items can be hashed.
func both(c *jinja.Call) (a, b []value.Value, hashed bool, err error) {
	if a, err = items(c.Args[0]); err != nil {
		return
	}
	if b, err = items(c.Args[1]); err != nil {
		return
	}
	hashed = true
	for _, l := range [][]value.Value{a, b} {
		for _, v := range l {
			if _, ok := value.HashKey(v); !ok {
				hashed = false
			}
		}
	}
	return
}

func setOf(all []value.Value) *value.Set {
	s := &value.Set{}
	for _, v := range all {
		s.Add(v)
	}
	return s
}

// addable gives the error of Ansible's lists when they are added to what is no list, which union tries in the end.
func addable(a, b value.Value) error {
	if _, ok := b.(*value.List); !ok {
		return nil
	}
	switch a.(type) {
	case value.Bool, value.Int, value.Float, *value.BigInt, value.Date, value.DateTime:
		return typeError("'NotImplementedType' object is not iterable")
	case value.None:
		return typeError("unsupported operand type(s) for +: 'NoneType' and 'list'")
	}
	return nil
}

// distinct keeps the first of equal items, without hashing.
func distinct(all []value.Value) ([]value.Value, error) {
	out := []value.Value{}
	for _, v := range all {
		in, err := contains(out, v)
		if err != nil {
			return nil, err
		}
		if !in {
			out = append(out, v)
		}
	}
	return out, nil
}

func union(c *jinja.Call) (value.Value, error) {
	if err := addable(c.Args[0], c.Args[1]); err != nil {
		return nil, err
	}
	a, b, hashed, err := both(c)
	if err != nil {
		return nil, err
	}
	if hashed {
		return setOperation("|", a, b), nil
	}
	_, listA := c.Args[0].(*value.List)
	_, listB := c.Args[1].(*value.List)
	if !listA || !listB {
		if _, err := value.Add(c.Args[0], c.Args[1]); err != nil {
			return nil, err
		}
	}
	out, err := distinct(append(a, b...))
	return list(out), err
}

func intersect(c *jinja.Call) (value.Value, error) {
	a, b, hashed, err := both(c)
	if err != nil {
		return nil, err
	}
	if hashed {
		return setOperation("&", a, b), nil
	}
	out, err := within(a, b)
	return list(out), err
}

// within lists the distinct items of a that b has too.
func within(a, b []value.Value) ([]value.Value, error) {
	out, err := common(a, b)
	if err != nil {
		return nil, err
	}
	return distinct(out)
}

func difference(c *jinja.Call) (value.Value, error) {
	a, b, hashed, err := both(c)
	if err != nil {
		return nil, err
	}
	if hashed {
		return setOperation("-", a, b), nil
	}
	out, err := without(a, b)
	if err == nil {
		out, err = distinct(out)
	}
	return list(out), err
}

func symmetricDifference(c *jinja.Call) (value.Value, error) {
	a, b, hashed, err := both(c)
	if err != nil {
		return nil, err
	}
	if hashed {
		return setOperation("^", a, b), nil
	}
	common, err := within(a, b)
	if err != nil {
		return nil, err
	}
	all, err := distinct(append(a, b...))
	if err != nil {
		return nil, err
	}
	out, err := without(all, common)
	return list(out), err
}

func uniqueFilter(c *jinja.Call) (value.Value, error) {
	out, err := uniqueItems(c, c.Args[0], c.Args[2], !on(c.Args[1]))
	if err == nil {
		return list(out), nil
	}
	if _, ok := err.(*value.Undefined); ok {
		return nil, err
	}
	if explicit, ok := c.Args[1].(value.Bool); ok && !bool(explicit) || on(c.Args[2]) {
		return nil, because("Jinja2's unique filter failed and we cannot fall back to Ansible's version as it does not support the parameters supplied.", err)
	}
	all, err := c.List(c.Args[0])
	if err != nil {
		return nil, err
	}
	c.Warn("Falling back to Ansible unique filter as Jinja2 one failed.")
	out, err = distinct(all)
	return list(out), err
}
