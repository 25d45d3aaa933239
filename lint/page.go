package lint

import (
	"fmt"
	"strings"
)

// Page is the rule's documentation in Markdown: what `rehearse explain` prints and docs/rules holds.
func (r *Rule) Page() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n\n", r.ID, r.Doc.Summary)
	fmt.Fprintf(&b, "| finding | says |\n|---|---|\n")
	for _, s := range r.Subs {
		fmt.Fprintf(&b, "| `%s` | %s |\n", s.Tag, s.Summary)
	}
	fmt.Fprintf(&b, "\nSeverity %s, tags %s", r.Severity, strings.Join(r.Tags, ", "))
	if p := profileOf(r.ID, r.ID); p != "" {
		fmt.Fprintf(&b, ", profile %s", p)
	}
	if r.OptIn {
		b.WriteString(", runs only when `enable_list` names it")
	}
	fmt.Fprintf(&b, ".\n\n## Problem\n\n%s\n", r.Doc.Problem)
	for _, right := range []bool{false, true} {
		title := "Wrong"
		if right {
			title = "Right"
		}
		first := true
		for _, e := range r.Doc.Examples {
			if (len(e.Want) == 0) != right {
				continue
			}
			if first {
				fmt.Fprintf(&b, "\n## %s\n", title)
				first = false
			}
			if e.Title != "Right" {
				fmt.Fprintf(&b, "\n%s", e.Title)
				if len(e.Want) > 0 {
					fmt.Fprintf(&b, " (`%s`)", strings.Join(e.Want, "`, `"))
				}
				b.WriteString(":\n")
			}
			fmt.Fprintf(&b, "\n```yaml\n%s```\n", e.Text)
			if e.Fixed != "" {
				fmt.Fprintf(&b, "\nMended by `rehearse lint --fix`:\n\n```yaml\n%s```\n", e.Fixed)
			}
		}
	}
	fix := r.Doc.Fix
	if fix == "" {
		fix = "None."
	}
	fmt.Fprintf(&b, "\n## Fix\n\n%s\n", fix)
	differs := r.Doc.Differs
	if differs == "" {
		differs = "In nothing that is known."
	}
	fmt.Fprintf(&b, "\n## How it differs from ansible-lint\n\n%s\n", differs)
	return b.String()
}
