package lint

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/diag"
)

func commandInsteadOfShellRule() *Rule {
	const message = "Use shell only when shell functionality is required."
	return &Rule{
		ID: "command-instead-of-shell", Severity: "HIGH", Tags: []string{"command-shell", "idiom"},
		Subs: []Sub{{"command-instead-of-shell", message}},
		Doc: Doc{
			Summary: "The shell should be used only where one is needed.",
			Problem: "The command module starts the program itself: it is faster, and no part of a variable is taken for a shell's syntax.",
			Examples: []Example{
				{Title: "A shell for nothing", Want: []string{"command-instead-of-shell"},
					Text: "- name: Deploy\n  hosts: all\n  tasks:\n    - name: Load the data\n      ansible.builtin.shell: load-data\n      changed_when: true\n"},
				{Title: "Right", Text: "- name: Deploy\n  hosts: all\n  tasks:\n    - name: Load the data\n      ansible.builtin.command: load-data\n      changed_when: true\n    - name: Count the lines\n      ansible.builtin.shell: load-data | wc -l\n      changed_when: true\n    - name: Use a certain shell\n      ansible.builtin.shell: load-data\n      args:\n        executable: /bin/zsh\n      changed_when: true\n"},
			},
			Fix: "Not applied by --fix alone, because a built-in command of the shell (cd, source, ulimit) is no program: `--fix --unsafe` replaces the module.",
		},
		Task: func(p *pass, t *Task) {
			if t.Short != "shell" || t.Arg("executable") != nil {
				return
			}
			if strings.ContainsAny(unjinja(t.Command()), "&|<>;$\n*[]{}?`!") {
				return
			}
			f := p.onTask("command-instead-of-shell", message, t.NameSpan())
			f.Fixes = append(f.Fixes, diag.Fix{Title: "Use ansible.builtin.command", Edits: []diag.Edit{{Span: t.NameSpan(), New: "ansible.builtin.command"}}})
		},
	}
}

// unjinja replaces templates by a word, so that their own characters do not count.
func unjinja(s string) string {
	for _, d := range [][2]string{{"{{", "}}"}, {"{%", "%}"}, {"{#", "#}"}} {
		var b strings.Builder
		for {
			i := strings.Index(s, d[0])
			if i < 0 {
				break
			}
			j := strings.Index(s[i+2:], d[1])
			if j < 1 { // ansible-lint wants at least one character inside
				k := -1
				if j == 0 {
					k = strings.Index(s[i+3:], d[1])
				}
				if k < 0 {
					break
				}
				j = k + 1
			}
			b.WriteString(s[:i] + "JINJA")
			s = s[i+2+j+2:]
		}
		b.WriteString(s)
		s = b.String()
	}
	return s
}
