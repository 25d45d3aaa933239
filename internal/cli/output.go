package cli

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// output is a standard output that is no terminal: a file, a pipe. It remembers the first error, so that a command whose
// output is lost, as on a full disk, does not end as if all were well.
type output struct {
	io.Writer
	err error
}

func (o *output) Write(b []byte) (int, error) {
	n, err := o.Writer.Write(b)
	if err != nil && o.err == nil {
		o.err = err
	}
	return n, err
}

// watch makes the environment's standard output remember errors. What it gives turns the exit status of a command that
// lost some of its output into a failure.
func (e *Env) watch() func(code int) int {
	f, ok := e.Stdout.(*os.File)
	if !ok || term.IsTerminal(int(f.Fd())) {
		return func(code int) int { return code }
	}
	o := &output{Writer: f}
	e.Stdout = o
	return func(code int) int {
		if o.err != nil && code == 0 {
			fmt.Fprintf(e.Stderr, "[ERROR]: the output is not complete: %v\n", o.err)
			return 1
		}
		return code
	}
}

// direct is the stream itself: for what tells of lost output in its own way, and for other programs.
func direct(w io.Writer) io.Writer {
	if o, ok := w.(*output); ok {
		return o.Writer
	}
	return w
}
