package cli

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"github.com/rehearse-dev/rehearse/internal/pyplugin"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/callback"
	"github.com/rehearse-dev/rehearse/runner/pymodule"
)

// openPlugins prepares the Python plugins of the project in dir. Nothing is started.
func (w *workspace) openPlugins(o workspaceOptions, dir string) {
	collections := w.collections
	index := pyplugin.NewIndex(o.fs, map[string][]string{
		"filter": w.config.Strings("DEFAULT_FILTER_PLUGIN_PATH"),
		"test":   w.config.Strings("DEFAULT_TEST_PLUGIN_PATH"),
		"lookup": w.config.Strings("DEFAULT_LOOKUP_PLUGIN_PATH"),
	}, collections)
	index.Installed = sync.OnceValue(func() string {
		if in, err := pymodule.Find(w.env.Getenv); err == nil {
			return filepath.Dir(in.Dir)
		}
		return ""
	})
	notes := o.notes
	if notes == nil {
		notes = w.notesToStderr
	}
	w.plugins = pyplugin.New(func() (pyplugin.Options, error) {
		python, library, err := pluginPython(w.env)
		if err != nil {
			return pyplugin.Options{}, err
		}
		cwd := w.env.Dir
		setup := value.NewDict("verbosity", value.Int(o.verbosity), "columns", value.Int(o.columns), "basedir", value.S(dir),
			"directories", value.Strings(index.Bases()), "playbooks", value.Strings(w.playbookDirs))
		if o.cliargs != nil {
			setup.Put("cliargs", w.withDefaults(o.cliargs))
		}
		if w.secrets != nil {
			secrets := &value.List{}
			for _, s := range w.secrets.List {
				secrets.Items = append(secrets.Items, value.NewList(value.S(s.ID), value.Bytes(s.Reveal())))
			}
			setup.Put("secrets", secrets)
		}
		return pyplugin.Options{Python: python, Library: library, Env: os.Environ(), Dir: cwd, Setup: setup,
			Handler: pyplugin.Handlers(notes, pyplugin.VariablesOf(nil)), Decrypt: w.decrypt}, nil
	})
	w.functions = pyplugin.NewFunctions(index, w.plugins)
	index.AddBase(dir)
	w.playbookDirs = []string{dir}
}

// addPlugins adds the plugins of a playbook's or role's folder.
func (w *workspace) addPlugins(dir string) {
	changed, err := w.functions.AddBase(context.Background(), dir)
	if changed {
		w.engine.Forget()
	}
	if err != nil && w.warn != nil {
		w.warn(fmt.Sprintf("The plugins in %s could not be added: %s", dir, err))
	}
}

// pluginPython finds the interpreter of the plugins, and the folder of the ansible-core that it has; "" for none.
func pluginPython(env *Env) (python, library string, err error) {
	if in, err := pymodule.Find(env.Getenv); err == nil {
		python, library = in.Python, filepath.Dir(in.Dir)
	}
	if python == "" {
		if python, err = exec.LookPath("python3"); err != nil {
			return "", "", fmt.Errorf("it is written in Python, and no python3 was found on this machine (install Python and ansible-core)")
		}
	}
	return python, library, nil
}

// notesToStderr shows what plugins say where no run has a display.
func (w *workspace) notesToStderr(_ context.Context, method string, args value.Value) (value.Value, error) {
	d, ok := args.(*value.Dict)
	if !ok {
		return nil, pyplugin.ErrNoMethod
	}
	field := func(k string) value.Value { v, _ := d.Get(k); return v }
	switch method {
	case "display":
		if field("log_only") != value.Value(value.Bool(true)) {
			fmt.Fprintln(w.env.Stderr, strings.TrimSuffix(value.ToStr(field("text")), "\n"))
		}
		return value.None{}, nil
	case "printed":
		fmt.Fprint(w.env.Stderr, value.ToStr(field("text")))
		return value.None{}, nil
	}
	return nil, pyplugin.ErrNoMethod
}

// displayNotes shows what plugins say on the display of a run.
func displayNotes(display *callback.Display) pyplugin.Handler {
	return func(ctx context.Context, method string, args value.Value) (value.Value, error) {
		d, ok := args.(*value.Dict)
		if !ok {
			return nil, pyplugin.ErrNoMethod
		}
		text := func(k string) string {
			if v, ok := d.Get(k); ok {
				if s, ok := v.(value.Str); ok {
					return s.S
				}
			}
			return ""
		}
		yes := func(k string) bool { v, _ := d.Get(k); return v == value.Value(value.Bool(true)) }
		switch method {
		case "display":
			newline, given := d.Get("newline")
			display.Put(callback.Piece{Text: text("text"), Color: callback.Color(text("color")), Stderr: yes("stderr"), ScreenOnly: yes("screen_only"),
				LogOnly: yes("log_only"), Open: given && newline == value.Value(value.Bool(false))})
			return value.None{}, nil
		case "raw": // a callback prints past the display
			display.Put(callback.Piece{Text: text("text"), Stderr: text("stream") == "stderr", Raw: true})
			return value.None{}, nil
		case "printed":
			host, task, ok := pyplugin.TaskOf(ctx)
			what := text("text")
			if !ok { // outside a task, ansible-core's own process would print it
				display.Show(what, "")
				return value.None{}, nil
			}
			if r := []rune(what); len(r) > 256 {
				what = string(r[:256])
			}
			var lines strings.Builder
			for l := range strings.Lines(what) {
				if strings.TrimSpace(l) != "" {
					lines.WriteString("    ")
				}
				lines.WriteString(l)
			}
			display.Warn(fmt.Sprintf("WorkerProcess for [%s/TASK: %s] errantly sent data directly to %s instead of using Display:\n%s\n", host, task, text("stream"), lines.String()))
			return value.None{}, nil
		}
		return nil, pyplugin.ErrNoMethod
	}
}
