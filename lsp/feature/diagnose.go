package feature

import (
	"fmt"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/source"
)

// Diagnose lists what is wrong in the file, in the order of the text.
func Diagnose(in *Input, lint bool) []diag.Diagnostic {
	if in.TooLarge {
		return []diag.Diagnostic{{
			Severity: diag.Info, Rule: "too-large",
			At:      source.Location{File: in.Source, Span: in.Source.LineSpan(1)},
			Message: fmt.Sprintf("the file has %d bytes: it is not analysed", len(in.Source.Content)),
		}}
	}
	var found []diag.Diagnostic
	if s := in.Syntax(); s != nil {
		found = append(found, s.Problems...)
	} else if t := in.Tree(); t != nil {
		found = append(found, t.Problems...)
	}
	kept := found[:0:0]
	for _, d := range found { // what is found in another file is shown there
		if d.At.File == nil || d.At.File.Path == in.Source.Path {
			kept = append(kept, d)
		}
	}
	diag.Sort(kept)
	return kept
}
