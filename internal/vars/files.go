package vars

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// loadedFile is a file of variables that has been read, or the reason why it has not.
type loadedFile struct {
	file *source.File
	node *yaml.Node
	docs []*value.Dict // one for a mapping, several for a list of mappings
	err  error
}

// problem is why the file gives no variables, in ansible-core's words.
func (f *loadedFile) problem() diag.Diagnostic {
	d := diag.Diagnostic{Rule: "vars-file", Message: f.err.Error()}
	var bad *yaml.Failure
	if errors.As(f.err, &bad) {
		d.At = bad.At
	}
	return d
}

// read reads a file of variables, once. Problems of the file are reported; err is set where it gives no variables.
func (s *Store) read(path string) loadedFile {
	if f, ok := s.loaded.Load(path); ok {
		return f.(loadedFile)
	}
	f := s.readFile(path)
	got, _ := s.loaded.LoadOrStore(path, f)
	return got.(loadedFile)
}

func (s *Store) readFile(path string) loadedFile {
	content, err := s.o.FS.ReadFile(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return loadedFile{err: err}
		}
		var p *fs.PathError
		if errors.As(err, &p) {
			err = p.Err
		}
		return loadedFile{err: fmt.Errorf("An error occurred while trying to read the file '%s': %w", path, err)}
	}
	secret := strings.HasPrefix(string(content[:min(len(content), 14)]), "$ANSIBLE_VAULT")
	if secret {
		if s.o.Decrypt == nil {
			return loadedFile{err: fmt.Errorf("Attempting to decrypt but no vault secrets found. (%s)", path)}
		}
		if content, err = s.o.Decrypt(content); err != nil {
			return loadedFile{err: fmt.Errorf("%w (%s)", err, path)}
		}
	}
	file := source.NewFile(path, content)
	file.Secret = secret
	return parseVars(file, s.o.DuplicateKeys, s.report)
}

func (s *Store) report(d diag.Diagnostic) {
	if d.Severity == diag.Error {
		s.unread.CompareAndSwap(nil, &Unread{Diagnostic: d})
	}
	if s.o.Report != nil {
		s.o.Report(d)
	}
}

var errContents = errors.New("Invalid variable file contents.\nVariable files must contain either a dictionary of variables, or a list of dictionaries.")

// parseVars reads a file's mapping, or list of mappings.
func parseVars(file *source.File, duplicates string, report func(diag.Diagnostic)) loadedFile {
	tree := yaml.Parse(file)
	f := loadedFile{file: file, node: tree.Root()}
	if bad := tree.Failure(); bad != nil {
		f.err = bad
		return f
	}
	for _, p := range tree.Problems {
		report(p)
	}
	if f.node == nil {
		return f
	}
	v, problems := f.node.Value(file, yaml.Options{Trusted: true})
	for _, p := range yaml.Duplicates(problems, duplicates) {
		if p.Severity == diag.Error {
			f.err = errors.New(p.Message)
		}
		report(p)
	}
	if f.err != nil {
		return f
	}
	items := []value.Value{v}
	if l, ok := v.(*value.List); ok {
		items = l.Items
	}
	for _, item := range items {
		switch item := item.(type) {
		case *value.Dict:
			f.docs = append(f.docs, item)
		case value.None:
		default:
			f.err = errContents
			return f
		}
	}
	return f
}

// layers makes layers of a file's mappings, strongest first.
func (f loadedFile) layers(level *Level, name string) []Layer {
	var out []Layer
	for i := len(f.docs) - 1; i >= 0; i-- {
		node := f.node
		if r := node.Resolve(); r != nil && r.Kind == yaml.Sequence && i < len(r.Items) {
			node = r.Items[i]
		}
		out = append(out, Layer{Level: level, Vars: f.docs[i], File: f.file, Node: node, Name: name})
	}
	return out
}

// fileLayers finds and caches host_vars and group_vars.
type fileLayers struct {
	store *Store
	mu    sync.Mutex
	dirs  map[string]map[string]bool // directory -> names in it; nil map for one that is not there
	found map[string][]loadedFile    // path of the entity without extension -> its files
}

// of gives the layers of an entity, strongest first: kind is "host_vars" or "group_vars".
func (f *fileLayers) of(base, kind, name string, level *Level) []Layer {
	if base == "" || name == "" || name[0] == '/' {
		return nil
	}
	var out []Layer
	for _, file := range f.files(filepath.Join(base, kind), name) {
		out = append(file.layers(level, name), out...)
	}
	return out
}

var varsExtensions = []string{"", ".yml", ".yaml", ".json"}

func (f *fileLayers) files(dir, name string) []loadedFile {
	f.mu.Lock()
	defer f.mu.Unlock()
	names, known := f.dirs[dir]
	if !known {
		names = f.list(dir)
		if f.dirs == nil {
			f.dirs, f.found = map[string]map[string]bool{}, map[string][]loadedFile{}
		}
		f.dirs[dir] = names
	}
	first, _, _ := strings.Cut(name, "/")
	present := false
	for _, ext := range varsExtensions {
		present = present || names[first+ext]
	}
	if !present {
		return nil
	}
	path := filepath.Join(dir, name)
	if files, ok := f.found[path]; ok {
		return files
	}
	var files []loadedFile
	for _, p := range playbook.FindVarsFiles(f.store.o.FS, path, varsExtensions, true) {
		file := f.store.read(p)
		if file.err != nil {
			f.store.report(file.problem())
		}
		files = append(files, file)
	}
	f.found[path] = files
	return files
}

// list names the entries of a directory.
func (f *fileLayers) list(dir string) map[string]bool {
	entries, err := f.store.o.FS.ReadDir(dir)
	if err != nil {
		if info, err := f.store.o.FS.Stat(dir); err == nil && !info.IsDir() {
			f.store.report(diag.Diagnostic{Rule: "vars-file", Severity: diag.Warning,
				Message: fmt.Sprintf("Found %s that is not a directory, skipping: %s", filepath.Base(dir), dir)})
		}
		return nil
	}
	names := make(map[string]bool, len(entries))
	for _, e := range entries {
		names[e.Name()] = true
	}
	return names
}

// Forget drops everything that was read from host_vars and group_vars.
func (s *Store) Forget() {
	s.files.mu.Lock()
	s.files.dirs, s.files.found = nil, nil
	s.files.mu.Unlock()
	s.pluginMu.Lock()
	s.pluginAnswers = nil
	s.pluginMu.Unlock()
	s.loaded.Clear()
	s.hostBase.Clear()
	s.plays.Clear()
}
