package pyplugin

import (
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/rehearse-dev/rehearse/internal/source"
)

// Known tells how sure it is that a plugin exists.
type Known uint8

// The answers of Index.Find.
const (
	Absent Known = iota
	Maybe        // a file computes the names of its plugins, or a collection redirects names: only Python knows
	Present
)

// Plugin is a filter, test or lookup that stands in a file of a project or a collection.
type Plugin struct {
	Kind, Name string // Name without the collection
	Path       string
	Start      int  // offset of the name in the file; 0 for a lookup
	Markers    bool // the file mentions accept_args_markers: the plugin may take undefined arguments
}

// kinds are the kinds of plugins that an Index knows.
var kinds = []string{"filter", "test", "lookup"}

// Index knows the filters, tests and lookups of a project's folders and of collections from the text of their files. It
// starts no Python, reads a folder when a name is asked for, and each file once. It is safe for concurrent use.
type Index struct {
	fs          source.FS
	collections []string // folders that hold ansible_collections
	// Installed, when set, gives the folder that holds those of an installed ansible; it is asked for names that the other
	// folders do not have. It is set before the first use.
	Installed func() string

	mu     sync.Mutex
	bases  []string            // folders of playbooks and roles, in the order in which they became known
	paths  map[string][]string // configured folders by kind
	files  map[string]*pluginFile
	loaded map[string]*table // by kind
	colls  map[string]*table // by kind, collection and folder
	none   atomic.Uint32     // bits of the kinds that no file defines anything for
}

// table is what the folders of one kind define.
type table struct {
	byName map[string]Plugin
	open   []*pluginFile // files that may define more
}

type pluginFile struct {
	path    string
	text    string
	names   map[string][]Name // by kind
	open    map[string]bool
	markers bool
}

// NewIndex makes an index. paths are the configured folders by kind, collections the search path of collections.
func NewIndex(fs source.FS, paths map[string][]string, collections []string) *Index {
	return &Index{fs: fs, paths: paths, collections: collections, files: map[string]*pluginFile{}, loaded: map[string]*table{}, colls: map[string]*table{}}
}

// AddBase adds the folder of a playbook or role, whose filter_plugins, test_plugins and lookup_plugins count from now on.
// It tells whether that can change what a name means.
func (x *Index) AddBase(dir string) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if slices.Contains(x.bases, dir) {
		return false
	}
	x.bases = append(x.bases, dir)
	grown := false
	for _, kind := range kinds {
		if info, err := x.fs.Stat(filepath.Join(dir, kind+"_plugins")); err == nil && info.IsDir() {
			grown = true
		}
	}
	if info, err := x.fs.Stat(filepath.Join(dir, "collections", "ansible_collections")); err == nil && info.IsDir() {
		grown = true
		x.colls = map[string]*table{}
	}
	if grown {
		x.loaded = map[string]*table{}
		x.none.Store(0)
	}
	return grown
}

// Bases lists the folders of playbooks and roles.
func (x *Index) Bases() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return slices.Clone(x.bases)
}

// Find looks for a plugin ("filter", "test", "lookup") by short or full name. A short name is one of the project's own
// plugins; native tells that the name has a meaning anyhow, so that a file that only may define it does not count
// unless it mentions the name.
func (x *Index) Find(kind, name string, native bool) (Plugin, Known) {
	name = strings.TrimPrefix(name, "ansible.legacy.")
	if parts := strings.Split(name, "."); len(parts) >= 3 {
		if strings.HasPrefix(name, "ansible.builtin.") {
			return Plugin{}, Absent
		}
		return x.inCollection(kind, parts)
	}
	if strings.Contains(name, ".") {
		return Plugin{}, Absent
	}
	if x.none.Load()&bit(kind) != 0 {
		return Plugin{}, Absent
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	t := x.loaded[kind]
	if t == nil {
		t = x.load(kind)
		x.loaded[kind] = t
		if len(t.byName) == 0 && len(t.open) == 0 {
			x.none.Or(bit(kind))
		}
	}
	return t.find(kind, name, native)
}

func bit(kind string) uint32 { return 1 << slices.Index(kinds, kind) }

func (t *table) find(kind, name string, native bool) (Plugin, Known) {
	if p, ok := t.byName[name]; ok {
		return p, Present
	}
	for _, f := range t.open {
		if !native || strings.Contains(f.text, name) {
			return Plugin{Kind: kind, Name: name, Path: f.path, Markers: true}, Maybe
		}
	}
	return Plugin{}, Absent
}

// Names lists the plugins of a kind that the project itself defines, by name.
func (x *Index) Names(kind string) []Plugin {
	x.Find(kind, "_", false)
	x.mu.Lock()
	defer x.mu.Unlock()
	var all []Plugin
	if t := x.loaded[kind]; t != nil {
		for _, p := range t.byName {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b Plugin) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// load reads the folders of a kind in ansible's order: beside playbooks and in roles, then the configured ones with two
// levels below them. The first file that defines a name has it.
func (x *Index) load(kind string) *table {
	t := &table{byName: map[string]Plugin{}}
	for _, base := range x.bases {
		x.folder(t, kind, filepath.Join(base, kind+"_plugins"), 0)
	}
	for _, dir := range x.paths[kind] {
		x.folder(t, kind, dir, 2)
	}
	return t
}

func (x *Index) folder(t *table, kind, dir string, below int) {
	entries, err := x.fs.ReadDir(dir)
	if err != nil {
		return // most of the folders that may be there are not
	}
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".py")
		if !ok || name == "__init__" || e.IsDir() {
			continue
		}
		x.file(t, kind, filepath.Join(dir, e.Name()), name)
	}
	if below == 0 {
		return
	}
	for _, e := range entries {
		if e.IsDir() {
			x.folder(t, kind, filepath.Join(dir, e.Name()), below-1)
		}
	}
}

func (x *Index) file(t *table, kind, path, name string) {
	f := x.files[path]
	if f == nil {
		data, err := x.fs.ReadFile(path)
		if err != nil {
			return
		}
		f = &pluginFile{path: path, text: string(data), names: map[string][]Name{}, open: map[string]bool{}}
		f.markers = strings.Contains(f.text, "accept_args_markers")
		x.files[path] = f
	}
	if kind == "lookup" {
		if _, taken := t.byName[name]; !taken {
			t.byName[name] = Plugin{Kind: kind, Name: name, Path: path, Markers: f.markers}
		}
		return
	}
	names, read := f.names[kind]
	if !read {
		var complete bool
		names, complete = Names(kind, f.text)
		f.names[kind], f.open[kind] = names, !complete
	}
	for _, n := range names {
		if _, taken := t.byName[n.Name]; !taken && !strings.Contains(n.Name, ".") {
			t.byName[n.Name] = Plugin{Kind: kind, Name: n.Name, Path: path, Start: n.Start, Markers: f.markers}
		}
	}
	if f.open[kind] {
		t.open = append(t.open, f)
	}
}

// Forget drops what was read of a file or a folder: it has changed.
func (x *Index) Forget(path string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.files, path)
	x.loaded, x.colls = map[string]*table{}, map[string]*table{}
	x.none.Store(0)
}

// inCollection looks for namespace.collection[.folder...].name.
func (x *Index) inCollection(kind string, parts []string) (Plugin, Known) {
	name := parts[len(parts)-1]
	below := filepath.Join(parts[2 : len(parts)-1]...)
	key := kind + "/" + strings.Join(parts[:len(parts)-1], ".")
	x.mu.Lock()
	defer x.mu.Unlock()
	t, known := x.colls[key]
	if !known {
		t = x.collection(kind, parts[0], parts[1], below)
		x.colls[key] = t
	}
	if t == nil {
		return Plugin{}, Absent
	}
	return t.find(kind, name, false)
}

// collection reads the folder of a kind of the collection that is found first; nil where there is none.
func (x *Index) collection(kind, namespace, name, below string) *table {
	roots := slices.Clone(x.collections)
	for i := len(x.bases) - 1; i >= 0; i-- {
		roots = append([]string{filepath.Join(x.bases[i], "collections")}, roots...)
	}
	for i := 0; ; i++ {
		var root string
		switch {
		case i < len(roots):
			root = roots[i]
		case i == len(roots) && x.Installed != nil:
			root = x.Installed()
		default:
			return nil
		}
		if root == "" {
			continue
		}
		if filepath.Base(root) == "ansible_collections" {
			root = filepath.Dir(root)
		}
		dir := filepath.Join(root, "ansible_collections", namespace, name)
		if info, err := x.fs.Stat(dir); err != nil || !info.IsDir() {
			continue
		}
		t := &table{byName: map[string]Plugin{}}
		x.folder(t, kind, filepath.Join(dir, "plugins", kind, below), 0)
		if runtime, err := x.fs.ReadFile(filepath.Join(dir, "meta", "runtime.yml")); err == nil && strings.Contains(string(runtime), kind+":") {
			t.open = append(t.open, &pluginFile{path: filepath.Join(dir, "meta", "runtime.yml"), text: string(runtime)})
		}
		return t
	}
}
