package lint

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func emptyStringCompareRule() *Rule {
	const message = "Don't compare to empty string."
	return &Rule{
		ID: "empty-string-compare", Severity: "HIGH", Tags: []string{"idiom", "opt-in"}, OptIn: true,
		Subs: []Sub{{"empty-string-compare", message}},
		Doc: Doc{
			Summary: "A text should be asked for its length, not compared to an empty one.",
			Problem: "`when: name | length > 0` says what is meant, and holds for lists as well.",
			Examples: []Example{
				{Title: "A comparison", Want: []string{"empty-string-compare"}, Text: playOf("- name: Say hello\n  ansible.builtin.debug:\n    msg: hello\n  when: word != ''\n")},
				{Title: "Right", Text: playOf("- name: Say hello\n  ansible.builtin.debug:\n    msg: hello\n  when: word | length > 0\n")},
			},
		},
		Task: func(p *pass, t *Task) {
			a := t.Attr("when")
			if a == nil {
				return
			}
			texts := []value.Value{a.Value}
			if l, ok := a.Value.(*value.List); ok {
				texts = l.Items
			}
			for _, v := range texts {
				s := strings.NewReplacer("== ", "==", "!= ", "!=").Replace(text(v))
				if strings.Contains(s, `==""`) || strings.Contains(s, `!=""`) || strings.Contains(s, "==''") || strings.Contains(s, "!=''") {
					p.onTask("empty-string-compare", message, a.Node.Span)
					return
				}
			}
		},
	}
}
