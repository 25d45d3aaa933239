package callback

import (
	"strings"
	"testing"
)

// The expected lines are those of Python's difflib.unified_diff(a, b, "before", "after", n=3).
func TestUnified(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{"a\nb\nc\n", "a\nx\nc\n", "--- before\n+++ after\n@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n"},
		{"", "a\nb\n", "--- before\n+++ after\n@@ -0,0 +1,2 @@\n+a\n+b\n"},
		{"a\nb\n", "", "--- before\n+++ after\n@@ -1,2 +0,0 @@\n-a\n-b\n"},
		{"one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n", "one\n2\nthree\nfour\nfive\nsix\nseven\neight\nNINE\n", "--- before\n+++ after\n@@ -1,9 +1,9 @@\n one\n-two\n+2\n three\n four\n five\n six\n seven\n eight\n-nine\n+NINE\n"},
		{"a\nb\na\nb\n", "b\na\nb\na\n", "--- before\n+++ after\n@@ -1,4 +1,4 @@\n+b\n a\n b\n a\n-b\n"},
		{"x\nx\nx\nx\nx\ny\nx\nx\nx\nx\nx\n", "x\nx\nx\nx\nz\nx\nx\nx\nx\nx\nx\nx\n", "--- before\n+++ after\n@@ -1,11 +1,12 @@\n+x\n+x\n+x\n+x\n+z\n x\n x\n x\n x\n x\n-y\n x\n x\n-x\n-x\n-x\n"},
	} {
		if got := strings.Join(unified(splitLines(c.a), splitLines(c.b), "before", "after", 3), ""); got != c.want {
			t.Errorf("%q and %q:\n%swant\n%s", c.a, c.b, got, c.want)
		}
	}
	if unified([]string{"a\n"}, []string{"a\n"}, "x", "y", 3) != nil {
		t.Error("equal texts differ")
	}
}
