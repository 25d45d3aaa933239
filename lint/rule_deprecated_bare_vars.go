package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func deprecatedBareVarsRule() *Rule {
	return &Rule{
		ID: "deprecated-bare-vars", Severity: "VERY_HIGH", Tags: []string{"deprecations"},
		Subs: []Sub{{"deprecated-bare-vars", "Using bare variables is deprecated."}},
		Doc: Doc{
			Summary: "A loop over a variable needs a template.",
			Problem: "`with_items: names` loops over the one text \"names\", not over the variable.",
			Examples: []Example{
				{Title: "The name of a variable", Want: []string{"deprecated-bare-vars"}, Text: playOf("- name: Say hello\n  ansible.builtin.debug:\n    msg: \"{{ item }}\"\n  with_items: names\n")},
				{Title: "Right", Text: playOf("- name: Say hello\n  ansible.builtin.debug:\n    msg: \"{{ item }}\"\n  with_items: \"{{ names }}\"\n")},
			},
		},
		Task: func(p *pass, t *Task) {
			for i := range t.Attrs {
				a := &t.Attrs[i]
				if !strings.HasPrefix(a.Name, "with_") {
					continue
				}
				v := a.Value
				switch a.Name {
				case "with_sequence", "with_ini", "with_inventory_hostnames":
					return
				case "with_nested", "with_together", "with_flattened", "with_filetree", "with_community.general.filetree", "with_subelements":
					if l, ok := v.(*value.List); ok && len(l.Items) > 0 {
						v = l.Items[0]
					}
				}
				s, ok := v.(value.Str)
				if ok && !hasDelimiter(s.S) && bareName(s.S) && !(a.Name == "with_fileglob" && strings.ContainsAny(s.S, "[]*?")) {
					p.onTask("deprecated-bare-vars", fmt.Sprintf("Possible bare variable '%s' used in a '%s' loop. You should use the full variable syntax ('{{ %[1]s }}') "+
						"or convert it to a list if that is not really a variable.", value.ToStr(a.Value), a.Name), a.Node.Span)
				}
				return
			}
		},
	}
}

// bareName is a word, or at least three words with dots between them.
func bareName(s string) bool {
	words := strings.Split(s, ".")
	return len(words) != 2 && !slices.Contains(words, "") && identifiers(s)
}
