package lint

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/yaml"
)

func noTabsRule() *Rule {
	const message = "Most files should not contain tabs."
	return &Rule{
		ID: "no-tabs", Severity: "LOW", Tags: []string{"formatting"},
		Subs: []Sub{{"no-tabs", message}},
		Doc: Doc{
			Summary: "Texts of a task should not hold tabs.",
			Problem: "A tab is not seen in an editor and looks different everywhere.",
			Examples: []Example{
				{Title: "A tab in a text", Want: []string{"no-tabs"}, Text: playOf("- name: Say hello\n  ansible.builtin.debug:\n    msg: \"hello\\tworld\"\n")},
				{Title: "Right", Text: playOf("- name: Say hello\n  ansible.builtin.debug:\n    msg: hello world\n- name: Add a line\n  ansible.builtin.lineinfile:\n    path: /etc/x\n    line: \"a\\tb\"\n")},
			},
		},
		Task: func(p *pass, t *Task) {
			for i := range t.Attrs {
				a := &t.Attrs[i]
				if a.Name == "block" || a.Name == "rescue" || a.Name == "always" {
					continue
				}
				tabs(p, a.Key.Text, a.Node, message)
			}
		},
	}
}

// tabs reports the texts below a node that hold a tab; key is the name of the value.
func tabs(p *pass, key string, n *yaml.Node, message string) {
	n = n.Resolve()
	if n == nil {
		return
	}
	bad := func(s string) bool {
		return strings.Contains(s, "\t") && !(hasDelimiter(s) && strings.Contains(s, "}"))
	}
	switch n.Kind {
	case yaml.Scalar:
		if bad(n.Text) && key != "insertafter" && key != "insertbefore" && key != "regexp" && key != "line" {
			p.at("no-tabs", message, n)
		}
	case yaml.Sequence:
		for _, item := range n.Items {
			tabs(p, "", item, message)
		}
	case yaml.Mapping:
		for _, pair := range n.Pairs {
			if bad(pair.Key.Text) {
				p.at("no-tabs", message, pair.Key)
			}
			tabs(p, pair.Key.Text, pair.Value, message)
		}
	}
}
