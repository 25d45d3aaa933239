package project

import (
	"cmp"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"

	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/vars"
)

// world is the project as the runner would see it: inventory, playbooks and variables. It is made on demand.
type world struct {
	inv    *inventory.Inventory
	store  *vars.Store
	loader *playbook.Loader

	mu        sync.Mutex
	playbooks map[string]*playbook.Playbook
}

func (s *Snapshot) load() *world {
	s.worldOnce.Do(func() {
		w := &world{playbooks: map[string]*playbook.Playbook{}}
		fsys := buffered{s}
		w.inv, _, _ = inventory.Load(fsys, s.InventorySources(), inventory.Options{Dir: s.Root, Enabled: []string{"host_list", "yaml", "ini", "toml"}})
		if w.inv == nil {
			w.inv = inventory.New()
		}
		w.loader = &playbook.Loader{FS: fsys, Parse: s.parse}
		if s.Config != nil {
			w.loader.RolesPath = append([]string{filepath.Join(s.Root, "roles")}, s.Config.Strings("DEFAULT_ROLES_PATH")...)
			w.loader.Collections = append([]string{filepath.Join(s.Root, "collections")}, s.Config.Strings("COLLECTIONS_PATHS")...)
		}
		w.store = vars.New(vars.Options{FS: fsys, Inventory: w.inv, Dir: s.Root})
		s.world = w
	})
	return s.world
}

// buffered is the file system as the snapshot sees it: the contents of its own files, unsaved ones among them, over what is
// on disk.
type buffered struct{ s *Snapshot }

func (b buffered) ReadFile(path string) ([]byte, error) {
	if f := b.s.files[path]; f != nil && f.Source != nil {
		return f.Source.Content, nil
	}
	return b.s.FS.ReadFile(path)
}

func (b buffered) Stat(path string) (fs.FileInfo, error) { return b.s.FS.Stat(path) }

func (b buffered) ReadDir(path string) ([]fs.DirEntry, error) { return b.s.FS.ReadDir(path) }

// parse gives the loader the project's own trees.
func (s *Snapshot) parse(path string, kind playbook.FileKind) (*playbook.File, error) {
	if f := s.files[path]; f != nil && f.Source != nil {
		if k, ok := syntaxKind(f.Kind); ok && k == kind {
			return f.Syntax(), nil
		}
		return playbook.ParseTree(f.Tree(), kind), nil
	}
	content, err := s.FS.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return playbook.Parse(source.NewFile(path, content), kind), nil
}

// Playbook loads a playbook of the project with all that it imports, once per snapshot.
func (s *Snapshot) Playbook(path string) *playbook.Playbook {
	w := s.load()
	w.mu.Lock()
	defer w.mu.Unlock()
	if pb := w.playbooks[path]; pb != nil {
		return pb
	}
	pb, _ := w.loader.Playbook(path)
	w.playbooks[path] = pb
	return pb
}

// InventorySources lists the project's inventories: those of ansible.cfg where it names some, else the inventory files of the
// project.
func (s *Snapshot) InventorySources() []string {
	if s.Config != nil && s.Config.Set("DEFAULT_HOST_LIST") {
		return s.Config.Strings("DEFAULT_HOST_LIST")
	}
	var out []string
	for _, f := range s.Files() {
		if f.Kind == Inventory {
			out = append(out, f.Path)
		}
	}
	return out
}

// Inventory is the project's inventory. Scripts and plugins are not run.
func (s *Snapshot) Inventory() *inventory.Inventory { return s.load().inv }

// backward gives, for each file and role directory, the files that refer to it.
func (s *Snapshot) backward() map[string][]*File {
	s.backOnce.Do(func() {
		s.back = map[string][]*File{}
		for _, f := range s.Files() {
			for _, l := range s.Links(f) {
				for _, to := range l.To {
					if list := s.back[to]; len(list) == 0 || list[len(list)-1] != f {
						s.back[to] = append(list, f)
					}
				}
			}
		}
	})
	return s.back
}

// PlaybooksReaching lists the playbooks that lead to a file through imports, includes and roles, itself where it is one; those
// nearest to the project's root come first.
func (s *Snapshot) PlaybooksReaching(path string) []string {
	back := s.backward()
	seen := map[string]bool{}
	var queue, out []string
	push := func(p string) {
		if p != "" && !seen[p] {
			seen[p] = true
			queue = append(queue, p)
		}
	}
	push(path)
	if f := s.files[path]; f != nil {
		push(f.Role)
	}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if f := s.files[at]; f != nil && f.Kind == Playbook {
			out = append(out, at)
		}
		for _, f := range back[at] {
			push(f.Path)
			push(f.Role)
		}
	}
	slices.SortFunc(out, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(filepath.Dir(a)), len(filepath.Dir(b))), cmp.Compare(a, b))
	})
	return out
}

// Task is a loaded task with its play, as one of the project's playbooks reaches it.
type Task struct {
	Play *playbook.Play
	Task *playbook.Task
}

// maxPlaybooks bounds the number of playbooks that are loaded to find the ways to one task.
const maxPlaybooks = 4

// TasksAt lists the loaded tasks whose text holds an offset of a file: one for each play of the project that reaches it
// statically. Where many playbooks do, only the nearest to the root are looked at.
func (s *Snapshot) TasksAt(path string, off int) []Task {
	var out []Task
	for i, name := range s.PlaybooksReaching(path) {
		if i == maxPlaybooks {
			break
		}
		pb := s.Playbook(name)
		loader := s.load().loader
		for _, p := range pb.Plays {
			best := -1
			var found *playbook.Task
			p.Walk(loader, func(t *playbook.Task) {
				if t.Implicit || t.File == nil || t.File.Path != path || t.Node == nil || !t.Node.Span.Contains(off) {
					return
				}
				if n := t.Node.Span.Len(); best < 0 || n <= best {
					best, found = n, t
				}
			})
			if found != nil {
				out = append(out, Task{p, found})
			}
		}
	}
	return out
}

// Scope gives the variables of a host at a task of the project; t may be the zero Task: then those without play and task.
// A nil host gives what does not depend on one.
func (s *Snapshot) Scope(h *inventory.Host, t Task) *vars.Scope {
	return s.load().store.Scope(vars.Query{Host: h, Play: t.Play, Task: t.Task})
}
