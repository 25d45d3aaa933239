package cli

import (
	"strconv"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/config"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/callback"
)

// callbackSettings reads the options of the callbacks from the environment and ansible.cfg.
func (f *runFlags) callbackSettings(env *Env, c *config.Config) (callback.Settings, error) {
	s := callback.Settings{Getenv: env.Getenv, TreeDir: f.treeDir}
	s.Check, s.DiffContext, s.ShowArgs = f.check, 3, c.Bool("DISPLAY_ARGS_TO_STDOUT")
	if n := c.Int("DIFF_CONTEXT"); n > 0 {
		s.DiffContext = n
	}
	var failure error
	option := func(name string) value.Value {
		v := c.Plugin("callback/default", name)
		if v.Err != nil && failure == nil {
			failure = &ExitError{Code: 1, Message: "[ERROR]: " + v.Err.Error()}
		}
		return v.Value
	}
	posix := func(name, key string) value.Value {
		v := c.Plugin("callback/ansible.posix."+name, key)
		if v.Err != nil && failure == nil {
			failure = &ExitError{Code: 1, Message: "[ERROR]: " + v.Err.Error()}
		}
		return v.Value
	}
	if n, ok := posix("json", "json_indent").(value.Int); ok {
		s.JSONIndent = max(0, int(n))
	}
	s.ProfileSort, s.ProfileLimit = value.ToStr(posix("profile_tasks", "sort_order")), 20
	if limit := value.ToStr(posix("profile_tasks", "output_limit")); limit == "all" {
		s.ProfileLimit = 0
	} else if n, err := strconv.Atoi(limit); err == nil {
		s.ProfileLimit = n
	}
	s.ProfileSummaryOnly = posix("profile_tasks", "summary_only") == value.Value(value.Bool(true))
	is := func(name string) bool { return option(name) == value.Value(value.Bool(true)) }
	s.HideSkipped, s.HideOK = !is("display_skipped_hosts"), !is("display_ok_hosts")
	s.ShowCustomStats, s.CheckMarkers, s.FailedStderr = is("show_custom_stats"), is("check_mode_markers"), is("display_failed_stderr")
	s.ShowPerHostStart, s.TaskPathOnFailure = is("show_per_host_start"), is("show_task_path_on_failure")
	if format := option("result_format"); format != nil {
		s.Format.YAML = value.ToStr(format) == "yaml"
	}
	if pretty, ok := option("pretty_results").(value.Bool); ok {
		on := bool(pretty)
		s.Format.Pretty = &on
	}
	if s.TreeDir == "" {
		if v := c.Plugin("callback/tree", "directory"); v.Origin.Kind != config.Default && v.Value != nil {
			s.TreeDir = value.ToStr(v.Value)
		}
	}
	return s, failure
}

// tellCallbacks says which callback owns the screen and which ones could but do not.
func tellCallbacks(d *callback.Display, name string) {
	if name = strings.TrimPrefix(name, "ansible.builtin."); name == "" {
		name = "default"
	}
	d.Verbose(3, "", "Loading callback plugin "+name+" of type stdout, built into rehearse "+version())
	for _, other := range []string{"default", "minimal", "oneline"} {
		if other != name {
			d.Verbose(1, "", "Skipping callback '"+other+"', as we already have a stdout callback.")
		}
	}
}
