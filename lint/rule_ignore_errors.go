package lint

func ignoreErrorsRule() *Rule {
	const message = "Use failed_when and specify error conditions instead of using ignore_errors."
	return &Rule{
		ID: "ignore-errors", Severity: "LOW", Tags: []string{"unpredictability"},
		Subs: []Sub{{"ignore-errors", message}},
		Doc: Doc{
			Summary: "Only the errors that are expected should be ignored.",
			Problem: "ignore_errors hides every error of the task, also those that nobody thought of.",
			Examples: []Example{
				{Title: "All errors", Want: []string{"ignore-errors"}, Text: playOf("- name: Load the data\n  ansible.builtin.command: load-data\n  changed_when: true\n  ignore_errors: true\n")},
				{Title: "Right", Text: playOf("- name: Load the data\n  ansible.builtin.command: load-data\n  register: load\n  changed_when: true\n  failed_when: load.rc > 1\n- name: Try it\n  ansible.builtin.command: load-data\n  changed_when: true\n  ignore_errors: \"{{ ansible_check_mode }}\"\n")},
			},
		},
		Task: func(p *pass, t *Task) {
			a := t.Attr("ignore_errors")
			if a == nil || !truthy(a.Value) || text(a.Value) == "{{ ansible_check_mode }}" || truthy(t.Value("register")) {
				return
			}
			p.onTask("ignore-errors", message, a.Key.Span)
		},
	}
}
