package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner"
	"github.com/rehearse-dev/rehearse/runner/callback"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

// needsArguments are the modules that do nothing without arguments.
var needsArguments = []string{"command", "win_command", "ansible.windows.win_command", "shell", "win_shell", "ansible.windows.win_shell", "raw", "script"}

func adhocCommand(env *Env) *cobra.Command {
	f := &runFlags{}
	var name, args, dir, tree string
	var seconds, poll, timeout int
	var oneLine bool
	cmd := &cobra.Command{
		Use:   "adhoc [flags] PATTERN",
		Short: "Run one module on hosts",
		Long:  "Run one module on the hosts of a pattern, with the options, the output and the exit codes of the ansible command.",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, argv []string) error {
			pattern := argv[0]
			if c, err := loadConfig(env); err == nil {
				fl := cmd.Flags()
				for _, o := range []struct {
					flag, setting string
					to            *string
				}{{"module-name", "DEFAULT_MODULE_NAME", &name}, {"args", "DEFAULT_MODULE_ARGS", &args}, {"playbook-dir", "PLAYBOOK_DIR", &dir}} {
					if !fl.Changed(o.flag) {
						*o.to = c.String(o.setting)
					}
				}
			}
			short := strings.TrimPrefix(strings.TrimPrefix(name, "ansible.builtin."), "ansible.legacy.")
			f.refusal = ""
			if args == "" && slices.Contains(needsArguments, short) {
				f.refusal = "No argument passed to " + name + " module"
				if strings.HasSuffix(pattern, ".yml") {
					f.refusal += " (did you mean to run ansible-playbook?)"
				}
			} else if _, _, err := argspec.ParseKV(args); err != nil && !jsonArgs(args) {
				return &ExitError{4, "[ERROR]: " + err.Error()}
			} else if short == "import_playbook" {
				f.refusal = fmt.Sprintf("'%s' is not a valid action for ad-hoc commands", name)
			}
			if oneLine {
				f.deprecated = append(f.deprecated, going("-o", "oneline"))
			}
			if tree != "" {
				f.deprecated = append(f.deprecated, going("-t", "tree"))
			}
			base := env.Dir
			if dir != "" {
				base = absIn(env.Dir, dir)
				f.cautions = notADirectory(base)
			}
			path := filepath.Join(base, "__adhoc_playbook__")
			f.fs = (&source.Overlay{Base: source.OS{}}).With(path, adhocPlay(pattern, name, args, seconds, poll, timeout))
			origin := adhocOrigin(name, args, seconds, poll, timeout)
			f.dir = base
			f.stdout = "minimal"
			if oneLine {
				f.stdout = "oneline"
			}
			f.treeDir = tree
			return f.run(cmd.Context(), env, runner.Options{Playbooks: []string{path}, Adhoc: pattern, Describe: origin})
		},
	}
	fl := cmd.Flags()
	f.add(fl)
	fl.StringVarP(&name, "module-name", "m", "command", "module to run")
	fl.StringVarP(&args, "args", "a", "", "its arguments: k=v words, or JSON in braces")
	fl.StringVar(&dir, "playbook-dir", "", "directory that stands for a playbook's: roles, group_vars and the like are found there")
	fl.IntVarP(&seconds, "background", "B", 0, "run in the background and fail after this many seconds")
	fl.IntVarP(&poll, "poll", "P", 15, "seconds between two looks at a job in the background")
	fl.BoolVarP(&oneLine, "one-line", "o", false, "one line for each host")
	fl.StringVarP(&tree, "tree", "t", "", "directory that gets a file with the result of each host")
	fl.IntVar(&timeout, "task-timeout", 0, "seconds that the task may take")
	return cmd
}

// notADirectory is the warning of a --playbook-dir that is none.
func notADirectory(path string) []string {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil
	}
	return []string{"Ignoring invalid path provided to plugin path: '" + path + "' is not a directory"}
}

// going is the deprecation of an option that a callback stands in for.
func going(option, name string) callback.Deprecation {
	return callback.Deprecation{When: "This feature will be removed from ansible-core version 2.23.", Fault: &fault.Fault{
		Msg: "The '" + option + "' argument is deprecated.", Help: "Use callback configuration to enable the " + name + " callback instead."}}
}

// localhosts are the names that mean this machine where an inventory has no hosts.
var localhosts = []string{"127.0.0.1", "localhost", "::1"}

// adhocPlay is the playbook of a single task.
func adhocPlay(pattern, name, args string, seconds, poll, timeout int) []byte {
	quote := func(s string) string { b, _ := json.Marshal(s); return string(b) }
	var b strings.Builder
	fmt.Fprintf(&b, "- name: Ansible Ad-Hoc\n  hosts: %s\n  gather_facts: false\n  tasks:\n    - %s: ", quote(pattern), quote(name))
	switch {
	case jsonArgs(args):
		b.WriteString(strings.TrimSpace(args))
	case args != "":
		b.WriteString(quote(args))
	}
	b.WriteString("\n")
	if timeout > 0 {
		fmt.Fprintf(&b, "      timeout: %d\n", timeout)
	}
	if seconds > 0 {
		fmt.Fprintf(&b, "      async: %d\n      poll: %d\n", seconds, poll)
	}
	return []byte(b.String())
}

func jsonArgs(args string) bool {
	args = strings.TrimSpace(args)
	return strings.HasPrefix(args, "{") && strings.HasSuffix(args, "}") && json.Valid([]byte(args))
}

// adhocOrigin names the places of that playbook as the options of the command line that they come from.
func adhocOrigin(name, args string, seconds, poll, timeout int) func(text string) string {
	return func(text string) string {
		var plain string
		if json.Unmarshal([]byte(text), &plain) == nil {
			if pairs, raw, err := argspec.ParseKV(plain); err == nil && plain == args && raw == "" && pairs.Len() == 1 {
				for _, v := range pairs.RawAll() {
					return "<CLI option '-a'>\n" + value.ToStr(v)
				}
			}
		}
		text = strings.Trim(text, `"'`)
		switch {
		case text == name:
			return "<CLI option '-m'>\n" + text
		case text == args && strings.Count(args, "=") == 1:
			_, value, _ := strings.Cut(args, "=")
			return "<CLI option '-a'>\n" + value
		case text != "" && args != "" && strings.Contains(args, text):
			return "<CLI option '-a'>\n" + text
		}
		given := &value.Dict{}
		if jsonArgs(args) {
			if d, err := value.FromJSON([]byte(args)); err == nil {
				given, _ = d.(*value.Dict)
			}
		} else if pairs, raw, err := argspec.ParseKV(args); err == nil {
			if given = pairs; raw != "" {
				given.Put("_raw_params", value.S(raw))
			}
		}
		return "<adhoc " + value.Quote(name) + " task>\n" + value.Repr(value.NewDict("action", value.S(name), "args", given,
			"timeout", value.Int(timeout), "async_val", value.Int(seconds), "poll", value.Int(poll)))
	}
}

// adhocHosts lists the hosts for --list-hosts and warns where there are none.
func (f *runFlags) adhocHosts(w *workspace, o *runner.Options) (done bool, err error) {
	empty := len(w.inventory.Group("all").Hosts()) == 0 // what of a source that could not be read is there counts not
	if empty && !off(w.config, "LOCALHOST_WARNING") && !slices.Contains(localhosts, o.Adhoc) {
		o.Display.Warn("provided hosts list is empty, only localhost is available. Note that the implicit localhost does not match 'all'")
	}
	hosts, err := w.inventory.Match(o.Adhoc)
	if err != nil && f.limit != "" {
		return true, &ExitError{Code: 1, Message: "[ERROR]: " + err.Error()}
	}
	if f.limit != "" {
		limit, err := inventory.ParseLimit(source.OS{}, f.limit)
		if err != nil {
			return true, &ExitError{Code: 1, Message: "[ERROR]: " + err.Error()}
		}
		if hosts, err = w.inventory.Within(hosts, limit); err != nil {
			return true, err
		}
	}
	for _, text := range w.inventory.Warnings {
		o.Display.Warn(text)
	}
	if err != nil || len(hosts) == 0 && !empty && f.limit == "" {
		o.Display.Warn("No hosts matched, nothing to do")
	}
	if !f.listHosts {
		if f.refusal != "" {
			return true, &ExitError{Code: 5, Message: "[ERROR]: " + f.refusal}
		}
		return false, nil
	}
	o.Display.Show(fmt.Sprintf("  hosts (%d):", len(hosts)), "")
	for _, h := range hosts {
		o.Display.Show("    "+h.Name, "")
	}
	return true, nil
}
