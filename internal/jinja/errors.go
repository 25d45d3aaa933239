package jinja

import "github.com/rehearse-dev/rehearse/internal/source"

// Error is a failed evaluation. Message is what ansible-core 2.19 prints; At is the exact place of the failing
// expression where it is known, else of the text that was templated.
type Error struct {
	Class     string // Python's or Jinja's class: "UndefinedError", "TemplateSyntaxError", "ZeroDivisionError", ...
	Message   string
	At        source.Location
	Origin    source.Location // where the text that was templated is written (its whole scalar)
	Undefined string          // name of the undefined variable or attribute
	Nearest   string          // "did you mean"
	Cause     error
}

// Error gives the message with the causes behind it: "outer: inner", as ansible-core 2.19 prints them.
func (e *Error) Error() string {
	if e.Cause != nil {
		if e.Message == "" {
			return e.Cause.Error()
		}
		return e.Message + ": " + e.Cause.Error()
	}
	return e.Message
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }
