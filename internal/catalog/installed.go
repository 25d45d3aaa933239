package catalog

import (
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/rehearse-dev/rehearse/internal/source"
)

// namespace tells whether some collection of the namespace is installed.
func (c *Catalog) namespace(name string) bool {
	for _, root := range c.roots() {
		if filepath.Base(root) != "ansible_collections" {
			root = filepath.Join(root, "ansible_collections")
		}
		if st, err := c.o.FS.Stat(filepath.Join(root, name)); err == nil && st.IsDir() {
			return true
		}
	}
	return false
}

// collection is an installed collection; what is read of it is kept.
type collection struct {
	dir string // .../ansible_collections/ns/name
	fs  source.FS

	mu      sync.Mutex
	runtime *runtime
	names   []string
	entries map[string]*Entry
}

// collection finds an installed collection; nil where there is none.
func (c *Catalog) collection(name string) *collection {
	c.mu.Lock()
	defer c.mu.Unlock()
	if found, ok := c.collections[name]; ok {
		return found
	}
	ns, short, _ := strings.Cut(name, ".")
	var found *collection
	for _, root := range c.roots() {
		for _, dir := range []string{filepath.Join(root, "ansible_collections", ns, short), filepath.Join(root, ns, short)} {
			if filepath.Base(root) != "ansible_collections" && !strings.Contains(dir, "ansible_collections") {
				continue
			}
			if st, err := c.o.FS.Stat(dir); err == nil && st.IsDir() {
				found = &collection{dir: dir, fs: c.o.FS, entries: map[string]*Entry{}}
				break
			}
		}
		if found != nil {
			break
		}
	}
	c.collections[name] = found
	return found
}

func (k *collection) routes() *runtime {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.runtime == nil {
		path := filepath.Join(k.dir, "meta", "runtime.yml")
		content, err := k.fs.ReadFile(path)
		if err != nil {
			content = nil
		}
		k.runtime = parseRuntime(path, content)
	}
	return k.runtime
}

// modules lists the names of the modules of the collection, without those that start with "_".
func (k *collection) modules() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.names == nil {
		k.names = []string{}
		k.scan(filepath.Join(k.dir, "plugins", "modules"), "", 0)
		sort.Strings(k.names)
	}
	return k.names
}

func (k *collection) scan(dir, prefix string, depth int) {
	entries, err := k.fs.ReadDir(dir)
	if err != nil || depth > 5 {
		return
	}
	seen := map[string]bool{}
	for _, e := range entries {
		name, ok := moduleName(e.Name())
		switch {
		case e.IsDir():
			if e.Name() != "__pycache__" {
				k.scan(filepath.Join(dir, e.Name()), prefix+e.Name()+".", depth+1)
			}
		case ok && !seen[name]:
			seen[name] = true
			k.names = append(k.names, prefix+name)
		}
	}
}

// moduleName is the module in a file of a modules folder.
func moduleName(file string) (string, bool) {
	ext := filepath.Ext(file)
	switch ext {
	case ".py", ".ps1", "":
	default:
		return "", false
	}
	name := strings.TrimSuffix(file, ext)
	return name, name != "" && name[0] != '_' && name[0] != '.' && name != "README" && name != "LICENSE"
}

// find reads the entry of a module of the collection; nil where it has none of that name.
func (k *collection) find(c *Catalog, collectionName, name string) *Entry {
	k.mu.Lock()
	e, ok := k.entries[name]
	k.mu.Unlock()
	if ok {
		return e
	}
	base := filepath.Join(append([]string{k.dir, "plugins", "modules"}, strings.Split(name, ".")...)...)
	path := moduleFile(k.fs, base)
	if path == "" {
		path = otherFile(k.fs, filepath.Dir(base), filepath.Base(base))
	}
	actionName, action := c.actionOf(k, collectionName, name)
	if path == "" && action == "" {
		path = moduleFile(k.fs, filepath.Join(filepath.Dir(base), "_"+filepath.Base(base)))
	}
	if path != "" || action != "" {
		e = &Entry{FQCN: collectionName + "." + name, Source: path, ActionSource: action, ActionName: actionName, HasAction: action != ""}
		c.document(e, path)
	}
	k.mu.Lock()
	k.entries[name] = e
	k.mu.Unlock()
	return e
}

func lastPart(name string) string { return name[strings.LastIndex(name, ".")+1:] }

// moduleFile is the file of a module: Python, PowerShell or a program of another kind.
func moduleFile(fs source.FS, base string) string {
	for _, ext := range []string{".py", ".ps1", ""} {
		if st, err := fs.Stat(base + ext); err == nil && st.Mode().IsRegular() {
			return base + ext
		}
	}
	return ""
}

func actionFile(fs source.FS, base string) string {
	if st, err := fs.Stat(base + ".py"); err == nil && st.Mode().IsRegular() {
		return base + ".py"
	}
	return ""
}

// AddLibrary adds a folder of modules behind the known ones and before the configured ones: that of a role, which ansible-core searches from the moment
// the role is loaded.
func (c *Catalog) AddLibrary(dir string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if slices.Contains(c.o.Library, dir) {
		return
	}
	c.o.Library = append(slices.Clip(c.o.Library), dir)
	for name, e := range c.local {
		if e == nil || slices.Contains(c.o.Configured, filepath.Dir(e.Source)) { // it may be found now, or another before it
			delete(c.local, name)
		}
	}
}

// library finds a module in the project's own folders. Like ansible-core it takes any file type, Python first.
func (c *Catalog) library(name string) *Entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.local[name]; ok {
		return e
	}
	var found *Entry
	for _, dir := range append(slices.Clone(c.o.Library), c.o.Configured...) {
		path := moduleFile(c.o.FS, filepath.Join(dir, name))
		if path == "" {
			path = otherFile(c.o.FS, dir, name)
		}
		if path != "" {
			found = &Entry{FQCN: "ansible.legacy." + name, Source: path, Local: true}
			c.document(found, path)
			break
		}
	}
	c.local[name] = found
	return found
}

// otherFile finds name with any other extension.
func otherFile(fs source.FS, dir, name string) string {
	entries, err := fs.ReadDir(dir)
	if err != nil {
		return ""
	}
	for _, e := range entries {
		ext := filepath.Ext(e.Name())
		if strings.TrimSuffix(e.Name(), ext) != name || e.IsDir() {
			continue
		}
		switch ext {
		case ".pyc", ".pyo", ".swp", ".bak", ".rst", ".md", ".txt", ".yml", ".yaml", ".ini", ".json", "~":
			continue
		}
		return filepath.Join(dir, e.Name())
	}
	return ""
}

// libraryNames lists the modules of the project's own folders.
func (c *Catalog) libraryNames() []string {
	var out []string
	c.mu.Lock()
	library := append(slices.Clone(c.o.Library), c.o.Configured...)
	c.mu.Unlock()
	for _, dir := range library {
		entries, err := c.o.FS.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if name, ok := moduleName(e.Name()); ok && !e.IsDir() {
				out = append(out, name)
			}
		}
	}
	return out
}

// installedCollections lists the names of all installed collections.
func (c *Catalog) installedCollections() []string {
	seen := map[string]bool{}
	for _, root := range c.roots() {
		if filepath.Base(root) != "ansible_collections" {
			root = filepath.Join(root, "ansible_collections")
		}
		namespaces, err := c.o.FS.ReadDir(root)
		if err != nil {
			continue
		}
		for _, ns := range namespaces {
			if strings.HasPrefix(ns.Name(), ".") || strings.Contains(ns.Name(), ".") || ns.Name() == "__pycache__" {
				continue
			}
			members, err := c.o.FS.ReadDir(filepath.Join(root, ns.Name()))
			if err != nil {
				continue
			}
			for _, m := range members {
				if !strings.ContainsAny(m.Name(), ".") && m.Name() != "__pycache__" {
					seen[ns.Name()+"."+m.Name()] = true
				}
			}
		}
	}
	out := make([]string, 0, len(seen))
	for name := range seen {
		out = append(out, name)
	}
	sort.Strings(out)
	return out
}

// Installation is an ansible-core that is installed on this machine: the folder of the package, and the folder that
// holds ansible_collections beside it (from the big "ansible" package).
type Installation struct{ Core, Collections string }

// FindInstallation looks for ansible-core where the ansible program of PATH has its Python packages. It starts nothing.
// ok is false where there is none.
func FindInstallation(path string) (in Installation, ok bool) {
	for _, dir := range filepath.SplitList(path) {
		if dir == "" {
			continue
		}
		program := filepath.Join(dir, "ansible")
		real, err := filepath.EvalSymlinks(program)
		if err != nil {
			continue
		}
		if in, ok = installationOf(real); ok {
			return in, true
		}
	}
	return in, false
}

func installationOf(program string) (Installation, bool) {
	f, err := os.Open(program)
	if err != nil {
		return Installation{}, false
	}
	defer f.Close()
	head := make([]byte, 256)
	n, _ := f.Read(head)
	line, _, _ := strings.Cut(string(head[:n]), "\n")
	python, ok := strings.CutPrefix(line, "#!")
	if !ok {
		return Installation{}, false
	}
	python = strings.Fields(python + " -")[0]
	prefixes := []string{filepath.Dir(filepath.Dir(python)), filepath.Dir(filepath.Dir(program))}
	for _, prefix := range prefixes {
		for _, pattern := range []string{"lib/python3*/site-packages", "lib/python3*/dist-packages", "lib/python3/dist-packages", "local/lib/python3*/dist-packages"} {
			found, _ := filepath.Glob(filepath.Join(prefix, pattern, "ansible", "modules"))
			if len(found) > 0 {
				core := filepath.Dir(found[0])
				return Installation{Core: core, Collections: filepath.Dir(core)}, true
			}
		}
	}
	return Installation{}, false
}
