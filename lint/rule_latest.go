package lint

func latestRule() *Rule {
	const message = "Result of the command may vary on subsequent runs."
	return &Rule{
		ID: "latest", Severity: "MEDIUM", Tags: []string{"idempotency"},
		Subs: []Sub{{"latest[git]", message}, {"latest[hg]", message}},
		Doc: Doc{
			Summary: "A checkout should name its version.",
			Problem: "Without a version every run may bring another state of the source to the host.",
			Examples: []Example{
				{Title: "No version", Want: []string{"latest[git]"}, Text: playOf("- name: Fetch the source\n  ansible.builtin.git:\n    repo: https://example.com/x.git\n    dest: /srv/x\n")},
				{Title: "Right", Text: playOf("- name: Fetch the source\n  ansible.builtin.git:\n    repo: https://example.com/x.git\n    dest: /srv/x\n    version: v1.2\n")},
			},
		},
		Task: func(p *pass, t *Task) {
			switch t.Short {
			case "git":
				if v := t.Arg("version"); v == nil || text(v) == "HEAD" {
					p.onTask("latest[git]", message, t.NameSpan())
				}
			case "hg":
				if v := t.Arg("revision"); v == nil || text(v) == "default" {
					p.onTask("latest[hg]", message, t.NameSpan())
				}
			}
		},
	}
}
