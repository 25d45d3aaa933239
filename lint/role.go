package lint

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/source"
)

// role is the name of the role that a file belongs to, "" outside of roles.
func (l *Linter) role(f *File) string {
	if dir := l.roleDir(f.Path); dir != "" {
		return filepath.Base(dir)
	}
	return ""
}

// roleDir is the folder of the role that a file belongs to: the outermost folder below roles/ that has a role's folders.
func (l *Linter) roleDir(path string) string {
	parts := strings.Split(filepath.ToSlash(filepath.Dir(path)), "/")
	below := slices.Index(parts, "roles")
	if below < 0 {
		return ""
	}
	for i := below + 1; i < len(parts); i++ {
		dir := filepath.FromSlash(strings.Join(parts[:i+1], "/"))
		if parts[i] != "roles" && (i+1 < len(parts) && slices.Contains(roleFolders, parts[i+1]) || l.isRoleDir(dir)) {
			return dir
		}
	}
	return ""
}

var roleFolders = []string{"tasks", "meta", "vars", "defaults", "handlers"}

// isRoleDir tells whether a folder has one of a role's own folders.
func (l *Linter) isRoleDir(dir string) bool {
	l.mu.Lock()
	is, ok := l.roleDirs[dir]
	l.mu.Unlock()
	if ok {
		return is
	}
	is = slices.ContainsFunc(roleFolders, func(s string) bool { return l.isDir(filepath.Join(dir, s)) })
	l.mu.Lock()
	l.roleDirs[dir] = is
	l.mu.Unlock()
	return is
}

// checkRoles runs the rules that look at roles as such, for the roles that the files belong to.
func (l *Linter) checkRoles(targets []Target) []Finding {
	seen := map[string]bool{}
	var out []Finding
	for _, t := range targets {
		dir := l.roleDir(t.Path)
		if dir == "" || seen[dir] {
			continue
		}
		seen[dir] = true
		f := &File{Path: dir, Name: l.show(dir), Kind: KindRole}
		f.Source = source.NewFile(f.Name, nil)
		p := &pass{linter: l, file: f}
		p.each(func(r *Rule) bool { return r.Role != nil }, func(r *Rule) { r.Role(p) })
		out = append(out, l.keep(p.findings)...)
	}
	return out
}
