package pyeval

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func (e *Env) dict(n *node) (value.Value, error) {
	d := &value.Dict{}
	for i := 0; i < len(n.kids); i += 2 {
		v, err := e.eval(n.kids[i+1])
		if err != nil {
			return nil, err
		}
		if n.kids[i] == nil {
			o, ok := v.(*value.Dict)
			if !ok {
				return nil, value.TypeError("'%s' object is not a mapping", value.TypeName(v))
			}
			for k, x := range o.RawAll() {
				d.Set(k, x)
			}
			continue
		}
		k, err := e.eval(n.kids[i])
		if err != nil {
			return nil, err
		}
		if err := unhashable(k); err != nil {
			return nil, err
		}
		d.Set(k, v)
	}
	return d, nil
}

func unhashable(key value.Value) error {
	if _, ok := value.HashKey(key); !ok {
		return value.Unhashable(key)
	}
	return nil
}

func newSet(items []value.Value) (value.Value, error) {
	s := &value.Set{}
	for _, x := range items {
		if err := unhashable(x); err != nil {
			return nil, err
		}
		s.Add(x)
	}
	return s, nil
}

// comprehension evaluates at once; a generator is read once.
func (e *Env) comprehension(n *node) (value.Value, error) {
	results := 1
	if n.op == "dictcomp" {
		results = 2
	}
	local := e.child()
	var items []value.Value
	d := &value.Dict{}
	var loop func(rest []*node) error
	loop = func(rest []*node) error {
		if len(rest) == 0 {
			v, err := local.eval(n.kids[0])
			if err != nil {
				return err
			}
			if results == 2 {
				x, err := local.eval(n.kids[1])
				if err != nil {
					return err
				}
				if err := unhashable(v); err != nil {
					return err
				}
				d.Set(v, x)
				return nil
			}
			items = append(items, v)
			return nil
		}
		over, err := local.eval(rest[1])
		if err != nil {
			return err
		}
		return iterate(over, func(x value.Value) error {
			if err := local.assign(rest[0], x); err != nil {
				return err
			}
			for _, c := range rest[2].kids {
				if yes, err := local.truth(c); err != nil || !yes {
					return err
				}
			}
			return loop(rest[3:])
		})
	}
	if err := loop(n.kids[results:]); err != nil {
		return nil, err
	}
	switch n.op {
	case "dictcomp":
		return d, nil
	case "setcomp":
		return newSet(items)
	case "generator":
		i := 0
		return &value.Iterator{Kind: "generator", Next: func() (value.Value, error) {
			if i == len(items) {
				return nil, nil
			}
			i++
			return items[i-1], nil
		}}, nil
	}
	return &value.List{Items: items}, nil
}

func (e *Env) fstring(n *node) (value.Value, error) {
	var b strings.Builder
	for _, k := range n.kids {
		if k.op == "const" {
			b.WriteString(value.ToStr(k.val))
			continue
		}
		v, err := e.eval(k.kids[0])
		if err != nil {
			return nil, err
		}
		switch k.text {
		case "r":
			s, err := Repr(v)
			if err != nil {
				return nil, err
			}
			v = value.S(s)
		case "s":
			s, err := value.TryStr(v)
			if err != nil {
				return nil, err
			}
			v = value.S(s)
		}
		spec := ""
		if len(k.kids) > 1 {
			s, err := e.fstring(k.kids[1])
			if err != nil {
				return nil, err
			}
			spec = value.ToStr(s)
		}
		text := ""
		if spec == "" {
			text, err = value.TryStr(v)
		} else {
			text, err = value.FormatSpec(v, spec)
		}
		if err != nil {
			return nil, err
		}
		b.WriteString(text)
	}
	return value.S(b.String()), nil
}

func iterate(v value.Value, f func(value.Value) error) error {
	next, err := value.Iterate(v)
	if err != nil {
		return err
	}
	for {
		x, err := next()
		if err != nil {
			return err
		}
		if x == nil {
			return nil
		}
		if err := f(x); err != nil {
			return err
		}
	}
}
