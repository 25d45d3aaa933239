package inventory

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// AddGroup adds a group unless it exists, and gives it. Invalid characters of the name are dealt with as
// TRANSFORM_INVALID_GROUP_CHARS says.
func (i *Inventory) AddGroup(name string) (*Group, error) {
	if name == "" {
		return nil, errors.New("Invalid empty/false group name provided: ")
	}
	if g := i.byName[name]; g != nil {
		return g, nil
	}
	name = i.safeGroupName(name)
	if g := i.byName[name]; g != nil {
		return g, nil
	}
	g := &Group{Name: name, Vars: &value.Dict{}, Priority: 1}
	i.groups = append(i.groups, g)
	i.byName[name] = g
	i.version++
	return g, nil
}

// safeGroupName replaces, or complains about, the characters that a variable's name could not have.
func (i *Inventory) safeGroupName(name string) string {
	bad := func(at int, r rune) bool {
		return r != '_' && !unicode.IsLetter(r) && !unicode.IsNumber(r) || at == 0 && unicode.IsDigit(r)
	}
	clean := true
	for at, r := range name {
		clean = clean && !bad(at, r)
	}
	if clean || i.mode == "ignore" {
		return name
	}
	if i.mode == "" || i.mode == "never" {
		i.warn("Invalid characters were found in group names but not replaced, use -vvvv to see details")
		return name
	}
	var b strings.Builder
	for at, r := range name {
		if bad(at, r) {
			r = '_'
		}
		b.WriteRune(r)
	}
	if i.mode != "silently" {
		i.warn("Invalid characters were found in group names and automatically replaced, use -vvvv to see details")
	}
	return b.String()
}

// AddHost adds a host unless it exists, puts it into the group (none for ""), and gives it.
func (i *Inventory) AddHost(name, group string, port int) (*Host, error) {
	if name == "" {
		return nil, errors.New("Invalid empty host name provided: ")
	}
	var g *Group
	if group != "" {
		if g = i.byName[group]; g == nil {
			return nil, fmt.Errorf("Could not find group %s in inventory", group)
		}
	}
	h := i.byHost[name]
	if h == nil {
		h = &Host{Name: name, Vars: &value.Dict{}}
		if port != 0 {
			h.Vars.Put("ansible_port", value.Int(port))
		}
		i.hosts = append(i.hosts, h)
		i.byHost[name] = h
		i.version++
		var file, dir value.Value = value.None{}, value.None{}
		if i.current != "" {
			file, dir = value.S(i.current), value.S("None") // the text: a list of hosts has no directory
			if i.currentDir != "" {
				dir = value.S(i.currentDir)
			}
		}
		h.Vars.Put("inventory_file", file)
		h.Vars.Put("inventory_dir", dir)
		if IsLocalhost(name) {
			if i.localhost == nil || i.localhost.Implicit {
				i.localhost = h
			} else {
				i.warn("A duplicate localhost-like entry was found (%s). First found localhost was %s", name, i.localhost.Name)
			}
		}
	}
	if g != nil && g.addHost(h) {
		i.version++
	}
	return h, nil
}

// AddChild puts a host or group into a group, by their names.
func (i *Inventory) AddChild(group, child string) (bool, error) {
	g := i.byName[group]
	if g == nil {
		return false, fmt.Errorf("%s is not a known group", group)
	}
	i.version++
	if c := i.byName[child]; c != nil {
		return g.addChild(c)
	}
	if h := i.byHost[child]; h != nil {
		return g.addHost(h), nil
	}
	return false, fmt.Errorf("%s is not a known host nor group", child)
}

// Join puts a host into a group; it tells whether that changed anything.
func (i *Inventory) Join(h *Host, g *Group) bool {
	i.version++
	return g.addHost(h)
}

// Nest makes one group the child of another.
func (i *Inventory) Nest(parent, child *Group) (bool, error) {
	i.version++
	return parent.addChild(child)
}

// SetVar sets a variable of a host or group, by name. A mapping over a mapping is merged only where hash_behaviour says
// so; the caller gives the value then.
func (i *Inventory) SetVar(entity, name string, v value.Value, at source.Location) error {
	return i.setKey(entity, value.S(name), v, at)
}

// setKey is SetVar for a name that a file may have written as something else than a text.
func (i *Inventory) setKey(entity string, key, v value.Value, at source.Location) error {
	name := value.ToStr(key)
	if g := i.byName[entity]; g != nil {
		i.checkName(key, at)
		return i.setGroupVar(g, name, v, at)
	}
	if h := i.byHost[entity]; h != nil {
		i.checkName(key, at)
		i.setHostVar(h, name, v, at)
		return nil
	}
	return fmt.Errorf("Could not identify group or host named %s", entity)
}

func (i *Inventory) setGroupVar(g *Group, name string, v value.Value, at source.Location) error {
	if name == "ansible_group_priority" {
		n, err := value.ToInt(v)
		if err != nil {
			return err
		}
		if p, ok := n.(value.Int); ok {
			g.Priority = int(p)
		}
		return nil
	}
	g.Vars.Put(name, i.joined(g.Vars, name, v))
	if at.Known() {
		if g.places == nil {
			g.places = map[string]source.Location{}
		}
		g.places[name] = at
	}
	i.version++
	return nil
}

// joined is a variable's new value: under hash_behaviour = merge a dict joins the one of an earlier source.
func (i *Inventory) joined(vars *value.Dict, name string, v value.Value) value.Value {
	if !i.merge {
		return v
	}
	old, ok := vars.Raw(name)
	a, isDict := old.(*value.Dict)
	b, too := v.(*value.Dict)
	if !ok || !isDict || !too {
		return v
	}
	out := a.Copy()
	for k, x := range b.RawAll() {
		out.Put(value.ToStr(k), i.joined(out, value.ToStr(k), x))
	}
	return out
}

func (i *Inventory) setHostVar(h *Host, name string, v value.Value, at source.Location) {
	h.Vars.Put(name, i.joined(h.Vars, name, v))
	if at.Known() {
		if h.places == nil {
			h.places = map[string]source.Location{}
		}
		h.places[name] = at
	}
	i.version++
}

func (i *Inventory) checkName(key value.Value, at source.Location) {
	if name, ok := key.(value.Str); !ok || !value.IsVariableName(name.S) {
		i.deprecate(Deprecation{
			Text: "Accepting inventory variable with invalid name " + value.Repr(key) + ".",
			When: "This feature will be removed from ansible-core version 2.23.", Subject: value.ToStr(key), At: at,
			Help: "Variable names must be strings starting with a letter or underscore character, and contain only letters, numbers and underscores.",
		})
	}
}

// Reconcile makes the rules hold that every inventory keeps: each group is below all, hosts in no group are in ungrouped,
// hosts in some group are not. A group that has all below it is an error.
func (i *Inventory) Reconcile() error {
	i.current = ""
	i.version++
	all, ungrouped := i.byName["all"], i.byName["ungrouped"]
	for _, g := range i.groups {
		if g != all && len(g.Parents) == 0 {
			if _, err := all.addChild(g); err != nil {
				return err
			}
		}
	}
	for _, h := range i.hosts {
		if slices.Contains(h.groups, ungrouped) {
			for _, g := range h.groups {
				if g != all && g != ungrouped {
					ungrouped.removeHost(h)
					break
				}
			}
			continue
		}
		if len(h.groups) == 0 || len(h.groups) == 1 && h.groups[0] == all {
			ungrouped.addHost(h)
		}
	}
	for _, g := range i.groups {
		if i.byHost[g.Name] != nil {
			i.warn("Found both group and host with same name: %s", g.Name)
		}
	}
	return nil
}

// Become takes over the hosts and groups of another inventory (meta: refresh_inventory). The pointers change: hosts have
// to be looked up again by name. Hosts must not be read meanwhile.
func (i *Inventory) Become(fresh *Inventory) {
	i.Sources, i.hosts, i.groups, i.byHost, i.byName, i.localhost = fresh.Sources, fresh.hosts, fresh.groups, fresh.byHost, fresh.byName, fresh.localhost
	for _, w := range fresh.Warnings {
		i.warn("%s", w)
	}
	i.version++
}
