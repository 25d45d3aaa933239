package cli

import (
	"context"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/lsp"
)

func lspCommand(env *Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "lsp",
		Short: "Language server on standard input and output",
		Long: `Serve the Language Server Protocol 3.18 on standard input and output, for one editor. Exit status 0 after shutdown
and exit, 1 when the editor goes away without them.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if env.Getenv("GOGC") == "" {
				debug.SetGCPercent(50) // an editor's memory is worth more than the collector's time
			}
			code, err := lsp.Serve(context.Background(), env.Stdin, env.Stdout, lsp.Options{
				FS: source.OS{}, Version: version(), Getenv: env.Getenv,
			})
			if code != 0 || err != nil {
				e := &ExitError{Code: max(code, 1)}
				if err != nil {
					e.Message = "rehearse lsp: " + err.Error()
				}
				return e
			}
			return nil
		},
	}
	cmd.Flags().Bool("stdio", true, "serve on standard input and output (the only way there is; some editors pass it)")
	return cmd
}
