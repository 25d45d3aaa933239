package lib

import (
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func combine(c *jinja.Call) (value.Value, error) {
	names := kwargs(c.Args[1])
	recursive, listMerge := false, "replace"
	for k, v := range names.All() {
		if err := defined(v); err != nil {
			return nil, err
		}
		switch value.ToStr(k) {
		case "recursive":
			recursive = on(v)
		case "list_merge":
			s, ok := str(v)
			if !ok {
				s = "\x00"
			}
			listMerge = s
		default:
			return nil, failf("'recursive' and 'list_merge' are the only valid keyword arguments")
		}
	}
	dicts, err := flattened(stars(c.Args[0]), 1, true, true)
	if err != nil {
		return nil, err
	}
	switch len(dicts) {
	case 0:
		return &value.Dict{}, nil
	case 1:
		return dicts[0], nil
	}
	result := dicts[len(dicts)-1]
	for i := len(dicts) - 2; i >= 0; i-- {
		if result, err = MergeHash(dicts[i], result, recursive, listMerge); err != nil {
			return nil, err
		}
	}
	return result, nil
}

// MergeHash merges y into a copy of x, as Ansible's merge_hash does; list_merge says what becomes of lists that both have.
func MergeHash(x, y value.Value, recursive bool, listMerge string) (value.Value, error) {
	switch listMerge {
	case "replace", "keep", "append", "prepend", "append_rp", "prepend_rp":
	default:
		return nil, value.Errorf("AnsibleError", "merge_hash: 'list_merge' argument can only be equal to 'replace', 'keep', 'append', 'prepend', 'append_rp' or 'prepend_rp'")
	}
	a, okA := asDict(x)
	b, okB := asDict(y)
	if !okA || !okB {
		return nil, value.Errorf("AnsibleError", "failed to combine variables, expected dicts but got a '%s' and a '%s'.", value.NativeName(x), value.NativeName(y))
	}
	if a.Len() == 0 {
		return b.Copy(), nil
	}
	if b.Len() == 0 {
		return a, nil
	}
	if same, err := value.TryEqual(a, b); err != nil {
		return nil, err
	} else if same {
		return b.Copy(), nil
	}
	out := a.Copy()
	for k, v := range b.All() {
		if err := defined(v); err != nil {
			return nil, err
		}
		old, ok := out.GetValue(k)
		if ok && (recursive || listMerge != "replace") {
			merged, err := mergeItem(old, v, recursive, listMerge)
			if err != nil {
				return nil, err
			}
			v = merged
		}
		out.Set(k, v)
	}
	return out, nil
}

func mergeItem(old, v value.Value, recursive bool, listMerge string) (value.Value, error) {
	_, oldDict := asDict(old)
	if _, ok := asDict(v); ok && oldDict {
		if recursive {
			return MergeHash(old, v, recursive, listMerge)
		}
		return v, nil
	}
	x, okX := old.(*value.List)
	y, okY := v.(*value.List)
	if !okX || !okY {
		return v, nil
	}
	switch listMerge {
	case "keep":
		return old, nil
	case "replace":
		return v, nil
	}
	xs, err := items(x)
	if err != nil {
		return nil, err
	}
	ys, err := items(y)
	if err != nil {
		return nil, err
	}
	if listMerge == "append_rp" || listMerge == "prepend_rp" {
		if xs, err = without(xs, ys); err != nil {
			return nil, err
		}
	}
	if listMerge == "append" || listMerge == "append_rp" {
		return list(append(xs, ys...)), nil
	}
	return list(append(ys, xs...)), nil
}

// contains is Python's `in` for a list.
func contains(all []value.Value, v value.Value) (bool, error) {
	for _, x := range all {
		if eq, err := value.TryEqual(x, v); err != nil || eq {
			return eq, err
		}
	}
	return false, nil
}

// without lists the items of xs that ys has not.
func without(xs, ys []value.Value) ([]value.Value, error) {
	var out []value.Value
	for _, x := range xs {
		in, err := contains(ys, x)
		if err != nil {
			return nil, err
		}
		if !in {
			out = append(out, x)
		}
	}
	return out, nil
}

func flatten(c *jinja.Call) (value.Value, error) {
	all, err := c.List(c.Args[0])
	if err != nil {
		return nil, err
	}
	levels, limited := 0, !isNone(c.Args[1])
	if limited {
		if levels, err = intArg(c.Args[1]); err != nil {
			n, err := value.ToInt(c.Args[1])
			if err != nil {
				return nil, typeError("'>=' not supported between instances of '%s' and 'int'", value.TypeName(c.Args[1]))
			}
			if levels, err = intArg(n); err != nil {
				return nil, err
			}
		}
	}
	out, err := flattened(all, levels, limited, on(c.Args[2]))
	return list(out), err
}

func flattened(all []value.Value, levels int, limited, skipNulls bool) ([]value.Value, error) {
	out := []value.Value{}
	for _, v := range all {
		if err := defined(v); err != nil {
			return nil, err
		}
		if s, ok := str(v); skipNulls && (isNone(v) || ok && (s == "None" || s == "null")) {
			continue
		}
		if !isSequence(v) || limited && levels < 1 {
			out = append(out, v)
			continue
		}
		inner, err := items(v)
		if err != nil {
			return nil, err
		}
		deeper, err := flattened(inner, levels-1, limited, skipNulls)
		if err != nil {
			return nil, err
		}
		out = append(out, deeper...)
	}
	return out, nil
}
