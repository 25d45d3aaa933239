package lint

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

func literalCompareRule() *Rule {
	const message = "Don't compare to literal True/False."
	return &Rule{
		ID: "literal-compare", Severity: "HIGH", Tags: []string{"idiom"},
		Subs: []Sub{{"literal-compare", message}},
		Doc: Doc{
			Summary: "A condition should not be compared to true or false.",
			Problem: "`when: loud` and `when: not loud` say the same, shorter.",
			Examples: []Example{
				{Title: "A comparison", Want: []string{"literal-compare"}, Text: playOf("- name: Say hello\n  ansible.builtin.debug:\n    msg: hello\n  when: loud == true\n")},
				{Title: "Right", Text: playOf("- name: Say hello\n  ansible.builtin.debug:\n    msg: hello\n  when: not loud\n")},
			},
		},
		Task: func(p *pass, t *Task) {
			a := t.Attr("when")
			if a == nil {
				return
			}
			var texts []value.Value
			if l, ok := a.Value.(*value.List); ok {
				texts = l.Items
			} else {
				texts = []value.Value{a.Value}
			}
			for i, v := range texts {
				s, ok := v.(value.Str)
				if !ok || !comparesLiteral(s.S) {
					continue
				}
				n := a.Node.Resolve()
				if n.Kind == yaml.Sequence && i < len(n.Items) {
					n = n.Items[i]
				}
				p.onTask("literal-compare", message, n.Span)
				return
			}
		},
	}
}

func comparesLiteral(s string) bool {
	for i := 0; i+1 < len(s); i++ {
		if (s[i] != '=' && s[i] != '!') || s[i+1] != '=' {
			continue
		}
		rest := strings.TrimPrefix(s[i+2:], " ")
		for _, w := range []string{"True", "true", "False", "false"} {
			if strings.HasPrefix(rest, w) {
				return true
			}
		}
	}
	return false
}
