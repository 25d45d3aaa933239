package project

import (
	"bytes"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// File is one file of a snapshot. What is derived from its content is computed on demand, once. Files are shared between
// snapshots.
type File struct {
	Path   string // absolute
	Kind   Kind
	Role   string       // directory of the role that the file belongs to, "" outside of roles
	Source *source.File // nil for files that are not text of the project: see Kind Other

	treeOnce sync.Once
	tree     *yaml.Tree
	once     sync.Once
	syntax   *playbook.File
	sumOnce  sync.Once
	sum      *summary
	links    atomic.Pointer[fileLinks]
}

// fileLinks are the references of a file, as they are in one set of files.
type fileLinks struct {
	set   *fileSet
	links []Link
}

// newFile reads a file, unless its content is given, and finds out what it is.
func (s *Snapshot) newFile(path string, content []byte) *File {
	f := &File{Path: path, Role: s.role(path)}
	rel, err := filepath.Rel(s.Root, path)
	if err != nil {
		rel = path
	}
	kind, sure := kindOf(rel)
	if kind == Template && s.inChart(path) {
		kind = Other
	}
	f.Kind = kind
	if content == nil {
		if f.Kind == Other {
			return f
		}
		if info, err := s.FS.Stat(path); err != nil || info.Size() > maxSize {
			return f
		}
		if content, err = s.FS.ReadFile(path); err != nil {
			return f
		}
	}
	f.Source = source.NewFile(path, content)
	if bytes.HasPrefix(content, []byte("$ANSIBLE_VAULT")) {
		f.Kind = Vaulted
		return f
	}
	if !sure {
		f.Kind = sniff(f.Tree(), kind)
	}
	return f
}

// inChart tells whether a file belongs to the templates of a Helm chart, which are written in another language.
func (s *Snapshot) inChart(path string) bool {
	for dir := filepath.Dir(path); within(s.Root, dir); dir = filepath.Dir(dir) {
		if filepath.Base(dir) == "templates" {
			if _, err := s.FS.Stat(filepath.Join(filepath.Dir(dir), "Chart.yaml")); err == nil {
				return !strings.HasSuffix(path, ".j2")
			}
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	return false
}

func (f *File) same(o *File) bool {
	return f.Kind == o.Kind && f.Source != nil && o.Source != nil && bytes.Equal(f.Source.Content, o.Source.Content)
}

// Tree is the file parsed as YAML, nil for a file without content.
func (f *File) Tree() *yaml.Tree {
	f.treeOnce.Do(func() {
		if f.Source != nil {
			f.tree = yaml.Parse(f.Source)
		}
	})
	return f.tree
}

// Syntax is the file parsed as its kind, nil for kinds without a playbook syntax.
func (f *File) Syntax() *playbook.File {
	f.once.Do(func() {
		kind, ok := syntaxKind(f.Kind)
		if !ok || f.Source == nil {
			return
		}
		f.syntax = playbook.ParseTree(f.Tree(), kind)
	})
	return f.syntax
}

func syntaxKind(k Kind) (playbook.FileKind, bool) {
	switch k {
	case Playbook:
		return playbook.PlaybookFile, true
	case Tasks:
		return playbook.TasksFile, true
	case Handlers:
		return playbook.HandlersFile, true
	case Meta:
		return playbook.MetaFile, true
	case Vars, Defaults, ArgSpecs:
		return playbook.VarsFile, true
	}
	return 0, false
}

// role gives the directory of the role that a path belongs to. Outside of a directory named roles, a directory counts as a role
// only where it has a main file.
func (s *Snapshot) role(path string) string {
	dir := roleOf(path)
	if dir == "" || strings.Contains(filepath.ToSlash(dir), "/roles/") {
		return dir
	}
	for _, main := range [...]string{"tasks/main.yml", "tasks/main.yaml", "meta/main.yml", "meta/main.yaml", "defaults/main.yml", "handlers/main.yml"} {
		if _, err := s.FS.Stat(filepath.Join(dir, main)); err == nil {
			return dir
		}
	}
	return ""
}

// roleOf gives the directory of the role that a path belongs to: the parent of tasks, handlers, defaults, vars, meta,
// templates, files, library, molecule, ... where that parent stands in a directory named roles, or has one of them beside.
func roleOf(path string) string {
	parts := strings.Split(filepath.ToSlash(path), "/")
	for i := len(parts) - 2; i >= 1; i-- {
		switch parts[i] {
		case "tasks", "handlers", "defaults", "vars", "meta", "templates", "files", "library", "module_utils", "lookup_plugins":
			if i >= 2 && parts[i-2] == "roles" {
				return filepath.FromSlash(strings.Join(parts[:i], "/"))
			}
		}
	}
	for i := len(parts) - 2; i >= 1; i-- {
		switch parts[i] {
		case "tasks", "handlers", "defaults", "meta":
			return filepath.FromSlash(strings.Join(parts[:i], "/"))
		case "vars", "templates", "files":
			if i >= 1 && parts[i-1] != "playbooks" && i == len(parts)-2 {
				return ""
			}
		}
	}
	return ""
}
