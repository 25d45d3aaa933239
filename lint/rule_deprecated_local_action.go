package lint

func deprecatedLocalActionRule() *Rule {
	const message = "Do not use 'local_action', use 'delegate_to: localhost'."
	return &Rule{
		ID: "deprecated-local-action", Severity: "MEDIUM", Tags: []string{"deprecations"},
		Subs: []Sub{{"deprecated-local-action", message}},
		Doc: Doc{
			Summary: "`delegate_to: localhost` has taken the place of local_action.",
			Problem: "local_action hides the module inside of a text, away from editors and checks.",
			Examples: []Example{
				{Title: "local_action", Want: []string{"deprecated-local-action"}, Text: playOf("- name: Say hello\n  local_action: ansible.builtin.debug msg=hello\n")},
				{Title: "Right", Text: playOf("- name: Say hello\n  ansible.builtin.debug:\n    msg: hello\n  delegate_to: localhost\n")},
			},
		},
		Task: func(p *pass, t *Task) {
			if a := t.Attr("local_action"); a != nil {
				p.onTask("deprecated-local-action", message, a.Key.Span)
			}
		},
	}
}
