package value

// Percent is Python's text % args.
func Percent(format string, args Value) (string, error) { return "", nil }
