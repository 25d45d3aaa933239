// Package diag is what is wrong in a user's file: one value with a place, a message and perhaps fixes. The parsers,
// the linter, the runner's pre-flight check and the language server all speak it. It imports only source.
package diag

import (
	"cmp"
	"slices"

	"github.com/rehearse-dev/rehearse/internal/source"
)

// Severity orders findings; Error is the zero value, so that a forgotten severity is never a quiet one.
type Severity uint8

// The severities, in the order of LSP's DiagnosticSeverity.
const (
	Error Severity = iota
	Warning
	Info
	Hint
)

func (s Severity) String() string { return [...]string{"error", "warning", "info", "hint"}[s] }

// Edit replaces a span of the diagnostic's file; an empty span inserts.
type Edit struct {
	Span source.Span
	New  string
}

// Fix is one way to mend the finding. A safe fix keeps the meaning of the file; an unsafe one needs a person's eye.
type Fix struct {
	Title string
	Safe  bool
	Edits []Edit
}

// Related is another place that explains the finding.
type Related struct {
	At      source.Location
	Message string
	Apart   bool // a link of a chain of errors that is never joined with the one before it
}

// Diagnostic is one finding. Rule is the rule's name with its sub-rule in brackets, as in "name[missing]".
type Diagnostic struct {
	Rule     string
	Severity Severity
	At       source.Location
	Message  string
	Related  []Related
	Fixes    []Fix
}

// Sort orders findings by file, place, rule and message, and drops exact repeats.
func Sort(ds []Diagnostic) []Diagnostic {
	path := func(d Diagnostic) string {
		if d.At.File == nil {
			return ""
		}
		return d.At.File.Path
	}
	compare := func(a, b Diagnostic) int {
		return cmp.Or(cmp.Compare(path(a), path(b)), cmp.Compare(a.At.Span.Start, b.At.Span.Start),
			cmp.Compare(a.At.Span.End, b.At.Span.End), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Message, b.Message))
	}
	slices.SortStableFunc(ds, compare)
	return slices.CompactFunc(ds, func(a, b Diagnostic) bool { return compare(a, b) == 0 })
}
