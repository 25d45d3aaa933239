// Package inventory reads the hosts and groups of a run from every kind of source that ansible-core 2.19 has: INI,
// YAML, TOML, host lists, scripts, directories, and the constructed, generator, advanced_host_list and auto plugins.
// It also answers host patterns. The variables that it keeps are those of the sources; host_vars and group_vars
// belong to internal/vars. It imports value, yaml, jinja, argspec, source and diag.
package inventory

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Host is one host. Only Inventory's methods change it.
type Host struct {
	Name     string
	Vars     *value.Dict // as the sources gave them, later sources over earlier ones
	Implicit bool        // localhost that no source names
	At       source.Location

	groups []*Group // direct and inherited, in the order in which they were joined
	places map[string]source.Location
}

// Group is one group.
type Group struct {
	Name     string
	Vars     *value.Dict
	Children []*Group
	Parents  []*Group
	Depth    int
	Priority int // ansible_group_priority
	At       source.Location

	hosts  []*Host
	member map[*Host]bool
	all    []*Host // cache of Hosts
	places map[string]source.Location
}

// Inventory is the result of reading all sources. It is not safe for concurrent changes; readers may share it between
// changes (add_host and group_by are changes).
type Inventory struct {
	Sources  []string // as given, made absolute where they are paths
	Warnings []string
	// Deprecations are what ansible-core will stop to accept.
	Deprecations []Deprecation

	hosts      []*Host
	groups     []*Group
	byHost     map[string]*Host
	byName     map[string]*Group
	localhost  *Host
	current    string // source that is being read
	currentDir string
	python     string
	mode       string // TRANSFORM_INVALID_GROUP_CHARS
	version    int
	warned     map[string]bool
	found      func(diag.Diagnostic) // set while sources are read: what is found then is told in its order
	strict     bool                  // HOST_PATTERN_MISMATCH = error
	quiet      bool                  // HOST_PATTERN_MISMATCH = ignore
	merge      bool                  // DEFAULT_HASH_BEHAVIOUR = merge
}

// New makes an inventory with the groups all and ungrouped only.
func New() *Inventory {
	i := &Inventory{byHost: map[string]*Host{}, byName: map[string]*Group{}, warned: map[string]bool{}}
	i.AddGroup("all")
	i.AddGroup("ungrouped")
	i.byName["all"].addChild(i.byName["ungrouped"])
	return i
}

// Version counts the changes of hosts and groups, so that caches know when they are stale.
func (i *Inventory) Version() int { return i.version }

func (i *Inventory) warn(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if i.warned[text] {
		return
	}
	i.warned[text] = true
	if i.found != nil {
		i.found(diag.Diagnostic{Rule: "inventory", Severity: diag.Warning, Message: text})
	} else {
		i.Warnings = append(i.Warnings, text)
	}
}

// RuleDeprecation is the rule of a finding that stands for the next one of Inventory.Deprecations.
const RuleDeprecation = "inventory-deprecation"

// Deprecation is a feature of an inventory that ansible-core 2.19 still accepts.
type Deprecation struct {
	Text, When, Help string
	Subject          string // shown where there is no place
	At               source.Location
}

func (i *Inventory) deprecate(d Deprecation) {
	key := "deprecated " + d.Text
	if d.At.Known() {
		key += fmt.Sprint(d.At.File.Path, d.At.Position().Line)
	}
	if i.warned[key] {
		return
	}
	i.warned[key] = true
	i.Deprecations = append(i.Deprecations, d)
	if i.found != nil {
		i.found(diag.Diagnostic{Rule: RuleDeprecation, Severity: diag.Warning, Message: d.Text, At: d.At})
	}
}

// Hosts lists the hosts in the order in which they were first named, without the implicit localhost.
func (i *Inventory) Hosts() []*Host { return i.hosts }

// Groups lists the groups in the order in which they were first named; all and ungrouped come first.
func (i *Inventory) Groups() []*Group { return i.groups }

// Group finds a group, nil where there is none.
func (i *Inventory) Group(name string) *Group { return i.byName[name] }

// Known finds a host that a source names, nil where there is none.
func (i *Inventory) Known(name string) *Host { return i.byHost[name] }

// IsLocalhost tells whether a name is one of those that stand for the implicit localhost.
func IsLocalhost(name string) bool {
	return name == "localhost" || name == "127.0.0.1" || name == "::1"
}

// Host finds a host, or makes the implicit localhost where the name is one of its names and no source has it.
func (i *Inventory) Host(name string) *Host {
	if h := i.byHost[name]; h != nil {
		return h
	}
	if !IsLocalhost(name) {
		return nil
	}
	if i.localhost == nil {
		h := &Host{Name: name, Vars: &value.Dict{}, Implicit: true}
		if i.python != "" {
			h.Vars.Put("ansible_python_interpreter", value.S(i.python))
		} else {
			h.Vars.Put("ansible_python_interpreter", value.Authored("{{ ansible_playbook_python }}", nil))
		}
		h.Vars.Put("ansible_connection", value.S("local"))
		i.localhost = h
	}
	return i.localhost
}

// GroupsOf lists all groups of the host, direct and inherited, in order of precedence, weakest first: by depth, priority
// and name. The group all is the first; the implicit localhost is in no group.
func (h *Host) GroupsOf() []*Group {
	out := slices.Clone(h.groups)
	slices.SortStableFunc(out, compareGroups)
	return out
}

func compareGroups(a, b *Group) int {
	return cmp.Or(cmp.Compare(a.Depth, b.Depth), cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.Name, b.Name))
}

// GroupNames lists the names of the host's groups but all, sorted.
func (h *Host) GroupNames() []string {
	var names []string
	for _, g := range h.groups {
		if g.Name != "all" {
			names = append(names, g.Name)
		}
	}
	slices.Sort(names)
	return names
}

// InGroup tells whether the host is in the group or in one of its descendants.
func (h *Host) InGroup(g *Group) bool { return slices.Contains(h.groups, g) }

// ShortName is the name up to the first dot; addresses stay whole.
func (h *Host) ShortName() string {
	if plainIP(h.Name) {
		return h.Name
	}
	short, _, _ := strings.Cut(h.Name, ".")
	return short
}

// Place says where a variable of the host was written.
func (h *Host) Place(name string) source.Location { return h.places[name] }

// Place says where a variable of the group was written.
func (g *Group) Place(name string) source.Location { return g.places[name] }

// Direct lists the hosts that are members of the group itself.
func (g *Group) Direct() []*Host { return g.hosts }

// walk lists the group and its descendants, level by level.
func (g *Group) walk(next func(*Group) []*Group, self bool) []*Group {
	var order []*Group
	seen := map[*Group]bool{}
	if self {
		order = append(order, g)
	}
	level := next(g)
	order = append(order, level...)
	if self {
		level = append([]*Group{g}, level...)
	}
	for len(level) > 0 {
		for _, x := range level {
			seen[x] = true
		}
		var found []*Group
		for _, x := range level {
			for _, y := range next(x) {
				if !seen[y] {
					if !slices.Contains(found, y) {
						found = append(found, y)
					}
					order = append(order, y)
				}
			}
		}
		level = found
	}
	var out []*Group
	kept := map[*Group]bool{}
	for _, x := range order {
		if !kept[x] {
			kept[x] = true
			out = append(out, x)
		}
	}
	return out
}

func children(g *Group) []*Group { return g.Children }
func parents(g *Group) []*Group  { return g.Parents }

// Ancestors lists all groups above the group.
func (g *Group) Ancestors() []*Group { return g.walk(parents, false) }

// Descendants lists the groups below the group, level by level, without it.
func (g *Group) Descendants() []*Group { return g.walk(children, false) }

// Hosts lists the hosts of the group and its descendants.
func (g *Group) Hosts() []*Host {
	if g.all != nil {
		return g.all
	}
	all := []*Host{}
	seen := map[*Host]bool{}
	for _, kid := range g.walk(children, true) {
		for _, h := range kid.hosts {
			if seen[h] {
				continue
			}
			seen[h] = true
			if g.Name == "all" && h.Implicit {
				continue
			}
			all = append(all, h)
		}
	}
	g.all = all
	return all
}

func (g *Group) forget() {
	g.all = nil
	for _, a := range g.Ancestors() {
		a.all = nil
	}
}

// join puts the host into a group and its ancestors.
func (h *Host) join(g *Group) bool {
	for _, a := range g.Ancestors() {
		if !slices.Contains(h.groups, a) {
			h.groups = append(h.groups, a)
		}
	}
	if slices.Contains(h.groups, g) {
		return false
	}
	h.groups = append(h.groups, g)
	return true
}

func (h *Host) leave(g *Group) {
	at := slices.Index(h.groups, g)
	if at < 0 {
		return
	}
	h.groups = slices.Delete(h.groups, at, at+1)
	for _, a := range g.Ancestors() {
		if a.Name == "all" {
			continue
		}
		needed := false
		for _, other := range h.groups {
			needed = needed || slices.Contains(other.Ancestors(), a)
		}
		if !needed {
			h.leave(a)
		}
	}
}

func (g *Group) addHost(h *Host) bool {
	if g.member[h] {
		return false
	}
	if g.member == nil {
		g.member = map[*Host]bool{}
	}
	g.member[h] = true
	g.hosts = append(g.hosts, h)
	h.join(g)
	g.forget()
	return true
}

func (g *Group) removeHost(h *Host) {
	if !g.member[h] {
		return
	}
	delete(g.member, h)
	g.hosts = slices.DeleteFunc(g.hosts, func(x *Host) bool { return x == h })
	h.leave(g)
	g.forget()
}

// AddChild makes child a child of the group.
func (g *Group) addChild(child *Group) (bool, error) {
	if g == child {
		return false, fmt.Errorf("can't add group to itself")
	}
	if slices.Contains(g.Children, child) {
		return false, nil
	}
	ancestors := g.Ancestors()
	if slices.Contains(ancestors, child) {
		return false, fmt.Errorf("Adding group '%s' as child to '%s' creates a recursive dependency loop.", child.Name, g.Name)
	}
	g.Children = append(g.Children, child)
	child.Depth = max(g.Depth+1, child.Depth)
	child.deepen()
	if !slices.Contains(child.Parents, g) {
		before := child.Ancestors()
		child.Parents = append(child.Parents, g)
		for _, h := range child.Hosts() {
			for _, a := range append(slices.Clone(ancestors), g) {
				if !slices.Contains(before, a) && !slices.Contains(h.groups, a) {
					h.groups = append(h.groups, a)
				}
			}
		}
	}
	g.forget()
	return true, nil
}

// deepen passes the depth on to the descendants.
func (g *Group) deepen() {
	for _, c := range g.Children {
		if c.Depth < g.Depth+1 {
			c.Depth = g.Depth + 1
			c.deepen()
		}
	}
}
