package lint

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func noLogPasswordRule() *Rule {
	const message = "Password should not be logged."
	return &Rule{
		ID: "no-log-password", Severity: "LOW", Tags: []string{"opt-in", "security", "experimental"}, OptIn: true,
		Subs: []Sub{{"no-log-password", message}},
		Doc: Doc{
			Summary: "A loop over passwords needs no_log.",
			Problem: "The output of a loop shows each item, with all that is in it.",
			Examples: []Example{
				{Title: "Passwords in a loop", Want: []string{"no-log-password"}, Text: playOf("- name: Make the accounts\n  ansible.builtin.user:\n    name: \"{{ item.name }}\"\n    password: \"{{ item.password }}\"\n  loop: \"{{ accounts }}\"\n")},
				{Title: "Right", Text: playOf("- name: Make the accounts\n  ansible.builtin.user:\n    name: \"{{ item.name }}\"\n    password: \"{{ item.password }}\"\n  loop: \"{{ accounts }}\"\n  no_log: true\n")},
			},
			Fix: "Not applied by --fix alone: `--fix --unsafe` adds `no_log: true`.",
		},
		Task: func(p *pass, t *Task) {
			password, loop := false, false
			for k := range t.Args.RawAll() {
				password = password || strings.Contains(value.ToStr(k), "password")
			}
			if t.Module == "ansible.builtin.user" && truthy(t.Arg("password_lock")) && !truthy(t.Arg("password")) {
				password = false
			}
			for i := range t.Attrs {
				loop = loop || t.Attrs[i].Name == "loop" || strings.HasPrefix(t.Attrs[i].Name, "with_")
			}
			noLog := t.Value("no_log")
			s := strings.ToLower(text(noLog))
			if !password || !loop || strings.HasPrefix(s, "{{") && strings.HasSuffix(s, "}}") || s == "yes" || s == "true" || s == "on" || s == "1" || s == "y" || s == "t" {
				return
			}
			if _, isText := noLog.(value.Str); !isText && truthy(noLog) {
				return
			}
			f := p.onTask("no-log-password", message, t.NameSpan())
			if last := t.Node.Pairs[len(t.Node.Pairs)-1]; noLog == nil && f.File != nil {
				end := last.Value.Span.End
				indent := p.file.Source.Position(t.Node.Span.Start).Column - 1
				f.Fixes = append(f.Fixes, diag.Fix{Title: "Add no_log", Edits: []diag.Edit{{Span: source.Span{Start: end, End: end}, New: "\n" + strings.Repeat(" ", indent) + "no_log: true"}}})
			}
		},
	}
}
