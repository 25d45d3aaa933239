package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/internal/pyplugin"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/vars"
	"github.com/rehearse-dev/rehearse/runner"
	"github.com/rehearse-dev/rehearse/runner/callback"
)

// hasPlugins tells whether a directory holds plugins that are written in Python.
func hasPlugins(fsys source.FS, dirs ...string) bool {
	for _, dir := range dirs {
		entries, err := fsys.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if name := e.Name(); strings.HasSuffix(name, ".py") && name != "__init__.py" || e.IsDir() && hasPlugins(fsys, filepath.Join(dir, name)) {
				return true
			}
		}
	}
	return false
}

// additional tells whether callbacks run beside the one that owns the screen.
func (f *runFlags) additional(w *workspace, o *runner.Options) bool {
	return o.Adhoc == "" || w.config.Bool("DEFAULT_LOAD_CALLBACK_PLUGINS")
}

// listing tells whether the run only says what it would do.
func listing(o *runner.Options) bool { return o.Syntax || o.ListHosts || o.ListTags || o.ListTasks }

// needsPython tells whether a callback of the run is written in Python: one that the settings name, or one that the
// project has.
func (f *runFlags) needsPython(w *workspace, o *runner.Options, stdout string) bool {
	if f.output == "json" || listing(o) {
		return false // nothing runs that callbacks could tell of
	}
	if !callback.Native(stdout) {
		return true
	}
	if !f.additional(w, o) {
		return false
	}
	for _, name := range w.config.Strings("CALLBACKS_ENABLED") {
		if !callback.Native(name) {
			return true
		}
	}
	return hasPlugins(w.loader.FS, append([]string{filepath.Join(f.dir, "callback_plugins")}, w.config.Strings("DEFAULT_CALLBACK_PLUGIN_PATH")...)...)
}

// pythonCallbacks makes the callbacks of a run of which some are written in Python.
func (f *runFlags) pythonCallbacks(w *workspace, o *runner.Options, stdout string, s callback.Settings) error {
	native := map[string]func() callback.Callback{}
	for _, name := range callback.Stdout {
		native[callback.FullName(name)] = func() callback.Callback {
			cb, _ := callback.NewStdout(name, o.Display, s) // a name of that very list
			return cb
		}
	}
	for _, name := range callback.Enabled {
		native[callback.FullName(name)] = func() callback.Callback {
			cb, _ := callback.NewEnabled(name, o.Display, s) // a name of that very list
			return cb
		}
	}
	if stdout == "" {
		stdout = "default"
	}
	all, err := callback.LoadPython(context.Background(), w.plugins, pyplugin.Handlers(f.notes, w.answer), callback.PythonRequest{
		Stdout: stdout, Additional: f.additional(w, o), Tree: f.treeDir != "", Verbosity: 1, Native: native})
	if err != nil {
		var raised *pyplugin.Error
		switch {
		case !errors.As(err, &raised):
			err = fmt.Errorf("the callbacks of this run need Python: %w", err)
		case raised.Class == "ModuleNotFoundError" && raised.Message == "No module named 'ansible'":
			err = fmt.Errorf("the callbacks of this run (stdout: %s) need ansible-core, and Python does not find it (install it, or name one of %s)",
				stdout, strings.Join(callback.Stdout, ", "))
		}
		return &ExitError{Code: 1, Message: "[ERROR]: " + err.Error()}
	}
	o.Callbacks, o.Details = all, true
	if o.Display.Live() {
		o.Callbacks = slices.Insert(o.Callbacks, 1, callback.Callback(&callback.Progress{Display: o.Display, Now: time.Now}))
	}
	return nil
}

// extraVars are the variables of -e, later ones over earlier ones.
func (w *workspace) extraVars() *value.Dict {
	d := &value.Dict{}
	for _, l := range w.extra {
		for k, v := range l.Vars.RawAll() {
			d.Set(k, v)
		}
	}
	return d
}

// answer tells plugins in Python about hosts, groups and variables.
func (w *workspace) answer(ctx context.Context, method string, args value.Value) (value.Value, error) {
	switch method {
	case "extra_vars":
		return w.extraVars(), nil
	case "vars":
		q := vars.Query{}
		if d, ok := args.(*value.Dict); ok {
			if name, _ := d.Raw("host"); name != nil && name.TypeName() == "str" {
				q.Host = w.inventory.Host(value.ToStr(name))
			}
		}
		return w.store.Scope(q).All(), nil
	}
	return w.inventory.Answer(ctx, method, args)
}

// commandLine gives the options of the command line under the names that ansible-core has for them.
func (f *runFlags) commandLine(env *Env, o runner.Options) *value.Dict {
	text := func(s string) value.Value {
		if s == "" {
			return value.None{}
		}
		return value.S(s)
	}
	tuple := func(list []string) value.Value {
		t := &value.Tuple{}
		for _, s := range list {
			t.Items = append(t.Items, value.S(s))
		}
		return t
	}
	tags := o.Tags
	if len(tags) == 0 {
		tags = []string{"all"}
	}
	forks := f.forks
	if forks == 0 {
		forks = 5
	}
	inventories := make([]string, len(f.inventories))
	for i, s := range f.inventories {
		if inventories[i] = s; !strings.Contains(s, ",") {
			inventories[i] = absIn(env.Dir, s)
		}
	}
	d := value.NewDict("args", tuple(o.Playbooks), "verbosity", value.Int(f.verbosity), "inventory", tuple(inventories), "subset", text(f.limit),
		"listhosts", value.Bool(f.listHosts), "listtasks", value.Bool(o.ListTasks), "listtags", value.Bool(o.ListTags), "syntax", value.Bool(o.Syntax),
		"flush_cache", value.Bool(f.flushCache), "extra_vars", tuple(f.extra), "vault_ids", tuple(f.vaultIDs), "vault_password_files", tuple(f.vaultFiles),
		"ask_vault_pass", value.Bool(f.askVault), "forks", value.Int(forks), "module_path", tuple(f.modulePaths), "check", value.Bool(f.check),
		"diff", value.Bool(f.diff), "become", value.Bool(f.become), "become_method", text(f.becomeMethod), "become_user", text(f.becomeUser),
		"connection", text(f.connection), "remote_user", text(f.user), "private_key_file", text(f.privateKey), "ssh_common_args", text(f.sshCommon),
		"ssh_extra_args", text(f.sshExtra), "tags", tuple(tags), "skip_tags", tuple(o.Skip), "start_at_task", text(o.StartAt), "step", value.Bool(o.Step),
		"force_handlers", value.Bool(o.ForceHandlers))
	d.Put("timeout", value.Int(f.timeout))
	if f.timeout == 0 {
		d.Put("timeout", value.Int(10))
	}
	return d
}

// withDefaults fills in what the settings say where the command line says nothing.
func (w *workspace) withDefaults(line *value.Dict) *value.Dict {
	d := line.Copy()
	for option, setting := range map[string]string{"connection": "DEFAULT_TRANSPORT", "remote_user": "DEFAULT_REMOTE_USER",
		"private_key_file": "DEFAULT_PRIVATE_KEY_FILE", "become_method": "DEFAULT_BECOME_METHOD", "become_user": "DEFAULT_BECOME_USER"} {
		if v, _ := d.Raw(option); v == value.Value(value.None{}) {
			if s := w.config.String(setting); s != "" {
				d.Put(option, value.S(s))
			}
		}
	}
	return d
}
