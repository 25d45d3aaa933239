package playbook

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func errorsIs(err, target error) bool { return errors.Is(err, target) }

// reason is the innermost text of a file error.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

func dirOf(path string) string { return filepath.Dir(path) }

// absolute expands ~ and variables and makes a path absolute and clean, without following links.
func absolute(path string) string { return absoluteIn("", path) }

func absoluteIn(dir, path string) string {
	if rest, ok := strings.CutPrefix(path, "~"); ok && (rest == "" || rest[0] == '/') {
		if home, err := os.UserHomeDir(); err == nil {
			path = home + rest
		}
	}
	if strings.Contains(path, "$") {
		path = os.Expand(path, func(name string) string {
			if v, ok := os.LookupEnv(name); ok {
				return v
			}
			return "$" + name
		})
	}
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	if dir != "" {
		return filepath.Join(dir, path)
	}
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

func exists(fsys source.FS, path string) bool {
	_, err := fsys.Stat(path)
	return err == nil
}

func isDir(fsys source.FS, path string) bool {
	info, err := fsys.Stat(path)
	return err == nil && info.IsDir()
}

// isTasksDir tells by its text whether a path ends in a directory named tasks.
func isTasksDir(path string) bool {
	return strings.HasSuffix(strings.TrimSuffix(filepath.ToSlash(path), "/"), "/tasks")
}

// looksLikeRole is ansible-core's guess whether a directory belongs to a role.
func looksLikeRole(fsys source.FS, path string) bool {
	var candidates []string
	for _, ext := range [...]string{".yml", ".yaml", ""} {
		if isTasksDir(path) {
			candidates = append(candidates, filepath.Join(path, "main"+ext))
		}
		for _, dir := range [...]string{path, filepath.Dir(path)} {
			candidates = append(candidates, filepath.Join(dir, "tasks", "main"+ext), filepath.Join(dir, "meta", "main"+ext))
		}
	}
	for _, c := range candidates {
		if exists(fsys, c) {
			return true
		}
	}
	return false
}

// FindRelative looks for one file of a role or playbook, with and without the directory `dir` ("tasks", "vars",
// "templates", ...) before its name. The last place that was tried comes back when there is none.
func FindRelative(fsys source.FS, base, path, dir, name string, isRole bool) string {
	if strings.HasPrefix(name, "/") || strings.HasPrefix(name, "~") {
		return absolute(name)
	}
	root := absoluteIn(base, path)
	search := []string{filepath.Join(root, dir, name)}
	if !isRole {
		isRole = looksLikeRole(fsys, root)
	}
	if isRole && isTasksDir(path) {
		root = filepath.Dir(root)
	}
	search = append(search, filepath.Join(root, dir, name))
	if isRole && !strings.HasSuffix(name, dir) {
		search = append(search, filepath.Join(root, "tasks", name))
	}
	search = append(search, absolute(filepath.Join(dir, name)), filepath.Join(root, name),
		absoluteIn(base, filepath.Join(dir, name)), absoluteIn(base, name))
	for _, candidate := range search {
		if exists(fsys, candidate) {
			return candidate
		}
	}
	return search[len(search)-1]
}

// FindInStack looks for a file in several directories, as tasks do with their search path: with and without `dir` in each, then
// in base. When nothing is there, ok is false and tried lists the places.
func FindInStack(fsys source.FS, base string, stack []string, dir, name string) (path string, tried []string, ok bool) {
	if strings.HasPrefix(name, "/") || strings.HasPrefix(name, "~") {
		path = absolute(name)
		return path, []string{path}, exists(fsys, path)
	}
	first, _, _ := strings.Cut(name, "/")
	add := func(root string) {
		if first != dir {
			tried = append(tried, filepath.Join(root, dir, name))
		}
		tried = append(tried, filepath.Join(root, name))
	}
	for _, root := range stack {
		root = absoluteIn(base, root)
		if up := filepath.Dir(root); isTasksDir(up) && looksLikeRole(fsys, root) {
			tried = append(tried, filepath.Join(filepath.Dir(up), dir, name), filepath.Join(up, name))
		}
		if isTasksDir(root) && looksLikeRole(fsys, root) {
			tried = append(tried, filepath.Join(filepath.Dir(root), dir, name))
		}
		add(root)
	}
	add(base)
	for _, candidate := range tried {
		if exists(fsys, candidate) {
			return candidate, tried, true
		}
	}
	return "", tried, false
}

// findImport finds the file of an import_tasks: relative to the files that led to it, from the innermost outwards,
// then in the role or beside the playbook.
func (l *loading) findImport(t *Task, name string, handlers bool) string {
	dir := "tasks"
	if handlers {
		dir = "handlers"
	}
	base := t.Play.BaseDir
	cumulative := ""
	first := true
	for n := t.Parent; n != nil; n = n.ParentNode() {
		up, ok := n.(*Task)
		if !ok {
			continue
		}
		upDir := up.includeDir()
		if first {
			cumulative, first = upDir, false
		} else if !filepath.IsAbs(cumulative) {
			cumulative = filepath.Join(upDir, cumulative)
		}
		var path string
		if t.Role != nil {
			path = FindRelative(l.FS, base, joinAbs(filepath.Join(t.Role.Path, dir), cumulative), dir, name, false)
		} else {
			path = FindRelative(l.FS, base, base, cumulative, name, false)
		}
		if exists(l.FS, path) {
			return path
		}
	}
	if t.Role != nil {
		return FindRelative(l.FS, base, t.Role.Path, dir, name, false)
	}
	return absoluteIn(base, name)
}

// joinAbs joins like Python: an absolute second part stands alone.
func joinAbs(a, b string) string {
	if filepath.IsAbs(b) {
		return b
	}
	return filepath.Join(a, b)
}

// includeDir is the directory that an include contributes to the search of includes inside of it.
func (t *Task) includeDir() string {
	if t.Is("include_role", "import_role") {
		if t.FromRole != nil {
			return t.FromRole.Path
		}
		return ""
	}
	name := t.Included
	if name == "" {
		if v, ok := includedFile(t.Action.Args); ok {
			name = value.ToStr(v)
		}
	}
	dir := filepath.Dir(name)
	if dir == "." {
		return ""
	}
	return dir
}

// FindInclude gives the path of the file that an include_tasks task names, looked for as ansible-core does: next to
// the files that led to it, in the role, beside the playbook. name is templated. The last place that was tried comes
// back when there is none.
func (l *Loader) FindInclude(t *Task, name string) string {
	dir := "tasks"
	if t.Handler {
		dir = "handlers"
	}
	base := t.Play.BaseDir
	cumulative := ""
	first := true
	for n := t.Parent; n != nil; n = n.ParentNode() {
		up, ok := n.(*Task)
		if !ok {
			continue
		}
		upDir := up.includeDir()
		if first || filepath.IsAbs(cumulative) {
			cumulative, first = upDir, false
		} else {
			cumulative = joinAbs(upDir, cumulative)
		}
		var path string
		if t.Role != nil {
			for _, root := range [...]string{t.Role.Path, joinAbs(filepath.Join(t.Role.Path, dir), cumulative)} {
				if path = FindRelative(l.FS, base, root, dir, name, true); exists(l.FS, path) {
					break
				}
			}
		} else {
			path = FindRelative(l.FS, base, base, cumulative, name, false)
		}
		if exists(l.FS, path) {
			return path
		}
	}
	if t.Role != nil {
		return FindRelative(l.FS, base, t.Role.Path, dir, name, true)
	}
	return absoluteIn(base, name)
}

// SplitTags gives the single tags of a tags keyword.
func SplitTags(v value.Value) []value.Value {
	s, ok := v.(value.Str)
	if !ok {
		return listOf(v)
	}
	var out []value.Value
	for part := range strings.SplitSeq(s.S, ",") {
		tag := s
		tag.S = strings.TrimSpace(part)
		out = append(out, tag)
	}
	return out
}
