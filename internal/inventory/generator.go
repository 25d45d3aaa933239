package inventory

import (
	"errors"
	"fmt"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// parseGenerator makes hosts and groups of the product of layers.
func parseGenerator(r *reading, path string) error {
	d, err := r.config(path, "generator")
	if err != nil {
		return err
	}
	v, _ := d.Raw("layers")
	layers, ok := v.(*value.Dict)
	if !ok {
		return errors.New("'layers' must be a dictionary of lists")
	}
	v, _ = d.Raw("hosts")
	hosts, ok := v.(*value.Dict)
	if !ok {
		return errors.New("'hosts' must be a dictionary")
	}
	name, _ := hosts.Raw("name")
	parents, _ := hosts.Raw("parents")
	count := 0
	return product(layers, jinja.Vars{}, layers.Keys(), func(vars jinja.Vars) error {
		if count++; count > maxExpansion {
			return fmt.Errorf("the layers stand for more than %d hosts", maxExpansion)
		}
		host, err := r.generated(name, vars)
		if err != nil {
			return err
		}
		if _, err := r.inv.AddHost(host, "", 0); err != nil {
			return err
		}
		return r.parents(host, parents, vars, 0)
	})
}

// product calls f with each combination of the layers' values, the last layer varying fastest.
func product(layers *value.Dict, vars jinja.Vars, keys []value.Value, f func(jinja.Vars) error) error {
	if len(keys) == 0 {
		return f(vars)
	}
	v, _ := layers.GetValue(keys[0])
	items, err := value.Collect(v)
	if err != nil {
		return err
	}
	for _, item := range items {
		next := jinja.Vars{}
		for k, v := range vars {
			next[k] = v
		}
		next[value.ToStr(keys[0])] = item
		if err := product(layers, next, keys[1:], f); err != nil {
			return err
		}
	}
	return nil
}

// generated templates a text; other values pass unchanged.
func (r *reading) generated(v value.Value, vars jinja.Vars) (string, error) {
	got, err := r.generatedValue(v, vars)
	if err != nil {
		return "", err
	}
	if _, null := got.(value.None); null || got == nil {
		return "", nil
	}
	return value.ToStr(got), nil
}

func (r *reading) generatedValue(v value.Value, vars jinja.Vars) (value.Value, error) {
	if _, ok := v.(value.Str); !ok {
		return v, nil
	}
	return r.o.Engine.Templar(vars).Resolve(v)
}

func (r *reading) parents(child string, list value.Value, vars jinja.Vars, depth int) error {
	if list == nil {
		return nil
	}
	if depth > 100 {
		return errors.New("parents are nested too deeply")
	}
	items, err := value.Collect(list)
	if err != nil {
		return err
	}
	for _, item := range items {
		p, ok := item.(*value.Dict)
		if !ok {
			return fmt.Errorf("'%s' object has no attribute 'get'", item.TypeName())
		}
		name, _ := p.Raw("name")
		group, err := r.generated(name, vars)
		if err != nil {
			return err
		}
		if group == "" {
			return fmt.Errorf("Element %s has a parent with no name.", child)
		}
		g, err := r.inv.AddGroup(group)
		if err != nil {
			return err
		}
		v, _ := p.Raw("vars")
		if own, ok := v.(*value.Dict); ok {
			for k, v := range own.RawAll() {
				got, err := r.generatedValue(v, vars)
				if err != nil {
					return err
				}
				r.inv.checkName(k, source.Location{})
				if err := r.inv.setGroupVar(g, value.ToStr(k), got, source.Location{}); err != nil {
					return err
				}
			}
		}
		if _, err := r.inv.AddChild(g.Name, child); err != nil {
			return err
		}
		up, _ := p.Raw("parents")
		if err := r.parents(g.Name, up, vars, depth+1); err != nil {
			return err
		}
	}
	return nil
}
