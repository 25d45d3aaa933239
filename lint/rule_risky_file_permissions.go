package lint

import "github.com/rehearse-dev/rehearse/internal/value"

func riskyFilePermissionsRule() *Rule {
	const message = "File permissions unset or incorrect."
	return &Rule{
		ID: "risky-file-permissions", Severity: "VERY_HIGH", Tags: []string{"unpredictability"},
		Subs: []Sub{{"risky-file-permissions", message}},
		Doc: Doc{
			Summary: "A new file should have a mode.",
			Problem: "Without `mode` a new file gets what the umask of the account leaves, which may be readable by everyone. `mode: preserve` is known to copy and template only.",
			Examples: []Example{
				{Title: "No mode", Want: []string{"risky-file-permissions"},
					Text: "- name: Deploy\n  hosts: all\n  tasks:\n    - name: Write the key\n      ansible.builtin.copy:\n        src: key\n        dest: /etc/key\n"},
				{Title: "A line in a file that may have to be created", Want: []string{"risky-file-permissions"},
					Text: "- name: Deploy\n  hosts: all\n  tasks:\n    - name: Add a line\n      ansible.builtin.lineinfile:\n        path: /etc/motd\n        line: hello\n        create: true\n"},
				{Title: "Right", Text: "- name: Deploy\n  hosts: all\n  tasks:\n    - name: Write the key\n      ansible.builtin.copy:\n        src: key\n        dest: /etc/key\n        mode: \"0600\"\n    - name: Remove the old one\n      ansible.builtin.file:\n        path: /etc/oldkey\n        state: absent\n    - name: Add a line to a file that is there\n      ansible.builtin.lineinfile:\n        path: /etc/motd\n        line: hello\n"},
			},
		},
		Task: func(p *pass, t *Task) {
			if riskyPermissions(t) {
				f := p.onTask("risky-file-permissions", message, t.NameSpan())
				if n := t.ArgNode("mode"); n != nil && f.File != nil {
					f.At.Span = n.Span
				}
			}
		},
	}
}

// riskyPermissions follows ansible-lint's table: modules that create files, and those that do so when asked.
func riskyPermissions(t *Task) bool {
	if t.Attr("args") != nil {
		if _, ok := t.Value("args").(value.Str); ok {
			return false // a template: the arguments are not known
		}
	}
	creates := map[string]bool{"htpasswd": true, "community.general.htpasswd": true, "ini_file": true, "community.general.ini_file": true,
		"blockinfile": false, "lineinfile": false}
	create, withCreate := creates[t.Short]
	switch t.Short {
	case "archive", "community.general.archive", "assemble", "copy", "file", "get_url", "replace", "template":
	default:
		if !withCreate {
			return false
		}
	}
	mode := t.Arg("mode")
	if _, null := mode.(value.None); null {
		mode = nil
	}
	if text(mode) == "preserve" && t.Short != "copy" && t.Short != "template" {
		return true
	}
	if withCreate {
		if v := t.Arg("create"); v != nil {
			create = truthy(v)
		}
		return create && mode == nil
	}
	state := text(t.Arg("state"))
	switch {
	case state == "absent", state == "link", truthy(t.Arg("recurse")):
		return false
	case t.Short == "file" && (t.Arg("state") == nil || state == "file"):
		return false
	case t.Short == "replace":
		return false
	}
	return mode == nil
}
