package yaml

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/internal/diag"
)

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"- hosts: all\n  tasks:\n    - name: x\n      copy: src=a dest=b\n", "a: &x [1, 2]\nb: *x\n<<: {c: d}\n",
		"- name:\n  na", "key: \"unclosed\nother: 'x\n", "a: {{ b }}\n", "a: [1, {b: c\nd: e\n", "a: |2-\n   x\n\n  y\nb: >+\n  f\n  g\n\n\n",
		"\ufeff%YAML 1.1\n---\n!!str x\n...\n--- !foo\n", "a:\tb\n\tc: d\n", "? [a]\n: b\n", "\"\\u00e9\\\n  x\\q\"", "a: b: c\n d\n e: f\n   g:\n", "- a\n - b\n- - c\n -d\n", "{a: [}]", "- x: 'a''b\n\n  c'\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) { check(t, text) })
}

// check holds what must be true of every tree, whatever the text.
func check(t *testing.T, text string) *Tree {
	t.Helper()
	tree := parse(text)
	errors := 0
	for _, p := range tree.Problems {
		if s := p.At.Span; s.Start < 0 || s.End < s.Start || s.End > len(text) {
			t.Fatalf("problem %q at %v, the text has %d bytes: %q", p.Message, s, len(text), text)
		}
		if p.Severity == diag.Error {
			errors++
		}
	}
	if (tree.Err != nil) != (errors > 0) {
		t.Fatalf("%d errors, first %v: %q", errors, tree.Err, text)
	}
	last := 0
	for _, c := range tree.Comments {
		if c.Span.Start < last || c.Span.End > len(text) || text[c.Span.Start] != '#' {
			t.Fatalf("comment at %v: %q", c.Span, text)
		}
		last = c.Span.End
	}
	for _, d := range tree.Docs {
		d.Walk(func(n *Node) bool {
			if s := n.Span; s.Start < 0 || s.End < s.Start || s.End > len(text) {
				t.Fatalf("%v node at %v, the text has %d bytes: %q", n.Kind, s, len(text), text)
			}
			for _, p := range n.Pairs {
				if p.Key == nil || p.Value == nil {
					t.Fatalf("a pair lacks a node: %q", text)
				}
			}
			if n.Kind == Scalar && utf8.ValidString(text) {
				checkOffsets(t, n, text, tree.Err == nil)
			}
			return true
		})
		d.Value(tree.File, Options{Trusted: true})
	}
	for off := 0; off <= len(text); off += 1 + len(text)/50 {
		tree.Path(off)
	}
	return tree
}

// checkOffsets rebuilds the text of a scalar from the pieces that its offsets are computed from.
func checkOffsets(t *testing.T, n *Node, text string, exact bool) {
	t.Helper()
	at := 0
	n.segments(func(index, file, length, fileLen int) bool {
		if index != at || file < n.Span.Start || file+fileLen > n.Span.End {
			t.Fatalf("piece %d %d %d %d of %q at %v: %q", index, file, length, fileLen, n.Text, n.Span, text)
		}
		at += length
		if exact && length == fileLen && index+length <= len(n.Text) {
			got, want := n.Text[index:index+length], text[file:file+fileLen]
			if got != want && !(strings.TrimSpace(got) == "" && strings.TrimSpace(want) == "" || want[0] == '\\' && n.Style == DoubleQuoted) {
				t.Fatalf("%q stands at %d, the text there is %q, in %q", got, file, want, text)
			}
		}
		return true
	})
	if !exact {
		return
	}
	missing := len(n.Text) - at
	if missing > 0 && strings.Trim(n.Text[at:], "\n\u2028\u2029") != "" || missing < 0 && n.Style != Literal && n.Style != Folded {
		t.Fatalf("%d of %d bytes of %q are mapped (%v): %q", at, len(n.Text), n.Text, n.Style, text)
	}
	for i := 0; i < len(n.Text) && i < at; i += 1 + len(n.Text)/100 {
		off := n.FileOffset(i)
		back, _ := n.TextOffset(off)
		if back != i && n.FileOffset(back) != off {
			t.Fatalf("byte %d of %q stands at %d, which maps back to %d: %q", i, n.Text, off, back, text)
		}
	}
}
