package cli

import (
	"github.com/spf13/cobra"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func evalCommand(env *Env) *cobra.Command {
	r := &evaluation{env: env}
	cmd := &cobra.Command{
		Use:   "eval [flags] EXPR",
		Short: "Evaluate an expression with the variables of a host",
		Long: "Evaluate an expression, or a text with {{ }} in it, with the variables of a host, as ansible-core 2.19 does.\n" +
			"A text is printed as it is, everything else as JSON; --output json gives value and type.\n\n" +
			"Exit codes: 0 all well, 1 an error, 5 wrong options.",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			t, err := r.templar()
			if err != nil {
				return err
			}
			at := &source.Location{File: source.NewFile("<expression>", []byte(args[0])), Span: source.Span{End: len(args[0])}}
			src := value.Authored(args[0], at)
			var v value.Value
			if jinja.IsTemplate(args[0], nil) {
				v, err = t.Resolve(src)
			} else {
				v, err = t.Expr(src)
			}
			if err != nil {
				return r.failed(err)
			}
			return r.show(v)
		},
	}
	r.flags(cmd)
	return cmd
}
