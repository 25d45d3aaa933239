package lint

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func noJinjaWhenRule() *Rule {
	const message = "No Jinja2 in when."
	return &Rule{
		ID: "no-jinja-when", Severity: "HIGH", Tags: []string{"deprecations"},
		Subs: []Sub{{"no-jinja-when", message}},
		Doc: Doc{
			Summary: "A condition is an expression already.",
			Problem: "`when` holds an expression. With {{ }} around it the result is computed, made a text and read as an expression once more, which fails or means something else.",
			Examples: []Example{
				{Title: "A template in a condition", Want: []string{"no-jinja-when"}, Text: playOf("- name: Say hello\n  ansible.builtin.debug:\n    msg: hello\n  when: \"{{ loud }}\"\n")},
				{Title: "A role's condition", Want: []string{"no-jinja-when"}, Text: "- name: Deploy\n  hosts: all\n  roles:\n    - role: web\n      when: \"{{ loud }}\"\n"},
				{Title: "Right", Text: playOf("- name: Say hello\n  ansible.builtin.debug:\n    msg: hello\n  when: loud\n")},
			},
		},
		Task: func(p *pass, t *Task) {
			if a := t.Attr("when"); a != nil && !plainCondition(a.Value) {
				p.onTask("no-jinja-when", message, a.Node.Span)
			}
		},
		Play: func(p *pass, play *playbook.PlaySyntax) {
			for _, r := range play.Roles {
				if a := r.Attr("when"); a != nil && !plainCondition(a.Value) {
					pos := nodePosition(p, r.Node)
					f := p.report("no-jinja-when", message, a.Node.Span, pos.Line, pos.Column)
					f.Details = "{'when': " + roleRepr(r) + "}"
				}
			}
		},
	}
}

// roleRepr writes a role's entry as Python shows it.
func roleRepr(r *playbook.RoleSyntax) string {
	d := &value.Dict{}
	for i := range r.Attrs {
		d.Put(r.Attrs[i].Key.Text, r.Attrs[i].Value)
	}
	return value.Repr(d)
}

func plainCondition(v value.Value) bool {
	switch v := v.(type) {
	case value.Str:
		return !strings.Contains(v.S, "{{") && !strings.Contains(v.S, "}}")
	case *value.List:
		for _, item := range v.Items {
			if s, ok := item.(value.Str); ok && strings.Contains(s.S, "{{") && strings.Contains(s.S, "}}") {
				return false
			}
		}
	}
	return true
}
