package lib

import (
	"math/big"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// listArguments are the lists of lists_union and its kin; with flatten an argument may be a list of lists.
func listArguments(c *jinja.Call) ([]value.Value, error) {
	given := stars(c.Args[0])
	if !on(c.Args[1]) {
		return given, nil
	}
	return openLists(given, isSequence, func(v value.Value) error {
		return failf("All arguments must be lists. %s is %s", value.ToStr(v), pyClass(v))
	})
}

// openLists replaces a list of lists by the lists in it; empty ones are dropped.
func openLists(given []value.Value, sequence func(value.Value) bool, wrong func(value.Value) error) ([]value.Value, error) {
	var out []value.Value
	for _, v := range given {
		if !sequence(v) {
			return nil, wrong(v)
		}
		inner, err := items(v)
		if err != nil {
			return nil, err
		}
		nested := len(inner) > 0
		for _, x := range inner {
			nested = nested && sequence(x)
		}
		switch {
		case nested:
			out = append(out, inner...)
		case len(inner) > 0:
			out = append(out, v)
		}
	}
	return out, nil
}

func listsFilter(kind string) func(*jinja.Call) (value.Value, error) {
	return func(c *jinja.Call) (value.Value, error) {
		given, err := listArguments(c)
		if err != nil {
			return nil, err
		}
		switch len(given) {
		case 0:
			return list(nil), nil
		case 1:
			return given[0], nil
		}
		all, err := lists(given...)
		if err != nil {
			return nil, err
		}
		a := all[0]
		if kind == "intersect" || kind == "difference" {
			if a, err = distinct(a); err != nil {
				return nil, err
			}
		}
		for _, b := range all[1:] {
			switch kind {
			case "union":
				a = append(a[:len(a):len(a)], b...)
			case "intersect":
				a, err = common(a, b)
			case "difference":
				a, err = without(a, b)
			default:
				a, err = onlyOne(a, b)
			}
			if err != nil {
				return nil, err
			}
		}
		if kind == "union" {
			a, err = distinct(a)
		}
		return list(a), err
	}
}

// common lists the items of a that b has too.
func common(a, b []value.Value) ([]value.Value, error) {
	var out []value.Value
	for _, v := range a {
		in, err := contains(b, v)
		if err != nil {
			return nil, err
		}
		if in {
			out = append(out, v)
		}
	}
	return out, nil
}

func onlyOne(a, b []value.Value) ([]value.Value, error) {
	all, err := distinct(append(a[:len(a):len(a)], b...))
	if err != nil {
		return nil, err
	}
	shared, err := common(a, b)
	if err != nil {
		return nil, err
	}
	return without(all, shared)
}

func listsMergeby(c *jinja.Call) (value.Value, error) {
	recursive, listMerge := false, "replace"
	for k, v := range kwargs(c.Args[1]).All() {
		switch value.ToStr(k) {
		case "recursive":
			recursive = on(v)
		case "list_merge":
			listMerge = value.ToStr(v)
		default:
			return nil, failf("'recursive' and 'list_merge' are the only valid keyword arguments.")
		}
	}
	terms := stars(c.Args[0])
	if len(terms) < 2 {
		return nil, failf("At least one list and index are needed.")
	}
	given, err := openLists(terms[:len(terms)-1], pySequence, func(v value.Value) error {
		return failf("All arguments before the argument index for community.general.lists_mergeby must be lists. %s is %s", value.ToStr(v), pyClass(v))
	})
	if err != nil {
		return nil, err
	}
	switch len(given) {
	case 0:
		return list(nil), nil
	case 1:
		return given[0], nil
	}
	index := terms[len(terms)-1]
	if _, ok := str(index); !ok {
		return nil, failf("First argument after the lists for community.general.lists_mergeby must be string. %s is %s", value.ToStr(index), pyClass(index))
	}
	result, err := items(given[len(given)-1])
	if err != nil {
		return nil, err
	}
	for i := len(given) - 2; i >= 0; i-- {
		low, err := items(given[i])
		if err != nil {
			return nil, err
		}
		if result, err = mergeLists(low, result, index, recursive, listMerge); err != nil {
			return nil, err
		}
	}
	return list(result), nil
}

func mergeLists(x, y []value.Value, index value.Value, recursive bool, listMerge string) ([]value.Value, error) {
	merged := &value.Dict{}
	for _, v := range append(x[:len(x):len(x)], y...) {
		d, ok := asDict(v)
		if !ok {
			return nil, failf("Elements of list arguments for lists_mergeby must be dictionaries. %s is %s", value.ToStr(v), pyClass(v))
		}
		key, ok, err := entry(d, index)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		old, ok := merged.GetValue(key)
		if !ok {
			old = &value.Dict{}
		}
		m, err := MergeHash(old, d, recursive, listMerge)
		if err != nil {
			return nil, err
		}
		if !merged.Set(key, m) {
			return nil, value.Unhashable(key)
		}
	}
	var all []value.Value
	for _, v := range merged.All() {
		all = append(all, v)
	}
	return sortBy(all, func(v value.Value) (value.Value, error) {
		key, _, err := entry(v.(*value.Dict), index)
		return key, err
	}, false)
}

// timeUnit finds a unit by its short name, with the number of milliseconds; years and months may be given other lengths.
func timeUnit(name string, year, month value.Value) (value.Value, bool) {
	const day = value.Int(86400000)
	switch name {
	case "ms":
		return value.Int(1), true
	case "s":
		return value.Int(1000), true
	case "m":
		return value.Int(60000), true
	case "h":
		return value.Int(3600000), true
	case "d":
		return day, true
	case "w":
		return 7 * day, true
	case "mo", "y":
		days := month
		if name == "y" {
			days = year
		}
		v, err := value.Mul(day, days)
		return v, err == nil
	}
	return nil, false
}

func shortUnit(name string) string {
	switch strings.TrimRight(name, "s") {
	case "millisecond", "msec", "msecond":
		return "ms"
	case "sec", "second":
		return "s"
	case "hour":
		return "h"
	case "min", "minute":
		return "m"
	case "day":
		return "d"
	case "week":
		return "w"
	case "month":
		return "mo"
	case "year":
		return "y"
	}
	return name
}

func toTimeUnit(c *jinja.Call) (value.Value, error) {
	unit, ok := str(c.Args[1])
	if !ok {
		return nil, attributeError(c.Args[1], "rstrip")
	}
	return humanTime(c.Args[0], unit, kwargs(c.Args[2]))
}

func toUnit(unit string) func(*jinja.Call) (value.Value, error) {
	return func(c *jinja.Call) (value.Value, error) { return humanTime(c.Args[0], unit, kwargs(c.Args[1])) }
}

func humanTime(v value.Value, unit string, options *value.Dict) (value.Value, error) {
	if s, ok := str(v); ok && s == "0" {
		return value.Int(0), nil
	}
	var year, month value.Value = value.Int(365), value.Int(30)
	var unknown []string
	for k, x := range options.All() {
		switch name := value.ToStr(k); name {
		case "year":
			year = x
		case "month":
			month = x
		default:
			unknown = append(unknown, name)
		}
	}
	unit = shortUnit(unit)
	per, ok := timeUnit(unit, year, month)
	if !ok {
		return nil, failf("to_time_unit() can not convert to the following unit: %s. Available units (singular or plural): "+
			"millisecond, msec, msecond, sec, second, hour, min, minute, day, week, month, year. Available short units: ms, s, m, h, d, w, mo, y", unit)
	}
	if unknown != nil {
		return nil, failf("to_time_unit() got unknown keyword arguments: %s", strings.Join(unknown, ", "))
	}
	s, ok := str(v)
	if !ok {
		return nil, attributeError(v, "split")
	}
	var total value.Value = value.Int(0)
	for _, word := range value.Split(s, "", -1) {
		m, err := mustCompile(`(-?\d+)(\w+)`, 0).Match(word)
		if err != nil {
			return nil, err
		}
		wrong := failf("to_time_unit() can not interpret following string: %s", s)
		if m == nil {
			return nil, wrong
		}
		digits, _ := m.Group(1)
		name, _ := m.Group(2)
		length, ok := timeUnit(shortUnit(name), year, month)
		if !ok {
			return nil, wrong
		}
		n, ok := new(big.Int).SetString(digits, 10)
		if !ok {
			return nil, wrong
		}
		part, err := value.Mul(value.NewInt(n), length)
		if err != nil {
			return nil, err
		}
		if total, err = value.Add(total, part); err != nil {
			return nil, err
		}
	}
	q, err := value.Div(total, per)
	if err != nil {
		return nil, err
	}
	return pyRound(q, value.Int(12))
}
