package project

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// Link is a reference from one file to another: import, include, role, vars_files, template src, ...
type Link struct {
	From    source.Location // the name as written, without quotes
	Kind    string          // the keyword or module: "import_tasks", "roles", "template", ...
	Name    string          // as written
	To      []string        // absolute paths that exist; empty when nothing was found. A role links to its directory
	Tried   []string        // where it was looked for
	Dynamic bool            // the name holds a template: only what could be guessed is in To
}

// Links lists the references of a file, in the order of the file.
func (s *Snapshot) Links(f *File) []Link {
	if known := f.links.Load(); known != nil && known.set == s.set && s.set != nil {
		return known.links
	}
	links := s.findLinks(f)
	f.links.Store(&fileLinks{s.set, links})
	return links
}

func (s *Snapshot) findLinks(f *File) []Link {
	syn := f.Syntax()
	if syn == nil {
		return nil
	}
	l := &linker{s: s, f: f}
	for _, e := range syn.Entries {
		switch e := e.(type) {
		case *playbook.ImportSyntax:
			if a := e.Attr("import_playbook"); a != nil {
				l.file("import_playbook", a.Node, []string{filepath.Dir(f.Path)}, "")
			}
		case *playbook.PlaySyntax:
			l.play(e)
		}
	}
	l.items(syn.Items)
	if syn.Meta != nil {
		for _, r := range syn.Meta.Dependencies {
			l.role("dependencies", r.Name.S, r.NameAt)
		}
	}
	return l.links
}

type linker struct {
	s     *Snapshot
	f     *File
	links []Link
}

func (l *linker) exists(path string) bool {
	if l.s.files[path] != nil {
		return true
	}
	_, err := l.s.FS.Stat(path)
	return err == nil
}

func dynamic(name string) bool { return strings.Contains(name, "{{") || strings.Contains(name, "{%") }

// file links the name in a scalar to the first of dirs that has it, with and without the subdirectory.
func (l *linker) file(kind string, n *yaml.Node, dirs []string, sub string) {
	if n = n.Resolve(); n == nil || n.Kind != yaml.Scalar || n.Text == "" {
		return
	}
	l.add(kind, n.Text, inner(source.Location{File: l.f.Source, Span: n.Span}), dirs, sub)
}

func (l *linker) add(kind, name string, at source.Location, dirs []string, sub string) {
	link := Link{From: at, Kind: kind, Name: name, Dynamic: dynamic(name)}
	try := func(p string) {
		p = filepath.Clean(p)
		if slices.Contains(link.Tried, p) {
			return
		}
		link.Tried = append(link.Tried, p)
		if l.exists(p) {
			link.To = append(link.To, p)
		}
	}
	if !link.Dynamic {
		if filepath.IsAbs(name) {
			try(name)
		} else {
			for _, d := range dirs {
				if sub != "" && !strings.HasPrefix(name, sub+"/") {
					try(filepath.Join(d, sub, name))
				}
				try(filepath.Join(d, name))
			}
		}
		if len(link.To) > 1 {
			link.To = link.To[:1]
		}
	} else {
		link.To = l.guess(name, dirs, sub)
	}
	l.links = append(l.links, link)
}

// guess lists the files that a templated name may stand for: those whose fixed parts match.
func (l *linker) guess(name string, dirs []string, sub string) []string {
	pattern := globOf(name)
	if strings.Trim(pattern, "*/.") == "" || pattern == "*" {
		return nil
	}
	var out []string
	for _, d := range dirs {
		for _, p := range []string{filepath.Join(d, sub, pattern), filepath.Join(d, pattern)} {
			for path := range l.s.files {
				if ok, _ := filepath.Match(p, path); ok && !slices.Contains(out, path) {
					out = append(out, path)
				}
			}
		}
		if len(out) > 0 {
			break
		}
	}
	slices.Sort(out)
	return out
}

// globOf replaces the templates of a name by stars.
func globOf(name string) string {
	var b strings.Builder
	for {
		i := strings.Index(name, "{{")
		if i < 0 {
			b.WriteString(name)
			break
		}
		b.WriteString(name[:i])
		b.WriteByte('*')
		j := strings.Index(name[i:], "}}")
		if j < 0 {
			break
		}
		name = name[i+j+2:]
	}
	return b.String()
}

func (l *linker) role(kind, name string, at source.Location) {
	link := Link{From: inner(at), Kind: kind, Name: name, Dynamic: dynamic(name)}
	if !link.Dynamic {
		if dir, tried := l.s.FindRole(name, l.f.Path); dir != "" {
			link.To = []string{dir}
		} else {
			link.Tried = tried
		}
	}
	l.links = append(l.links, link)
}

func (l *linker) play(p *playbook.PlaySyntax) {
	dir := []string{filepath.Dir(l.f.Path)}
	if a := p.Attr("vars_files"); a != nil {
		if n := a.Node.Resolve(); n != nil && n.Kind == yaml.Sequence {
			for _, item := range n.Items {
				scalars(item, func(n *yaml.Node) { l.file("vars_files", n, dir, "vars") })
			}
		} else {
			l.file("vars_files", a.Node, dir, "vars")
		}
	}
	for _, r := range p.Roles {
		l.role("roles", r.Name.S, r.NameAt)
	}
	l.items(p.PreTasks)
	l.items(p.Tasks)
	l.items(p.PostTasks)
	l.items(p.Handlers)
}

func (l *linker) items(items []playbook.Item) {
	for _, item := range items {
		switch item := item.(type) {
		case *playbook.BlockSyntax:
			l.items(item.Block)
			l.items(item.Rescue)
			l.items(item.Always)
		case *playbook.TaskSyntax:
			l.task(item)
		}
	}
}

// dirs lists where a task looks for files: its role, its own directory, the project's root.
func (l *linker) dirs() []string {
	var dirs []string
	if l.f.Role != "" {
		dirs = append(dirs, l.f.Role)
	}
	return append(dirs, filepath.Dir(l.f.Path), l.s.Root)
}

// filePart is the subdirectory and the argument of the modules that take a file of the controller.
func filePart(module string) (sub string, args []string) {
	switch module {
	case "template", "win_template":
		return "templates", []string{"src"}
	case "copy", "win_copy", "unarchive", "assemble", "patch":
		return "files", []string{"src"}
	case "script":
		return "files", []string{"_raw_params", "cmd"}
	case "include_vars":
		return "vars", []string{"_raw_params", "file", "dir"}
	}
	return "", nil
}

func (l *linker) task(t *playbook.TaskSyntax) {
	act := &t.Action
	short := act.Name
	for _, prefix := range [...]string{"ansible.builtin.", "ansible.legacy.", "ansible.windows."} {
		short = strings.TrimPrefix(short, prefix)
	}
	switch short {
	case "include_tasks", "import_tasks":
		l.argument(t, short, []string{"_raw_params", "file"}, l.taskDirs(t.Handler), "")
		return
	case "include_role", "import_role":
		for _, name := range [...]string{"name", "role"} {
			v, ok := act.Args.Raw(name)
			if s, isText := v.(value.Str); ok && isText {
				at := act.NameAt
				if n := argument(act, name); n != nil {
					at = source.Location{File: l.f.Source, Span: n.Span}
				}
				l.role(short, s.S, at)
				l.from(t, s.S)
				return
			}
		}
		return
	}
	if sub, args := filePart(short); args != nil {
		if remote, ok := act.Args.Raw("remote_src"); ok {
			if s, isText := remote.(value.Str); !isText || s.S != "no" && s.S != "false" {
				if b, isBool := remote.(value.Bool); !isBool || bool(b) {
					return
				}
			}
		}
		l.argument(t, short, args, l.dirs(), sub)
	}
}

func (l *linker) taskDirs(handler bool) []string {
	var dirs []string
	if l.f.Role != "" {
		sub := "tasks"
		if handler {
			sub = "handlers"
		}
		dirs = append(dirs, filepath.Join(l.f.Role, sub))
	}
	return append(dirs, filepath.Dir(l.f.Path), l.s.Root)
}

// from links tasks_from and the like into the role.
func (l *linker) from(t *playbook.TaskSyntax, role string) {
	dir, _ := l.s.FindRole(role, l.f.Path)
	if dir == "" {
		return
	}
	for _, kind := range [...]string{"tasks", "vars", "defaults", "handlers"} {
		n := argument(&t.Action, kind+"_from")
		if n == nil {
			continue
		}
		name := n.Text
		if filepath.Ext(name) == "" && !dynamic(name) {
			name += ".yml"
		}
		l.add(kind+"_from", name, inner(source.Location{File: l.f.Source, Span: n.Span}), []string{filepath.Join(dir, kind)}, "")
	}
}

// argument links the first of the named arguments that is given.
func (l *linker) argument(t *playbook.TaskSyntax, kind string, names, dirs []string, sub string) {
	act := &t.Action
	for _, name := range names {
		v, ok := act.Args.Raw(name)
		s, isText := v.(value.Str)
		if !ok || !isText || s.S == "" {
			continue
		}
		text := s.S
		if kind == "script" {
			text, _, _ = strings.Cut(text, " ")
		}
		at := source.Location{File: l.f.Source, Span: act.NameAt.Span}
		if n := argument(act, name); n != nil {
			at.Span = n.Span
		} else if n := act.Node.Resolve(); n != nil && n.Kind == yaml.Scalar {
			if i := strings.Index(n.Text, text); i >= 0 {
				at.Span = source.Span{Start: n.FileOffset(i), End: n.FileOffset(i + len(text))}
			}
		}
		l.add(kind, text, inner(at), dirs, sub)
		return
	}
}

// FindRole finds the directory of a role as a file of the project would: beside it, in the project's roles directories,
// in the configured roles path, in the collections of the project. tried lists the places when there is none.
func (s *Snapshot) FindRole(name, from string) (dir string, tried []string) {
	if d, ok := s.Roles()[name]; ok {
		return d, nil
	}
	var dirs []string
	for d := filepath.Dir(from); within(s.Root, d); d = filepath.Dir(d) {
		dirs = append(dirs, filepath.Join(d, "roles"), d)
		if d == s.Root || d == filepath.Dir(d) {
			break
		}
	}
	if s.Config != nil {
		dirs = append(dirs, s.Config.Strings("DEFAULT_ROLES_PATH")...)
	}
	for _, d := range dirs {
		path := filepath.Join(d, name)
		if slices.Contains(tried, path) {
			continue
		}
		tried = append(tried, path)
		if info, err := s.FS.Stat(path); err == nil && info.IsDir() {
			return path, nil
		}
	}
	if parts := strings.Split(name, "."); len(parts) >= 3 {
		if own, ok := s.collections()[parts[0]+"."+parts[1]]; ok {
			path := filepath.Join(append([]string{own, "roles"}, parts[2:]...)...)
			tried = append(tried, path)
			if info, err := s.FS.Stat(path); err == nil && info.IsDir() {
				return path, nil
			}
		}
		roots := []string{filepath.Join(s.Root, "collections")}
		if s.Config != nil {
			roots = append(roots, s.Config.Strings("COLLECTIONS_PATHS")...)
		}
		for _, r := range roots {
			path := filepath.Join(append([]string{r, "ansible_collections", parts[0], parts[1], "roles"}, parts[2:]...)...)
			tried = append(tried, path)
			if info, err := s.FS.Stat(path); err == nil && info.IsDir() {
				return path, nil
			}
		}
	}
	return "", tried
}

// collections lists the collections that the project itself holds: "namespace.name" to the directory of galaxy.yml.
func (s *Snapshot) collections() map[string]string {
	s.ownOnce.Do(func() {
		s.own = map[string]string{}
		for _, f := range s.files {
			if f.Kind != Galaxy || f.Tree() == nil {
				continue
			}
			root := f.Tree().Root().Resolve()
			if root == nil || root.Kind != yaml.Mapping {
				continue
			}
			ns, name := root.Get("namespace"), root.Get("name")
			if ns != nil && name != nil {
				s.own[ns.Text+"."+name.Text] = filepath.Dir(f.Path)
			}
		}
	})
	return s.own
}

func within(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// Roles lists the roles of the project: name to directory. A role is a directory with tasks, defaults, handlers, vars or meta
// below a directory named roles; the project itself is one where it is laid out so.
func (s *Snapshot) Roles() map[string]string {
	s.roleOnce.Do(func() {
		s.roles = map[string]string{}
		for path, f := range s.files {
			if f.Role == "" {
				continue
			}
			switch f.Kind {
			case Tasks, Handlers, Defaults, Meta, Vars:
			default:
				continue
			}
			name := filepath.Base(f.Role)
			if i := strings.LastIndex(filepath.ToSlash(f.Role), "/roles/"); i >= 0 {
				name = filepath.ToSlash(f.Role[i+len("/roles/"):])
			}
			if old, ok := s.roles[name]; !ok || len(f.Role) < len(old) || len(f.Role) == len(old) && f.Role < old {
				s.roles[name] = f.Role
			}
			_ = path
		}
	})
	return s.roles
}

// IncludedBy lists the links of the project that lead to a file or role directory.
func (s *Snapshot) IncludedBy(path string) []Link {
	var out []Link
	for _, f := range s.Files() {
		for _, l := range s.Links(f) {
			if slices.Contains(l.To, path) {
				out = append(out, l)
			}
		}
	}
	return out
}
