package lint

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/rehearse-dev/rehearse/internal/diag"
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

// Save writes a mended file beside the old one and renames it, keeping its mode.
func (f *Fixed) Save() error {
	info, err := os.Stat(f.Path)
	if err != nil {
		return fmt.Errorf("fix %s: %w", f.Path, err)
	}
	path, err := filepath.EvalSymlinks(f.Path)
	if err != nil {
		return fmt.Errorf("fix %s: %w", f.Path, err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".rehearse-fix-*")
	if err != nil {
		return fmt.Errorf("fix %s: %w", f.Path, err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(f.Content)
	if err == nil {
		err = tmp.Chmod(info.Mode().Perm())
	}
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("fix %s: %w", f.Path, err)
	}
	return nil
}
