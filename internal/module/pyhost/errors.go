package pyhost

import "fmt"

// NoInterpreter says that there is no Python where one was named.
type NoInterpreter struct {
	Interpreter string
	Err         error
}

func (e *NoInterpreter) Error() string {
	return fmt.Sprintf("no Python interpreter %s: %v", e.Interpreter, e.Err)
}

// Unwrap gives the cause.
func (e *NoInterpreter) Unwrap() error { return e.Err }
