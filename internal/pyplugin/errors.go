package pyplugin

import (
	"errors"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Error is an exception of Python with what caused it.
type Error struct {
	Class     string   // "AnsibleFilterError", "KeyError", ...
	Bases     []string // the class and those that it inherits from, by their short names
	Message   string   // its own message, str(exception) of a plain exception
	Help      string   // what the user can do, where the exception says it
	At        *source.Location
	Origin    value.Value      // the value that it is about: its place is shown
	Cause     error            // what it was raised from; nil
	Traceback string           // for -vvv
	Handling  bool             // it was raised while another one was handled
	Undefined *value.Undefined // the undefined value whose use it was; nil
}

// Error gives the message with the causes behind it, as ansible-core joins them.
func (e *Error) Error() string {
	je := e.Jinja()
	return je.Error()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Is tells whether the exception is of a class or of one that inherits from it.
func (e *Error) IsA(class string) bool {
	for _, b := range e.Bases {
		if b == class {
			return true
		}
	}
	return e.Class == class
}

// Jinja is the exception as an error of the template engine.
func (e *Error) Jinja() *jinja.Error {
	out := &jinja.Error{Class: e.Class, Message: e.Message, Help: e.Help, Handling: e.Handling}
	if e.At != nil {
		out.Origin = *e.At
	}
	var inner *Error
	switch {
	case e.Undefined != nil && e.Cause == nil:
	case errors.As(e.Cause, &inner):
		out.Cause = inner.Jinja()
	case e.Cause != nil:
		out.Cause = e.Cause
	}
	return out
}

// errorOf reads an exception of the wire: {"c": class, "b": bases, "m": message, "h": help, "o": place, "t": traceback,
// "w": cause, "u": undefined value}.
func errorOf(v value.Value, x *crossing) error {
	d, ok := v.(*value.Dict)
	if !ok {
		return errFrame
	}
	text := func(k string) string {
		if v, ok := d.Get(k); ok {
			return value.ToStr(v)
		}
		return ""
	}
	e := &Error{Class: text("c"), Message: text("m"), Help: text("h"), Traceback: text("t")}
	_, e.Handling = d.Get("d")
	if b, ok := d.Get("b"); ok {
		if l, ok := b.(*value.List); ok {
			for _, n := range l.Items {
				e.Bases = append(e.Bases, value.ToStr(n))
			}
		}
	}
	if o, ok := d.Get("o"); ok {
		if l, ok := o.(*value.List); ok {
			e.At = x.at(l.Items)
		}
	}
	if u, ok := d.Get("u"); ok {
		e.Undefined, _ = u.(*value.Undefined)
	}
	if w, ok := d.Get("w"); ok {
		e.Cause = errorOf(w, x)
	}
	return e
}

// failure writes an error that a handler gave: Python raises it as AnsibleError, an undefined value as itself.
func (e *encoder) failure(err error) {
	class, message := "AnsibleError", err.Error()
	var u *value.Undefined
	var ve *value.Error
	var je *jinja.Error
	var pe *Error
	switch {
	case errors.As(err, &u) && u.Cause == nil:
		e.raw(`{"c":"undefined","u":`)
		e.undefinedValue(u)
		e.raw("}")
		return
	case errors.As(err, &pe):
		class = pe.Class
	case errors.As(err, &je):
		class = je.Class
	case errors.As(err, &ve):
		class = ve.Class
	}
	e.raw(`{"c":`)
	e.text(class)
	e.raw(`,"m":`)
	e.text(message)
	e.raw("}")
}
