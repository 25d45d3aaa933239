package lint

import (
	"slices"
	"strings"
)

func onlyBuiltinsRule() *Rule {
	const message = "Use only builtin actions."
	return &Rule{
		ID: "only-builtins", Severity: "MEDIUM", Tags: []string{"opt-in", "experimental"}, OptIn: true,
		Subs: []Sub{{"only-builtins", message}},
		Doc: Doc{
			Summary: "Only modules of ansible.builtin should be used.",
			Problem: "A playbook that needs no collection runs everywhere. `only_builtins_allow_collections` and `only_builtins_allow_modules` of the configuration allow more.",
			Examples: []Example{
				{Title: "A module of a collection", Want: []string{"only-builtins"}, Text: playOf("- name: Set the limit\n  ansible.posix.sysctl:\n    name: vm.swappiness\n    value: \"5\"\n")},
				{Title: "Right", Text: playOf("- name: Say hello\n  ansible.builtin.debug:\n    msg: hello\n")},
			},
		},
		Task: func(p *pass, t *Task) {
			if t.Action == nil {
				return
			}
			c := p.linter.config
			for _, in := range append([]string{"ansible.builtin", "ansible.legacy"}, c.AllowCollections...) {
				if strings.HasPrefix(t.Module, in+".") {
					return
				}
			}
			if slices.Contains(c.AllowModules, t.Module) {
				return
			}
			if e := p.linter.module(t.Module).entry; e != nil && !strings.Contains(t.Module, ".") && strings.HasPrefix(e.FQCN, "ansible.builtin.") {
				return
			}
			p.onTask("only-builtins", message, t.NameSpan())
		},
	}
}
