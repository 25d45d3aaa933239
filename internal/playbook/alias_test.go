package playbook

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/source"
)

// TestAliasesWithoutEnd: what contains itself is an error with its place, and what doubles with each line has an end.
func TestAliasesWithoutEnd(t *testing.T) {
	doubled := func(first, next string) string { // each line twice the one before
		var b strings.Builder
		fmt.Fprintf(&b, "- hosts: all\n  tasks:\n    - &a0 {%s}\n", first)
		for i := 1; i < 40; i++ {
			fmt.Fprintf(&b, "    - &a%d {%s}\n", i, fmt.Sprintf(next, i-1))
		}
		return b.String()
	}
	for _, c := range []struct{ name, text, want string }{
		{"a block in itself", "- hosts: all\n  tasks:\n    - &a {block: [*a]}\n", "The value of anchor 'a' contains itself."},
		{"in its rescue", "- hosts: all\n  tasks:\n    - &a {block: [{ping: }], rescue: [{block: [*a]}]}\n", "The value of anchor 'a' contains itself."},
		{"a block of blocks", doubled("block: [{ping: }]", "block: [*a%[1]d, *a%[1]d]"), "This file has more than 200000 tasks, with those that its aliases stand for."},
		{"a merge of itself", "- hosts: all\n  tasks:\n    - &a {ping: , <<: [*a, *a, *a, *a, *a, *a, *a, *a]}\n", ""},
		{"a merge of merges", doubled("ping: , when: true", "<<: [*a%[1]d, *a%[1]d], name: x"), "The aliases of the document stand for more than 4000000 values"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := Parse(source.NewFile("site.yml", []byte(c.text)), PlaybookFile)
			var got []string
			for _, p := range file.Problems {
				got = append(got, p.Message)
			}
			text := strings.Join(got, "\n")
			if (c.want == "") != (text == "") || !strings.Contains(text, c.want) {
				t.Errorf("got %s, want %s", text, c.want)
			}
			for _, p := range file.Problems {
				if p.At.File == nil || p.At.Span.End == 0 {
					t.Errorf("%s has no place", p.Message)
				}
			}
		})
	}
}
