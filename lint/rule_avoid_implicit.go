package lint

import "github.com/rehearse-dev/rehearse/internal/value"

func avoidImplicitRule() *Rule {
	const message = "Avoid implicit behaviors"
	return &Rule{
		ID: "avoid-implicit", Severity: "MEDIUM", Tags: []string{"unpredictability"},
		Subs: []Sub{{"avoid-implicit", message}},
		Doc: Doc{
			Summary: "The content of a file should be a text.",
			Problem: "copy turns a mapping or list under `content` into JSON in a way that no one wrote down. A template says what the file looks like.",
			Examples: []Example{
				{Title: "A mapping as content", Want: []string{"avoid-implicit"}, Text: playOf("- name: Write the settings\n  ansible.builtin.copy:\n    content: {a: b}\n    dest: /etc/x\n    mode: \"0600\"\n")},
				{Title: "Right", Text: playOf("- name: Write the settings\n  ansible.builtin.copy:\n    content: \"{{ settings | to_json }}\"\n    dest: /etc/x\n    mode: \"0600\"\n")},
			},
		},
		Task: func(p *pass, t *Task) {
			v := t.Arg("content")
			if _, isText := v.(value.Str); t.Short != "copy" || v == nil || isText {
				return
			}
			at := t.NameSpan()
			if n := t.ArgNode("content"); n != nil {
				at = n.Span
			}
			p.onTask("avoid-implicit", message, at)
		},
	}
}
