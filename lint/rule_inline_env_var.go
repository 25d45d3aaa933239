package lint

import (
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func inlineEnvVarRule() *Rule {
	const message = "Command module does not accept setting environment variables inline."
	known := []string{"argv", "chdir", "creates", "executable", "expand_argument_vars", "removes", "stdin", "stdin_add_newline", "strip_empty_ends", "cmd", "_raw_params"}
	return &Rule{
		ID: "inline-env-var", Severity: "VERY_HIGH", Tags: []string{"command-shell", "idiom"},
		Subs: []Sub{{"inline-env-var", message}},
		Doc: Doc{
			Summary: "Environment variables of a command belong under `environment`.",
			Problem: "The command module starts a program, no shell: it takes `NAME=value` for the program's name.",
			Examples: []Example{
				{Title: "A variable before the command", Want: []string{"inline-env-var"}, Text: playOf("- name: Load the data\n  ansible.builtin.command: SIZE=5 load-data\n  changed_when: true\n")},
				{Title: "Right", Text: playOf("- name: Load the data\n  ansible.builtin.command: load-data\n  environment:\n    SIZE: 5\n  changed_when: true\n")},
			},
		},
		Task: func(p *pass, t *Task) {
			if t.Short != "command" {
				return
			}
			words := strings.Fields(t.Command())
			if len(words) == 0 {
				return
			}
			bad := strings.Contains(words[0], "=")
			for k := range t.Args.RawAll() {
				bad = bad || !slices.Contains(known, value.ToStr(k))
			}
			if bad {
				p.onTask("inline-env-var", message, t.NameSpan())
			}
		},
	}
}
