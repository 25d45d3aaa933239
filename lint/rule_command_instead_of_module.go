package lint

import (
	"path"
	"slices"
	"strings"
)

// commandModules says which module does what a program does.
var commandModules = map[string]string{
	"apt-get": "apt-get", "chkconfig": "service", "curl": "get_url or uri", "git": "git", "hg": "hg", "letsencrypt": "acme_certificate",
	"mktemp": "tempfile", "mount": "mount", "patch": "patch", "rpm": "yum or rpm_key", "rsync": "synchronize",
	"sed": "template, replace or lineinfile", "service": "service", "supervisorctl": "supervisorctl", "svn": "subversion",
	"systemctl": "systemd", "tar": "unarchive", "unzip": "unarchive", "wget": "get_url or uri", "yum": "yum",
}

// commandUses are the subcommands that no module has.
var commandUses = map[string][]string{
	"git":       {"branch", "log", "lfs", "rev-parse", "clean"},
	"systemctl": {"--version", "get-default", "kill", "set-default", "set-property", "set-environment", "unset-environment", "show-environment", "status", "reset-failed"},
	"yum":       {"clean", "history", "info"},
	"rpm":       {"--nodeps"},
}

func commandInsteadOfModuleRule() *Rule {
	return &Rule{
		ID: "command-instead-of-module", Severity: "HIGH", Tags: []string{"command-shell", "idiom"},
		Subs: []Sub{{"command-instead-of-module", "Using command rather than module."}},
		Doc: Doc{
			Summary: "What a module does should be done with the module.",
			Problem: "A module knows whether there is anything to do, works in check mode and reports what it changed. A command does none of it.",
			Examples: []Example{
				{Title: "A service through its program", Want: []string{"command-instead-of-module"},
					Text: playOf("- name: Restart the server\n  ansible.builtin.command: systemctl restart nginx\n  changed_when: true\n")},
				{Title: "Right", Text: playOf("- name: Restart the server\n  ansible.builtin.systemd:\n    name: nginx\n    state: restarted\n- name: Ask for the log\n  ansible.builtin.command: git log\n  changed_when: false\n")},
			},
		},
		Task: func(p *pass, t *Task) {
			if t.Short != "command" && t.Short != "shell" {
				return
			}
			words := strings.Fields(t.Command())
			if len(words) == 0 {
				return
			}
			program := path.Base(words[0])
			if len(words) > 1 && slices.Contains(commandUses[program], words[1]) {
				return
			}
			if module := commandModules[program]; module != "" {
				p.onTask("command-instead-of-module", program+" used in place of "+module+" module", t.NameSpan())
			}
		},
	}
}
