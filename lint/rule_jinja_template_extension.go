package lint

import "strings"

func jinjaTemplateExtensionRule() *Rule {
	const message = "Template source file should have a .j2 extension"
	return &Rule{
		ID: "jinja-template-extension", Severity: "LOW", Tags: []string{"formatting", "opt-in"}, OptIn: true,
		Subs: []Sub{{"jinja-template-extension", message}},
		Doc: Doc{
			Summary: "A template should be called so.",
			Problem: "A file that ends in .j2 is known as a template to people and editors.",
			Examples: []Example{
				{Title: "Another ending", Want: []string{"jinja-template-extension"}, Text: playOf("- name: Write the settings\n  ansible.builtin.template:\n    src: x.conf\n    dest: /etc/x.conf\n    mode: \"0600\"\n")},
				{Title: "Right", Text: playOf("- name: Write the settings\n  ansible.builtin.template:\n    src: x.conf.j2\n    dest: /etc/x.conf\n    mode: \"0600\"\n")},
			},
		},
		Task: func(p *pass, t *Task) {
			src := text(t.Arg("src"))
			if t.Short != "template" && t.Short != "ansible.legacy.template" || src == "" || strings.Contains(src, "{{") || strings.HasSuffix(src, ".j2") {
				return
			}
			at := t.NameSpan()
			if n := t.ArgNode("src"); n != nil {
				at = n.Span
			}
			p.onTask("jinja-template-extension", message, at)
		},
	}
}
