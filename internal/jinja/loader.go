package jinja

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// SearchPath lists the directories of includes that the variable ansible_search_path gives: each one's templates
// directory, then itself.
func (t *Templar) SearchPath() []string {
	v, _ := t.variable("ansible_search_path")
	l, ok := v.(*value.List)
	if !ok {
		return nil
	}
	var dirs []string
	for _, x := range l.All() {
		if s, ok := x.(value.Str); ok {
			dirs = append(dirs, filepath.Join(s.S, "templates"), s.S)
		}
	}
	return dirs
}

// load finds and compiles a template that another one names.
func (r *run) load(name string) (*code, error) {
	if r.t == nil || r.e.cfg.Loader != nil {
		return r.e.load(name, r.c.name, r.src)
	}
	dirs := r.t.Search
	if len(dirs) == 0 {
		dirs = []string{r.e.cfg.Dir}
	}
	for _, part := range strings.Split(name, "/") {
		if part == ".." || strings.ContainsRune(part, filepath.Separator) {
			return nil, notFound([]string{name})
		}
	}
	files := r.e.cfg.FS
	if files == nil {
		files = source.OS{}
	}
	for _, dir := range dirs {
		path := filepath.Join(dir, filepath.FromSlash(strings.TrimPrefix(name, "./")))
		data, err := files.ReadFile(path)
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) || strings.Contains(err.Error(), "is a directory") {
				continue
			}
			return nil, value.Errorf("OSError", "%v", err)
		}
		at := &source.Location{File: source.NewFile(path, data), Span: Span{End: len(data)}}
		return r.e.loaded(name, value.Authored(string(data), at)), nil
	}
	err := notFound([]string{name})
	if e, ok := err.(*value.Error); ok {
		e.Message = value.Quote(name) + " not found in search path"
		if len(dirs) > 0 {
			e.Message += ": " + quoteAll(dirs)
		}
	}
	return nil, err
}

func quoteAll(list []string) string {
	q := make([]string, len(list))
	for i, s := range list {
		q[i] = value.Quote(s)
	}
	return strings.Join(q, ", ")
}
