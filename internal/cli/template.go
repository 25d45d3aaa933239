package cli

import (
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// templateRun is one call of the template command.
type templateRun struct {
	evaluation
	lstrip, noTrim bool
}

func templateCommand(env *Env) *cobra.Command {
	r := &templateRun{evaluation: evaluation{env: env}}
	cmd := &cobra.Command{
		Use:   "template [flags] FILE",
		Short: "Render a template file with the variables of a host",
		Long: "Render a template file, or standard input for -, with the variables of a host: what the template module would write.\n" +
			"Includes are searched beside the file.\n\nExit codes: 0 all well, 1 an error, 5 wrong options.",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return r.run(args[0]) },
	}
	r.flags(cmd)
	fl := cmd.Flags()
	fl.BoolVar(&r.lstrip, "lstrip-blocks", false, "take white space in front of block tags away, as lstrip_blocks of the module does")
	fl.BoolVar(&r.noTrim, "no-trim-blocks", false, "keep the line break behind a block tag")
	return cmd
}

func (r *templateRun) run(path string) error {
	t, err := r.templar()
	if err != nil {
		return err
	}
	var data []byte
	name, dir := path, r.env.Dir
	if path == "-" {
		name = "<stdin>"
		data, err = io.ReadAll(r.env.Stdin)
	} else {
		if !filepath.IsAbs(path) {
			path = filepath.Join(r.env.Dir, path)
		}
		dir = filepath.Dir(path)
		data, err = source.OS{}.ReadFile(path)
	}
	if err != nil {
		return &ExitError{1, err.Error()}
	}
	at := &source.Location{File: source.NewFile(name, data), Span: source.Span{End: len(data)}}
	var o *jinja.Options
	if r.lstrip || r.noTrim {
		o = &jinja.Options{LstripBlocks: r.lstrip, TrimBlocks: !r.noTrim}
	}
	t.Search = []string{dir}
	text, err := t.Text(value.Authored(string(data), at), o)
	if err != nil {
		return r.failed(err)
	}
	if r.output == "json" {
		return r.show(value.S(text))
	}
	_, err = fmt.Fprint(r.env.Stdout, text)
	return err
}
