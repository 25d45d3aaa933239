package lsp

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.lsp.dev/uri"

	"github.com/rehearse-dev/rehearse/internal/catalog"
	"github.com/rehearse-dev/rehearse/internal/project"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/lint"
)

// View is all that a request may look at: the open documents, the projects that they belong to and what the client
// said about itself. It is immutable; an edit makes a new one that shares everything else.
type View struct {
	fs       source.FS // what is on disk; projects lay the buffers over it
	getenv   func(string) string
	docs     map[string]*Document         // by path
	projects map[string]*project.Snapshot // by root
	catalogs map[string]*catalog.Catalog  // by the same roots
	linters  map[string]*lint.Linter      // by the same roots
	roots    map[string]string            // directory of an open file to the root of its project
	folders  []string                     // the workspace's, as paths
	enc      encoding
	client   clientCapabilities
	settings Settings
	trouble  error // why a project's configuration cannot be used; told to the client once

	background func(func())  // starts work that outlives a request; the server waits for it at its end
	patience   time.Duration // see Options
}

func newView(fs source.FS, getenv func(string) string) *View {
	return &View{fs: fs, getenv: getenv, settings: defaultSettings()}
}

// withDocument gives a view in which d is open with its text.
func (v *View) withDocument(d *Document) *View {
	n := *v
	n.docs = maps.Clone(v.docs)
	if n.docs == nil {
		n.docs = map[string]*Document{}
	}
	n.docs[d.Path] = d
	if !filepath.IsAbs(d.Path) { // no file: nothing to read beside it
		return &n
	}
	n.open(d.Path)
	if len(d.File.Content) > maxFile {
		return &n
	}
	root := n.roots[filepath.Dir(d.Path)]
	n.projects = maps.Clone(n.projects)
	n.projects[root] = n.projects[root].With(d.Path, d.File.Content)
	return &n
}

// without gives a view in which the file is closed: what is on disk counts again.
func (v *View) without(path string) *View {
	n := *v
	n.docs = maps.Clone(v.docs)
	delete(n.docs, path)
	return n.changed(path)
}

// changed gives a view that has read a file again from disk, unless it is open: then the buffer counts.
func (v *View) changed(path string) *View {
	if v.docs[path] != nil {
		return v
	}
	n := *v
	n.projects = maps.Clone(v.projects)
	for root, p := range v.projects {
		if within(root, path) {
			n.projects[root] = p.With(path, nil)
			if strings.Contains(filepath.Base(path), "ansible-lint") {
				n.relint(root)
			}
		}
	}
	return &n
}

// open makes sure that the project around path is loaded. It changes n.projects and n.roots by replacing them.
func (v *View) open(path string) {
	dir := filepath.Dir(path)
	if root, ok := v.roots[dir]; ok && v.projects[root] != nil {
		return
	}
	v.roots = maps.Clone(v.roots)
	if v.roots == nil {
		v.roots = map[string]string{}
	}
	v.projects = maps.Clone(v.projects)
	if v.projects == nil {
		v.projects = map[string]*project.Snapshot{}
	}
	if root := project.RootIn(v.fs, dir, v.folderOf(dir)); v.projects[root] != nil {
		v.roots[dir] = root
		return // another directory of a project that is open: reading all of its files once is enough
	}
	p, err := project.Open(dir, project.Options{FS: v.fs, Env: v.env, Folder: v.folderOf(dir)})
	if err != nil || p == nil {
		p = &project.Snapshot{Root: dir, FS: v.fs}
	}
	v.roots[dir] = p.Root
	if v.projects[p.Root] == nil {
		v.projects[p.Root] = p
		v.catalogs = maps.Clone(v.catalogs)
		if v.catalogs == nil {
			v.catalogs = map[string]*catalog.Catalog{}
		}
		v.catalogs[p.Root] = catalog.New(catalogOptions(p))
		v.relint(p.Root)
	}
}

// folderOf gives the innermost folder of the workspace that holds a directory; "" for none, and for one that is too wide to be a
// project: the home directory or the root of the file system.
func (v *View) folderOf(dir string) string {
	best := ""
	for _, f := range v.folders {
		if f = filepath.Clean(f); within(f, dir) && len(f) > len(best) && f != filepath.Dir(f) && f != filepath.Clean(v.getenv("HOME")) {
			best = f
		}
	}
	return best
}

// relint makes the project's linter anew, from its configuration as it is now. A configuration that cannot be used gives
// the defaults; what is wrong with it is kept to be logged.
func (v *View) relint(root string) {
	fs := v.projects[root].FS
	config, err := lint.LoadConfig(fs, lint.FindConfig(fs, root), root)
	if err != nil {
		config, v.trouble = nil, err
	}
	v.linters = maps.Clone(v.linters)
	if v.linters == nil {
		v.linters = map[string]*lint.Linter{}
	}
	v.linters[root] = lint.New(lint.Options{FS: fs, Dir: root, Config: config, Catalog: v.catalogs[root],
		Extensions: texts(v.projects[root].Config.Get("DEFAULT_JINJA2_EXTENSIONS").Value)})
}

// catalogOptions says where a project's modules are looked for.
func catalogOptions(p *project.Snapshot) catalog.Options {
	o := catalog.Options{FS: p.FS, CollectionsPath: []string{filepath.Join(p.Root, "collections")}}
	if p.Config != nil {
		o.CollectionsPath = append(o.CollectionsPath, texts(p.Config.Get("COLLECTIONS_PATHS").Value)...)
		o.Configured = texts(p.Config.Get("DEFAULT_MODULE_PATH").Value)
		o.ConfiguredActions = texts(p.Config.Get("DEFAULT_ACTION_PLUGIN_PATH").Value)
	}
	for _, dir := range append(slices.Collect(maps.Values(p.Roles())), p.Root) {
		o.Library = append(o.Library, filepath.Join(dir, "library"))
		o.Actions = append(o.Actions, filepath.Join(dir, "action_plugins"))
	}
	slices.Sort(o.Library)
	slices.Sort(o.Actions)
	o.Library = slices.Compact(o.Library)
	return o
}

// texts are the texts of a list setting.
func texts(v value.Value) []string {
	var out []string
	if l, ok := v.(*value.List); ok {
		for _, i := range l.Items {
			if s, ok := i.(value.Str); ok {
				out = append(out, s.S)
			}
		}
	}
	return out
}

// document finds an open document by its URI.
func (v *View) document(u uri.URI) *Document { return v.docs[pathOf(u)] }

// env reads the environment as package config does: an empty variable counts as not set.
func (v *View) env(name string) (string, bool) {
	s := v.getenv(name)
	return s, s != ""
}

func within(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != ".." && !(len(rel) > 2 && rel[:3] == ".."+string(filepath.Separator))
}
