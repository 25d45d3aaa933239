package runner

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/rehearse-dev/rehearse/internal/module"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/fault"
	"github.com/rehearse-dev/rehearse/runner/pymodule"
	"github.com/rehearse-dev/rehearse/runner/transport"
)

// pythonSupport finds and packs the Python modules of a run, each once.
type pythonSupport struct {
	find    sync.Once
	install *pymodule.Installation
	err     error

	mu     sync.Mutex
	packed map[string]*pymodule.Module
	traits map[string]pythonTraits // of action plugins, by their file
}

func (r *run) installation() (*pymodule.Installation, error) {
	p := &r.python
	p.find.Do(func() { p.install, p.err = pymodule.Find(r.o.Getenv) })
	return p.install, p.err
}

// pythonFile is the file of a module that is not native; "" where it cannot be found.
func (r *run) pythonFile(t target) (string, error) {
	if t.entry != nil && t.entry.Source != "" {
		return t.entry.Source, nil
	}
	name, ok := strings.CutPrefix(strings.Replace(t.fqcn, "ansible.legacy.", "ansible.builtin.", 1), "ansible.builtin.")
	if !ok {
		return "", fmt.Errorf("its collection is not installed on this machine (ansible-galaxy collection install %s)", strings.Join(firstN(strings.Split(t.fqcn, "."), 2), "."))
	}
	in, err := r.installation()
	if err != nil {
		return "", err
	}
	if path := in.BuiltinModule(name); path != "" {
		return path, nil
	}
	return "", fmt.Errorf("%s has no such module", in)
}

func firstN(list []string, n int) []string { return list[:min(n, len(list))] }

// native is the module that runs without Python; nil where there is none, or the project has its own of that name.
func (t target) native() *module.Module {
	if t.entry != nil && t.entry.Local && t.entry.Source != "" {
		return nil
	}
	return module.Find(t.fqcn)
}

// shown is the name of the target in messages: the project's own have short ones.
func (t target) shown() string { return strings.TrimPrefix(t.fqcn, "ansible.legacy.") }

// runnable tells whether there is something that can run the target.
func (r *run) runnable(t target) bool {
	if t.action != nil || t.kind != plainTask || t.native() != nil || r.pythonAction(t) != "" {
		return true
	}
	_, err := r.pythonFile(t)
	return err == nil
}

// refusal says why a target cannot be run; "" where it can.
func (r *run) refusal(t target) string {
	if path := r.pythonAction(t); path != "" {
		if _, err := r.installation(); err != nil {
			return fmt.Sprintf("The action plugin of %s (%s) cannot be run: %s.", t.fqcn, path, err)
		}
		return ""
	}
	if t.action != nil || t.kind != plainTask || t.native() != nil {
		return ""
	}
	path, err := r.pythonFile(t)
	if err != nil {
		return fmt.Sprintf("The module %s is not built in and cannot be run: %s.", t.fqcn, err)
	}
	kind := pymodule.Python
	if text, err := os.ReadFile(path); err == nil {
		kind = pymodule.KindOf(text)
	}
	switch kind {
	case pymodule.PowerShell:
		return fmt.Sprintf("The module %s (%s) is written in PowerShell; Windows hosts are not supported.", t.fqcn, path)
	case pymodule.Python:
		if _, err := r.installation(); err != nil {
			return fmt.Sprintf("The module %s is not built in and cannot be run: %s.", t.fqcn, err)
		}
	}
	return ""
}

// pythonRequest turns a request for a module that is not native into one for its Python form.
func (o *one) pythonRequest(req *transport.Request, t target, args *value.Dict) error {
	r := o.run_()
	refuse := func(err error) error {
		return fault.New(o.spec.task.Action.NameAt, "The module %s is not built in and cannot be run: %s.", t.fqcn, err)
	}
	path, err := r.pythonFile(t)
	if err != nil {
		return refuse(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return refuse(err)
	}
	if kind := pymodule.KindOf(text); kind != pymodule.Python {
		return o.programRequest(req, t, kind, path, text, args)
	}
	in, err := r.installation()
	if err != nil {
		return refuse(err)
	}
	p := &r.python
	p.mu.Lock()
	m := p.packed[path]
	p.mu.Unlock()
	if m == nil {
		name := strings.TrimPrefix(t.fqcn, "ansible.builtin.")
		var utils []string
		for _, dir := range append([]string{filepath.Join(o.play.BaseDir, "module_utils")}, r.moduleUtils(o)...) {
			if _, err := os.Stat(dir); err == nil {
				utils = append(utils, dir)
			}
		}
		var collections []string
		if r.o.Config != nil {
			collections = append([]string{filepath.Join(o.play.BaseDir, "collections")}, r.o.Config.Strings("COLLECTIONS_PATHS")...)
		}
		if m, err = in.Build(pymodule.Source{Path: path, Name: name, ModuleUtils: utils, Collections: collections}); err != nil {
			return refuse(err)
		}
		p.mu.Lock()
		if p.packed == nil {
			p.packed = map[string]*pymodule.Module{}
		}
		p.packed[path] = m
		p.mu.Unlock()
	}
	all, err := o.moduleParams(t, args, value.None{})
	if err != nil {
		return err
	}
	params, err := moduleJSON(value.NewDict("ANSIBLE_MODULE_ARGS", all))
	if err != nil {
		return err
	}
	words := pymodule.FirstLine(text)
	if len(words) == 0 {
		words = []string{"/usr/bin/python"}
	}
	interpreter, err := o.interpreterOf(words)
	if err != nil {
		return err
	}
	files, err := o.openFiles()
	if err != nil {
		return err
	}
	req.Module = module.PythonName
	req.Args = value.NewDict("interpreter", value.S(interpreter), "fqn", value.S(m.FQN), "base", value.S(m.Base.Hash),
		"payload", value.S(m.Payload.Hash), "params", value.S(params), "files", files)
	blobs := map[string]transport.Blob{}
	for k, b := range req.Blobs {
		blobs[k] = b
	}
	for _, a := range []*pymodule.Archive{m.Base, m.Payload} {
		blobs[a.Hash] = transport.Blob{Data: a.Bytes, Size: int64(len(a.Bytes))}
	}
	req.Blobs = blobs
	return nil
}

// moduleUtils lists the module_utils folders of the task's roles and of the configuration.
func (r *run) moduleUtils(o *one) []string {
	var dirs []string
	for role := o.spec.task.Role; role != nil; role = role.Parent {
		dirs = append(dirs, filepath.Join(role.Path, "module_utils"))
	}
	if r.o.Config != nil {
		dirs = append(dirs, r.o.Config.Strings("DEFAULT_MODULE_UTILS_PATH")...)
	}
	return dirs
}

// namedInterpreter is the Python of the host that the variables or the settings name; "" where it is to be discovered.
func (o *one) namedInterpreter() (string, error) {
	v, err := o.connText("", "ansible_python_interpreter")
	if err != nil {
		return "", err
	}
	if o.controller || v == "" && o.runHost().Implicit {
		return o.playbookPython(), nil
	}
	if v == "" && o.o.Config != nil {
		v = o.o.Config.String("INTERPRETER_PYTHON")
	}
	switch v {
	case "auto", "auto_legacy", "auto_silent", "auto_legacy_silent":
		return "", nil
	}
	return v, nil
}

// interpreter is the Python of the host.
func (o *one) interpreter() (string, error) {
	if v, err := o.namedInterpreter(); err != nil || v != "" {
		return v, err
	}
	if d, ok := o.connTemplar().Lookup("ansible_facts"); ok {
		if facts, ok := d.(*value.Dict); ok {
			if p, ok := facts.Get("discovered_interpreter_python"); ok {
				return value.ToStr(p), nil
			}
		}
	}
	if o.isLocal() {
		if in, err := o.run_().installation(); err == nil && in.Python != "" {
			return in.Python, nil
		}
	}
	key := o.runHost().Name
	r := o.run_()
	r.connMu.Lock()
	found := r.interpreters[key]
	r.connMu.Unlock()
	if found != "" {
		return found, nil
	}
	c, err := o.connection(o.ctx)
	if err != nil {
		return "", err
	}
	const look = "for p in python3.13 python3.12 python3.11 python3.10 python3.9 python3.8 /usr/bin/python3 python3; do command -v $p && break; done"
	out, err := c.Exec(o.ctx, &transport.Command{Line: look, Exe: "/bin/sh"})
	if err != nil {
		return "", err
	}
	found = strings.TrimSpace(string(out.Stdout))
	if found == "" {
		found = "/usr/bin/python3"
	}
	r.connMu.Lock()
	if r.interpreters == nil {
		r.interpreters = map[string]string{}
	}
	r.interpreters[key] = found
	r.connMu.Unlock()
	return found, nil
}
