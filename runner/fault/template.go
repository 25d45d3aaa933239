package fault

import (
	"errors"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// fromTemplate converts what the template engine says; nil when the error is not its own.
func fromTemplate(err error) *Fault {
	var u *value.Undefined
	if errors.As(err, &u) && u == err {
		if u.Cause != nil {
			return From(u.Cause)
		}
		return &Fault{Msg: u.Message, At: Of(u)}
	}
	return nil
}
