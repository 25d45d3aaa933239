package lint

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Target is a file to check, and what it is to be read as.
type Target struct {
	Path string
	Kind Kind
}

// alwaysIgnored are the folders that are never looked into.
var alwaysIgnored = []string{".ansible", ".git", ".tox", ".mypy_cache", "__pycache__", ".DS_Store", ".coverage", ".pytest_cache", ".ruff_cache"}

// Discover lists the files below the paths (the linter's folder when there are none): those that a rule may look at,
// without what .gitignore and exclude_paths leave out. A file that is named itself is never left out.
func (l *Linter) Discover(paths []string) ([]Target, error) {
	if len(paths) == 0 {
		paths = []string{l.dir}
	}
	d := &discovery{l: l, seen: map[Target]bool{}}
	root := append(parseIgnore("", alwaysIgnored), parseIgnore("", l.config.excludeLines(l.dir))...)
	for _, p := range paths {
		if !filepath.IsAbs(p) {
			p = filepath.Join(l.dir, p)
		}
		info, err := l.fs.Stat(p)
		if err != nil {
			return nil, fmt.Errorf("%s: no such file or folder", p)
		}
		if !info.IsDir() {
			d.add(p)
			continue
		}
		ignores := slices.Clone(root)
		// The .gitignore files above the folder count, too.
		if rel, err := filepath.Rel(l.dir, p); err == nil && !strings.HasPrefix(rel, "..") && rel != "." {
			dir := l.dir
			for _, part := range strings.Split(filepath.ToSlash(rel), "/") {
				ignores = append(ignores, l.gitignore(dir)...)
				dir = filepath.Join(dir, part)
			}
		}
		if err := d.walk(p, ignores); err != nil {
			return nil, err
		}
	}
	return d.targets, nil
}

type discovery struct {
	l       *Linter
	targets []Target
	seen    map[Target]bool
}

func (d *discovery) add(p string) {
	kind := d.l.config.KindOf(d.l.show(p))
	if !kind.isYAML(p) { // no rule looks at other files yet
		return
	}
	t := Target{p, kind}
	if !d.seen[t] {
		d.seen[t] = true
		d.targets = append(d.targets, t)
	}
}

func (l *Linter) gitignore(dir string) []ignorePattern {
	b, err := l.fs.ReadFile(filepath.Join(dir, ".gitignore"))
	if err != nil {
		return nil
	}
	base := l.show(dir)
	if base == "." {
		base = ""
	}
	return parseIgnore(base, strings.Split(string(b), "\n"))
}

func (d *discovery) walk(dir string, ignores []ignorePattern) error {
	entries, err := d.l.fs.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("read folder %s: %w", dir, err)
	}
	for _, e := range entries {
		if e.Name() == ".gitignore" {
			ignores = append(slices.Clip(ignores), d.l.gitignore(dir)...)
		}
	}
	for _, e := range entries {
		p := filepath.Join(dir, e.Name())
		isDir := e.IsDir()
		if e.Type()&fs.ModeSymlink != 0 {
			info, err := d.l.fs.Stat(p)
			if err != nil || info.IsDir() { // a link to a folder may lead in a circle; what it leads to is found itself
				continue
			}
			p = d.l.real(p)
		}
		if ignored(ignores, d.l.show(p), isDir) {
			continue
		}
		if !isDir {
			d.add(p)
			continue
		}
		if err := d.walk(p, ignores); err != nil {
			return err
		}
	}
	return nil
}

// includes are the modules that bring in a file of tasks, by their short names.
var includes = []string{"include", "include_tasks", "import_tasks"}

func isModule(name string, short ...string) bool {
	name = strings.TrimPrefix(strings.TrimPrefix(name, "ansible.builtin."), "ansible.legacy.")
	return slices.Contains(short, name)
}

// Children lists the files that a playbook or a file of tasks brings in: included tasks, roles, imported playbooks.
func (l *Linter) Children(f *File) []Target {
	if f.Syntax == nil || f.Kind == KindHandlers {
		return nil
	}
	var out []Target
	dir := filepath.Dir(f.Path)
	tasks := func(items []playbook.Item, kind Kind) {
		eachTask(items, func(t *playbook.TaskSyntax) {
			switch {
			case isModule(t.Action.Name, includes...):
				name := text(firstArg(&t.Action, "file", "_raw_params"))
				if name != "" && !strings.Contains(name, "{{") {
					if p := l.findTasks(dir, name); p != "" {
						out = append(out, Target{p, kind})
					}
				}
			case isModule(t.Action.Name, "import_role", "include_role"):
				out = append(out, l.roleFiles(dir, text(firstArg(&t.Action, "name")))...)
			}
		})
	}
	tasks(f.Syntax.Items, f.Kind)
	for _, e := range f.Syntax.Entries {
		switch e := e.(type) {
		case *playbook.PlaySyntax:
			tasks(e.Tasks, KindTasks)
			tasks(e.Handlers, KindHandlers)
			tasks(e.PreTasks, KindTasks)
			tasks(e.PostTasks, KindTasks)
			for _, r := range e.Roles {
				if !skipTag(r.Value("tags")) {
					out = append(out, l.roleFiles(dir, r.Name.S)...)
				}
			}
		case *playbook.ImportSyntax:
			if s := text(e.Path); s != "" && !strings.Contains(s, "{{") {
				if p := filepath.Join(dir, s); l.isFile(p) {
					out = append(out, Target{l.real(p), KindPlaybook})
				}
			}
		}
	}
	return out
}

func firstArg(a *playbook.Action, names ...string) value.Value {
	for _, n := range names {
		if v, ok := a.Args.Raw(n); ok {
			return v
		}
	}
	return nil
}

func eachTask(items []playbook.Item, visit func(*playbook.TaskSyntax)) {
	for _, item := range items {
		switch item := item.(type) {
		case *playbook.TaskSyntax:
			visit(item)
		case *playbook.BlockSyntax:
			eachTask(item.Block, visit)
			eachTask(item.Rescue, visit)
			eachTask(item.Always, visit)
		}
	}
}

// real follows symbolic links, so that a file is checked once, under its own name.
func (l *Linter) real(p string) string {
	if _, ok := l.fs.(source.OS); !ok {
		return p
	}
	l.mu.Lock()
	q, ok := l.reals[p]
	l.mu.Unlock()
	if ok {
		return q
	}
	q, err := filepath.EvalSymlinks(p)
	if err != nil {
		q = p
	}
	l.mu.Lock()
	l.reals[p] = q
	l.mu.Unlock()
	return q
}

func (l *Linter) isFile(p string) bool {
	info, err := l.fs.Stat(p)
	return err == nil && !info.IsDir()
}

func (l *Linter) isDir(p string) bool {
	info, err := l.fs.Stat(p)
	return err == nil && info.IsDir()
}

// findTasks looks for an included file beside the file that includes it and upwards to the linter's folder, each time
// in tasks/, too.
func (l *Linter) findTasks(dir, name string) string {
	for {
		for _, p := range []string{filepath.Join(dir, name), filepath.Join(dir, "tasks", name)} {
			if l.isFile(p) {
				return l.real(p)
			}
		}
		up := filepath.Dir(dir)
		if up == dir || dir == l.dir {
			return ""
		}
		dir = up
	}
}

// roleFiles lists the YAML files of a role of the project.
func (l *Linter) roleFiles(dir, name string) []Target {
	if name == "" || strings.Contains(name, "{{") {
		return nil
	}
	key := dir + "\x00" + name
	l.mu.Lock()
	ts, ok := l.roles[key]
	l.mu.Unlock()
	if !ok {
		ts = l.findRole(dir, name)
		l.mu.Lock()
		l.roles[key] = ts
		l.mu.Unlock()
	}
	return ts
}

func (l *Linter) findRole(dir, name string) []Target {
	short := name[strings.LastIndexByte(name, '.')+1:]
	for _, p := range []string{
		filepath.Join(dir, "roles", short), filepath.Join(dir, short), filepath.Join(dir, "..", "..", "..", "roles", short),
		filepath.Join(dir, "..", "..", short), filepath.Join(dir, "..", short), filepath.Join(l.dir, "roles", short),
	} {
		if !l.isDir(p) {
			continue
		}
		p = l.real(p)
		l.mu.Lock()
		ts, ok := l.roles[p]
		l.mu.Unlock()
		if ok {
			return ts
		}
		d := &discovery{l: l, seen: map[Target]bool{}}
		for _, sub := range []string{"tasks", "meta", "handlers", "vars", "defaults"} {
			if q := filepath.Join(p, sub); l.isDir(q) {
				_ = d.walk(q, nil)
			}
		}
		l.mu.Lock()
		l.roles[p] = d.targets
		l.mu.Unlock()
		return d.targets
	}
	return nil
}
