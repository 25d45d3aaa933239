package lint

import (
	"path/filepath"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

func roleNameRule() *Rule {
	return &Rule{
		ID: "role-name", Severity: "HIGH", Tags: []string{"deprecations", "metadata"},
		Subs: []Sub{
			{"role-name", "Role name does not match ``^[a-z][a-z0-9_]*$`` pattern."},
			{"role-name[path]", "Avoid using paths when importing roles."},
		},
		Doc: Doc{
			Summary: "Roles should have plain names, and be called by them.",
			Problem: "A role named web-server (its folder, or role_name in meta/main.yml) cannot be part of a collection: only lower-case letters, digits and underscores are allowed there. A role that is called by a path breaks when it moves.",
			Examples: []Example{
				{Title: "A path", Want: []string{"role-name[path]"}, Text: "- name: Deploy\n  hosts: all\n  roles:\n    - ../roles/web\n"},
				{Title: "A path in a task", Want: []string{"role-name[path]"}, Text: playOf("- name: Bring in the role\n  ansible.builtin.include_role:\n    name: ../web\n")},
				{Title: "Right", Text: "- name: Deploy\n  hosts: all\n  roles:\n    - web\n"},
			},
		},
		Task: func(p *pass, t *Task) {
			if !isModule(t.Module, "include_role", "import_role") {
				return
			}
			if name := text(t.Arg("name")); strings.Contains(name, "/") {
				at := t.NameSpan()
				if n := t.ArgNode("name"); n != nil {
					at = n.Span
				}
				p.onTask("role-name[path]", "Avoid using paths when importing roles. ("+name+")", at)
			}
		},
		Play: func(p *pass, play *playbook.PlaySyntax) {
			if p.file.Kind != KindPlaybook {
				return
			}
			pos := nodePosition(p, play.Node)
			for _, r := range play.Roles {
				if r.Node.Kind == yaml.Mapping {
					pos = nodePosition(p, r.Node)
				}
				if strings.Contains(r.Name.S, "/") {
					p.report("role-name[path]", "Avoid using paths when importing roles. ("+r.Name.S+")", r.NameAt.Span, pos.Line, pos.Column)
				}
			}
		},
		File: func(p *pass) {
			root := p.file.Tree.Root().Resolve()
			if p.file.Kind != KindMeta || root == nil || root.Kind != yaml.Mapping {
				return
			}
			if deps := root.Get("dependencies").Resolve(); deps != nil {
				for _, d := range deps.Items {
					n := d
					if r := d.Get("role"); r != nil {
						n = r
					}
					if n.Kind == yaml.Scalar && strings.Contains(n.Text, "/") {
						p.at("role-name[path]", "Avoid using paths when importing roles. ("+n.Text+")", n)
					}
				}
			}
		},
		Role: func(p *pass) {
			name := filepath.Base(p.file.Path)
			meta := p.linter.Open(filepath.Join(p.file.Path, "meta", "main.yml"), KindMeta, nil)
			if meta.Tree != nil {
				if n := meta.Tree.Root().Get("galaxy_info").Get("role_name"); n != nil && n.Kind == yaml.Scalar {
					name = n.Text
				}
			}
			name = strings.TrimPrefix(name, "ansible-role-")
			if name != "" && (!plainName(name) || name[0] == '_') {
				p.report("role-name", "Role name "+name+" does not match ``^[a-z][a-z0-9_]*$`` pattern.", source.Span{}, 1, 0)
			}
		},
	}
}
