package playbook

import (
	"path/filepath"
	"sort"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// roleMain finds the files of one of a role's directories: main with an extension, or the name that an include asked
// for. A directory counts only where dirs is set. missing tells that a name was asked for and is not there.
func (l *Loader) roleMain(r *Role, subdir string, dirs bool) (files []string, missing bool) {
	root := filepath.Join(r.Path, subdir)
	if !isDir(l.FS, root) {
		return nil, false
	}
	name, asked := r.from[subdir]
	extensions := []string{".yml", ".yaml", ".json", ""}
	if asked {
		extensions = []string{"", ".yml", ".yaml", ".json"}
	} else {
		name = "main"
	}
	files = FindVarsFiles(l.FS, joinAbs(root, name), extensions, dirs)
	return files, asked && len(files) == 0
}

// FindVarsFiles finds PATH with the first of the extensions that exists; a directory gives all of its files, sorted,
// where dirs allows it.
func FindVarsFiles(fsys source.FS, path string, extensions []string, dirs bool) []string {
	for _, ext := range extensions {
		full := path + ext
		info, err := fsys.Stat(full)
		if err != nil {
			continue
		}
		if !info.IsDir() {
			return []string{full}
		}
		if dirs {
			return varsInDir(fsys, full, extensions)
		}
	}
	return nil
}

func varsInDir(fsys source.FS, dir string, extensions []string) []string {
	entries, err := fsys.ReadDir(dir)
	if err != nil {
		return nil
	}
	sort.Slice(entries, func(i, j int) bool { return entries[i].Name() < entries[j].Name() })
	var out []string
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~") {
			continue
		}
		full := filepath.Join(dir, name)
		info, err := fsys.Stat(full)
		if err != nil {
			continue
		}
		ext := filepath.Ext(name)
		if info.IsDir() {
			if ext == "" {
				out = append(out, varsInDir(fsys, full, extensions)...)
			}
			continue
		}
		known := ext == ""
		for _, x := range extensions {
			known = known || x == ext
		}
		if known && info.Mode().IsRegular() {
			out = append(out, full)
		}
	}
	return out
}

// inside tells whether a file of a role is below the directory that it was looked for in.
func inside(path, dir string) bool {
	rel, err := filepath.Rel(dir, filepath.Clean(path))
	return err == nil && rel != ".." && !strings.HasPrefix(rel, "../")
}

// roleFile reads the tasks, handlers or meta file of a role, nil when it has none.
func (l *loading) roleFile(r *Role, subdir string, kind FileKind, at source.Location) *File {
	files, missing := l.roleMain(r, subdir, false)
	if missing {
		l.fail(ruleMissing, at, "Could not find specified file in role: %s/%s", subdir, r.from[subdir])
	}
	if len(files) == 0 {
		return nil
	}
	if !inside(files[0], filepath.Join(r.Path, subdir)) {
		l.fail(ruleMissing, at, "Failed loading '%s' for role (%s) as it is not inside the expected role path: '%s'",
			files[0], r.Name, filepath.Join(r.Path, subdir))
		return nil
	}
	return l.read(files[0], kind, at)
}

// roleVars reads the defaults or vars of a role.
func (l *loading) roleVars(r *Role, subdir string, at source.Location) []VarsLayer {
	files, missing := l.roleMain(r, subdir, true)
	if missing {
		l.fail(ruleMissing, at, "Could not find specified file in role: %s/%s", subdir, r.from[subdir])
	}
	var layers []VarsLayer
	for _, path := range files {
		if !inside(path, filepath.Join(r.Path, subdir)) {
			l.fail(ruleMissing, at, "Failed loading '%s' for role (%s) as it is not inside the expected role path: '%s'",
				path, r.Name, filepath.Join(r.Path, subdir))
			continue
		}
		if f := l.read(path, VarsFile, at); f != nil && f.Vars != nil {
			layers = append(layers, VarsLayer{f.Vars, f.Tree.Root(), f.Source})
		}
	}
	return layers
}

// roleMeta reads meta/main.yml and meta/argument_specs.yml.
func (l *loading) roleMeta(r *Role, at source.Location) {
	if f := l.roleFile(&Role{Path: r.Path, Name: r.Name}, "meta", MetaFile, at); f != nil && f.Meta != nil {
		m := *f.Meta
		r.Meta, r.AllowDuplicates = &m, m.AllowDuplicates
	}
	for _, ext := range [...]string{".yml", ".yaml", ".json"} {
		path := filepath.Join(r.Path, "meta", "argument_specs"+ext)
		if !exists(l.FS, path) {
			continue
		}
		f := l.read(path, VarsFile, at)
		if f == nil {
			return
		}
		if r.Meta == nil {
			r.Meta = &Meta{Syntax: Syntax{File: f.Source, Node: f.Tree.Root()}}
		}
		specs, _ := f.Vars.Raw("argument_specs")
		r.Meta.ArgumentSpecs, _ = specs.(*value.Dict)
		r.Meta.SpecFile, r.Meta.SpecNode = f.Source, f.Tree.Root()
		return
	}
}

// validation puts the task that checks the role's arguments before its other tasks, where it has a specification for
// the entry point.
func (l *loading) validation(r *Role, ctx context) {
	if r.Meta == nil || r.Meta.ArgumentSpecs == nil {
		return
	}
	entry := "main"
	if f, ok := r.from["tasks"]; ok {
		entry = f
	}
	v, _ := r.Meta.ArgumentSpecs.Raw(entry)
	spec, ok := v.(*value.Dict)
	if !ok || spec.Len() == 0 {
		return
	}
	options, ok := spec.Raw("options")
	if !ok {
		options = &value.Dict{}
	}
	name := "Validating arguments against arg spec '" + entry + "'"
	if d, ok := spec.Raw("short_description"); ok {
		name += " - " + value.ToStr(d)
	}
	file, node := ctx.play.File, ctx.play.Node // ansible-core shows the play as the place of this task
	s := &TaskSyntax{Syntax: Syntax{File: file, Node: node}}
	s.Action = Action{Form: ActionForm, Name: "ansible.builtin.validate_argument_spec", Key: node, Node: node, Args: value.NewDict(
		"argument_spec", options,
		"provided_arguments", r.Params,
		"validate_args_context", value.NewDict(
			"type", value.S("role"), "name", value.S(r.Name), "argument_spec_name", value.S(entry), "path", value.S(r.Path)),
	)}
	attr := func(name string, v value.Value) Attr {
		return Attr{Name: name, Keyword: FindKeyword(name), Key: node, Node: node, File: file, Value: v}
	}
	s.Attrs = []Attr{attr("name", value.Authored(name, nil)), attr("tags", value.NewList(value.S("always")))}
	// The task joins the first implicit block, as if it stood first in the file.
	if len(r.Tasks) > 0 && r.Tasks[0].IsImplicit() {
		b := r.Tasks[0]
		b.Block = append([]Runnable{&Task{TaskSyntax: s, ID: l.id(), Parent: b, Play: ctx.play, Role: r}}, b.Block...)
		return
	}
	b := &Block{ID: l.id(), Play: ctx.play, Role: r, Chain: ctx.chain}
	b.Block = []Runnable{&Task{TaskSyntax: s, ID: l.id(), Parent: b, Play: ctx.play, Role: r}}
	r.Tasks = append([]*Block{b}, r.Tasks...)
}
