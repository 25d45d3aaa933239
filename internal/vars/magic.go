package vars

import (
	"github.com/rehearse-dev/rehearse/internal/inventory"
	"slices"
	"strconv"

	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// names of the magic variables that are computed here; Options.Magic has the others.
var magicNames = []string{
	"playbook_dir", "groups", "hostvars", "omit", "vars", "environment",
	"ansible_role_names", "ansible_play_role_names", "ansible_dependent_role_names", "role_names", "ansible_play_name",
	"role_name", "role_path", "role_uuid", "ansible_collection_name", "ansible_role_name", "ansible_parent_role_names", "ansible_parent_role_paths",
	"ansible_play_hosts_all", "ansible_play_hosts", "ansible_play_batch", "play_hosts", "ansible_playbook_python",
}

// MagicNames lists the magic variables that depend on play, task and inventory.
func MagicNames() []string { return slices.Clone(magicNames) }

func (c *Scope) magicNames() []string {
	var out []string
	for _, n := range magicNames {
		switch n {
		case "omit": // known to every template, but no variable
			continue
		case "vars":
			if c.q.Play != nil || c.q.Task != nil {
				out = append(out, n)
			}
			continue
		}
		if _, ok := c.magic(n); ok {
			out = append(out, n)
		}
	}
	for k := range c.store.o.Magic.RawAll() {
		out = append(out, value.ToStr(k))
	}
	return out
}

// magic computes a magic variable.
func (c *Scope) magic(name string) (value.Value, bool) {
	q := &c.q
	switch name {
	case "hostvars":
		if q.plain {
			return nil, false
		}
		return c.store.hostvars(), true
	case "groups":
		return c.store.groupsDict(), true
	case "omit":
		return value.Omit{}, true
	case "vars":
		if q.Play == nil && q.Task == nil {
			return nil, false
		}
		return c.All(), true
	case "ansible_playbook_python":
		if c.store.o.Python == nil {
			return nil, false
		}
		return value.S(c.store.o.Python()), true
	case "playbook_dir":
		dir := c.store.o.Dir
		if q.Play != nil {
			dir = q.Play.BaseDir
		}
		return value.S(dir), dir != ""
	case "environment":
		if q.Task == nil {
			return nil, false
		}
		if v := q.Task.Keyword("environment"); v != nil {
			return v, true
		}
		return &value.List{}, true
	}
	if q.Task != nil && q.Task.Role != nil {
		if v, ok := roleMagic(q.Task, name); ok {
			return v, true
		}
	}
	if q.Play != nil {
		if v, ok := c.playMagic(name); ok {
			return v, true
		}
	}
	return c.store.o.Magic.Raw(name)
}

func roleMagic(t *playbook.Task, name string) (value.Value, bool) {
	r := t.Role
	switch name {
	case "role_name":
		return value.S(r.Name), true
	case "role_path":
		return value.S(r.Path), true
	case "role_uuid":
		return value.S(strconv.Itoa(r.ID)), true
	case "ansible_collection_name":
		if r.Collection == "" {
			return value.None{}, true
		}
		return value.S(r.Collection), true
	case "ansible_role_name":
		return value.S(r.FullName()), true
	case "ansible_parent_role_names", "ansible_parent_role_paths":
		var list []string
		for n := playbook.Node(t); n != nil; n = n.ParentNode() {
			if up, ok := n.(*playbook.Task); ok && up.FromRole != nil && up.Role != nil {
				if name == "ansible_parent_role_names" {
					list = append(list, up.Role.FullName())
				} else {
					list = append(list, up.Role.Path)
				}
			}
		}
		if list == nil {
			return nil, false
		}
		return value.Strings(list), true
	}
	return nil, false
}

func (c *Scope) playMagic(name string) (value.Value, bool) {
	q := &c.q
	switch name {
	case "ansible_play_name":
		if q.PlayName != "" {
			return value.S(q.PlayName), true
		}
		return value.S(q.Play.DisplayName()), true
	case "ansible_play_role_names", "role_names":
		var names []string
		for _, r := range q.Play.Roles() {
			names = append(names, r.FullName())
		}
		return value.Strings(names), true
	case "ansible_dependent_role_names":
		return value.Strings(dependent(q.Play)), true
	case "ansible_role_names":
		names := dependent(q.Play)
		for _, r := range q.Play.Roles() {
			if n := r.FullName(); !slices.Contains(names, n) {
				names = append(names, n)
			}
		}
		return value.Strings(names), true
	case "ansible_play_hosts_all":
		return value.Strings(q.PlayHosts), true
	case "ansible_play_hosts":
		if q.Hosts == nil {
			return value.Strings(q.PlayHosts), true
		}
		return value.Strings(q.Hosts), true
	case "ansible_play_batch", "play_hosts":
		hosts := q.PlayHosts
		if q.Batch != nil {
			hosts = q.Batch
		}
		l := value.Strings(hosts)
		if name == "play_hosts" {
			l.Gone = playHosts
		}
		return l, true
	}
	return nil, false
}

// playHosts is why nobody should use the variable of that name.
var playHosts = &value.Deprecation{Message: "The `play_hosts` magic variable is deprecated.", Help: "Use `ansible_play_batch` instead.", Version: "2.23"}

func dependent(p *playbook.Play) []string {
	names := []string{}
	for _, r := range p.Roles() {
		for _, d := range r.AllDependencies() {
			if n := d.FullName(); !slices.Contains(names, n) {
				names = append(names, n)
			}
		}
	}
	return names
}

// groupsVar is the magic variable groups for one version of the inventory.
type groupsVar struct {
	version int
	dict    *value.Dict
	hosts   *value.Dict
}

func (s *Store) groupsDict() *value.Dict { return s.inventoryVars().dict }

func (s *Store) inventoryVars() *groupsVar {
	version := s.o.Inventory.Version()
	if g := s.groups.Load(); g != nil && g.version == version {
		return g
	}
	g := &groupsVar{version: version, dict: &value.Dict{}, hosts: &value.Dict{}}
	for _, group := range s.o.Inventory.Groups() {
		var names []string
		for _, h := range group.Hosts() {
			names = append(names, h.Name)
		}
		g.dict.Put(group.Name, value.Strings(names))
	}
	for _, h := range s.o.Inventory.Hosts() {
		g.hosts.Put(h.Name, hostRef(h.Name))
	}
	g.hosts.Missing = func(name string) (value.Value, bool) {
		if !inventory.IsLocalhost(name) {
			return nil, false
		}
		return s.hostVarsOf(name), true
	}
	s.groups.Store(g)
	return g
}

// hostvars is the magic variable of that name: a dict of all hosts, whose values are made on access.
// Each call gives a new view: what a view has made once it keeps.
func (s *Store) hostvars() value.Value {
	d := s.inventoryVars().hosts.WithLazy(func(v value.Value) value.Value { return s.hostVarsOf(string(v.(hostRef))) })
	d.Class = "HostVars"
	return d
}

// hostRef stands for the variables of a host until somebody looks at them.
type hostRef string

// TypeName is what templates see of the variables behind it.
func (hostRef) TypeName() string { return "HostVarsVars" }

// Deferred keeps hostvars from crossing to a plugin in Python as a whole.
func (hostRef) Deferred() {}

// hostVarsOf gives the variables of one host as other hosts see them: without play and task, templated on access with
// the host's own variables.
func (s *Store) hostVarsOf(name string) value.Value {
	h := s.o.Inventory.Host(name)
	if h == nil {
		return &value.Undefined{Name: name, Message: "\"hostvars['" + name + "']\" is undefined"}
	}
	c := s.Scope(Query{Host: h, plain: true})
	if s.o.Engine == nil {
		return c.All()
	}
	t := s.o.Engine.Templar(c)
	resolve := func(v value.Value) value.Value {
		got, err := t.Resolve(v)
		if err != nil {
			return &value.Undefined{Message: err.Error(), Cause: err}
		}
		return got
	}
	// One variable is looked up without making the others; only who lists them pays for all.
	return &value.Dict{
		Class: "HostVarsVars",
		Missing: func(name string) (value.Value, bool) {
			v, ok := c.Lookup(name)
			if !ok {
				return nil, false
			}
			return resolve(v), true
		},
		Fill: func(d *value.Dict) {
			for k, v := range c.All().RawAll() {
				d.Set(k, v)
			}
			d.Lazy = resolve
		},
	}
}
