package catalog

import (
	"path/filepath"
	"slices"
	"strings"
)

// AddActions adds a folder of action plugins behind the known ones and before the configured ones: that of a role.
func (c *Catalog) AddActions(dir string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !slices.Contains(c.o.Actions, dir) {
		c.o.Actions = append(slices.Clip(c.o.Actions), dir)
		clear(c.actions)
	}
}

// localAction is the project's own action plugin of a name, as ansible-core looks for one: by the task's name, then, for
// modules of network devices, by the platform's.
func (c *Catalog) localAction(name string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if path, ok := c.actions[name]; ok {
		return path
	}
	path := ""
	names := []string{name}
	if p := platform(name); p != "" {
		names = append(names, p)
	}
	for _, n := range names {
		for _, dir := range append(slices.Clone(c.o.Actions), c.o.ConfiguredActions...) {
			if path == "" {
				path = actionFile(c.o.FS, filepath.Join(dir, n))
			}
		}
	}
	c.actions[name] = path
	return path
}

// legacy resolves a name of ansible.legacy that the project itself has: a module of a library folder, an action plugin of
// its own, or both.
func (c *Catalog) legacy(name string) *Entry {
	e := c.library(name)
	action := c.localAction(name)
	if action == "" {
		return e
	}
	own := Entry{FQCN: "ansible.legacy." + name}
	if e != nil {
		own = *e
	} else if core := c.builtinModule(name); core != nil {
		own.Source, own.Doc, own.Returns = core.Source, core.Doc, core.Returns
	}
	own.Local, own.HasAction, own.ActionSource = true, true, action
	return &own
}

// networkPlatforms are the first words of modules whose action plugin may be that of their platform.
var networkPlatforms = []string{"eos", "nxos", "ios", "iosxr", "junos", "enos", "ce", "vyos", "sros", "dellos9", "dellos10", "dellos6", "asa",
	"aruba", "aireos", "bigip", "ironware", "onyx", "netconf", "exos", "voss", "slxos"}

func platform(name string) string {
	p, _, _ := strings.Cut(name, "_")
	if slices.Contains(networkPlatforms, p) {
		return p
	}
	return ""
}

// actionOf is the action plugin of a module of an installed collection: the one that its runtime.yml names, its namesake, or
// its platform's. fqcn is the action's full name where module_defaults know the task by that, not by the module's.
func (c *Catalog) actionOf(k *collection, in, name string) (fqcn, path string) {
	if r := k.routes().route(name); r != nil && r.Action != "" {
		if _, path = c.actionNamed(r.Action, 0); path != "" {
			return "", path
		}
	}
	if fqcn, path = c.actionNamed(in+"."+name, 0); path != "" {
		return fqcn, path
	}
	if p := platform(lastPart(name)); p != "" {
		_, path = c.actionNamed(in+"."+p, 0)
	}
	return "", path
}

// actionNamed finds an action plugin by its full name, by the redirections of its collection.
func (c *Catalog) actionNamed(full string, depth int) (fqcn, path string) {
	parts := strings.SplitN(full, ".", 3)
	if len(parts) < 3 || depth > 20 {
		return "", ""
	}
	k := c.collection(parts[0] + "." + parts[1])
	if k == nil {
		return "", ""
	}
	if r := k.routes().route(parts[2]); r != nil && r.ActionRedirect != "" {
		return c.actionNamed(r.ActionRedirect, depth+1)
	}
	if path = actionFile(k.fs, filepath.Join(append([]string{k.dir, "plugins", "action"}, strings.Split(parts[2], ".")...)...)); path == "" {
		path = actionFile(k.fs, filepath.Join(k.dir, "plugins", "action", lastPart(parts[2])))
	}
	if path == "" {
		return "", ""
	}
	return full, path
}
