package lint

import "github.com/rehearse-dev/rehearse/internal/value"

func noChangedWhenRule() *Rule {
	const message = "Commands should not change things if nothing needs doing."
	return &Rule{
		ID: "no-changed-when", Severity: "HIGH", Tags: []string{"command-shell", "idempotency"},
		Subs: []Sub{{"no-changed-when", message}},
		Doc: Doc{
			Summary: "A command should say when it changes something.",
			Problem: "Ansible cannot know whether a command changed the host, so it calls every run of it a change: handlers run and reports show a change where there was none. `changed_when`, `creates` or `removes` tell.",
			Examples: []Example{
				{Title: "A command that is always a change", Want: []string{"no-changed-when"},
					Text: "- name: Deploy\n  hosts: all\n  tasks:\n    - name: Load the data\n      ansible.builtin.command: load-data\n"},
				{Title: "Right", Text: "- name: Deploy\n  hosts: all\n  tasks:\n    - name: Load the data\n      ansible.builtin.command: load-data\n      register: load\n      changed_when: \"'loaded' in load.stdout\"\n    - name: Load it once\n      ansible.builtin.command:\n        cmd: load-data\n        creates: /var/lib/data\n"},
			},
		},
		Task: func(p *pass, t *Task) {
			switch t.Short {
			case "command", "shell", "raw", "ansible.legacy.command", "ansible.legacy.shell", "ansible.legacy.raw":
			default:
				return
			}
			if t.Attr("changed_when") != nil || t.Arg("creates") != nil || t.Arg("removes") != nil {
				return
			}
			if t.Attr("async") != nil && t.Attr("poll") != nil && value.Equal(t.Value("poll"), value.Int(0)) {
				return
			}
			p.onTask("no-changed-when", message, t.NameSpan())
		},
	}
}
