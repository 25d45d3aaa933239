package lint

import "github.com/rehearse-dev/rehearse/internal/playbook"

func partialBecomeRule() *Rule {
	const message = "``become_user`` should have a corresponding ``become`` at the same level as itself."
	return &Rule{
		ID: "partial-become", Severity: "VERY_HIGH", Tags: []string{"unpredictability"},
		Subs: []Sub{{"partial-become[task]", message}, {"partial-become[play]", message}},
		Doc: Doc{
			Summary: "become_user needs become beside it.",
			Problem: "become_user alone changes nothing: whether the task runs as that account depends on a `become` somewhere else.",
			Examples: []Example{
				{Title: "A task", Want: []string{"partial-become[task]"}, Text: playOf("- name: Say who\n  ansible.builtin.debug:\n    msg: me\n  become_user: postgres\n")},
				{Title: "A play", Want: []string{"partial-become[play]"}, Text: "- name: Deploy\n  hosts: all\n  become_user: postgres\n  tasks: []\n"},
				{Title: "Right", Text: playOf("- name: Say who\n  ansible.builtin.debug:\n    msg: me\n  become: true\n  become_user: postgres\n")},
			},
		},
		Task: func(p *pass, t *Task) {
			if a := t.Attr("become_user"); a != nil && t.Attr("become") == nil {
				p.onTask("partial-become[task]", message, a.Key.Span)
			}
		},
		Play: func(p *pass, play *playbook.PlaySyntax) {
			if a := play.Attr("become_user"); a != nil && play.Attr("become") == nil && p.file.Kind == KindPlaybook {
				pos := nodePosition(p, play.Node)
				p.report("partial-become[play]", message, a.Key.Span, pos.Line, pos.Column)
			}
		},
	}
}
