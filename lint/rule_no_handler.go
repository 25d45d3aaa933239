package lint

import (
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func noHandlerRule() *Rule {
	const message = "Tasks that run when changed should likely be handlers."
	return &Rule{
		ID: "no-handler", Severity: "MEDIUM", Tags: []string{"idiom"},
		Subs: []Sub{{"no-handler", message}},
		Doc: Doc{
			Summary: "A task that runs when another one changed something should be a handler.",
			Problem: "A handler runs once, after all tasks that notify it, however many of them changed something.",
			Examples: []Example{
				{Title: "A task that waits for a change", Want: []string{"no-handler"}, Text: playOf("- name: Restart the server\n  ansible.builtin.service:\n    name: nginx\n    state: restarted\n  when: config.changed\n")},
				{Title: "Right", Text: playOf("- name: Restart the server\n  ansible.builtin.service:\n    name: nginx\n    state: restarted\n  when: config.changed and not quiet\n")},
			},
		},
		Task: func(p *pass, t *Task) {
			a := t.Attr("when")
			if t.Handler || a == nil {
				return
			}
			s, ok := a.Value.(value.Str)
			if l, isList := a.Value.(*value.List); isList && len(l.Items) == 1 {
				s, ok = l.Items[0].(value.Str)
			}
			if !ok || !changedInWhen(s.S) {
				return
			}
			pos := a.Node.At().Position()
			p.report("no-handler", message, a.Node.Span, pos.Line, pos.Column)
		},
	}
}

func changedInWhen(s string) bool {
	words := strings.Fields(s)
	if slices.Contains(words, "and") || slices.Contains(words, "or") || slices.Contains(words, "not") {
		return false
	}
	return slices.ContainsFunc([]string{".changed", "|changed", `["changed"]`, "['changed']", "is changed"}, func(c string) bool { return strings.Contains(s, c) })
}
