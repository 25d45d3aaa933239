package diag

import (
	"testing"

	"github.com/rehearse-dev/rehearse/internal/source"
)

func TestSortOrdersAndDropsRepeats(t *testing.T) {
	a, b := source.NewFile("a.yml", nil), source.NewFile("b.yml", nil)
	at := func(f *source.File, start int) source.Location {
		return source.Location{File: f, Span: source.Span{Start: start, End: start + 1}}
	}
	got := Sort([]Diagnostic{
		{Rule: "z", At: at(b, 1)}, {Rule: "y", At: at(a, 5)}, {Rule: "x", At: at(a, 5), Message: "m"}, {Rule: "y", At: at(a, 5)}, {Rule: "none"}, {Rule: "w", At: at(a, 2)},
	})
	var rules string
	for _, d := range got {
		rules += d.Rule + " "
	}
	if want := "none w x y z "; rules != want {
		t.Errorf("got %q, want %q", rules, want)
	}
	if s := Severity(0).String(); s != "error" {
		t.Errorf("a forgotten severity is %q, want error", s)
	}
}
