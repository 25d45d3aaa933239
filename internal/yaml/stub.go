package yaml

import "github.com/rehearse-dev/rehearse/internal/value"

// DumpOptions are the options of yaml.dump.
type DumpOptions struct {
	Indent, Width               int // 0 means PyYAML's default: 2 and 80
	DefaultFlowStyle            bool
	SortKeys                    bool
	AllowUnicode, ExplicitStart bool
	ExplicitEnd                 bool
}

// Dump prints a value as PyYAML's safe_dump does.
func Dump(v value.Value, o DumpOptions) string { return "" }
