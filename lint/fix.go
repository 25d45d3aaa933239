package lint

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/durable"
)

// Fixed is a file with its fixes applied.
type Fixed struct {
	Path    string
	Content []byte
	Count   int // findings that were mended
}

// Fixes applies the fixes of the findings, file by file: only safe ones unless unsafe is set. Fixes that overlap are
// left for the next run. rules limits them to rules or sub-rules of these names; "all" or none means every rule.
func Fixes(fs []Finding, unsafe bool, rules []string) []Fixed {
	byFile := map[string][]Finding{}
	var paths []string
	for _, f := range fs {
		if len(rules) > 0 && !slices.Contains(rules, "all") && !slices.Contains(rules, f.Rule) && !slices.Contains(rules, f.RuleInfo.ID) {
			continue
		}
		if _, ok := byFile[f.File.Path]; !ok {
			paths = append(paths, f.File.Path)
		}
		byFile[f.File.Path] = append(byFile[f.File.Path], f)
	}
	var out []Fixed
	for _, path := range paths {
		found := byFile[path]
		var edits []diag.Edit
		count := 0
		for _, f := range found {
			for _, fix := range f.Fixes {
				if (fix.Safe || unsafe) && !overlaps(edits, fix.Edits) {
					edits = append(edits, fix.Edits...)
					count++
					break
				}
			}
		}
		if count > 0 {
			out = append(out, Fixed{path, Apply(found[0].File.Source.Content, edits), count})
		}
	}
	return out
}

func overlaps(have, more []diag.Edit) bool {
	for _, a := range have {
		for _, b := range more {
			if a.Span.Start < b.Span.End && b.Span.Start < a.Span.End || a.Span == b.Span {
				return true
			}
		}
	}
	return false
}

// Apply makes the edits, which must not overlap.
func Apply(content []byte, edits []diag.Edit) []byte {
	edits = slices.Clone(edits)
	slices.SortFunc(edits, func(a, b diag.Edit) int { return cmp.Compare(a.Span.Start, b.Span.Start) })
	var out []byte
	at := 0
	for _, e := range edits {
		out = append(append(out, content[at:e.Span.Start]...), e.New...)
		at = e.Span.End
	}
	return append(out, content[at:]...)
}

// Save puts the mended content in place of the old, keeping its mode.
func (f *Fixed) Save() error {
	if err := durable.Write(f.Path, f.Content, 0o666); err != nil {
		return fmt.Errorf("fix %s: %w", f.Path, errors.Unwrap(err))
	}
	return nil
}
