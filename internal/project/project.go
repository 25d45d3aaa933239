// Package project finds the files of an Ansible project, says what each of them is, and indexes what they define and
// use. A Snapshot is immutable: an edit makes a new one that shares all results of unchanged files. It imports playbook,
// inventory, vars, config and what they import.
package project

import (
	"errors"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/rehearse-dev/rehearse/internal/config"
	"github.com/rehearse-dev/rehearse/internal/source"
)

// Snapshot is one state of a project. It is immutable and safe for concurrent use.
type Snapshot struct {
	Root   string
	Config *config.Config
	FS     source.FS

	files map[string]*File
	set   *fileSet // which files there are: shared while only their contents change

	sortOnce sync.Once
	sorted   []*File

	indexOnce sync.Once
	made      atomic.Pointer[index] // set once, under indexOnce; With looks at it while others may still make it
	from      *index                // the index of an earlier state, to start from
	changed   map[string]*File      // what the files of `from` were that differ now; nil values for new files
	roleOnce  sync.Once
	roles     map[string]string
	worldOnce sync.Once
	world     *world
	ownOnce   sync.Once
	own       map[string]string
	backOnce  sync.Once
	back      map[string][]*File
}

// fileSet stands for one set of paths and kinds. What a file refers to depends on its own content and on that set alone.
type fileSet struct{ plugins plugins }

// Options steer Open.
type Options struct {
	FS      source.FS
	Env     config.Env
	Exclude []string       // paths relative to the root, or names of directories, that are left out
	Config  *config.Config // nil: the ansible.cfg nearest to the root is read
	Folder  string         // the root where no file marks one: what the editor has opened; "" for none
}

// maxFiles bounds the number of files of a project.
const maxFiles = 100_000

// maxSize is the size from which on a file is listed but not read.
const maxSize = 4 << 20

// Root gives the root of the project around a path: the nearest directory upwards that holds ansible.cfg, galaxy.yml,
// .ansible-lint or .git; else, for a path inside of a role, the directory above "roles", or the role's own directory where it
// stands alone; else the path's own directory.
func Root(fsys source.FS, path string) string {
	dir, marked := markedRoot(fsys, path)
	if marked {
		return dir
	}
	role := roleOf(filepath.Join(dir, "x"))
	switch {
	case role == "":
		return dir
	case filepath.Base(filepath.Dir(role)) == "roles":
		return filepath.Dir(filepath.Dir(role))
	}
	return role
}

// markedRoot gives the nearest directory upwards that a file marks as a root, or the directory of the path itself.
func markedRoot(fsys source.FS, path string) (dir string, marked bool) {
	dir = path
	if info, err := fsys.Stat(path); err != nil || !info.IsDir() {
		dir = filepath.Dir(path)
	}
	for d := dir; ; d = filepath.Dir(d) {
		for _, mark := range [...]string{"ansible.cfg", "galaxy.yml", "galaxy.yaml", ".ansible-lint", ".ansible-lint.yml", ".git"} {
			if _, err := fsys.Stat(filepath.Join(d, mark)); err == nil {
				return d, true
			}
		}
		if d == filepath.Dir(d) {
			return dir, false
		}
	}
}

// RootIn is Root with a folder to take where nothing marks a root, "" for none: Open takes the same for its Options.Folder.
func RootIn(fsys source.FS, path, folder string) string {
	if folder != "" {
		if _, marked := markedRoot(fsys, path); !marked {
			return folder
		}
	}
	return Root(fsys, path)
}

// Open discovers the project around a path.
func Open(path string, o Options) (*Snapshot, error) {
	if o.FS == nil {
		o.FS = source.OS{}
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	s := &Snapshot{Root: RootIn(o.FS, path, o.Folder), Config: o.Config, FS: o.FS, files: map[string]*File{}, set: &fileSet{}}
	if s.Config == nil {
		if s.Config, err = config.Load(config.Options{FS: o.FS, Env: o.Env, Dir: s.Root}); err != nil {
			s.Config = &config.Config{Dir: s.Root}
		}
	}
	if err := s.walk(s.Root, o.Exclude, 0); err != nil && !errors.Is(err, errTooMany) {
		return nil, err
	}
	return s, nil
}

var errTooMany = errors.New("too many files")

// skipped are directories that hold nothing of the project itself.
func skipped(name string) bool {
	switch name {
	case ".git", ".hg", ".svn", "node_modules", ".venv", "venv", ".tox", ".nox", "__pycache__", ".cache", ".ansible", ".mypy_cache",
		".pytest_cache", ".ruff_cache", ".idea", ".vagrant", "ansible_collections":
		return true
	}
	return false
}

func (s *Snapshot) walk(dir string, exclude []string, depth int) error {
	entries, err := s.FS.ReadDir(dir)
	if err != nil || depth > 40 {
		return nil // what cannot be listed is not part of the project
	}
	for _, e := range entries {
		name := e.Name()
		path := filepath.Join(dir, name)
		if s.excluded(path, name, exclude) {
			continue
		}
		mode := e.Type()
		if mode&fs.ModeSymlink != 0 {
			info, err := s.FS.Stat(path)
			if err != nil || info.IsDir() { // directories behind links are visited where they really are
				continue
			}
			mode = info.Mode().Type()
		}
		if mode.IsDir() {
			if skipped(name) {
				continue
			}
			if err := s.walk(path, exclude, depth+1); err != nil {
				return err
			}
			continue
		}
		if !mode.IsRegular() {
			continue
		}
		if len(s.files) >= maxFiles {
			return errTooMany
		}
		s.files[path] = s.newFile(path, nil)
	}
	return nil
}

func (s *Snapshot) excluded(path, name string, exclude []string) bool {
	for _, x := range exclude {
		x = strings.TrimSuffix(x, "/")
		if x == name {
			return true
		}
		if rel, err := filepath.Rel(s.Root, path); err == nil {
			if rel == x {
				return true
			}
			if ok, _ := filepath.Match(x, rel); ok {
				return true
			}
		}
	}
	return false
}

// Files lists all files, sorted by path.
func (s *Snapshot) Files() []*File {
	s.sortOnce.Do(func() {
		s.sorted = slices.SortedFunc(maps.Values(s.files), func(a, b *File) int { return strings.Compare(a.Path, b.Path) })
	})
	return s.sorted
}

// File finds a file by its absolute path, nil where the project does not have it.
func (s *Snapshot) File(path string) *File { return s.files[path] }

// With gives a snapshot with other content for one file: an unsaved buffer or, where content is nil, what is on disk
// now. The file may be new to the project; one that is gone is left out. Everything that does not depend on the file is
// shared.
func (s *Snapshot) With(path string, content []byte) *Snapshot {
	path = filepath.Clean(path)
	old := s.files[path]
	var f *File
	if content == nil {
		if info, err := s.FS.Stat(path); err == nil && info.Mode().IsRegular() {
			f = s.newFile(path, nil)
		}
	} else {
		f = s.newFile(path, content)
	}
	if old != nil && f != nil && old.same(f) {
		return s
	}
	n := &Snapshot{Root: s.Root, Config: s.Config, FS: s.FS, files: maps.Clone(s.files), changed: map[string]*File{}}
	if n.files == nil {
		n.files = map[string]*File{}
	}
	if f == nil {
		delete(n.files, path)
	} else {
		n.files[path] = f
	}
	if n.set = s.set; old == nil || f == nil || old.Kind != f.Kind {
		n.set = &fileSet{}
	}
	if made := s.made.Load(); made != nil {
		n.from = made
	} else {
		n.from = s.from
		maps.Copy(n.changed, s.changed)
	}
	if _, ok := n.changed[path]; !ok {
		n.changed[path] = old
	}
	return n
}
