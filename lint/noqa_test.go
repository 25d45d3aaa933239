package lint

import (
	"fmt"
	"strings"
	"testing"
)

// list writes findings as "line:tag".
func list(fs []Finding) string {
	var out []string
	for _, f := range fs {
		out = append(out, fmt.Sprintf("%d:%s", f.Line, f.Rule))
	}
	return strings.Join(out, " ")
}

// TestNoqa holds which comments suppress what; recorded from ansible-lint 26.10.1 on the same texts.
func TestNoqa(t *testing.T) {
	const play = "- name: P\n  hosts: all\n  tasks:\n"
	for _, c := range []struct{ name, text, want string }{
		{"none", "    - command: x\n", "4:fqcn[action-core] 4:name[missing] 4:no-changed-when"},
		{"one rule", "    - command: x # noqa: no-changed-when\n", "4:fqcn[action-core] 4:name[missing]"},
		{"two rules", "    - command: x  # noqa: no-changed-when name[missing]\n", "4:fqcn[action-core]"},
		{"without a colon", "    - command: x # noqa no-changed-when\n", "4:fqcn[action-core] 4:name[missing]"},
		{"bare", "    - command: x # noqa\n", "4:fqcn[action-core] 4:name[missing] 4:no-changed-when"},
		{"old number", "    - command: x # noqa: 301\n", "4:fqcn[action-core] 4:name[missing]"},
		{"a rule means its sub-rules", "    - command: x # noqa: fqcn name\n", "4:no-changed-when"},
		{"another line of the task", "    - command: x\n      when: y # noqa: no-changed-when\n", "4:fqcn[action-core] 4:name[missing]"},
		{"the line above", "    # noqa: no-changed-when name[missing]\n    - command: x\n", "5:fqcn[action-core]"},
		{"behind other words", "    - command: x # because # noqa: no-changed-when\n", "4:fqcn[action-core] 4:name[missing]"},
		{"the next task", "    - command: x # noqa: no-changed-when\n    - command: y\n", "4:fqcn[action-core] 4:name[missing] 5:fqcn[action-core] 5:name[missing] 5:no-changed-when"},
		{"a block means its tasks", "    - name: B # noqa: no-changed-when\n      block:\n        - command: x\n", "6:fqcn[action-core] 6:name[missing] 6:no-changed-when"},
		{"tag", "    - command: x\n      tags: [skip_ansible_lint]\n", ""},
		{"tag as a text", "    - command: x\n      tags: skip_ansible_lint\n", ""},
		{"truthy by line", "    - debug:\n        msg: yes # noqa: yaml[truthy]\n      name: N\n", "4:fqcn[action-core] 4:key-order[task]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := New(Options{Dir: t.TempDir()})
			if got := list(check(t, l, "", play+c.text)); got != c.want {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}

func TestYamllintComments(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"a: yes\n", "1:yaml[truthy]"},
		{"a: yes # yamllint disable-line\nb: no\n", "2:yaml[truthy]"},
		{"# yamllint disable-line rule:truthy\na: yes\nb: no\n", "3:yaml[truthy]"},
		{"# yamllint disable rule:truthy\na: yes\n# yamllint enable rule:truthy\nb: no\n", "4:yaml[truthy]"},
		{"# yamllint disable\na: yes\nb: no\n", ""},
		{"# yamllint disable-file\na: yes\n", ""},
		{"# yamllint disable rule:colons\na: yes\n", "2:yaml[truthy]"},
		{"a: !!bool yes\nb: 'yes'\nc: yES\non: true\n", "4:yaml[truthy]"},
	} {
		l := New(Options{Dir: t.TempDir(), Config: &Config{Tags: []string{"yaml"}, YAML: defaultYAML()}})
		if got := list(check(t, l, "vars/main.yml", c.text)); got != c.want {
			t.Errorf("%q: found %q, want %q", c.text, got, c.want)
		}
	}
}
