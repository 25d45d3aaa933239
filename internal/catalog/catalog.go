// Package catalog resolves module names to what is known about them: the native modules, the embedded facts of
// ansible.builtin and of much used collections, the collections installed on the user's disk and a project's own
// library folders. Nothing is read from disk until a name asks for it.
package catalog

import (
	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/module"
	"github.com/rehearse-dev/rehearse/internal/source"
)

// Entry is what is known about one module.
type Entry struct {
	FQCN       string
	Spec       *argspec.Spec // nil when no specification could be found: arguments cannot be checked
	Doc        string        // one line
	Returns    []module.Return
	Native     bool   // runs without Python
	Action     bool   // runs on the controller
	Source     string // path of the Python file where it is installed, "" for embedded facts
	Redirected []string
	Deprecated *Notice
	Tombstone  *Notice
}

// Notice is a deprecation or a removal: what to say, and when it happens or happened.
type Notice struct{ Text, Version, Date, Collection string }

// Options says where modules are looked for.
type Options struct {
	FS              source.FS
	CollectionsPath []string // folders that hold ansible_collections
	Library         []string // folders of modules: a project's and its roles' library folders, DEFAULT_MODULE_PATH
}

// Catalog resolves module names. It is safe for concurrent use; what was read from disk is kept.
type Catalog struct{ o Options }

// New makes a catalog; it reads nothing.
func New(o Options) *Catalog { return &Catalog{o: o} }

// NotFound is the error of a name that resolves to nothing.
type NotFound struct {
	Name    string
	Nearest string // a known name much like it, "" when there is none
	Removed *Notice
}

func (e *NotFound) Error() string {
	s := "couldn't resolve module/action '" + e.Name + "'. This often indicates a misspelling, missing collection, or incorrect module path."
	if e.Nearest != "" {
		s += " Did you mean '" + e.Nearest + "'?"
	}
	return s
}

// Module resolves a short or full name in the given collections (the collections keyword) and ansible.builtin; the
// error is a *NotFound.
func (c *Catalog) Module(name string, collections []string) (*Entry, error) {
	return nil, &NotFound{Name: name}
}

// Names lists the full names of all known modules: embedded, installed and local, sorted.
func (c *Catalog) Names() []string { return nil }

// ActionGroup lists the members of a module_defaults group ("aws", "community.docker.docker"), nil when unknown.
func (c *Catalog) ActionGroup(name string) []string { return nil }
