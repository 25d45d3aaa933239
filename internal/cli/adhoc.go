package cli

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/runner"
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
			short := strings.TrimPrefix(strings.TrimPrefix(name, "ansible.builtin."), "ansible.legacy.")
			if args == "" && !f.listHosts && slices.Contains(needsArguments, short) {
				msg := "No argument passed to " + name + " module"
				if strings.HasSuffix(pattern, ".yml") {
					msg += " (did you mean to run ansible-playbook?)"
				}
				return &ExitError{Code: 5, Message: "[ERROR]: " + msg}
			}
			if short == "import_playbook" {
				return &ExitError{Code: 5, Message: fmt.Sprintf("[ERROR]: '%s' is not a valid action for ad-hoc commands", name)}
			}
			base := env.Dir
			if dir != "" {
				base = absIn(env.Dir, dir)
			}
			path := filepath.Join(base, "__adhoc_playbook__")
			f.fs = (&source.Overlay{Base: source.OS{}}).With(path, adhocPlay(pattern, name, args, seconds, poll, timeout))
			f.dir = base
			f.stdout = "minimal"
			if oneLine {
				f.stdout = "oneline"
			}
			f.treeDir = tree
			return f.run(cmd.Context(), env, runner.Options{Playbooks: []string{path}, Adhoc: pattern})
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

// adhocPlay is the playbook of a single task.
func adhocPlay(pattern, name, args string, seconds, poll, timeout int) []byte {
	quote := func(s string) string { b, _ := json.Marshal(s); return string(b) }
	var b strings.Builder
	fmt.Fprintf(&b, "- name: Ansible Ad-Hoc\n  hosts: %s\n  gather_facts: false\n  tasks:\n    - %s: ", quote(pattern), quote(name))
	trimmed := strings.TrimSpace(args)
	switch {
	case strings.HasPrefix(trimmed, "{") && strings.HasSuffix(trimmed, "}") && json.Valid([]byte(trimmed)):
		b.WriteString(trimmed)
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

// adhocHosts lists the hosts for --list-hosts and warns where there are none.
func (f *runFlags) adhocHosts(w *workspace, o *runner.Options) (done bool, err error) {
	if len(w.inventory.Hosts()) == 0 {
		o.Display.Warn("provided hosts list is empty, only localhost is available. Note that the implicit localhost does not match 'all'")
	}
	hosts, err := w.inventory.Match(o.Adhoc)
	if err != nil {
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
	if len(hosts) == 0 {
		o.Display.Warn("No hosts matched, nothing to do")
	}
	if !f.listHosts {
		return false, nil
	}
	o.Display.Show(fmt.Sprintf("  hosts (%d):", len(hosts)), "")
	for _, h := range hosts {
		o.Display.Show("    "+h.Name, "")
	}
	return true, nil
}
