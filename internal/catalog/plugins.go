package catalog

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// Plugin is a plugin of any kind that is installed, with the file that documents it.
type Plugin struct {
	Name string // "community.general.doas"; without a collection for those of a project
	Path string
}

// Collection is the collection of the plugin, "ansible.builtin" for those of ansible-core and "" for those of a project.
func (p *Plugin) Collection() string {
	if parts := strings.SplitN(p.Name, ".", 3); len(parts) == 3 {
		return parts[0] + "." + parts[1]
	}
	return ""
}

// pluginDir is the folder of a kind of plugin below a collection's plugins.
func pluginDir(kind string) string {
	if kind == "module" {
		return "modules"
	}
	return kind
}

// Plugins lists the installed plugins of a kind ("module", "become", ...) by name. own are folders with plugins of the user;
// in are collections to keep to, all where it is empty.
func (c *Catalog) Plugins(kind string, own, in []string) []Plugin {
	var out []Plugin
	if len(in) == 0 {
		for _, dir := range own {
			out = append(out, c.pluginsIn(dir, "")...)
		}
	}
	collections := in
	if len(in) == 0 {
		collections = append([]string{"ansible.builtin"}, c.Collections()...)
	}
	for _, name := range collections {
		if dir := c.pluginFolder(name, kind); dir != "" {
			out = append(out, c.pluginsIn(dir, name+".")...)
		}
	}
	slices.SortStableFunc(out, func(a, b Plugin) int { return strings.Compare(a.Name, b.Name) })
	return slices.CompactFunc(out, func(a, b Plugin) bool { return a.Name == b.Name })
}

// HasCollection tells whether a collection is installed.
func (c *Catalog) HasCollection(name string) bool {
	return name == "ansible.builtin" || name == "ansible.legacy" || c.collection(name) != nil
}

// HasPlugins tells whether the plugins of ansible-core of a kind are installed, or own has one.
func (c *Catalog) HasPlugins(kind string, own []string) bool {
	for _, dir := range own {
		if len(c.pluginsIn(dir, "")) > 0 {
			return true
		}
	}
	return c.pluginFolder("ansible.builtin", kind) != ""
}

// pluginFolder is the folder of the plugins of a collection, "" where there is none.
func (c *Catalog) pluginFolder(collection, kind string) string {
	if collection == "ansible.builtin" || collection == "ansible.legacy" {
		core := c.installation().Core
		switch {
		case core == "":
			return ""
		case kind == "module":
			return filepath.Join(core, "modules")
		}
		return filepath.Join(core, "plugins", kind)
	}
	k := c.collection(collection)
	if k == nil {
		return ""
	}
	return filepath.Join(k.dir, "plugins", pluginDir(kind))
}

// pluginsIn lists the plugins of one folder, and of those below it.
//
// A file in Python with filters or tests holds many; each is documented by a YAML file of its own.
func (c *Catalog) pluginsIn(dir, prefix string) (out []Plugin) {
	many := filepath.Base(dir) == "filter" || filepath.Base(dir) == "test"
	entries, err := c.o.FS.ReadDir(dir)
	if err != nil {
		return nil
	}
	for _, e := range entries {
		name := e.Name()
		ext := filepath.Ext(name)
		base := strings.TrimSuffix(name, ext)
		switch {
		case strings.HasPrefix(name, "_") || strings.HasPrefix(name, ".") || name == "README.md" || prefix == "ansible.builtin." && (base == "base" || base == "async_wrapper"):
		case e.IsDir():
			out = append(out, c.pluginsIn(filepath.Join(dir, name), prefix+name+".")...)
		case ext == ".py" && !many || ext == ".yml" || ext == ".yaml" || ext == ".ps1":
			out = append(out, Plugin{prefix + base, filepath.Join(dir, name)})
		}
	}
	return out
}

// FindPlugin finds a plugin by its name, with or without collection.
func (c *Catalog) FindPlugin(kind, name string, own []string) (Plugin, bool) {
	if !strings.Contains(name, ".") {
		for _, dir := range own {
			for _, p := range c.pluginsIn(dir, "") {
				if p.Name == name {
					return p, true
				}
			}
		}
		name = "ansible.builtin." + name
	}
	parts := strings.SplitN(name, ".", 3)
	if len(parts) < 3 {
		return Plugin{}, false
	}
	collection := parts[0] + "." + parts[1]
	if collection == "ansible.legacy" {
		collection = "ansible.builtin"
	}
	dir := c.pluginFolder(collection, kind)
	if dir == "" {
		return Plugin{}, false
	}
	base := filepath.Join(append([]string{dir}, strings.Split(parts[2], ".")...)...)
	for _, ext := range []string{".py", ".yml", ".yaml"} {
		if st, err := c.o.FS.Stat(base + ext); err == nil && !st.IsDir() {
			return Plugin{collection + "." + parts[2], base + ext}, true
		}
	}
	return Plugin{}, false
}

// PluginDoc is the documentation of a plugin in ansible-doc's structure: the fragments that it extends are merged in.
// Doc is nil where there is none that can be read.
type PluginDoc struct {
	Doc      *value.Dict
	Examples string
	Return   value.Value
}

// Short reads only the short description of a plugin.
func (c *Catalog) Short(p Plugin) string {
	doc, _ := c.documentation(p.Path)
	return text(doc.Get("short_description"))
}

// Document reads the documentation of a plugin.
func (c *Catalog) Document(p Plugin) PluginDoc {
	out := PluginDoc{Return: value.None{}}
	docNode, ret := c.documentation(p.Path)
	doc, ok := plain(docNode).(*value.Dict)
	if !ok {
		return out
	}
	collection := p.Collection()
	tagVersions(doc, collection)
	c.addFragments(doc, collection)
	out.Doc = doc
	if ret != nil {
		out.Return = plain(ret)
		tagVersions(out.Return, collection)
	}
	if content, err := c.o.FS.ReadFile(p.Path); err == nil {
		if strings.HasSuffix(p.Path, ".py") {
			out.Examples = docstring(string(content), "EXAMPLES")
		} else if root := parseDoc(p.Path, string(content)); root != nil {
			out.Examples = text(root.Get("EXAMPLES"))
		}
	}
	return out
}

// tagVersions names the collection of each version that something was added or goes away in.
func tagVersions(v value.Value, collection string) {
	switch v := v.(type) {
	case *value.Dict:
		if x, ok := v.GetValue(value.S("version_added")); ok && x != (value.None{}) {
			v.Put("version_added_collection", value.S(collection))
		}
		for _, key := range []string{"deprecated"} {
			if d, ok := v.GetValue(value.S(key)); ok {
				if d, ok := d.(*value.Dict); ok {
					d.Put("removed_from_collection", value.S(collection))
				}
			}
		}
		for k, x := range v.RawAll() {
			if name := value.ToStr(k); name != "default" && name != "sample" && name != "choices" {
				tagVersions(x, collection)
			}
		}
	case *value.List:
		for _, x := range v.Items {
			tagVersions(x, collection)
		}
	}
}

// addFragments merges the fragments that a documentation extends, as ansible-core does: what the plugin says itself wins.
func (c *Catalog) addFragments(doc *value.Dict, collection string) {
	extends, ok := doc.GetValue(value.S("extends_documentation_fragment"))
	if !ok {
		return
	}
	doc.Delete(value.S("extends_documentation_fragment"))
	var names []string
	if l, ok := extends.(*value.List); ok {
		for _, item := range l.Items {
			names = append(names, value.ToStr(item))
		}
	} else {
		for name := range strings.SplitSeq(value.ToStr(extends), ",") {
			names = append(names, strings.TrimSpace(name))
		}
	}
	for _, name := range names {
		if fragment := c.fragmentDoc(name, collection); fragment != nil {
			mergeFragment(doc, fragment)
		}
	}
}

func mergeFragment(doc, fragment *value.Dict) {
	for k, v := range fragment.RawAll() {
		mine, ok := doc.GetValue(k)
		if !ok {
			doc.Set(k, v)
			continue
		}
		switch v := v.(type) {
		case *value.Dict: // options, attributes: two levels
			if mine, ok := mine.(*value.Dict); ok {
				for name, option := range v.RawAll() {
					own, ok := mine.GetValue(name)
					if !ok {
						mine.Set(name, option)
						continue
					}
					if option, ok := option.(*value.Dict); ok {
						if own, ok := own.(*value.Dict); ok {
							for key, x := range option.RawAll() {
								if _, ok := own.GetValue(key); !ok {
									own.Set(key, x)
								}
							}
						}
					}
				}
			}
		case *value.List:
			if mine, ok := mine.(*value.List); ok {
				mine.Items = append(mine.Items, v.Items...)
			}
		}
	}
}

// fragmentDoc reads a fragment, "files" or "community.docker.docker.api_documentation", from where it is installed.
func (c *Catalog) fragmentDoc(name, _ string) *value.Dict {
	name = strings.TrimPrefix(name, "ansible.builtin.")
	parts := strings.Split(name, ".")
	dir, collection := "", "ansible.builtin"
	switch {
	case len(parts) <= 2:
		if core := c.installation().Core; core != "" {
			dir = filepath.Join(core, "plugins", "doc_fragments")
		}
	default:
		collection = parts[0] + "." + parts[1]
		if k := c.collection(collection); k != nil {
			dir = filepath.Join(k.dir, "plugins", "doc_fragments")
		}
		parts = parts[2:]
	}
	if dir == "" {
		return nil
	}
	part := "DOCUMENTATION"
	if len(parts) > 1 {
		part = strings.ToUpper(parts[1])
	}
	path := filepath.Join(dir, parts[0]+".py")
	content, err := c.o.FS.ReadFile(path)
	if err != nil {
		return nil
	}
	src := strings.ReplaceAll("\n"+string(content), "\n    "+part, "\n"+part)
	doc, ok := plain(parseDoc(path, docstring(src, part))).(*value.Dict)
	if !ok {
		return nil
	}
	tagVersions(doc, collection)
	return doc
}

// RoleSpecs reads the argument specifications of a role's folder, by entry point; nil where it has none.
func (c *Catalog) RoleSpecs(role string) *value.Dict {
	for _, name := range []string{"argument_specs.yml", "argument_specs.yaml", "main.yml", "main.yaml"} {
		path := filepath.Join(role, "meta", name)
		content, err := c.o.FS.ReadFile(path)
		if err != nil {
			continue
		}
		root := yaml.Parse(source.NewFile(path, content)).Root()
		if specs, ok := plain(root.Get("argument_specs")).(*value.Dict); ok {
			return specs
		}
		if strings.HasPrefix(name, "argument_specs") {
			return nil
		}
	}
	return nil
}

// HasMeta tells whether a role has a file in which its arguments can be specified.
func (c *Catalog) HasMeta(role string) bool {
	for _, name := range []string{"argument_specs.yml", "argument_specs.yaml", "main.yml", "main.yaml"} {
		if _, err := c.o.FS.Stat(filepath.Join(role, "meta", name)); err == nil {
			return true
		}
	}
	return false
}

// CollectionRoles are the folders of the roles of the installed collections, by their full name.
func (c *Catalog) CollectionRoles() []Plugin {
	var out []Plugin
	for _, name := range c.Collections() {
		k := c.collection(name)
		if k == nil {
			continue
		}
		dir := filepath.Join(k.dir, "roles")
		entries, err := c.o.FS.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if e.IsDir() && c.HasMeta(filepath.Join(dir, e.Name())) {
				out = append(out, Plugin{name + "." + e.Name(), filepath.Join(dir, e.Name())})
			}
		}
	}
	return out
}
