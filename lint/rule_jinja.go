package lint

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

func jinjaRule() *Rule {
	return &Rule{
		ID: "jinja", Severity: "LOW", Tags: []string{"formatting"},
		Subs: []Sub{{"jinja[invalid]", "Invalid jinja2 syntax"}, {"jinja[spacing]", "Jinja2 spacing could be improved"}},
		Doc: Doc{
			Summary: "Templates should be right, and laid out like Python.",
			Problem: "A template with a fault makes its task fail at run time, on the host and at the moment where it is needed.",
			Examples: []Example{
				{Title: "An unfinished expression", Want: []string{"jinja[invalid]"},
					Text: "- name: Deploy\n  hosts: all\n  tasks:\n    - name: Say hello\n      ansible.builtin.debug:\n        msg: \"{{ word | }}\"\n"},
				{Title: "A condition with a fault", Want: []string{"jinja[invalid]"},
					Text: "- name: Deploy\n  hosts: all\n  tasks:\n    - name: Say hello\n      ansible.builtin.debug:\n        msg: hello\n      when: word ==\n"},
				{Title: "An expression without spaces", Want: []string{"jinja[spacing]", "jinja[spacing]"},
					Text:  "- name: Deploy\n  hosts: all\n  tasks:\n    - name: Say hello\n      ansible.builtin.debug:\n        msg: \"{{word|default( 'x' )}}\"\n      when: word=='x'\n",
					Fixed: "- name: Deploy\n  hosts: all\n  tasks:\n    - name: Say hello\n      ansible.builtin.debug:\n        msg: \"{{ word | default('x') }}\"\n      when: word == 'x'\n"},
				{Title: "Right", Text: "- name: Deploy\n  hosts: all\n  tasks:\n    - name: Say hello\n      ansible.builtin.debug:\n        msg: \"{{ word | upper }}\"\n      when: word == 'x'\n"},
			},
			Differs: "The template is parsed, not run. ansible-lint runs it without the project's variables and drops most errors of such a run again. Conditions (when, until, changed_when, failed_when) are checked, too, and so are the variables of plays and of vars files. A text that stands alone in a tag, such as {{ ' x ' }}, is left as it is: ansible-lint asks to trim it, which changes what it gives, and asks for {{ '''''' }} in the place of {{ '' }}.",
			Fix:     "jinja[spacing]: the inside of the tag is laid out.",
		},
		Task: func(p *pass, t *Task) {
			jinjaTask(p, t)
			jinjaSpacingTask(p, t)
		},
		Play: func(p *pass, play *playbook.PlaySyntax) {
			for i := range play.Attrs {
				switch a := &play.Attrs[i]; a.Name {
				case "tasks", "pre_tasks", "post_tasks", "handlers":
				default:
					jinjaNode(p, a.Node)
				}
			}
		},
		File: func(p *pass) {
			if p.file.Kind == KindVars && p.file.Tree != nil {
				jinjaNode(p, p.file.Tree.Root())
				jinjaSpacingNode(p, "", p.file.Tree.Root())
			}
		},
	}
}

// conditions are the keywords that hold bare expressions.
var conditions = map[string]bool{"when": true, "until": true, "changed_when": true, "failed_when": true}

func jinjaTask(p *pass, t *Task) {
	for i := range t.Attrs {
		a := &t.Attrs[i]
		switch {
		case a.Name == "block" || a.Name == "rescue" || a.Name == "always":
		case conditions[a.Name]:
			jinjaCondition(p, a.Node)
		default:
			jinjaNode(p, a.Node)
		}
	}
}

// jinjaNode checks every text below a node.
func jinjaNode(p *pass, n *yaml.Node) {
	n.Walk(func(n *yaml.Node) bool {
		if n.Tag == "!unsafe" || n.Tag == "!vault" || n.Tag == "!vault-encrypted" {
			return false
		}
		if n.Kind == yaml.Scalar && hasDelimiter(n.Text) {
			jinjaProblems(p, n, jinja.Parse(n.Text, p.linter.syntax))
		}
		return true
	})
}

func hasDelimiter(s string) bool {
	i := strings.IndexByte(s, '{')
	for i >= 0 && i+1 < len(s) {
		switch s[i+1] {
		case '{', '%', '#':
			return true
		}
		j := strings.IndexByte(s[i+1:], '{')
		if j < 0 {
			return false
		}
		i += 1 + j
	}
	return false
}

// jinjaCondition checks bare expressions: a text or a list of texts.
func jinjaCondition(p *pass, n *yaml.Node) {
	n = n.Resolve()
	if n == nil {
		return
	}
	if n.Kind == yaml.Sequence {
		for _, item := range n.Items {
			jinjaCondition(p, item)
		}
		return
	}
	if n.Kind != yaml.Scalar || n.ResolvedTag() != yaml.TagStr || strings.TrimSpace(n.Text) == "" {
		return
	}
	if hasDelimiter(n.Text) {
		jinjaProblems(p, n, jinja.Parse(n.Text, p.linter.syntax))
		return
	}
	jinjaProblems(p, n, jinja.ParseExpr(n.Text, p.linter.syntax))
}

func jinjaProblems(p *pass, n *yaml.Node, t *jinja.Template) {
	for _, problem := range t.Problems {
		if problem.Assertion {
			continue // an unknown filter or test may come from a plugin
		}
		start, end := n.FileOffset(problem.Span.Start), n.FileOffset(problem.Span.End)
		pos := n.At().Position()
		p.report("jinja[invalid]", "Syntax error in template: "+problem.Message, source.Span{Start: start, End: max(end, start)}, pos.Line, pos.Column)
		return // the first says what is wrong; others follow from it
	}
}
