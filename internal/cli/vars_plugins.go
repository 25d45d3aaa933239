package cli

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/vars"
)

// varsPlugins asks the vars plugins of the settings and of the project; nil where host_group_vars is the only one, which
// needs no Python.
func (w *workspace) varsPlugins(fsys source.FS, dir string) vars.Plugins {
	needed := hasPlugins(fsys, append([]string{filepath.Join(dir, "vars_plugins")}, w.config.Strings("DEFAULT_VARS_PLUGIN_PATH")...)...)
	for _, name := range w.config.Strings("VARIABLE_PLUGINS_ENABLED") {
		needed = needed || name != "" && strings.TrimPrefix(name, "ansible.builtin.") != "host_group_vars"
	}
	if !needed {
		return nil
	}
	return w.askVarsPlugins
}

// roleVarsPlugins lets the vars plugins of a role count; its callbacks come too late.
func (w *workspace) roleVarsPlugins(fsys source.FS, role string) {
	if w.warn != nil && hasPlugins(fsys, filepath.Join(role, "callback_plugins")) {
		w.warn("The callback plugins in " + filepath.Join(role, "callback_plugins") + " are not used: only those beside the playbook, of the configured folders and of collections are.")
	}
	if hasPlugins(fsys, filepath.Join(role, "vars_plugins")) {
		w.store.Use(w.askVarsPlugins)
	}
}

func (w *workspace) askVarsPlugins(q vars.PluginQuery) (before, after *value.Dict, err error) {
	v, err := w.plugins.Call(context.Background(), "vars_plugins.get", value.NewDict("path", value.S(q.Dir), "stage", value.S(q.Stage),
		"hosts", value.Strings(q.Hosts), "groups", value.Strings(q.Groups), "fresh", value.Bool(q.Fresh)), w.answer)
	if err != nil {
		return nil, nil, err
	}
	pair, err := value.Collect(v)
	if err != nil || len(pair) != 2 {
		return nil, nil, err
	}
	before, _ = pair[0].(*value.Dict)
	after, _ = pair[1].(*value.Dict)
	return before, after, nil
}

// fileStage tells when host_vars and group_vars are read: by the plugin's own setting, or else by the one for all.
func (w *workspace) fileStage() string {
	if s, ok := w.config.Plugin("vars/host_group_vars", "stage").Value.(value.Str); ok && s.S != "" {
		return s.S
	}
	if w.config.String("RUN_VARS_PLUGINS") == "start" {
		return "inventory"
	}
	return "task"
}
