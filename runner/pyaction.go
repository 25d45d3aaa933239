package runner

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/pyplugin"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/fault"
	"github.com/rehearse-dev/rehearse/runner/transport"
)

// pythonAction is the file of the target's action plugin where that is written in Python, "" where the target has none or
// is an action of ours: the project's own, its collection's, or one of ansible-core that is not native here.
func (r *run) pythonAction(t target) string {
	switch {
	case t.action != nil || t.kind != plainTask:
		return ""
	case t.entry != nil && t.entry.ActionSource != "":
		return t.entry.ActionSource
	case t.native() != nil:
		return ""
	}
	name, ok := strings.CutPrefix(t.fqcn, "ansible.builtin.")
	if !ok || t.entry != nil && t.entry.Local {
		return ""
	}
	in, err := r.installation()
	if err != nil {
		return ""
	}
	path := filepath.Join(in.Dir, "plugins", "action", name+".py")
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

// coreAction is the file of ansible-core's action for the target: that of its name, or the one that runs any module; "" where
// no ansible-core is installed.
func (o *one) coreAction() string {
	r := o.run_()
	in, err := r.installation()
	if err != nil || r.o.Plugins == nil {
		return ""
	}
	name := "normal"
	if rest, ok := strings.CutPrefix(o.target.fqcn, "ansible.builtin."); ok {
		if _, err := os.Stat(filepath.Join(in.Dir, "plugins", "action", rest+".py")); err == nil {
			name = rest
		}
	}
	return filepath.Join(in.Dir, "plugins", "action", name+".py")
}

// pythonTraits is what the text of an action plugin says of it that is needed before it runs.
type pythonTraits struct {
	raw  bool // takes free-form text
	once bool // runs on the first host for all of them
}

// traits reads an action plugin once.
func (r *run) traits(path string) pythonTraits {
	r.python.mu.Lock()
	defer r.python.mu.Unlock()
	if t, ok := r.python.traits[path]; ok {
		return t
	}
	var t pythonTraits
	if text, err := os.ReadFile(path); err == nil {
		for line := range bytes.Lines(text) {
			line = bytes.ReplaceAll(bytes.TrimSpace(line), []byte(" "), nil)
			t.raw = t.raw || bytes.HasPrefix(line, []byte("supports_raw_params=True"))
			t.once = t.once || bytes.HasPrefix(line, []byte("BYPASS_HOST_LOOP=True"))
		}
	}
	if r.python.traits == nil {
		r.python.traits = map[string]pythonTraits{}
	}
	r.python.traits[path] = t
	return t
}

// once tells whether the target's action runs on the first host for all of them.
func (r *run) once(t target) bool {
	if t.action != nil {
		return t.action.Once
	}
	path := r.pythonAction(t)
	return path != "" && r.traits(path).once
}

// actionName is the name under which ansible-core's loader finds the plugin of a file, and the folder whose plugins it has
// to know for that.
func actionName(path, written string) (name, folder string) {
	short := strings.TrimSuffix(filepath.Base(path), ".py")
	dir := filepath.Dir(path)
	if _, in, ok := strings.Cut(filepath.ToSlash(path), "/ansible_collections/"); ok {
		if parts := strings.Split(in, "/"); len(parts) >= 5 && parts[2] == "plugins" {
			return parts[0] + "." + parts[1] + "." + short, ""
		}
	}
	if filepath.Base(dir) == "action_plugins" {
		folder = filepath.Dir(dir)
	}
	if filepath.Base(filepath.Dir(dir)) == "plugins" && filepath.Base(filepath.Dir(filepath.Dir(dir))) == "ansible" {
		return "ansible.builtin." + short, ""
	}
	if strings.HasPrefix(written, "ansible.legacy.") {
		short = "ansible.legacy." + short
	}
	return short, folder
}

// pythonCall is one run of an action plugin in Python; it answers what the plugin asks for meanwhile.
type pythonCall struct {
	*one
	host         transport.Conn
	contribution *value.Dict // of an exception to the result
	notFailed    bool
	lost         *transport.Unreachable
}

// inPythonAction runs the task's action plugin in Python.
func (o *one) inPythonAction(ctx context.Context, path string) (*value.Dict, error) {
	r := o.run_()
	if r.o.Plugins == nil {
		return nil, fault.New(o.spec.task.Action.NameAt, "The action plugin of %s (%s) is written in Python, which cannot run here.", o.target.fqcn, path)
	}
	a := &pythonCall{one: o}
	args, err := a.describe(path)
	if err != nil {
		return nil, err
	}
	delegated := func(ctx context.Context, method string, args value.Value) (value.Value, error) {
		if rest, ok := strings.CutPrefix(method, "delegated_"); ok {
			return pyplugin.VariablesOf(o.connTemplar())(ctx, rest, args)
		}
		return nil, pyplugin.ErrNoMethod
	}
	v, err := r.o.Plugins.Call(ctx, "actions.run", args, pyplugin.Handlers(a.answer, pyplugin.VariablesOf(o.tpl), delegated))
	if err != nil {
		return a.failure(err)
	}
	out, _ := v.(*value.Dict)
	if out == nil {
		return nil, fault.New(source.Location{}, "the action plugin %s gave no result", path)
	}
	result, _ := out.Raw("result")
	d, _ := untrust(result).(*value.Dict)
	if d == nil {
		d = &value.Dict{}
	}
	for _, k := range d.Keys() {
		if name := value.ToStr(k); strings.HasPrefix(name, "_ansible_") && name != "_ansible_no_log" {
			d.Delete(k)
		}
	}
	o.told = nil
	if e, ok := out.Raw("error"); ok {
		if e, ok := e.(*value.Dict); ok {
			o.told = a.told(d, e)
		}
	}
	a.resultWarnings(d)
	return d, nil
}

// told is the error that a result holds, where it says more than the result's message; nil where it does not.
func (a *pythonCall) told(d, e *value.Dict) error {
	byModule := flagOf(e, "module")
	if byModule {
		d.Put(moduleKey, value.Bool(true))
	}
	links, _ := e.Raw("links")
	l, ok := links.(*value.List)
	if !ok || l.Len() == 0 {
		return nil
	}
	var first, last *fault.Fault
	for _, v := range l.Items {
		link, _ := v.(*value.Dict)
		if link == nil {
			continue
		}
		f := &fault.Fault{Msg: textOf(link, "msg"), Help: textOf(link, "help")}
		if last == nil {
			first = f
		} else {
			last.Cause = f
		}
		last = f
	}
	if msg, ok := d.Raw("msg"); first == last && first.Help == "" && ok && value.ToStr(msg) == first.Msg {
		return nil
	}
	prefix := "Action failed."
	if byModule {
		prefix = "Module failed."
	}
	return fault.Wrap(first, source.Location{}, "%s", prefix)
}

func textOf(d *value.Dict, key string) string {
	v, ok := d.Raw(key)
	if !ok {
		return ""
	}
	if s, ok := v.(value.Str); ok {
		return s.S
	}
	return ""
}

// resultWarnings takes warnings that came with advice out of a result: texts stay.
func (a *pythonCall) resultWarnings(d *value.Dict) {
	v, ok := d.Raw("warnings")
	l, isList := v.(*value.List)
	if !ok || !isList {
		return
	}
	plain := &value.List{}
	for _, w := range l.Items {
		if e, ok := w.(*value.Dict); ok {
			a.warnings = append(a.warnings, &fault.Fault{Msg: textOf(e, "msg"), Help: textOf(e, "help")})
		} else {
			plain.Items = append(plain.Items, w)
		}
	}
	d.Put("warnings", plain)
}

// failure turns what the plugin raised into the result or the error of the task.
func (a *pythonCall) failure(err error) (*value.Dict, error) {
	var e *pyplugin.Error
	if !errors.As(err, &e) {
		return nil, err
	}
	if a.lost != nil && e.IsA("AnsibleConnectionFailure") {
		return nil, a.lost
	}
	if e.IsA("AnsibleConnectionFailure") {
		return nil, &transport.Unreachable{Host: a.runHost().Name, Message: e.Error(), Cause: err}
	}
	if e.Class == "Unsendable" {
		return nil, &omitted{e.Message}
	}
	if a.contribution != nil && a.notFailed {
		d := untrust(a.contribution).(*value.Dict)
		d.Delete(value.S("failed"))
		return d, nil
	}
	f := pythonFault(e)
	if a.contribution != nil {
		f.Result = untrust(a.contribution).(*value.Dict)
	}
	return nil, f
}

// omitted is the error of a result that ansible-core could not pass on: it is told without the task around it.
type omitted struct{ message string }

func (e *omitted) Error() string { return e.message }

// pythonFault is an exception of Python as a fault, with those behind it.
func pythonFault(e *pyplugin.Error) *fault.Fault {
	if e.Undefined != nil && e.Cause == nil {
		return fault.From(e.Undefined)
	}
	f := &fault.Fault{Msg: e.Message, Help: e.Help}
	if e.At != nil {
		f.At = *e.At
	}
	var cause *pyplugin.Error
	if errors.As(e.Cause, &cause) {
		f.Cause = pythonFault(cause)
	}
	return f
}
