package yaml

import (
	"testing"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// Anchors are numbered in the order in which values turn up again: yaml.dump(..., Dumper=CSafeDumper, default_flow_style=False)
// of PyYAML 6.0.3.
func TestAnchorsAreNumberedByTheirSecondPlace(t *testing.T) {
	a, b := value.NewList(value.Int(1)), value.NewList(value.Int(2))
	text, err := Dump(value.NewDict("h1", value.NewDict("a", a, "b", b), "h2", value.NewDict("b", b), "h3", value.NewDict("a", a)), DumpOptions{Flow: FlowNever})
	if err != nil {
		t.Fatal(err)
	}
	if want := "h1:\n  a: &id002\n  - 1\n  b: &id001\n  - 2\nh2:\n  b: *id001\nh3:\n  a: *id002\n"; text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
}
