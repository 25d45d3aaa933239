package vars

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// hostLayers are the layers of a host that come from inventories and files, strongest first. They share the dicts of
// groups and files: a thousand hosts copy nothing.
type hostLayers struct {
	version int
	dir     string
	layers  []Layer
}

// base gives the inventory levels of a host. dir is the directory of the play's playbook.
func (s *Store) base(h *inventory.Host, dir string) []Layer {
	version := s.o.Inventory.Version()
	if c, ok := s.hostBase.Load(h); ok {
		if c := c.(*hostLayers); c.version == version && c.dir == dir {
			return c.layers
		}
	}
	c := &hostLayers{version: version, dir: dir, layers: s.buildBase(h, dir)}
	s.watch(c.layers)
	s.hostBase.Store(h, c)
	return c.layers
}

// sourceDirs lists the directories beside the inventory sources, in the order of the sources.
func (s *Store) sourceDirs() []string {
	var dirs []string
	for _, src := range s.o.Inventory.Sources {
		info, err := s.o.FS.Stat(src)
		switch {
		case err == nil && info.IsDir():
			dirs = append(dirs, src)
		case err != nil && strings.Contains(src, ","):
		default:
			dirs = append(dirs, filepath.Dir(src))
		}
	}
	return dirs
}

func (s *Store) buildBase(h *inventory.Host, dir string) []Layer {
	var weak []Layer              // weakest first
	add := func(layers []Layer) { // layers come strongest first
		for _, l := range slices.Backward(layers) {
			if l.Vars.Len() > 0 {
				weak = append(weak, l)
			}
		}
	}
	inv := s.o.Inventory
	all := inv.Group("all")
	groups := slices.DeleteFunc(h.GroupsOf(), func(g *inventory.Group) bool { return g == all })
	sources := s.sourceDirs()
	group := func(g *inventory.Group, level *Level) []Layer {
		return []Layer{{Level: level, Vars: g.Vars, Name: g.Name, place: g.Place}}
	}
	names := make([]string, len(groups))
	for i, g := range groups {
		names[i] = g.Name
	}
	for _, entry := range s.o.Precedence {
		switch entry {
		case "all_inventory":
			add(group(all, InventoryAll))
			for _, d := range sources {
				add(s.beside(d, "group_vars", []string{"all"}, InventoryAll, "inventory"))
			}
		case "groups_inventory":
			for _, g := range groups {
				add(group(g, InventoryGroups))
				for _, d := range sources {
					add(s.beside(d, "group_vars", []string{g.Name}, InventoryGroups, "inventory"))
				}
			}
		case "all_plugins_inventory":
			for _, d := range sources {
				add(s.beside(d, "group_vars", []string{"all"}, InventoryAllFile, "task"))
			}
		case "all_plugins_play":
			add(s.beside(dir, "group_vars", []string{"all"}, PlaybookAllFile, "task"))
		case "groups_plugins_inventory":
			for _, d := range sources {
				add(s.beside(d, "group_vars", names, InventoryGroupFiles, "task"))
			}
		case "groups_plugins_play":
			add(s.beside(dir, "group_vars", names, PlaybookGroupFiles, "task"))
		}
	}
	host := []string{h.Name}
	add([]Layer{{Level: InventoryHost, Vars: h.Vars, Name: h.Name, place: h.Place}})
	if !h.Implicit {
		for _, d := range sources {
			add(s.beside(d, "host_vars", host, InventoryHost, "inventory"))
		}
	}
	magic := value.NewDict(
		"inventory_hostname", value.S(h.Name), "inventory_hostname_short", value.S(h.ShortName()), "group_names", value.Strings(h.GroupNames()))
	add([]Layer{{Level: InventoryHost, Vars: magic, Name: h.Name, place: func(string) source.Location { return h.At }}})
	for _, d := range sources {
		add(s.beside(d, "host_vars", host, InventoryHostFile, "task"))
	}
	add(s.beside(dir, "host_vars", host, PlaybookHostFile, "task"))
	slices.Reverse(weak)
	return weak
}

// ReadStage reads what counts as part of the inventory ("inventory" of RUN_VARS_PLUGINS and of plugins' stage) of all groups
// and hosts. ansible-core does that as soon as it has the sources, so that an error there ends every command.
func (s *Store) ReadStage() {
	dirs := s.sourceDirs()
	read := func(kind, name string) {
		for _, d := range dirs {
			s.beside(d, kind, []string{name}, InventoryHost, "inventory")
		}
	}
	for _, g := range s.o.Inventory.Groups() {
		read("group_vars", g.Name)
	}
	for _, h := range s.o.Inventory.Hosts() {
		read("host_vars", h.Name)
	}
}

// OwnHost gives the variables that belong to a host itself: from the inventory and from the host_vars beside it.
func (s *Store) OwnHost(h *inventory.Host) *value.Dict {
	d := h.Vars.Copy()
	for _, dir := range s.sourceDirs() {
		put(d, s.beside(dir, "host_vars", []string{h.Name}, InventoryHostFile, "all"))
	}
	return d
}

// OwnGroup gives the variables that belong to a group itself: from the inventory, from the group_vars beside it and in
// dir, where that is set.
func (s *Store) OwnGroup(g *inventory.Group, dir string) *value.Dict {
	d := g.Vars.Copy()
	dirs := s.sourceDirs()
	if dir != "" {
		dirs = append(dirs, dir)
	}
	for _, dir := range dirs {
		put(d, s.beside(dir, "group_vars", []string{g.Name}, InventoryGroupFiles, "all"))
	}
	return d
}

// Beside gives the host_vars and group_vars beside inventory sources for a host of an inventory that is still being
// read: constructed sources ask for them.
func Beside(fsys source.FS, inv *inventory.Inventory, h *inventory.Host, sources []string, decrypt func([]byte) ([]byte, error)) *value.Dict {
	s := &Store{o: Options{FS: fsys, Inventory: inv, Decrypt: decrypt}}
	s.files.store = s
	d := &value.Dict{}
	for _, path := range sources {
		dir := path
		if info, err := fsys.Stat(path); err != nil || !info.IsDir() {
			dir = filepath.Dir(path)
		}
		for _, g := range h.GroupsOf() {
			put(d, s.files.of(dir, "group_vars", g.Name, InventoryGroupFiles))
		}
		put(d, s.files.of(dir, "host_vars", h.Name, InventoryHostFile))
	}
	return d
}

// put lays layers, strongest first, over a dict.
func put(d *value.Dict, layers []Layer) {
	for _, l := range slices.Backward(layers) {
		for k, v := range l.Vars.RawAll() {
			d.Set(k, v)
		}
	}
}
