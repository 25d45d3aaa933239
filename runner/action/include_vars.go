package action

import (
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/pyre"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

var includeVars = &Action{Name: "ansible.builtin.include_vars", NoHost: true, Raw: true, Run: includeVarsRun}

var (
	dirArgs      = []string{"dir", "depth", "files_matching", "ignore_files", "extensions", "ignore_unknown_extensions"}
	varsFileArgs = []string{"file", "_raw_params"}
	bothArgs     = []string{"name", "hash_behaviour"}
)

type varsLoad struct {
	c      *Context
	vars   *value.Dict
	files  []value.Value
	secret bool
}

func includeVarsRun(c *Context) (*value.Dict, error) {
	dirs, files := 0, 0
	for k := range c.Args.RawAll() {
		switch s := value.ToStr(k); {
		case slices.Contains(dirArgs, s):
			dirs++
		case slices.Contains(varsFileArgs, s):
			files++
		case slices.Contains(bothArgs, s):
		default:
			return nil, broken("%s is not a valid option in include_vars", s)
		}
	}
	if dirs > 0 && files > 0 {
		return nil, broken("You are mixing file only and dir only arguments, these are incompatible")
	}
	l := &varsLoad{c: c, vars: &value.Dict{}}
	var problem string
	if has(c.Args, "dir") {
		var err error
		if problem, err = l.dir(text(c.Args, "dir")); err != nil {
			return nil, err
		}
	} else {
		name := text(c.Args, "file")
		if name == "" {
			name = strings.TrimRight(text(c.Args, "_raw_params"), "\n")
		}
		path, err := c.find("vars", name)
		if err != nil {
			problem = err.Error()
		} else if problem, err = l.file(path, nil); err != nil {
			problem = fault.From(err).Error()
		}
	}
	vars := l.vars
	if has(c.Args, "name") {
		vars = value.NewDict(text(c.Args, "name"), vars)
	}
	if b := text(c.Args, "hash_behaviour"); b == "merge" && problem == "" {
		merged := &value.Dict{}
		for k, v := range vars.RawAll() {
			if old, ok := c.Scope.Lookup(value.ToStr(k)); ok {
				v = merge(old, v)
			}
			merged.Set(k, v)
		}
		vars = merged
	}
	d := &value.Dict{}
	if problem != "" {
		d.Put("failed", value.Bool(true))
		d.Put("message", value.S(problem))
	}
	d.Put("ansible_included_var_files", &value.List{Items: l.files})
	d.Put("ansible_facts", vars)
	d.Put("_ansible_no_log", value.Bool(l.secret))
	return d, nil
}

// merge lays new over old, dict by dict.
func merge(old, new value.Value) value.Value {
	a, ok1 := old.(*value.Dict)
	b, ok2 := new.(*value.Dict)
	if !ok1 || !ok2 {
		return new
	}
	out := a.Copy()
	for k, v := range b.RawAll() {
		if x, ok := out.GetValue(k); ok {
			v = merge(x, v)
		}
		out.Set(k, v)
	}
	return out
}

// file loads one file; problem is what the result says about a file that cannot be used.
func (l *varsLoad) file(path string, extensions []string) (problem string, err error) {
	if extensions != nil && !slices.Contains(extensions, strings.TrimPrefix(filepath.Ext(path), ".")) {
		return path + " does not have a valid extension: " + strings.Join(extensions, ", "), nil
	}
	data, err := source.OS{}.ReadFile(path)
	if err != nil {
		return "", broken("%s", err)
	}
	if strings.HasPrefix(string(data), "$ANSIBLE_VAULT") {
		l.secret = true
		if data, err = readText(l.c, path); err != nil {
			return "", err
		}
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		abs = path
	}
	f := playbook.Parse(source.NewFile(abs, data), playbook.VarsFile)
	if f.Vars == nil && f.Tree.Err == nil {
		if len(f.Tree.Docs) > 0 && !empty(f.Tree.Docs[0]) {
			return path + " must be stored as a dictionary/hash", nil
		}
		f.Vars, f.Problems = &value.Dict{}, nil
	}
	for _, p := range f.Problems {
		if p.Severity == 0 {
			return "", fault.New(p.At, "%s", p.Message)
		}
	}
	l.files = append(l.files, value.S(path))
	for k, v := range f.Vars.RawAll() {
		l.vars.Set(k, v)
	}
	return "", nil
}

// empty tells whether a document is false for Python: such a file defines nothing.
func empty(n *yaml.Node) bool {
	n = n.Resolve()
	return n == nil || n.Kind == yaml.Scalar && n.ResolvedTag() == yaml.TagNull || n.Kind != yaml.Scalar && len(n.Items)+len(n.Pairs) == 0
}

// dir loads the files of a folder and of those below it, folder by folder.
func (l *varsLoad) dir(name string) (problem string, err error) {
	c := l.c
	root := name
	if role := c.Task.Role; role != nil {
		if first, _, _ := strings.Cut(name, "/"); first == "vars" {
			if p := filepath.Join(role.Path, name); exists(p) {
				root = p
			}
		} else {
			root = join(filepath.Join(role.Path, "vars"), name)
		}
	} else if c.Task.TaskSyntax != nil && c.Task.File != nil {
		root = join(filepath.Dir(c.Task.File.Path), name)
	}
	info, err := os.Stat(root)
	if err != nil {
		return root + " directory does not exist", nil
	}
	if !info.IsDir() {
		return root + " is not a directory", nil
	}
	extensions := []string{"yaml", "yml", "json"}
	if v, ok := c.Args.Raw("extensions"); ok {
		switch v := v.(type) {
		case *value.List:
			extensions = nil
			for _, x := range v.Items {
				extensions = append(extensions, value.ToStr(x))
			}
		case value.Str:
			extensions = strings.Split(v.S, "")
		default:
			return "", broken("Invalid type for \"extensions\" option, it must be a list")
		}
	}
	var ignore []string
	if v, ok := c.Args.Raw("ignore_files"); ok {
		switch v := v.(type) {
		case *value.List:
			for _, x := range v.Items {
				ignore = append(ignore, value.ToStr(x))
			}
		case value.Str:
			ignore = strings.Fields(v.S)
		}
	}
	depth := integer(c.Args, "depth")
	unknown, _ := flag(c.Args, "ignore_unknown_extensions", false)
	var match *pyre.Regexp
	if p := text(c.Args, "files_matching"); p != "" {
		if match, err = pyre.Compile(p, 0); err != nil {
			return "", broken("%s", err)
		}
	}
	var walk func(dir string, level int)
	type folder struct {
		path  string
		level int
	}
	var folders []folder
	walk = func(dir string, level int) {
		folders = append(folders, folder{dir, level})
		entries, _ := os.ReadDir(dir)
		for _, e := range entries {
			p := filepath.Join(dir, e.Name())
			if info, err := os.Stat(p); err == nil && info.IsDir() && level < 64 {
				walk(p, level+1)
			}
		}
	}
	walk(strings.TrimRight(root, "/"), 1)
	sort.Slice(folders, func(i, j int) bool { return folders[i].path < folders[j].path })
	for _, f := range folders {
		if depth != 0 && f.level > depth {
			continue
		}
		before := l.vars.Copy() // a folder with a file that cannot be used gives nothing
		entries, _ := os.ReadDir(f.path)
		for _, e := range entries {
			p := filepath.Join(f.path, e.Name())
			if info, err := os.Stat(p); err != nil || info.IsDir() {
				continue
			}
			if role := c.Task.Role; role != nil && p == filepath.Join(role.Path, "vars", "main.yml") {
				continue
			}
			if match != nil {
				m, err := match.Search(e.Name())
				if err != nil {
					return "", broken("%s", err)
				}
				if m == nil {
					continue
				}
			}
			skip := false
			for _, ig := range ignore {
				re, err := pyre.Compile(ig+"$", 0)
				if err != nil {
					return "", broken("Invalid regular expression: %s", ig)
				}
				if m, _ := re.Search(e.Name()); m != nil {
					skip = true
				}
			}
			if skip || unknown && !slices.Contains(extensions, strings.TrimPrefix(filepath.Ext(p), ".")) {
				continue
			}
			if problem, err := l.file(p, extensions); problem != "" || err != nil {
				l.vars = before
				return problem, err
			}
		}
	}
	return "", nil
}

func exists(p string) bool { _, err := os.Stat(p); return err == nil }

func join(dir, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(dir, name)
}
