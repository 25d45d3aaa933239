package cli

import (
	"errors"

	"github.com/rehearse-dev/rehearse/internal/pyplugin"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/vars"
	"github.com/rehearse-dev/rehearse/runner"
	"github.com/rehearse-dev/rehearse/runner/callback"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

// unreadFault is what could not be read of the variables with the exit status that ansible-core has for it: that of a parser
// error, also for files; that of an error of ansible-core's own; or that of an exception that nobody expects.
func unreadFault(u *vars.Unread) (f *fault.Fault, code int) {
	f, code = fault.New(u.At, "%s", u.Message), runner.ExitParser
	var raised *pyplugin.Error
	if errors.As(u.Cause, &raised) {
		f = fault.From(raised)
		switch {
		case raised.IsA("AnsibleParserError"):
		case raised.IsA("AnsibleError"):
			code = runner.ExitError
		default:
			f = fault.New(source.Location{}, "Unexpected Exception, this is probably a bug.")
			f.Cause = fault.From(raised)
			code = runner.ExitUnexpected
		}
	}
	return f, code
}

// endUnread shows what could not be read and ends the command.
func endUnread(d *callback.Display, u *vars.Unread) error {
	f, code := unreadFault(u)
	d.Error(f, true)
	d.Flush()
	return &ExitError{Code: code}
}
