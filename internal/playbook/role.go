package playbook

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// Role is a loaded role: one use of a role in a play.
type Role struct {
	Syntax       *RoleSyntax // nil for import_role and include_role
	Include      *Task       // the import_role or include_role task; nil for an entry of roles: or a dependency
	ID           int
	Name         string // without the collection
	Path         string // directory
	Collection   string // "" outside of collections
	Play         *Play
	Parent       *Role // the role whose dependency this is, or whose task included it; nil at the top
	Dependencies []*Role
	Meta         *Meta // nil without one

	Params   *value.Dict // parameters beside the name; never nil
	Own      []VarsLayer // vars: of the entry or of the include task
	Defaults []VarsLayer // files in order; later ones win
	Vars     []VarsLayer // files in order; later ones win

	Tasks           []*Block
	HandlerBlocks   []*Block
	Public          bool // its defaults and vars are seen by the whole play
	AllowDuplicates bool

	from        map[string]string // file names of tasks_from and the like
	collections []string
}

// FullName is the name with the collection before it.
func (r *Role) FullName() string {
	if r.Collection == "" {
		return r.Name
	}
	return r.Collection + "." + r.Name
}

// Chain lists the roles through which the role was reached, outermost first, without itself.
func (r *Role) Chain() []*Role {
	var chain []*Role
	for p := r.Parent; p != nil; p = p.Parent {
		chain = append(chain, p)
	}
	slices.Reverse(chain)
	return chain
}

// AllDependencies lists the dependencies with their own, in the order in which they run.
func (r *Role) AllDependencies() []*Role {
	var all []*Role
	for _, d := range r.Dependencies {
		all = append(append(all, d.AllDependencies()...), d)
	}
	return all
}

// Collections are those in which the role's tasks look up short names.
func (r *Role) Collections() []string { return r.collections }

// Same tells whether two uses of a role count as the same for allow_duplicates: equal name, path, parameters, files and
// keywords.
func (r *Role) Same(o *Role) bool {
	if r.Path != o.Path || r.FullName() != o.FullName() || (r.Include == nil) != (o.Include == nil) || !value.Equal(r.Params, o.Params) {
		return false
	}
	if len(r.from) != len(o.from) {
		return false
	}
	for k, v := range r.from {
		if o.from[k] != v {
			return false
		}
	}
	own := func(r *Role) value.Value {
		d := &value.Dict{}
		for _, layer := range r.Own {
			update(d, layer.Vars)
		}
		return d
	}
	if !value.Equal(own(r), own(o)) {
		return false
	}
	for _, name := range [...]string{"when", "tags"} {
		a, b := listOf(nil), listOf(nil)
		if r.Syntax != nil {
			a = listOf(r.Syntax.Value(name))
		}
		if o.Syntax != nil {
			b = listOf(o.Syntax.Value(name))
		}
		if !value.Equal(&value.List{Items: a}, &value.List{Items: b}) {
			return false
		}
	}
	return true
}

// request is what a role is loaded for.
type request struct {
	syntax      *RoleSyntax
	name        string          // for includes: the templated name
	at          source.Location // where that name was written; may be unknown
	include     *Task
	play        *Play
	parent      *Role
	near        string // directory beside which dependencies are looked for
	collections []string
	from        map[string]string
	validate    bool
	public      *bool
	static      bool
}

// role loads a role with its dependencies.
func (l *loading) role(q request) *Role {
	r := &Role{Syntax: q.syntax, Include: q.include, ID: l.id(), Play: q.play, Parent: q.parent, Params: &value.Dict{}, from: q.from}
	name, at := q.name, source.Location{}
	if q.syntax != nil {
		at = q.syntax.NameAt
		var ok bool
		if name, ok = l.name(q.syntax.Name, q.play, nil, nil, at, "role"); !ok {
			return nil
		}
		r.Params = q.syntax.Params
		if a := q.syntax.Attr("vars"); a != nil {
			if d, ok := a.Value.(*value.Dict); ok {
				r.Own = append(r.Own, VarsLayer{d, a.Node, q.syntax.File})
			}
		}
		q.static, q.validate = true, true
	} else {
		at = q.include.place()
		for _, key := range [...]string{"name", "role"} {
			if v, ok := q.include.Action.Args.Raw(key); ok {
				if s, ok := v.(value.Str); ok && s.At != nil {
					at = *s.At
				}
				break
			}
		}
		if q.at.Known() {
			at = q.at
		}
		if q.include.Vars != nil {
			var node *yaml.Node
			if a := q.include.Attr("vars"); a != nil {
				node = a.Node
			}
			r.Own = append(r.Own, VarsLayer{q.include.Vars, node, q.include.File})
		}
	}
	found, searched := l.findRole(name, q)
	if found == nil {
		if q.syntax != nil && q.syntax.Node != nil && q.syntax.Node.Kind == yaml.Mapping {
			at = source.Location{File: q.syntax.File, Span: head(q.syntax.Node)} // ansible-core shows the whole entry, not the name in it
		}
		l.fail(ruleRoleName, at, "the role '%s' was not found in %s", name, strings.Join(searched, ":"))
		return nil
	}
	r.Name, r.Path, r.Collection = found.name, found.path, found.collection
	if l.OnRole != nil {
		l.OnRole(r.Path)
	}
	switch {
	case q.public != nil:
		r.Public = *q.public
	case l.PrivateRoleVars != nil:
		r.Public = !*l.PrivateRoleVars
	default:
		r.Public = q.static
	}
	id := "role " + r.Path
	for _, kind := range [...]string{"tasks", "vars", "defaults", "handlers"} {
		id += "|" + q.from[kind]
	}
	if cycle := l.push(id); cycle != nil {
		l.fail(ruleSpecific, at, "A recursion loop was detected with the roles specified. Make sure child roles do not have dependencies on parent roles")
		return nil
	}
	defer l.pop()
	r.Vars = l.roleVars(r, "vars", at)
	r.Defaults = l.roleVars(r, "defaults", at)
	l.roleMeta(r, at)
	l.roleCollections(r)
	l.dependencies(r, q)
	ctx := context{play: q.play, role: r, chain: append(r.Chain(), r)}
	if f := l.roleFile(r, "tasks", TasksFile, at); f != nil {
		r.Tasks = l.blocks(f.Items, ctx)
	}
	if q.validate {
		l.validation(r, ctx)
	}
	ctx.handlers = true
	if f := l.roleFile(r, "handlers", HandlersFile, at); f != nil {
		r.HandlerBlocks = l.blocks(f.Items, ctx)
	}
	return r
}

func (l *loading) dependencies(r *Role, q request) {
	if r.Meta == nil {
		return
	}
	search := r.Meta.Collections
	if r.Collection != "" {
		search = append([]string{r.Collection}, slices.DeleteFunc(slices.Clone(search), func(c string) bool { return c == r.Collection })...)
	}
	if !slices.Contains(search, "ansible.legacy") {
		search = append(slices.Clone(search), "ansible.legacy")
	}
	for _, d := range r.Meta.Dependencies {
		dep := l.role(request{syntax: d, play: q.play, parent: r, near: filepath.Dir(r.Path), collections: search})
		if dep == nil {
			continue
		}
		if !q.static && l.PrivateRoleVars == nil {
			dep.Public = false
		}
		r.Dependencies = append(r.Dependencies, dep)
	}
}

func (l *loading) roleCollections(r *Role) {
	if r.Collection != "" {
		r.collections = append(r.collections, r.Collection)
	}
	if r.Meta != nil {
		for _, c := range r.Meta.Collections {
			if !slices.Contains(r.collections, c) {
				r.collections = append(r.collections, c)
			}
		}
	}
	if len(r.collections) > 0 && !slices.Contains(r.collections, "ansible.builtin") && !slices.Contains(r.collections, "ansible.legacy") {
		last := "ansible.legacy"
		if r.Collection != "" {
			last = "ansible.builtin"
		}
		r.collections = append(r.collections, last)
	}
}

type foundRole struct{ name, path, collection string }

// findRole looks a role up: in collections for an FQCN or where collections are to be searched, then beside the
// playbook, in the roles path, beside the role that depends on it, and as a path.
func (l *loading) findRole(name string, q request) (*foundRole, []string) {
	base := q.play.BaseDir
	if f := l.collectionRole(name, q.collections, base); f != nil {
		return f, nil
	}
	dirs := append([]string{filepath.Join(base, "roles")}, l.RolesPath...)
	if q.near != "" {
		dirs = append(dirs, q.near)
	}
	dirs = append(dirs, base)
	for _, dir := range dirs {
		path := joinAbs(dir, name)
		if strings.HasPrefix(name, "~") {
			path = filepath.Join(dir, name)
		}
		if path = absolute(path); exists(l.FS, path) {
			return &foundRole{name: name, path: path}, nil
		}
	}
	if path := absolute(name); exists(l.FS, path) {
		return &foundRole{name: filepath.Base(name), path: path}, nil
	}
	return nil, append(slices.Clone(q.collections), dirs...)
}

// collectionDirs lists where the directory of a collection may be.
func (l *Loader) collectionDirs(collection, base string) []string {
	ns, name, ok := strings.Cut(collection, ".")
	if !ok {
		return nil
	}
	var dirs []string
	roots := append([]string{filepath.Join(base, "collections")}, l.Collections...)
	if l.Installed != nil {
		if dir := l.Installed(); dir != "" {
			roots = append(roots, dir)
		}
	}
	for _, root := range roots {
		if filepath.Base(root) != "ansible_collections" {
			root = filepath.Join(root, "ansible_collections")
		}
		dirs = append(dirs, filepath.Join(root, ns, name))
	}
	return dirs
}

func (l *loading) collectionRole(name string, search []string, base string) *foundRole {
	parts := strings.Split(name, ".")
	try := func(collection, role string) *foundRole {
		for _, dir := range l.collectionDirs(collection, base) {
			path := filepath.Join(dir, "roles", filepath.Join(strings.Split(role, ".")...))
			if isDir(l.FS, path) {
				return &foundRole{role, path, collection}
			}
		}
		return nil
	}
	if len(parts) >= 3 && identifiers(parts) {
		return try(parts[0]+"."+parts[1], strings.Join(parts[2:], "."))
	}
	if strings.Contains(name, "/") {
		return nil
	}
	for _, c := range search {
		if c == "ansible.legacy" || c == "ansible.builtin" {
			continue
		}
		if f := try(c, name); f != nil {
			return f
		}
	}
	return nil
}

func identifiers(parts []string) bool {
	for _, p := range parts {
		if p == "" || strings.ContainsAny(p, "/ -") {
			return false
		}
	}
	return true
}

// collectionPlaybook finds a playbook that is named with its collection: ns.name.playbook.
func (l *loading) collectionPlaybook(name, base string) (string, bool) {
	parts := strings.Split(name, ".")
	if len(parts) < 3 || !identifiers(parts) || exists(l.FS, filepath.Join(base, name)) {
		return "", false
	}
	for _, dir := range l.collectionDirs(parts[0]+"."+parts[1], base) {
		rest := filepath.Join(parts[2:]...)
		for _, ext := range [...]string{".yml", ".yaml", ""} {
			path := filepath.Join(dir, "playbooks", rest+ext)
			if exists(l.FS, path) && !isDir(l.FS, path) {
				return path, true
			}
		}
	}
	return "", false
}

// compile lists the blocks of the role as they run: its dependencies, its tasks, and a task that marks its end.
func (r *Role) compile(l *Loader) []*Block {
	var out []*Block
	for _, d := range r.Dependencies {
		out = append(out, d.compile(l)...)
	}
	out = append(out, r.Tasks...)
	end := &Block{ID: l.id(), Play: r.Play, Role: r}
	end.Block = []Runnable{l.implicit(end, r, "meta", "role_complete")}
	return append(out, end)
}

// handlerBlocks lists the handlers of the dependencies and then the role's own.
func (r *Role) handlerBlocks() []*Block {
	var out []*Block
	for _, d := range r.Dependencies {
		out = append(out, d.handlerBlocks()...)
	}
	return append(out, r.HandlerBlocks...)
}

// RoleInclude is what an include_role or import_role asks for, templated.
type RoleInclude struct {
	Name                                            string
	At                                              source.Location // where the name was written, a loop's item for one; may be unknown
	TasksFrom, VarsFrom, DefaultsFrom, HandlersFrom string
	Public                                          *bool
	AllowDuplicates, Validate                       bool
}

func (i *RoleInclude) files() map[string]string {
	m := map[string]string{}
	for kind, name := range map[string]string{"tasks": i.TasksFrom, "vars": i.VarsFrom, "defaults": i.DefaultsFrom, "handlers": i.HandlersFrom} {
		if name != "" {
			m[kind] = name
		}
	}
	return m
}

// includeRole loads a role for a task; its blocks get the task, or the block of its `apply`, as their parent.
func (l *loading) includeRole(t *Task, inc RoleInclude) (*Role, []*Block) {
	collections := t.Play.searched()
	if a := Inherited(t, "collections"); len(a) > 0 {
		collections = withLegacy(texts(a[0].Value))
	} else if t.Role != nil {
		collections = t.Role.collections
	}
	r := l.role(request{
		name: inc.Name, at: inc.At, include: t, play: t.Play, parent: t.Role, collections: collections,
		from: inc.files(), validate: inc.Validate, public: inc.Public, static: t.Static,
	})
	if r == nil {
		return nil, nil
	}
	r.AllowDuplicates = inc.AllowDuplicates
	t.Play.addRole(r)
	t.FromRole = r
	parent := l.applied(t)
	blocks := r.compile(l.Loader)
	for _, b := range blocks {
		if b.Parent == nil {
			b.Parent = parent
		}
	}
	for _, b := range r.handlerBlocks() {
		if b.Parent == nil {
			b.Parent = parent
		}
	}
	return r, blocks
}

// importRole expands an import_role task.
func (l *loading) importRole(t *Task) []Runnable {
	t.Static = true
	if t.Loop != nil || t.Handler {
		return nil
	}
	if name, ok := t.Value("name").(value.Str); ok && l.Warn != nil && l.Engine != nil && l.Scope != nil && looksTemplated(name.S) {
		_, warnings := l.Engine.Templar(l.Scope(t.Play, t)).Name(name)
		for _, w := range warnings {
			l.Warn(w.Message, w.At)
		}
	}
	args := t.Action.Args
	inc := RoleInclude{AllowDuplicates: true, Validate: true}
	text := func(key string) string {
		v, ok := args.Raw(key)
		if !ok {
			return ""
		}
		s, _ := l.name(v, t.Play, t, nil, t.place(), key)
		return s
	}
	if inc.Name = text("name"); inc.Name == "" {
		inc.Name = text("role")
	}
	if inc.Name == "" {
		return nil
	}
	inc.TasksFrom, inc.VarsFrom, inc.DefaultsFrom, inc.HandlersFrom = text("tasks_from"), text("vars_from"), text("defaults_from"), text("handlers_from")
	if v, ok := args.Raw("public"); ok {
		b := looseBool(v)
		inc.Public = &b
	}
	if v, ok := args.Raw("allow_duplicates"); ok {
		inc.AllowDuplicates = looseBool(v)
	}
	if v, ok := args.Raw("rolespec_validate"); ok {
		inc.Validate = looseBool(v)
	}
	r, blocks := l.includeRole(t, inc)
	if r == nil {
		return nil
	}
	t.Play.Handlers = append(t.Play.Handlers, r.handlerBlocks()...)
	var list []Runnable
	for _, b := range blocks {
		list = append(list, b)
	}
	return list
}
