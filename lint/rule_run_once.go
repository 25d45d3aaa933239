package lint

import "github.com/rehearse-dev/rehearse/internal/playbook"

func runOnceRule() *Rule {
	return &Rule{
		ID: "run-once", Severity: "MEDIUM", Tags: []string{"idiom"},
		Subs: []Sub{
			{"run-once[task]", "Using run_once may behave differently if strategy is set to free."},
			{"run-once[play]", "Play uses strategy: free"},
		},
		Doc: Doc{
			Summary: "run_once and the free strategy do not go together.",
			Problem: "With `strategy: free` a task with run_once may run on every host.",
			Examples: []Example{
				{Title: "A task", Want: []string{"run-once[task]"}, Text: playOf("- name: Say hello\n  ansible.builtin.debug:\n    msg: hello\n  run_once: true\n")},
				{Title: "A play", Want: []string{"run-once[play]"}, Text: "- name: Deploy\n  hosts: all\n  strategy: free\n  tasks: []\n"},
				{Title: "Right", Text: playOf("- name: Say hello\n  ansible.builtin.debug:\n    msg: hello\n")},
			},
		},
		Task: func(p *pass, t *Task) {
			if a := t.Attr("run_once"); a != nil && truthy(a.Value) && p.file.Kind == KindPlaybook {
				p.onTask("run-once[task]", "Using run_once may behave differently if strategy is set to free.", a.Key.Span)
			}
		},
		Play: func(p *pass, play *playbook.PlaySyntax) {
			if a := play.Attr("strategy"); a != nil && text(a.Value) == "free" && p.file.Kind == KindPlaybook {
				p.report("run-once[play]", "Play uses strategy: free", a.Node.Span, 1, 0)
			}
		},
	}
}
