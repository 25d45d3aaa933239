package lint

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func FuzzCheck(f *testing.F) {
	for _, r := range Rules() {
		for _, e := range r.Doc.Examples {
			path := e.Path
			if path == "" {
				path = "playbook.yml"
			}
			f.Add(path, e.Text)
		}
	}
	f.Fuzz(func(t *testing.T, path, text string) { safe(t, path, text) })
}

// safe holds what must be true of the findings in any text, an unfinished one, too.
func safe(t *testing.T, path, text string) {
	t.Helper()
	l := New(Options{Dir: "/nowhere"})
	for _, f := range l.Check(l.Open("/nowhere/"+filepath.ToSlash(filepath.Clean("/"+path)), l.config.KindOf(path), []byte(text))) {
		if s := f.At.Span; s.Start < 0 || s.End < s.Start || s.End > len(text) || f.Line < 1 {
			t.Fatalf("%s at %v, line %d, of %d bytes: %q", f.Rule, s, f.Line, len(text), text)
		}
		for _, fix := range f.Fixes {
			for _, e := range fix.Edits {
				if e.Span.Start < 0 || e.Span.End < e.Span.Start || e.Span.End > len(text) {
					t.Fatalf("%s wants to edit %v of %d bytes: %q", f.Rule, e.Span, len(text), text)
				}
			}
		}
	}
}

// TestCorpus lints every YAML file below the folders in REHEARSE_YAML_CORPUS, whole and cut off in the middle.
func TestCorpus(t *testing.T) {
	dirs := os.Getenv("REHEARSE_YAML_CORPUS")
	if dirs == "" {
		t.Skip("REHEARSE_YAML_CORPUS names no folder of YAML files")
	}
	n := 0
	for _, dir := range filepath.SplitList(dirs) {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() || !yamlExt(path) {
				return err
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			rel := strings.TrimPrefix(path, dir)
			for _, cut := range []int{len(b), len(b) / 2, len(b) / 3, len(b) * 4 / 5} {
				safe(t, rel, string(b[:cut]))
			}
			n++
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d files", n)
}
