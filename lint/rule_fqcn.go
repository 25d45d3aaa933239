package lint

import (
	"fmt"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/playbook"
)

func fqcnRule() *Rule {
	return &Rule{
		ID: "fqcn", Severity: "MEDIUM", Tags: []string{"formatting"},
		Subs: []Sub{
			{"fqcn[action-core]", "Use FQCN for builtin module actions"},
			{"fqcn[action]", "Use FQCN for module actions"},
			{"fqcn[canonical]", "You should use canonical module name"},
			{"fqcn[keyword]", "Avoid `collections` keyword"},
		},
		Doc: Doc{
			Summary: "Modules should be called by their full names.",
			Problem: "A short name may be found in a project's library folder or in another collection than the one that was meant. A full name has one meaning, and is what a reader can look up.",
			Examples: []Example{
				{Title: "A short name", Want: []string{"fqcn[action-core]"},
					Text:  "- name: Deploy\n  hosts: all\n  tasks:\n    - name: Say hello\n      debug:\n        msg: hello\n",
					Fixed: "- name: Deploy\n  hosts: all\n  tasks:\n    - name: Say hello\n      ansible.builtin.debug:\n        msg: hello\n"},
				{Title: "A module that has moved to a collection", Want: []string{"fqcn[action]"},
					Text:  "- name: Deploy\n  hosts: all\n  tasks:\n    - name: Set the limit\n      sysctl:\n        name: vm.swappiness\n        value: \"5\"\n",
					Fixed: "- name: Deploy\n  hosts: all\n  tasks:\n    - name: Set the limit\n      ansible.posix.sysctl:\n        name: vm.swappiness\n        value: \"5\"\n"},
				{Title: "The collections keyword", Want: []string{"fqcn[keyword]"},
					Text: "- name: Deploy\n  hosts: all\n  collections:\n    - ansible.posix\n  tasks: []\n"},
				{Title: "Right", Text: "- name: Deploy\n  hosts: all\n  tasks:\n    - name: Say hello\n      ansible.builtin.debug:\n        msg: hello\n    - name: Say it again\n      ansible.legacy.debug:\n        msg: hello\n"},
			},
			Fix: "The full name takes the place of the short one.",
		},
		Task: fqcnTask,
		Play: func(p *pass, play *playbook.PlaySyntax) {
			if a := play.Attr("collections"); a != nil && p.file.Kind == KindPlaybook {
				pos := nodePosition(p, play.Node)
				p.report("fqcn[keyword]", "Avoid `collections` keyword by using FQCN for all plugins, modules, roles and playbooks.", a.Key.Span, pos.Line, pos.Column)
			}
		},
	}
}

func fqcnTask(p *pass, t *Task) {
	if t.Action == nil || t.Module == "" || strings.Contains(t.Module, "{{") {
		return
	}
	m, full := p.linter.module(t.Module), ""
	switch {
	case m.entry != nil && !m.entry.Local:
		full = m.entry.FQCN
	case m.missing != nil && m.missing.Collection != "":
		full = m.missing.Name // where the name leads, though nothing is known of the module there
	}
	if full == t.Module || parts(full) < 3 {
		return
	}
	pos := p.file.Source.Position(t.NameSpan().Start)
	var f *Finding
	if rest, ok := strings.CutPrefix(full, "ansible.builtin."); ok {
		legacy := "ansible.legacy." + rest
		if t.Module == legacy {
			return
		}
		f = p.report("fqcn[action-core]", fmt.Sprintf("Use FQCN for builtin module actions (%s).", t.Module), t.NameSpan(), pos.Line, pos.Column)
		f.Details = fmt.Sprintf("Use `%s` or `%s` instead.", full, legacy)
	} else if parts(t.Module) < 3 {
		f = p.report("fqcn[action]", fmt.Sprintf("Use FQCN for module actions, such `%s`.", full), t.NameSpan(), pos.Line, pos.Column)
		f.Details = fmt.Sprintf("Action `%s` is not FQCN.", t.Module)
	} else if !strings.HasPrefix(t.Module, "community.general.") {
		f = p.report("fqcn[canonical]", fmt.Sprintf("You should use canonical module name `%s` instead of `%s`.", full, t.Module), t.NameSpan(), pos.Line, pos.Column)
	} else {
		return
	}
	if f.File != nil {
		f.fix("Use "+full, diag.Edit{Span: t.NameSpan(), New: full})
	}
}
