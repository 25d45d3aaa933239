package lib

import (
	"sort"
	"strconv"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// getter reads a dotted attribute path, "a.b.0", from items: what the attribute argument of sort, map, groupby, ... means.
type getter struct {
	c        *jinja.Call
	parts    []value.Value
	fallback value.Value // replaces what is not there; nil for none
	lenient  bool        // what is not there is a value, not an error
	fold     bool        // texts compare without case
}

func newGetter(c *jinja.Call, attribute value.Value) getter {
	return getter{c: c, parts: attributeParts(attribute), lenient: !c.Engine.Ansible()}
}

func attributeParts(attribute value.Value) []value.Value {
	if isNone(attribute) {
		return nil
	}
	s, ok := str(attribute)
	if !ok {
		return []value.Value{attribute}
	}
	var parts []value.Value
	for p := range strings.SplitSeq(s, ".") {
		if n, err := strconv.ParseUint(p, 10, 63); err == nil && p[0] != '+' {
			parts = append(parts, value.Int(n))
		} else {
			parts = append(parts, value.S(p))
		}
	}
	return parts
}

// of reads the path from one item; what is not there is an *value.Undefined.
func (g getter) of(item value.Value) (value.Value, error) {
	for _, part := range g.parts {
		next, err := g.c.Item(item, part)
		if u, ok := err.(*value.Undefined); ok {
			next, err = u, nil
		}
		if err != nil {
			return nil, err
		}
		if u, undefined := next.(*value.Undefined); undefined {
			switch {
			case !g.lenient:
				return nil, u
			case g.fallback != nil:
				next = g.fallback
			}
		}
		item = next
	}
	if g.fold {
		return foldCase(item), nil
	}
	return item, nil
}

// foldCase is Jinja's ignore_case.
func foldCase(v value.Value) value.Value {
	if s, ok := str(v); ok {
		return value.S(value.Lower(s))
	}
	return v
}

// sortBy sorts as Python's sorted(key=...) does: stable, with "<" alone, also when reversed.
func sortBy(all []value.Value, key func(value.Value) (value.Value, error), reverse bool) ([]value.Value, error) {
	type pair struct{ key, item value.Value }
	pairs := make([]pair, len(all))
	for i, item := range all {
		k, err := key(item)
		if err != nil {
			return nil, err
		}
		at := i
		if reverse {
			at = len(all) - 1 - i
		}
		pairs[at] = pair{k, item}
	}
	var failed error
	sort.SliceStable(pairs, func(i, j int) bool {
		if failed != nil {
			return false
		}
		less, err := value.CompareOp("<", pairs[i].key, pairs[j].key)
		if err != nil {
			failed = err
		}
		return less
	})
	if failed != nil {
		return nil, failed
	}
	out := make([]value.Value, len(pairs))
	for i, p := range pairs {
		if reverse {
			out[len(pairs)-1-i] = p.item
		} else {
			out[i] = p.item
		}
	}
	return out, nil
}
