package argspec

import "github.com/rehearse-dev/rehearse/internal/value"

// Literal reads a Python literal as ast.literal_eval does; ok is false for any other text. INI inventories type their
// values with it.
func Literal(s string) (v value.Value, ok bool) { return pythonLiteral(s) }
