package playbook

import (
	"fmt"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// ValidName tells whether a key can be the name of a variable.
func ValidName(key value.Value) bool {
	s, ok := key.(value.Str)
	return ok && value.IsVariableName(s.S)
}

// InvalidName is ansible-core 2.19's message for a name that is not valid.
func InvalidName(key value.Value) string {
	switch key := key.(type) {
	case value.Str:
		return fmt.Sprintf("Invalid variable name %s.", value.Repr(key))
	case value.Int, *value.BigInt, value.Float, value.Bool, value.None:
		return fmt.Sprintf("Invalid variable name '%s' of type '%s'.", value.ToStr(key), key.TypeName())
	}
	return fmt.Sprintf("Invalid variable name of type '%s'.", key.TypeName())
}

// looksTemplated tells whether a text holds a template's delimiter.
func looksTemplated(s string) bool {
	return strings.Contains(s, "{{") || strings.Contains(s, "{%") || strings.Contains(s, "{#")
}
