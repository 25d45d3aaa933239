package lib

import (
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// map, select, reject and their kin call other filters and tests by name.

// over gives a generator of what each makes of the items; a false value has none.
func over(c *jinja.Call, prepare func() (func(item value.Value) (value.Value, bool, error), error)) (value.Value, error) {
	if u, ok := c.Args[0].(*value.Undefined); ok && !u.Lax() {
		return nil, u
	}
	return iterator("generator", func() ([]value.Value, error) {
		if truth, err := value.Truth(c.Args[0]); err != nil || !truth {
			return nil, err
		}
		each, err := prepare()
		if err != nil {
			return nil, err
		}
		all, err := value.Collect(c.Args[0]) // undefined items are items like others
		if err != nil {
			return nil, err
		}
		var out []value.Value
		for _, item := range all {
			v, keep, err := each(item)
			if err != nil {
				return nil, err
			}
			if keep {
				out = append(out, v)
			}
		}
		return out, nil
	}), nil
}

func mapFilter(c *jinja.Call) (value.Value, error) {
	args, names := stars(c.Args[1]), kwargs(c.Args[2])
	return over(c, func() (func(value.Value) (value.Value, bool, error), error) {
		if attribute, ok := names.Get("attribute"); ok && len(args) == 0 {
			get := newGetter(c, attribute)
			get.lenient = true
			if d, ok := names.Get("default"); ok && !isNone(d) {
				get.fallback = d
			}
			for k := range names.All() {
				if name := value.ToStr(k); name != "attribute" && name != "default" {
					return nil, value.Errorf("FilterArgumentError", "Unexpected keyword argument %s", repr(name))
				}
			}
			return func(item value.Value) (value.Value, bool, error) {
				v, err := get.of(item)
				return v, true, err
			}, nil
		}
		if len(args) == 0 {
			return nil, value.Errorf("FilterArgumentError", "map requires a filter argument")
		}
		name, err := soft(args[0])
		if err != nil {
			return nil, err
		}
		return func(item value.Value) (value.Value, bool, error) {
			v, err := c.Filter(name, append([]value.Value{item}, args[1:]...), names)
			if u, ok := err.(*value.Undefined); ok {
				v, err = u, nil
			}
			return v, true, err
		}, nil
	})
}

func selectFilter(c *jinja.Call) (value.Value, error) { return sieve(c, true, false) }
func reject(c *jinja.Call) (value.Value, error)       { return sieve(c, false, false) }
func selectattr(c *jinja.Call) (value.Value, error)   { return sieve(c, true, true) }
func rejectattr(c *jinja.Call) (value.Value, error)   { return sieve(c, false, true) }

// sieve keeps the items, or those whose attribute, for which the test gives want.
func sieve(c *jinja.Call, want, byAttribute bool) (value.Value, error) {
	args, names := stars(c.Args[1]), kwargs(c.Args[2])
	return over(c, func() (func(value.Value) (value.Value, bool, error), error) {
		get := getter{c: c}
		if byAttribute {
			if len(args) == 0 {
				return nil, value.Errorf("FilterArgumentError", "Missing parameter for attribute name")
			}
			get = newGetter(c, args[0])
			get.lenient = true
			args = args[1:]
		}
		test := func(v value.Value) (bool, error) { return value.Truth(v) }
		if len(args) > 0 {
			name, err := soft(args[0])
			if err != nil {
				return nil, err
			}
			test = func(v value.Value) (bool, error) {
				return c.Test(name, append([]value.Value{v}, args[1:]...), names)
			}
		}
		return func(item value.Value) (value.Value, bool, error) {
			v, err := get.of(item)
			if err != nil {
				return nil, false, err
			}
			truth, err := test(v)
			return item, truth == want, err
		}, nil
	})
}
