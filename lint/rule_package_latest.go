package lint

import "slices"

// packageModules are the modules that install packages and take state: latest.
var packageModules = []string{"apk", "apt", "bower", "bundler", "dnf", "easy_install", "gem", "homebrew", "jenkins_plugin", "npm", "openbsd_package",
	"openbsd_pkg", "package", "pacman", "pear", "pip", "pkg5", "pkgutil", "portage", "slackpkg", "sorcery", "swdepot", "win_chocolatey", "yarn", "yum", "zypper"}

func packageLatestRule() *Rule {
	const message = "Package installs should not use latest."
	return &Rule{
		ID: "package-latest", Severity: "VERY_LOW", Tags: []string{"idempotency"},
		Subs: []Sub{{"package-latest", message}},
		Doc: Doc{
			Summary: "A package should be installed, not upgraded by the way.",
			Problem: "With `state: latest` every run may bring another version to the host.",
			Examples: []Example{
				{Title: "The latest version", Want: []string{"package-latest"}, Text: playOf("- name: Install the server\n  ansible.builtin.apt:\n    name: nginx\n    state: latest\n")},
				{Title: "Right", Text: playOf("- name: Install the server\n  ansible.builtin.apt:\n    name: nginx\n    state: present\n- name: Upgrade what is there\n  ansible.builtin.apt:\n    name: nginx\n    state: latest\n    only_upgrade: true\n")},
			},
		},
		Task: func(p *pass, t *Task) {
			if !slices.Contains(packageModules, t.Short) || text(t.Arg("state")) != "latest" {
				return
			}
			for _, name := range []string{"version", "update_only", "only_upgrade", "download_only"} {
				if truthy(t.Arg(name)) {
					return
				}
			}
			at := t.NameSpan()
			if n := t.ArgNode("state"); n != nil {
				at = n.Span
			}
			p.onTask("package-latest", message, at)
		},
	}
}
