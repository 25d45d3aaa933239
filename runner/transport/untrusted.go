package transport

import "github.com/rehearse-dev/rehearse/internal/value"

// untrusted gives a result as it would arrive from another machine: texts that the module passed through from its
// arguments are data now, and nothing is lazy. What is data already is not copied; changed tells whether anything was.
func untrusted(v value.Value) (clean value.Value, changed bool) {
	switch v := v.(type) {
	case value.Str:
		if v.Trusted || v.At != nil {
			return value.S(v.S), true
		}
	case *value.List:
		items, changed := untrustedItems(v.Items, v.Lazy)
		if changed || v.Lazy != nil {
			return &value.List{Items: items}, true
		}
	case *value.Tuple:
		if items, changed := untrustedItems(v.Items, nil); changed {
			return &value.Tuple{Items: items}, true
		}
	case *value.Dict:
		for k, item := range v.All() {
			_, key := untrusted(k)
			_, val := untrusted(item)
			if key || val || v.Lazy != nil {
				return untrustedDict(v), true
			}
		}
	}
	return v, false
}

func untrustedItems(items []value.Value, lazy func(value.Value) value.Value) ([]value.Value, bool) {
	var out []value.Value
	for i, item := range items {
		if lazy != nil {
			item = lazy(item)
		}
		clean, changed := untrusted(item)
		if (changed || lazy != nil) && out == nil {
			out = append(make([]value.Value, 0, len(items)), items[:i]...)
		}
		if out != nil {
			out = append(out, clean)
		}
	}
	if out == nil {
		return items, false
	}
	return out, true
}

func untrustedDict(v *value.Dict) *value.Dict {
	d := &value.Dict{}
	for k, item := range v.All() {
		key, _ := untrusted(k)
		clean, _ := untrusted(item)
		d.Set(key, clean)
	}
	return d
}
