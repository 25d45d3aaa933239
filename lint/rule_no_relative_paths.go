package lint

import "strings"

func noRelativePathsRule() *Rule {
	const message = "The src argument should not use a relative path."
	folders := map[string]string{"copy": "files", "win_copy": "files", "template": "templates", "win_template": "win_templates"}
	return &Rule{
		ID: "no-relative-paths", Severity: "HIGH", Tags: []string{"idiom"},
		Subs: []Sub{{"no-relative-paths", message}},
		Doc: Doc{
			Summary: "A file of a role should be called by its name.",
			Problem: "copy looks into files/ and template into templates/ by itself; a path that leads there from somewhere else breaks when the task moves.",
			Examples: []Example{
				{Title: "A path to files", Want: []string{"no-relative-paths"}, Text: playOf("- name: Write the key\n  ansible.builtin.copy:\n    src: ../files/key\n    dest: /etc/key\n    mode: \"0600\"\n")},
				{Title: "Right", Text: playOf("- name: Write the key\n  ansible.builtin.copy:\n    src: key\n    dest: /etc/key\n    mode: \"0600\"\n")},
			},
		},
		Task: func(p *pass, t *Task) {
			folder := folders[t.Short]
			if folder == "" || !strings.Contains(text(t.Arg("src")), "../"+folder) {
				return
			}
			at := t.NameSpan()
			if n := t.ArgNode("src"); n != nil {
				at = n.Span
			}
			p.onTask("no-relative-paths", message, at)
		},
	}
}
