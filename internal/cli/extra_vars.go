package cli

import (
	"errors"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/vars"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

// extraVarsError ends the program for an -e option that gives no variables, with ansible-core's exit statuses: 1 no such file,
// 4 it cannot be parsed, 5 the option is wrong.
func extraVarsError(err error) error {
	var e *vars.ExtraError
	if !errors.As(err, &e) {
		return err
	}
	code := usageError
	switch {
	case e.Missing:
		code = 1
	case e.Syntax:
		code = 4
	}
	return &ExitError{code, "[ERROR]: " + strings.TrimSuffix(fault.Format(fault.New(e.At, "%s", e.Message)), "\n")}
}
