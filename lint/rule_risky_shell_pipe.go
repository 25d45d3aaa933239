package lint

import (
	"regexp"
	"strings"
	"sync"
)

// pipefail is ansible-lint's pattern for a line that sets the option.
var pipefail = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^\s*set.*[+-][A-Za-z]*o\s*pipefail`) })

func riskyShellPipeRule() *Rule {
	const message = "Shells that use pipes should set the pipefail option."
	return &Rule{
		ID: "risky-shell-pipe", Severity: "MEDIUM", Tags: []string{"command-shell"},
		Subs: []Sub{{"risky-shell-pipe", message}},
		Doc: Doc{
			Summary: "A pipe should fail when any part of it fails.",
			Problem: "A shell reports the status of the last program of a pipe alone: the task succeeds although the program before it failed.",
			Examples: []Example{
				{Title: "A pipe", Want: []string{"risky-shell-pipe"}, Text: playOf("- name: Count the lines\n  ansible.builtin.shell: load-data | wc -l\n  changed_when: false\n")},
				{Title: "Right", Text: playOf("- name: Count the lines\n  ansible.builtin.shell: |\n    set -o pipefail\n    load-data | wc -l\n  args:\n    executable: /bin/bash\n  changed_when: false\n- name: Do the one or the other\n  ansible.builtin.shell: load-data || true\n  changed_when: false\n")},
			},
		},
		Task: func(p *pass, t *Task) {
			if t.Short != "shell" || truthy(t.Value("ignore_errors")) || strings.Contains(text(t.Arg("executable")), "pwsh") {
				return
			}
			if cmd := unjinja(t.Command()); hasPipe(cmd) && !pipefail().MatchString(cmd) {
				p.onTask("risky-shell-pipe", message, t.NameSpan())
			}
		},
	}
}

// hasPipe tells whether a single "|" stands somewhere.
func hasPipe(s string) bool {
	for i := range len(s) {
		if s[i] == '|' && (i == 0 || s[i-1] != '|') && (i+1 == len(s) || s[i+1] != '|') {
			return true
		}
	}
	return false
}
