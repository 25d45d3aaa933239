package lint

import (
	"fmt"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func noFreeFormRule() *Rule {
	return &Rule{
		ID: "no-free-form", Severity: "MEDIUM", Tags: []string{"syntax", "risk"},
		Subs: []Sub{
			{"no-free-form", "Avoid using free-form when calling module actions."},
			{"no-free-form[raw]", "Avoid embedding `executable=` inside raw calls, use explicit args dictionary instead."},
			{"no-free-form[raw-non-string]", "Passing a non string value to `raw` module is neither documented or supported."},
		},
		Doc: Doc{
			Summary: "Options should be written as a mapping.",
			Problem: "In `key=value` text every value is a text, quotes and blanks have rules of their own, and a variable that holds a blank or an equals sign changes the options.",
			Examples: []Example{
				{Title: "Options as text", Want: []string{"no-free-form"},
					Text: playOf("- name: Write the key\n  ansible.builtin.copy: src=key dest=/etc/key mode=0600\n")},
				{Title: "Options of a command inside of it", Want: []string{"no-free-form"},
					Text: playOf("- name: Load the data\n  ansible.builtin.command: chdir=/srv load-data\n  changed_when: true\n")},
				{Title: "Options of raw inside of it", Want: []string{"no-free-form[raw]"},
					Text: playOf("- name: Say hello\n  ansible.builtin.raw: executable=/bin/bash echo hello\n  changed_when: false\n")},
				{Title: "Right", Text: playOf("- name: Write the key\n  ansible.builtin.copy:\n    src: key\n    dest: /etc/key\n    mode: \"0600\"\n- name: Load the data\n  ansible.builtin.command: load-data --size=5\n  args:\n    chdir: /srv\n  changed_when: true\n")},
			},
		},
		Task: noFreeFormTask,
	}
}

func noFreeFormTask(p *pass, t *Task) {
	if t.Action == nil || isModule(t.Module, includes...) {
		return
	}
	var written value.Value
	if a := t.Attr(t.Module); a != nil && t.Action.Form == playbook.KeyForm {
		written = a.Value
	}
	s, isText := written.(value.Str)
	if t.Short == "raw" {
		switch {
		case !isText:
			p.onTask("no-free-form[raw-non-string]", "Passing a non string value to `raw` module is neither documented or supported.", t.NameSpan())
		case strings.Contains(s.S, "executable="):
			p.onTask("no-free-form[raw]", "Avoid embedding `executable=` inside raw calls, use explicit args dictionary instead.", t.NameSpan())
		}
		return
	}
	if !isText || !strings.Contains(s.S, "=") {
		return
	}
	switch t.Short {
	case "command", "shell", "win_command", "win_shell", "ansible.windows.win_command", "ansible.windows.win_shell":
		found := false
		for _, option := range []string{"chdir=", "creates=", "executable=", "removes=", "stdin=", "stdin_add_newline=", "warn="} {
			found = found || strings.Contains(s.S, option)
		}
		if !found {
			return
		}
	}
	f := p.onTask("no-free-form", fmt.Sprintf("Avoid using free-form when calling module actions. (%s)", t.Module), t.Action.Node.Span)
	f.Details = t.Module
}
