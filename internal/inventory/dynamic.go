package inventory

import (
	"fmt"
	"slices"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// AddDynamic adds a host during a run, or changes one, as add_host does, and tells whether anything is new.
func (i *Inventory) AddDynamic(name string, groups []string, vars *value.Dict) (changed bool, err error) {
	h := i.byHost[name]
	if h == nil {
		if h, err = i.AddHost(name, "all", 0); err != nil {
			return false, err
		}
		changed = true
	}
	for k, v := range vars.RawAll() {
		key := value.ToStr(k)
		if old, ok := h.Vars.Raw(key); ok && value.Equal(old, v) {
			continue
		}
		i.checkName(value.S(key), source.Location{})
		i.setHostVar(h, key, v, source.Location{})
		changed = true
	}
	for _, group := range groups {
		g := i.byName[group]
		if g == nil {
			if g, err = i.AddGroup(group); err != nil {
				return changed, err
			}
			changed = true
		}
		if g.addHost(h) {
			changed = true
		}
	}
	if changed {
		err = i.Reconcile()
	}
	return changed, err
}

// GroupBy puts a host into a group during a run, making it and its parents where they are missing, as group_by does.
func (i *Inventory) GroupBy(h *Host, group string, parents []string) (changed bool, err error) {
	if i.byHost[h.Name] == nil && h != i.localhost {
		return false, fmt.Errorf("%s cannot be matched in inventory", h.Name)
	}
	g, err := i.AddGroup(group)
	if err != nil {
		return false, err
	}
	for _, name := range parents {
		if i.byName[name] == nil {
			changed = true
		}
		p, err := i.AddGroup(name)
		if err != nil {
			return changed, err
		}
		added, err := p.addChild(g)
		if err != nil {
			return changed, err
		}
		changed = changed || added
	}
	if !slices.Contains(g.Hosts(), h) {
		changed = g.addHost(h) || changed
	}
	if !slices.Contains(h.groups, g) {
		changed = h.join(g) || changed
	}
	if changed {
		err = i.Reconcile()
	}
	return changed, err
}
