package lint

import (
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/playbook"
)

func keyOrderRule() *Rule {
	return &Rule{
		ID: "key-order", Severity: "LOW", Tags: []string{"formatting"},
		Subs: []Sub{{"key-order[task]", "You can improve the task key order"}, {"key-order[play]", "You can improve the play key order"}},
		Doc: Doc{
			Summary: "The name should come first, and a block's tasks last.",
			Problem: "A task is found by its name. A `when` or `become` that stands behind a long block is overlooked.",
			Examples: []Example{
				{Title: "The name behind the module", Want: []string{"key-order[task]"},
					Text: playOf("- ansible.builtin.debug:\n    msg: hello\n  name: Say hello\n")},
				{Title: "A condition behind the block", Want: []string{"key-order[task]"},
					Text: playOf("- name: Together\n  block:\n    - name: Say hello\n      ansible.builtin.debug:\n        msg: hello\n  when: loud\n")},
				{Title: "A play that is named late", Want: []string{"key-order[play]"}, Text: "- hosts: all\n  name: Deploy\n  tasks: []\n"},
				{Title: "Right", Text: playOf("- name: Together\n  when: loud\n  block:\n    - name: Say hello\n      ansible.builtin.debug:\n        msg: hello\n")},
			},
		},
		Task: func(p *pass, t *Task) {
			if order, wrong := keyOrder(t.Syntax); wrong {
				p.onTask("key-order[task]", "You can improve the task key order to: "+order, t.NameSpan())
			}
		},
		Play: func(p *pass, play *playbook.PlaySyntax) {
			if order, wrong := keyOrder(&play.Syntax); wrong && p.file.Kind == KindPlaybook {
				pos := nodePosition(p, play.Node)
				p.report("key-order[play]", "You can improve the play key order to: "+order, play.Node.Pairs[0].Key.Span, pos.Line, pos.Column)
			}
		},
	}
}

// keyOrder puts keys into ansible-lint's order: name, all others, block, rescue, always.
func keyOrder(s *playbook.Syntax) (order string, wrong bool) {
	var keys []string
	for _, pair := range s.Node.Pairs {
		if k := pair.Key.Text; !strings.HasPrefix(k, "_") && !pair.Merge && !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	rank := func(k string) int {
		switch k {
		case "name":
			return 0
		case "block":
			return 2
		case "rescue":
			return 3
		case "always":
			return 4
		}
		return 1
	}
	sorted := slices.Clone(keys)
	slices.SortStableFunc(sorted, func(a, b string) int { return rank(a) - rank(b) })
	return strings.Join(sorted, ", "), !slices.Equal(keys, sorted)
}
