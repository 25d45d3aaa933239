package lint

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

func syntaxCheckRule() *Rule {
	return &Rule{
		ID: "syntax-check", Severity: "VERY_HIGH", Tags: []string{"core", "unskippable"},
		Subs: []Sub{
			{"syntax-check[specific]", "The playbook cannot be loaded."},
			{"syntax-check[unknown-module]", "couldn't resolve module/action"},
			{"syntax-check[unknown-keyword]", "A key is no keyword there."},
			{"syntax-check[malformed]", "A part of the playbook has the wrong shape."},
			{"syntax-check[action]", "A task names no module, or more than one."},
			{"syntax-check[missing-file]", "A file that must be there is not."},
			{"syntax-check[empty-playbook]", "The playbook is empty."},
			{"syntax-check[role-not-found]", "A role is not there."},
			{"syntax-check[variable-name]", "A variable has a name that Ansible does not take."},
		},
		Doc: Doc{
			Summary: "Ansible cannot load the file.",
			Problem: "What this rule finds stops ansible-playbook before it does anything: an unknown keyword, a task without a module, a module that is not there. It cannot be switched off.",
			Examples: []Example{
				{Title: "A module that does not exist", Want: []string{"syntax-check[unknown-module]"},
					Text: "- name: Deploy\n  hosts: all\n  tasks:\n    - name: Copy a file\n      ansible.builtin.kopy:\n        src: a\n        dest: b\n"},
				{Title: "A keyword that a task does not have", Want: []string{"syntax-check[unknown-keyword]"},
					Text: "- name: Deploy\n  hosts: all\n  gather_fact: false\n  tasks: []\n"},
				{Title: "A task without a module", Want: []string{"syntax-check[action]"},
					Text: "- name: Deploy\n  hosts: all\n  tasks:\n    - name: Nothing to do\n      when: true\n"},
				{Title: "Right", Text: "- name: Deploy\n  hosts: all\n  gather_facts: false\n  tasks:\n    - name: Say so\n      ansible.builtin.debug:\n        msg: hello\n"},
			},
			Differs: "ansible-lint runs `ansible-playbook --syntax-check` on each playbook, reports the first fault only and says nothing else of the file. Here every fault is reported, in files of tasks that no playbook uses, too, and all other rules still run. The sub-rules unknown-keyword, action, role-not-found and variable-name are all syntax-check[specific] there. A module of a collection that is neither installed nor known to this program is not reported: it may well be there when the playbook runs.",
		},
		Task: func(p *pass, t *Task) {
			if t.Action == nil || t.Module == "" || strings.Contains(t.Module, "{{") || p.linter.mocked(t.Module) {
				return
			}
			m := p.linter.module(t.Module)
			if m.entry != nil || m.missing == nil || m.missing.Collection != "" || p.linter.isLocal(t.Module) {
				return
			}
			pos := p.file.Source.Position(t.NameSpan().Start)
			f := p.report("syntax-check[unknown-module]", m.missing.Error(), t.NameSpan(), pos.Line, pos.Column)
			f.Details = ""
			if near := m.missing.Nearest; near != "" {
				f.Fixes = append(f.Fixes, diag.Fix{Title: "Use " + near, Edits: []diag.Edit{{Span: t.NameSpan(), New: near}}})
			}
		},
	}
}

func loadFailureRule() *Rule {
	return &Rule{
		ID: "load-failure", Severity: "VERY_HIGH", Tags: []string{"core", "unskippable"},
		Subs: []Sub{{"load-failure[yaml]", "Failed to load YAML file"}, {"load-failure[not-found]", "File or directory not found."}, {"load-failure[unreadable]", "The file cannot be read."}},
		Doc: Doc{
			Summary: "The file cannot be read, or is no YAML.",
			Problem: "Ansible stops at such a file. It cannot be switched off.",
			Examples: []Example{
				{Title: "A quote that is not closed", Want: []string{"load-failure[yaml]"}, Text: "- name: \"Deploy\n  hosts: all\n"},
				{Title: "A template without quotes", Want: []string{"load-failure[yaml]"},
					Text:  "- name: Deploy\n  hosts: {{ target }}\n  tasks: []\n",
					Fixed: "- name: Deploy\n  hosts: \"{{ target }}\"\n  tasks: []\n"},
				{Title: "Right", Text: "- name: Deploy\n  hosts: \"{{ target }}\"\n  tasks: []\n"},
			},
			Fix:     "A template that stands without quotes is quoted.",
			Differs: "Every fault of the file is reported, not the first one only, and at the place where it was made: the quote that was opened, not the end of the file.",
		},
	}
}

// syntax reports what the parsers found.
func (p *pass) syntax() {
	p.rule = FindRule("load-failure")
	defer func() { p.rule = nil }()
	f := p.file
	if f.problem != nil {
		p.report("load-failure[unreadable]", f.problem.Error(), source.Span{}, 1, 0)
		return
	}
	if f.Tree == nil {
		return
	}
	for _, d := range f.Tree.Problems {
		p.parserProblem("load-failure[yaml]", d)
	}
	if f.Tree.Err != nil {
		return
	}
	if f.Syntax == nil {
		p.multipleOrBad()
		return
	}
	p.rule = FindRule("syntax-check")
	for _, d := range f.Syntax.Problems {
		if d.Rule == yaml.Rule && d.Severity == diag.Error {
			p.rule = FindRule("load-failure")
			p.parserProblem("load-failure[yaml]", d)
			p.rule = FindRule("syntax-check")
			continue
		}
		if d.Severity == diag.Error && strings.HasPrefix(d.Rule, "syntax-check[") {
			if d.Rule == "syntax-check[empty-playbook]" && f.Kind != KindPlaybook {
				continue
			}
			p.parserProblem(d.Rule, d)
		}
	}
}

// multipleOrBad converts the documents of a file that no playbook parser reads, for the problems of its values.
func (p *pass) multipleOrBad() {
	switch p.file.Kind {
	case KindVars, KindMeta, "requirements", "galaxy", "inventory", "role-arg-spec", "meta-runtime":
	default:
		return // tags of other programs are theirs
	}
	for _, doc := range p.file.Tree.Docs {
		_, problems := doc.Value(p.file.Source, yaml.Options{Trusted: true})
		for _, d := range problems {
			if d.Severity == diag.Error {
				p.parserProblem("load-failure[yaml]", d)
			}
		}
	}
}

func (p *pass) parserProblem(tag string, d diag.Diagnostic) {
	pos := d.At.Position()
	f := p.report(tag, d.Message, d.At.Span, pos.Line, pos.Column)
	f.Related, f.Fixes = d.Related, d.Fixes
}
