package playbook

import (
	"fmt"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// ValidName tells whether a key can be the name of a variable: an ASCII identifier that is no constant of
// Jinja and not "not".
func ValidName(key value.Value) bool {
	s, ok := key.(value.Str)
	return ok && ValidIdentifier(s.S)
}

// ValidIdentifier is ValidName for a text.
func ValidIdentifier(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_':
		case c >= '0' && c <= '9' && i > 0:
		default:
			return false
		}
	}
	switch s {
	case "", "not", "true", "True", "false", "False", "none", "None":
		return false
	}
	return true
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
