package lint

import "github.com/rehearse-dev/rehearse/internal/playbook"

func noPromptingRule() *Rule {
	const message = "Disallow prompting."
	return &Rule{
		ID: "no-prompting", Severity: "VERY_LOW", Tags: []string{"opt-in"}, OptIn: true,
		Subs: []Sub{{"no-prompting", message}},
		Doc: Doc{
			Summary: "A playbook should run without anyone at the keyboard.",
			Problem: "vars_prompt, and pause without a time, wait for an answer that no pipeline gives.",
			Examples: []Example{
				{Title: "A question", Want: []string{"no-prompting"}, Text: "- name: Deploy\n  hosts: all\n  vars_prompt:\n    - name: version\n  tasks: []\n"},
				{Title: "A pause", Want: []string{"no-prompting"}, Text: playOf("- name: Wait\n  ansible.builtin.pause:\n    prompt: Go on?\n")},
				{Title: "Right", Text: playOf("- name: Wait\n  ansible.builtin.pause:\n    seconds: 5\n")},
			},
		},
		Task: func(p *pass, t *Task) {
			if (t.Module == "pause" || t.Module == "ansible.builtin.pause") && !truthy(t.Arg("minutes")) && !truthy(t.Arg("seconds")) {
				p.onTask("no-prompting", message, t.NameSpan())
			}
		},
		Play: func(p *pass, play *playbook.PlaySyntax) {
			if a := play.Attr("vars_prompt"); a != nil && truthy(a.Value) && p.file.Kind == KindPlaybook {
				n := a.Node.Resolve()
				if len(n.Items) > 0 {
					n = n.Items[0]
				}
				pos := nodePosition(p, n)
				p.report("no-prompting", "Play uses vars_prompt", a.Key.Span, pos.Line, pos.Column)
			}
		},
	}
}
