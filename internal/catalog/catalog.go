// Package catalog resolves module names to what is known about them: the native modules, the embedded facts of
// ansible.builtin and of much used collections, the collections installed on the user's disk and a project's own
// library folders. Nothing is read from disk until a name asks for it.
package catalog

import (
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/module"
	"github.com/rehearse-dev/rehearse/internal/nearest"
	"github.com/rehearse-dev/rehearse/internal/source"
)

// Entry is what is known about one module.
type Entry struct {
	FQCN string
	// Spec is nil when no specification could be found: arguments cannot be checked.
	Spec    *argspec.Spec
	Doc     string // one line
	Returns []module.Return
	Native  bool // runs without Python
	Action  bool // runs on the controller only
	// HasAction tells that an action plugin of ansible-core or of the collection stands before the module.
	HasAction bool
	Local     bool // from a library folder of the project
	// Documented tells that Spec was read from documentation on disk: relations between options are not known.
	Documented   bool
	Source       string // path of the module's file where it is installed, "" for embedded facts
	ActionSource string // path of the project's or collection's action plugin
	ActionName   string // full name of that plugin, where module_defaults know the task by it
	Redirected   []string
	Deprecated   *Notice
}

// Notice is a deprecation or a removal: what to say, and when it happens or happened.
type Notice struct {
	Text, Version, Date, Collection string
	Kind                            string // of a plugin that is gone: "module" or "action plugin"
}

// removed is what ansible-core 2.19 says of a plugin that is gone.
func (n *Notice) removed(name string) string {
	s := "The '" + name + "' " + n.Kind + " has been removed."
	if n.Text != "" {
		s += " " + n.Text
	}
	if s[len(s)-1] != '.' && s[len(s)-1] != '!' && s[len(s)-1] != '?' {
		s += "."
	}
	from := "ansible-core"
	if n.Collection != "ansible.builtin" {
		from = "collection '" + n.Collection + "'"
	}
	if n.Date != "" {
		return s + " This feature was removed from " + from + " in a release after " + n.Date + "."
	}
	return s + " This feature was removed from " + from + " version " + n.Version + "."
}

// Options says where modules are looked for.
type Options struct {
	FS              source.FS // the machine's when nil
	CollectionsPath []string  // folders that hold ansible_collections
	Library         []string  // folders of modules: a project's and its roles' library folders
	Configured      []string  // folders of modules that are searched after those, DEFAULT_MODULE_PATH
	// Actions and ConfiguredActions are the same for action plugins: action_plugins folders, DEFAULT_ACTION_PLUGIN_PATH.
	Actions           []string
	ConfiguredActions []string
	Rejected          map[string]bool // short names of modules and actions outside collections that are not to be found
	Core              string          // folder of an installed ansible-core (.../site-packages/ansible), "" without one
	// Path is the PATH in which an installed ansible is looked for when a name needs it: its modules of ansible.builtin
	// and the collections of the big package. "" looks for none.
	Path string
}

// Catalog resolves module names. It is safe for concurrent use; what was read from disk is kept.
type Catalog struct {
	o Options

	mu          sync.Mutex
	collections map[string]*collection
	local       map[string]*Entry
	builtin     map[string]*Entry
	embedded    map[string]*Entry
	actions     map[string]string // the project's own

	installation func() Installation
}

// New makes a catalog; it reads nothing.
func New(o Options) *Catalog {
	if o.FS == nil {
		o.FS = source.OS{}
	}
	c := &Catalog{o: o, collections: map[string]*collection{}, local: map[string]*Entry{}, builtin: map[string]*Entry{}, embedded: map[string]*Entry{}, actions: map[string]string{}}
	c.installation = sync.OnceValue(func() Installation {
		if o.Core != "" || o.Path == "" {
			return Installation{Core: o.Core}
		}
		in, _ := FindInstallation(o.Path)
		return in
	})
	return c
}

// Installed is the folder of the collections that came with an installed ansible, "" where there is none.
func (c *Catalog) Installed() string { return c.installation().Collections }

// roots are the folders that hold ansible_collections, those of an installed ansible last.
func (c *Catalog) roots() []string {
	if extra := c.installation().Collections; extra != "" && !slices.Contains(c.o.CollectionsPath, extra) {
		return append(slices.Clip(c.o.CollectionsPath), extra)
	}
	return c.o.CollectionsPath
}

// NotFound is the error of a name that resolves to nothing.
type NotFound struct {
	Name     string
	Resolved string // the name that Name stands for after redirects
	Nearest  string // a known name much like it, "" when there is none
	Removed  *Notice
	// Package is the Python package that ansible-core misses on the way to the plugin, "" when there is none.
	Package string
	// Collection is the collection that would have to be installed, where the name says so.
	Collection string
}

// Error is the text of ansible-core, with the nearest name.
func (e *NotFound) Error() string {
	if e.Removed != nil {
		return e.Removed.removed(e.Resolved)
	}
	s := "couldn't resolve module/action '" + e.Name + "'. This often indicates a misspelling, missing collection, or incorrect module path."
	if e.Nearest != "" {
		s += " Did you mean '" + e.Nearest + "'?"
	}
	return s
}

// Module resolves a short or full name in the given collections (the collections keyword), the project's library and
// ansible.builtin; the error is a *NotFound.
func (c *Catalog) Module(name string, collections []string) (*Entry, error) {
	e, err := c.resolve(name, collections, nil)
	if nf, ok := err.(*NotFound); ok {
		nf.Name = shown(name)
	}
	return e, err
}

// Rejects tells whether a short name of ansible.builtin is not to be found (Options.Rejected).
func (c *Catalog) Rejects(name string) bool { return c.o.Rejected[name] }

func (c *Catalog) resolve(name string, collections, trail []string) (*Entry, error) {
	if slices.Contains(trail, name) || len(trail) > 20 {
		return nil, &NotFound{Name: name}
	}
	switch parts := strings.SplitN(name, ".", 3); {
	case len(parts) == 3:
		return c.full(parts[0]+"."+parts[1], parts[2], trail)
	case len(parts) == 2:
		return nil, c.notFound(name)
	}
	for _, in := range collections {
		if in == "ansible.builtin" || in == "ansible.legacy" {
			continue
		}
		if e, err := c.full(in, name, trail); err == nil {
			return e, nil
		}
	}
	return c.full("ansible.legacy", name, trail)
}

// full resolves a name of one collection.
func (c *Catalog) full(in, name string, trail []string) (*Entry, error) {
	asked := in + "." + name
	if c.o.Rejected[name] && (in == "ansible.legacy" || in == "ansible.builtin") {
		return nil, c.notFound(shown(asked))
	}
	if in == "ansible.legacy" {
		if e := c.legacy(name); e != nil {
			return e, nil
		}
		in = "ansible.builtin"
	}
	if in == "ansible.builtin" {
		if e := c.builtinModule(name); e != nil {
			return redirected(e, trail), nil
		}
		e, err := c.route(embeddedRuntime(in), in, name, asked, trail)
		if e == nil && err == nil {
			err = c.notFound(shown(asked))
		}
		return e, err
	}
	k := c.collection(in)
	routes := embeddedRuntime(in)
	if k != nil {
		routes = k.routes()
	}
	if e, err := c.route(routes, in, name, asked, trail); e != nil || err != nil {
		return e, err
	}
	var e *Entry
	if k != nil {
		e = k.find(c, in, name)
		if e != nil {
			e = c.complete(e, in, name)
		}
	} else {
		e = c.embeddedModule(in, name)
	}
	if e == nil {
		if r := routes.route(name); r != nil && r.ActionRedirect != "" { // an action without a module of its name
			return c.resolve(r.ActionRedirect, nil, append(slices.Clip(trail), shown(asked)))
		}
		err := c.notFound(asked)
		if k == nil {
			err.Collection = in
		}
		return nil, err
	}
	if k != nil && len(trail) > 0 && routes.action(name) == "" { // the action of the name that was written comes first
		if parts := strings.SplitN(trail[0], ".", 3); len(parts) == 3 && e.ActionSource == "" || len(parts) == 3 && parts[0]+"."+parts[1] == in {
			if fqcn, path := c.actionNamed(trail[0], 0); path != "" {
				own := *e
				own.ActionName, own.ActionSource, own.HasAction = fqcn, path, true
				e = &own
			}
		}
	}
	if r := routes.route(name); r != nil && r.Deprecated != nil {
		noted := *e
		noted.Deprecated = &Notice{Text: r.text, Version: r.Deprecated[0], Date: r.Deprecated[1], Collection: in}
		e = &noted
	}
	return redirected(e, trail), nil
}

// shown is the name as the user wrote it: ansible.legacy is what a short name stands for.
func shown(asked string) string { return strings.TrimPrefix(asked, "ansible.legacy.") }

// route follows what runtime.yml says of a name; both results are nil where it says nothing of interest.
func (c *Catalog) route(r *runtime, in, name, asked string, trail []string) (*Entry, error) {
	e := r.route(name)
	if e == nil {
		return nil, nil
	}
	if e.Tombstone != nil {
		gone := &Notice{Text: e.text, Version: e.Tombstone[0], Date: e.Tombstone[1], Collection: in, Kind: "module"}
		if e.actionGone || asked == "ansible.legacy.include" || asked == "ansible.builtin.include" {
			gone.Kind = "action plugin"
		}
		if gone.Text == "" && in == "ansible.builtin" {
			gone.Text = builtinGone[name]
		}
		return nil, &NotFound{Name: shown(asked), Resolved: in + "." + name, Removed: gone}
	}
	to := e.Redirect
	if to == "" && in == "ansible.builtin" {
		to = e.Action // yum is only another name of the dnf action
	}
	if to == "" {
		return nil, nil
	}
	return c.resolve(to, nil, append(slices.Clip(trail), shown(asked)))
}

// builtinGone is what ansible-core 2.19 says to use in place of names of its own that are gone.
var builtinGone = map[string]string{
	"include":          "Use include_tasks or import_tasks instead.",
	"bigip_asm_policy": "bigip_asm_policy has been removed please use bigip_asm_policy_manage instead.",
	"bigip_facts":      "bigip_facts has been removed please use bigip_device_info module.",
	"bigip_gtm_facts":  "bigip_gtm_facts has been removed please use bigip_device_info module.",
}

func redirected(e *Entry, trail []string) *Entry {
	if len(trail) == 0 {
		return e
	}
	copied := *e
	copied.Redirected = trail
	return &copied
}

// builtinModule is a module of ansible.builtin: native, or known from its embedded facts.
func (c *Catalog) builtinModule(name string) *Entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.builtin[name]; ok {
		return e
	}
	var e *Entry
	if m := module.Find("ansible.builtin." + name); m != nil {
		e = &Entry{FQCN: m.Name, Spec: m.Spec, Doc: m.Doc, Returns: m.Returns, Native: true, HasAction: hasAction(name)}
	} else if f := embeddedFacts("ansible.builtin", name); f != nil {
		e = f.entry("ansible.builtin")
		e.Doc = ourWords[name]
		describe(e.Spec.Options, name)
	}
	if e != nil && !e.Action && !e.Native {
		if core := c.installation().Core; core != "" {
			e.Source = moduleFile(c.o.FS, core+"/modules/"+name)
		}
	}
	c.builtin[name] = e
	return e
}

// hasAction tells whether ansible-core has an action plugin of the name of a native module.
func hasAction(name string) bool {
	switch name {
	case "assemble", "async_status", "command", "copy", "dnf", "package", "service", "shell", "unarchive", "uri":
		return true
	}
	return false
}

// embeddedModule is a module of a collection that is not installed but known.
func (c *Catalog) embeddedModule(in, name string) *Entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := in + "." + name
	if e, ok := c.embedded[key]; ok {
		return e
	}
	var e *Entry
	if m := module.Find(key); m != nil {
		e = &Entry{FQCN: m.Name, Spec: m.Spec, Doc: m.Doc, Returns: m.Returns, Native: true}
	} else if f := embeddedFacts(in, name); f != nil {
		e = f.entry(in)
	}
	c.embedded[key] = e
	return e
}

// complete adds to an installed module what its documentation does not tell and the embedded facts do.
func (c *Catalog) complete(e *Entry, in, name string) *Entry {
	m := module.Find(in + "." + name)
	if m == nil && e.Spec != nil {
		return e
	}
	copied := *e
	if m != nil {
		copied.Native, copied.Spec = true, m.Spec
		return &copied
	}
	if known := c.embeddedModule(in, name); known != nil {
		copied.Spec, copied.Returns, copied.Action = known.Spec, known.Returns, known.Action
	}
	return &copied
}

func (c *Catalog) notFound(name string) *NotFound {
	e := &NotFound{Name: name, Resolved: name}
	if parts := strings.SplitN(name, ".", 3); len(parts) == 3 && c.collection(parts[0]+"."+parts[1]) == nil {
		e.Package = "ansible_collections." + parts[0]
		if c.namespace(parts[0]) {
			e.Package += "." + parts[1]
		}
	}
	var names []string
	if !strings.Contains(name, ".") {
		for _, n := range embeddedNames()["ansible.builtin"] {
			names = append(names, strings.TrimSuffix(n, "!"))
		}
		names = append(names, c.libraryNames()...)
	} else if parts := strings.SplitN(name, ".", 3); len(parts) == 3 {
		in := parts[0] + "." + parts[1]
		if known := c.namesOf(in); len(known) > 0 {
			for _, n := range known {
				names = append(names, in+"."+n)
			}
		} else {
			for _, k := range c.Collections() {
				if slices.Contains(c.namesOf(k), parts[2]) {
					names = append(names, k+"."+parts[2])
				}
			}
		}
	}
	e.Nearest = nearest.Name(name, names)
	return e
}

// namesOf lists the modules of a collection, installed or embedded.
func (c *Catalog) namesOf(in string) []string {
	if in != "ansible.builtin" {
		if k := c.collection(in); k != nil {
			return k.modules()
		}
	}
	var out []string
	for _, n := range embeddedNames()[in] {
		out = append(out, strings.TrimSuffix(n, "!"))
	}
	return out
}

// Collections lists the collections that are embedded or installed, sorted.
func (c *Catalog) Collections() []string {
	out := append(Embedded(), c.installedCollections()...)
	sort.Strings(out)
	return slices.Compact(out)
}

// Names lists the full names of all known modules: embedded, installed and local (short names), sorted.
func (c *Catalog) Names() []string {
	var out []string
	for _, in := range c.Collections() {
		for _, n := range c.namesOf(in) {
			out = append(out, in+"."+n)
		}
	}
	out = append(out, c.libraryNames()...)
	sort.Strings(out)
	return slices.Compact(out)
}

// ActionGroup lists the full names of the members of a module_defaults group ("k8s", "community.docker.docker",
// "ansible.builtin.x"), nil when it is unknown. A short name is looked up in the collections that have such a group.
func (c *Catalog) ActionGroup(name string) []string {
	var out []string
	c.addGroup(name, &out, map[string]bool{})
	return out
}

func (c *Catalog) addGroup(name string, out *[]string, seen map[string]bool) {
	if seen[name] {
		return
	}
	seen[name] = true
	parts := strings.SplitN(name, ".", 3)
	var in []string
	if len(parts) == 3 {
		in = []string{parts[0] + "." + parts[1]}
		name = parts[2]
	} else {
		in = []string{"ansible.builtin"}
	}
	for _, collection := range in {
		r := embeddedRuntime(collection)
		if k := c.collection(collection); k != nil && collection != "ansible.builtin" {
			r = k.routes()
		}
		g := r.group(name)
		if g == nil {
			continue
		}
		for _, m := range g.Members {
			if strings.Count(m, ".") < 2 {
				m = collection + "." + m
			}
			*out = append(*out, m)
		}
		for _, x := range g.Extends {
			if strings.Count(x, ".") < 2 {
				x = collection + "." + x
			}
			c.addGroup(x, out, seen)
		}
	}
}
