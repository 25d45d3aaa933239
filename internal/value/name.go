package value

// IsVariableName tells whether a text can be the name of a variable: an ASCII identifier that is no constant of Jinja and
// not "not".
func IsVariableName(s string) bool {
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
