package yaml

import "github.com/rehearse-dev/rehearse/internal/value"

// FlowStyle is default_flow_style: FlowNever is False, FlowAlways True, FlowAuto None (collections of scalars alone).
type FlowStyle uint8

// The flow styles.
const (
	FlowNever FlowStyle = iota
	FlowAuto
	FlowAlways
)

// DumpOptions are the options of yaml.dump.
type DumpOptions struct {
	Indent, Width               int // 0 means PyYAML's default: 2 and 80
	Flow                        FlowStyle
	SortKeys                    bool
	AllowUnicode, ExplicitStart bool
	ExplicitEnd                 bool
	DefaultStyle                byte // one of " ' | > or 0
	Canonical                   bool
}

// Dump prints a value as PyYAML's safe_dump over libyaml does. An undefined value is its own error.
func Dump(v value.Value, o DumpOptions) (string, error) { return "", nil }
