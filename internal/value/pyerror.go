package value

import "fmt"

// Error is what Python raises: a class and a message. Errors of template evaluation that have no Python counterpart
// use the class "TemplateRuntimeError".
type Error struct {
	Class   string // "TypeError", "ValueError", "ZeroDivisionError", ...
	Message string
}

// Error gives the message alone, as str(exception) does.
func (e *Error) Error() string { return e.Message }

// Errorf makes an Error of a class.
func Errorf(class, format string, args ...any) *Error {
	return &Error{Class: class, Message: fmt.Sprintf(format, args...)}
}

// TypeError, ValueError and KeyError make the commonest errors.
func TypeError(format string, args ...any) *Error  { return Errorf("TypeError", format, args...) }
func ValueError(format string, args ...any) *Error { return Errorf("ValueError", format, args...) }
