package runner

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

// keyword gives a templated keyword; nil where nobody set it or it was omitted.
func (s *spec) keyword(t *jinja.Templar, name string) (value.Value, error) {
	v, ok := s.keywords[name]
	if !ok {
		return nil, nil
	}
	if templated(v) {
		raw := v
		r, err := t.Resolve(v)
		if err != nil {
			return nil, keywordFault(err, name, raw)
		}
		if _, omitted := r.(value.Omit); omitted {
			if r = s.task.Omitted(name); r == nil || templated(r) {
				return nil, nil
			}
		}
		v = r
	}
	if _, none := v.(value.None); none {
		return nil, nil
	}
	return v, nil
}

func keywordFault(err error, name string, v value.Value) error {
	return fault.Wrap(err, fault.Of(v), "Error processing keyword %s.", value.Quote(name))
}

// coerce gives a keyword in its type, as ansible-core converts it; def where it is not set.
func coerce[T value.Value](s *spec, t *jinja.Templar, name, typ string, def T) (T, error) {
	v, err := s.keyword(t, name)
	if err != nil || v == nil {
		return def, err
	}
	if x, ok := v.(T); ok {
		return x, nil
	}
	c, err := argspec.Convert(typ, v)
	if err == nil {
		if x, ok := c.(T); ok {
			return x, nil
		}
	}
	inner := unconverted(s.keywords[name], v, typ)
	outer := fault.From(keywordFault(inner, name, s.keywords[name]))
	if a := s.task.Attr(name); a != nil && a.Node != nil && !outer.At.Known() { // a number does not know its place
		inner.At, outer.At = a.At(), a.At()
	}
	return def, outer
}

// truth is a flag as strategies read it before the task runs: what Python calls true, so that even "no" in quotes is.
func (s *spec) truth(t *jinja.Templar, name string, def bool) (bool, error) {
	v, err := s.keyword(t, name)
	if err != nil || v == nil {
		return def, err
	}
	return value.Truth(v)
}

func (s *spec) flag(t *jinja.Templar, name string, def bool) (bool, error) {
	b, err := coerce(s, t, name, "bool", value.Bool(def))
	return bool(b), err
}

func (s *spec) number(t *jinja.Templar, name string, def int) (int, error) {
	n, err := coerce(s, t, name, "int", value.Int(def))
	return int(n), err
}

func (s *spec) float(t *jinja.Templar, name string, def float64) (float64, error) {
	n, err := coerce(s, t, name, "float", value.Float(def))
	return float64(n), err
}

func (s *spec) text(t *jinja.Templar, name string) (string, error) {
	v, err := s.keyword(t, name)
	if err != nil || v == nil {
		return "", err
	}
	return value.ToStr(v), nil
}

// environment merges the mappings of the keyword, the innermost last.
func (s *spec) environment(t *jinja.Templar) (map[string]string, error) {
	raw, ok := s.keywords["environment"]
	if !ok {
		return nil, nil
	}
	list, ok := raw.(*value.List)
	if !ok {
		list = value.NewList(raw)
	}
	env := map[string]string{}
	for _, item := range list.Items {
		v, err := t.Container(item)
		if err != nil {
			return nil, keywordFault(err, "environment", item)
		}
		d, ok := v.(*value.Dict)
		if !ok {
			continue
		}
		for k, x := range d.RawAll() {
			r, err := t.Resolve(x)
			if err != nil {
				if msg := err.Error(); s.gathers() && (strings.Contains(msg, "ansible_facts.env") || strings.Contains(msg, "ansible_env")) {
					continue
				}
				return nil, keywordFault(err, "environment", x)
			}
			if _, omitted := r.(value.Omit); !omitted {
				env[value.ToStr(k)] = value.ToStr(r)
			}
		}
	}
	return env, nil
}

func (s *spec) gathers() bool {
	switch s.target.fqcn {
	case "ansible.builtin.setup", "ansible.builtin.gather_facts":
		return true
	}
	return false
}

// tags lists the tags of a task, templated, as the selection sees them.
func (r *run) tags(t *playbook.Task, scope jinja.Scope) ([]string, error) {
	var out []string
	var tpl *jinja.Templar
	for _, v := range t.Tags() {
		if templated(v) {
			if tpl == nil {
				tpl = r.engine.Templar(scope)
			}
			x, err := tpl.Resolve(v)
			if err != nil {
				return nil, err
			}
			v = x
		}
		if l, ok := v.(*value.List); ok {
			for _, x := range l.Items {
				out = append(out, value.ToStr(x))
			}
			continue
		}
		if v != nil {
			out = append(out, value.ToStr(v))
		}
	}
	return out, nil
}
