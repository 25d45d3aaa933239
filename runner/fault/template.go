package fault

import (
	"errors"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// fromTemplate converts what the template engine says; nil when the error is not its own.
func fromTemplate(err error) *Fault {
	switch e := err.(type) {
	case *jinja.Error:
		f := &Fault{Msg: e.Message, Help: e.Help, At: e.Origin, Text: e.Text, Cause: e.Cause, Handling: e.Handling}
		if e.Class == "AnsibleBrokenConditionalError" {
			f.Help = "Broken conditionals can be temporarily allowed with the `ALLOW_BROKEN_CONDITIONALS` configuration option."
		}
		if e.Message == "" && e.Cause != nil {
			return From(e.Cause)
		}
		return f
	case *value.Undefined:
		if e.Cause != nil {
			return From(e.Cause)
		}
		return &Fault{Msg: e.Message, At: Of(e)}
	}
	var inner *jinja.Error
	if errors.As(err, &inner) && inner.Error() == err.Error() {
		return fromTemplate(inner)
	}
	return nil
}
