// Package fault is what went wrong while a playbook ran: a message, the place in the author's files that it speaks of,
// and the chain of causes behind it, printed as ansible-core 2.19 prints them. It prints nothing itself and knows
// neither tasks nor hosts. It imports source, value and jinja.
package fault

import (
	"errors"
	"fmt"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Fault is an error with a place. The zero Reason means "caused by".
type Fault struct {
	Msg   string
	At    source.Location // the author's text that the message speaks of
	Text  string          // shown in place of an excerpt where At is not known
	Help  string
	Cause error
	// Handling is set for what was raised while another error was handled: it stands for itself in messages.
	Handling bool
	Opaque   bool     // the cause is shown in tracebacks only, not in messages
	Events   []*Fault // several causes, each shown in a frame of its own
	// Unwanted by display: the content of the place is secret or unreadable.
	Redacted bool
	// Result is what the fault adds to the result of the task that it ends; nil adds nothing.
	Result *value.Dict
	// NotFailed and Quiet serve outcomes that are no failures (a skipped action).
	NotFailed, Quiet bool
}

// New makes a fault at a place; pass the zero Location where there is none.
func New(at source.Location, format string, args ...any) *Fault {
	msg := format
	if len(args) > 0 {
		msg = fmt.Sprintf(format, args...)
	}
	return &Fault{Msg: msg, At: at}
}

// Wrap puts a message in front of a cause.
func Wrap(cause error, at source.Location, format string, args ...any) *Fault {
	f := New(at, format, args...)
	f.Cause = cause
	return f
}

// Of is value.Place: where an author wrote the value.
func Of(v value.Value) source.Location { return value.Place(v) }

// Error is the brief message: the texts of the whole chain in one line.
func (f *Fault) Error() string { return brief(chain(f)) }

// Unwrap gives the cause.
func (f *Fault) Unwrap() error { return f.Cause }

// From turns any error into a fault; a fault stays as it is.
func From(err error) *Fault {
	if err == nil {
		return nil
	}
	if f, ok := err.(*Fault); ok {
		return f
	}
	if f := fromTemplate(err); f != nil {
		return f
	}
	var f *Fault
	if errors.As(err, &f) && f.Error() == err.Error() {
		return f
	}
	return &Fault{Msg: err.Error()}
}

// Rewrite is the fault with every text of its chain replaced by what text makes of it.
func (f *Fault) Rewrite(text func(string) string) *Fault {
	c := *f
	c.Msg, c.Text, c.Help = text(f.Msg), text(f.Text), text(f.Help)
	if f.Cause != nil {
		c.Cause = From(f.Cause).Rewrite(text)
	}
	c.Events = nil
	for _, e := range f.Events {
		c.Events = append(c.Events, e.Rewrite(text))
	}
	return &c
}

// Next is the cause that messages follow, nil at the end.
func (f *Fault) Next() *Fault { return f.next() }

func (f *Fault) next() *Fault {
	if f.Cause == nil || f.Opaque {
		return nil
	}
	return From(f.Cause)
}

func chain(f *Fault) []string {
	var parts []string
	for ; f != nil; f = f.next() {
		parts = append(parts, strings.TrimSpace(f.Msg))
	}
	return parts
}

// brief joins messages, outermost first; a message that already ends with its cause swallows it.
func brief(parts []string) string {
	msg := parts[len(parts)-1]
	for i := len(parts) - 2; i >= 0; i-- {
		if strings.HasSuffix(parts[i], msg) {
			msg = parts[i]
		} else {
			msg = strings.TrimRight(parts[i], ". ") + ": " + msg
		}
	}
	return msg
}
