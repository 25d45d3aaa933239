package lint

import (
	"fmt"
	"slices"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func riskyOctalRule() *Rule {
	return &Rule{
		ID: "risky-octal", Severity: "VERY_HIGH", Tags: []string{"formatting"},
		Subs: []Sub{{"risky-octal", "Octal file permissions must contain leading zero or be a string."}},
		Doc: Doc{
			Summary: "A mode should be a text, or begin with a zero.",
			Problem: "`mode: 644` is the decimal number 644, which is the mode 1204.",
			Examples: []Example{
				{Title: "A decimal number", Want: []string{"risky-octal"}, Text: playOf("- name: Write the key\n  ansible.builtin.copy:\n    src: key\n    dest: /etc/key\n    mode: 644\n")},
				{Title: "Right", Text: playOf("- name: Write the key\n  ansible.builtin.copy:\n    src: key\n    dest: /etc/key\n    mode: \"0644\"\n- name: Write another\n  ansible.builtin.copy:\n    src: key\n    dest: /etc/other\n    mode: 0600\n")},
			},
		},
		Task: func(p *pass, t *Task) {
			if !slices.Contains([]string{"assemble", "copy", "file", "ini_file", "lineinfile", "replace", "synchronize", "template", "unarchive"}, t.Short) {
				return
			}
			mode, ok := t.Arg("mode").(value.Int)
			if !ok || !strangeMode(int(mode)) {
				return
			}
			at := t.NameSpan()
			if n := t.ArgNode("mode"); n != nil {
				at = n.Span
			}
			p.onTask("risky-octal", fmt.Sprintf("`mode: %d` should have a string value with leading zero `mode: \"0%o\"` or use symbolic mode.", mode, mode), at)
		},
	}
}

// strangeMode tells a mode that nobody means: write without read, or more for others than for the owner.
func strangeMode(mode int) bool {
	other, group, user := mode%8, mode>>3%8, mode>>6%8
	odd := func(bits int) bool { return bits != 0 && bits < 4 && !(bits == 1 && user%2 == 1) }
	return odd(other) || odd(group) || user != 0 && user < 4 && user != 1 || other > group || other > user || group > user
}
