package playbook

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/source"
)

// No text makes the parser or the loader panic, and every problem has a place inside of the file.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/malformed/*.yml")
	for _, name := range files {
		if text, err := os.ReadFile(name); err == nil {
			f.Add(string(text))
		}
	}
	f.Add("- hosts: all\n  roles: [{role: a, x: 1}]\n  tasks:\n    - &a {debug: msg=1, vars: {<<: {x: 1}}}\n    - *a\n    - <<: *a\n      when: x\n    - block: [*a]\n      rescue: []\n")
	f.Add("- hosts: all\n  tasks:\n    - &a {block: [*a], rescue: }\n    - &b {<<: [*b, *b], ping: }\n")
	f.Fuzz(func(t *testing.T, text string) {
		for kind := PlaybookFile; kind <= VarsFile; kind++ {
			src := source.NewFile("/nonexistent/site.yml", []byte(text))
			file := Parse(src, kind)
			for _, p := range file.Problems {
				if p.At.File != src || p.At.Span.Start < 0 || p.At.Span.End > len(text) || p.At.Span.Start > p.At.Span.End {
					t.Fatalf("%s: span %v of %d bytes", p.Message, p.At.Span, len(text))
				}
			}
		}
		fs := (&source.Overlay{Base: source.OS{}}).With("/nonexistent/site.yml", []byte(text))
		l := &Loader{FS: fs}
		pb, _ := l.Playbook("/nonexistent/site.yml")
		for _, p := range pb.Plays {
			p.DisplayName()
			p.Walk(l, func(task *Task) {
				task.When()
				task.Tags()
				task.SearchPath()
				for i := range Keywords {
					task.Keyword(Keywords[i].Name)
				}
			})
		}
	})
}
