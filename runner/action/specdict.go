package action

import (
	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// optionsOf reads an argument specification that is written as data, as a role's argument_specs are.
func optionsOf(d *value.Dict) ([]*argspec.Option, error) {
	var out []*argspec.Option
	for k, v := range d.RawAll() {
		a, ok := v.(*value.Dict)
		if !ok {
			return nil, broken("The argument specification of %s is no dict.", value.Repr(k))
		}
		o := &argspec.Option{Name: value.ToStr(k), Type: text(a, "type"), Elements: text(a, "elements"), Required: truth(a, "required"), NoLog: truth(a, "no_log"), ApplyDefaults: truth(a, "apply_defaults")}
		if x, ok := a.Raw("default"); ok && has(a, "default") {
			o.Default = x
		}
		if l, ok := a.Raw("choices"); ok {
			switch l := l.(type) {
			case *value.List:
				o.Choices = l.Items
			case *value.Dict:
				o.Choices = l.Keys()
			}
		}
		if l, ok := a.Raw("aliases"); ok {
			o.Aliases = texts(l)
		}
		if sub, ok := a.Raw("options"); ok {
			if sd, ok := sub.(*value.Dict); ok {
				var err error
				if o.Options, err = optionsOf(sd); err != nil {
					return nil, err
				}
			}
		}
		o.Relations = relationsOf(a)
		out = append(out, o)
	}
	return out, nil
}

func relationsOf(a *value.Dict) argspec.Relations {
	var r argspec.Relations
	groups := func(key string) [][]string {
		v, ok := a.Raw(key)
		l, isList := v.(*value.List)
		if !ok || !isList {
			return nil
		}
		var out [][]string
		for _, g := range l.Items {
			if _, nested := g.(*value.List); !nested {
				return [][]string{texts(l)}
			}
			out = append(out, texts(g))
		}
		return out
	}
	r.MutuallyExclusive, r.RequiredTogether, r.RequiredOneOf = groups("mutually_exclusive"), groups("required_together"), groups("required_one_of")
	if v, ok := a.Raw("required_if"); ok {
		if l, ok := v.(*value.List); ok {
			for _, x := range l.Items {
				if c, ok := x.(*value.List); ok && len(c.Items) >= 3 {
					ri := argspec.RequiredIf{Option: value.ToStr(c.Items[0]), Value: c.Items[1], Needs: texts(c.Items[2])}
					if len(c.Items) > 3 {
						ri.Any, _ = value.Truth(c.Items[3])
					}
					r.RequiredIf = append(r.RequiredIf, ri)
				}
			}
		}
	}
	if v, ok := a.Raw("required_by"); ok {
		if d, ok := v.(*value.Dict); ok {
			for k, x := range d.RawAll() {
				r.RequiredBy = append(r.RequiredBy, argspec.RequiredBy{Option: value.ToStr(k), Needs: texts(x)})
			}
		}
	}
	return r
}

func texts(v value.Value) []string {
	switch v := v.(type) {
	case *value.List:
		var out []string
		for _, x := range v.Items {
			out = append(out, value.ToStr(x))
		}
		return out
	case nil, value.None:
		return nil
	}
	return []string{value.ToStr(v)}
}
