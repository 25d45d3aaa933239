package jinja

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// finalizer makes the final form of a result, as ansible-core 2.19 does: lazy items are resolved, tuples become lists,
// omitted items are dropped, undefined is an error. In a text (concat) unknown types pass; at the top they are errors.
// replace, when set, stands in for undefined values. warn, when set, is told of a type that
// is converted; at is where the template is written.
type finalizer struct {
	replace func(*value.Undefined) value.Value
	warn    func(Caution)
	at      *source.Location
	left    *int // how many more items the result may have; nil at its top
}

// take counts the items of one container; a few anchors that alias each other in a file may stand for billions of them.
func (z *finalizer) take(n int) error {
	if z.left == nil {
		left := maxValues
		z.left = &left
	}
	if *z.left -= n + 1; *z.left < 0 {
		return value.Errorf("MemoryError", "the value has more than %d items", maxValues)
	}
	return nil
}

// converted says that a value of an unusual type becomes one of a usual type.
func (z finalizer) converted(v value.Value, to string) {
	if z.warn == nil {
		return
	}
	at := source.Location{}
	if z.at != nil {
		at = *z.at
	}
	z.warn(Caution{Message: "Type " + value.Quote(value.NativeName(v)) + " is unsupported in variable storage, converting to " + value.Quote(to) + ".", At: at})
}

func (z finalizer) run(v value.Value, concat bool, depth int) (value.Value, error) {
	if depth > maxNesting {
		return nil, value.Errorf("RecursionError", "maximum recursion depth exceeded")
	}
	switch x := v.(type) {
	case value.Str:
		if x.Embedded {
			x.Embedded = false
			return x, nil
		}
		return v, nil
	case nil:
		return value.None{}, nil
	case value.Int, value.Bool, value.None, value.Float, *value.BigInt, value.Date, value.DateTime, value.Omit, value.Bytes, *value.Vault:
		return v, nil
	case *value.List:
		return z.items(len(x.Items), x.Item, x, concat, depth)
	case *value.Tuple:
		if concat && x.Names != nil { // in a text, only plain tuples are finalised
			return x, nil
		}
		return z.items(len(x.Items), func(i int) value.Value { return x.Items[i] }, nil, concat, depth)
	case *value.Dict:
		if x.Class != "" && !strings.HasPrefix(x.Class, "HostVars") && !concat {
			z.converted(x, "dict")
		} else if x.Lazy == nil && settledDict(x) {
			return x, nil
		}
		if err := z.take(x.Len()); err != nil {
			return nil, err
		}
		d := &value.Dict{At: x.At}
		for k, w := range x.All() {
			if _, ok := w.(value.Omit); ok {
				continue
			}
			fk, err := z.run(k, concat, depth+1)
			if err != nil {
				return nil, err
			}
			if l, ok := fk.(*value.List); ok {
				return nil, value.Unhashable(l)
			}
			fw, err := z.run(w, concat, depth+1)
			if err != nil {
				return nil, err
			}
			d.Set(fk, fw)
		}
		return d, nil
	case *value.Undefined:
		if !x.Lax() {
			if z.replace != nil {
				w := z.replace(x)
				if u, still := w.(*value.Undefined); still {
					return nil, u
				}
				return w, nil
			}
			return nil, x
		}
	}
	if concat {
		return v, nil
	}
	switch x := v.(type) {
	case *value.View, *value.Set:
		z.converted(x, "list")
		items, err := value.Collect(x)
		if err != nil {
			return nil, err
		}
		return z.items(len(items), func(i int) value.Value { return items[i] }, nil, concat, depth)
	case interface{ AsDict() *value.Dict }:
		return z.run(x.AsDict(), concat, depth)
	}
	name := value.NativeName(v)
	if _, ok := v.(*value.Undefined); ok {
		name = "Undefined"
	}
	return nil, &Error{Class: "AnsibleVariableTypeError", Message: "Type " + value.Quote(name) + " is unsupported for variable storage.", Text: value.ToStr(v)}
}

// settledDict tells whether a dict holds scalars only, so that it is its own final form.
func settledDict(d *value.Dict) bool {
	for _, v := range d.RawAll() {
		if !settledScalar(v) {
			return false
		}
	}
	return true
}

func settledScalar(v value.Value) bool {
	switch v := v.(type) {
	case value.Str:
		return !v.Embedded
	case value.Int, value.Bool, value.None, value.Float:
		return true
	}
	return false
}

func (z finalizer) items(n int, item func(int) value.Value, l *value.List, concat bool, depth int) (value.Value, error) {
	if l != nil && l.Lazy == nil {
		same := true
		for _, x := range l.Items {
			if !settledScalar(x) {
				same = false
				break
			}
		}
		if same {
			return l, nil
		}
	}
	if err := z.take(n); err != nil {
		return nil, err
	}
	out := &value.List{Items: make([]value.Value, 0, n)}
	if l != nil {
		out.At, out.Gone = l.At, l.Gone
	}
	for i := range n {
		x := item(i)
		if _, ok := x.(value.Omit); ok {
			continue
		}
		f, err := z.run(x, concat, depth+1)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, f)
	}
	return out, nil
}
