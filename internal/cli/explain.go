package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rehearse-dev/rehearse/lint"
)

func explainCommand(env *Env) *cobra.Command {
	return &cobra.Command{
		Use:   "explain RULE",
		Short: "Show what a rule of the linter wants, with examples",
		Long: `Print the page of a rule, by its name or by that of a sub-rule: "rehearse explain name[casing]". "rehearse lint -L"
lists the rules. Exit status: 0 the page was printed; 1 there is no such rule.`,
		Args: cobra.ExactArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var names []string
			for _, r := range lint.Rules() {
				names = append(names, r.ID)
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			r := lint.FindRule(args[0])
			if r == nil {
				var names []string
				for _, r := range lint.Rules() {
					names = append(names, r.ID)
				}
				return &ExitError{Code: 1, Message: fmt.Sprintf("rehearse explain: no rule %q; there are %s", args[0], strings.Join(names, ", "))}
			}
			_, err := fmt.Fprint(env.Stdout, r.Page())
			return err
		},
	}
}
