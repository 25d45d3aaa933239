package lint

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// check lints one text under a path below a project's folder.
func check(t *testing.T, l *Linter, path, text string) []Finding {
	t.Helper()
	if path == "" {
		path = "playbook.yml"
	}
	return l.Check(l.Open(filepath.Join(l.dir, path), l.config.KindOf(path), []byte(text)))
}

// TestExamples runs the examples of every rule: the page says what really happens.
func TestExamples(t *testing.T) {
	for _, r := range Rules() {
		right := 0
		for _, e := range r.Doc.Examples {
			t.Run(r.ID+"/"+e.Title, func(t *testing.T) {
				config := DefaultConfig()
				config.EnableList = []string{r.ID}
				files := map[string]string{}
				for _, name := range e.Files {
					files[name] = ""
				}
				l := New(Options{Dir: write(t, files), Config: config})
				var got []string
				found := check(t, l, e.Path, e.Text)
				for _, f := range found {
					if f.RuleInfo.ID == r.ID {
						got = append(got, f.Rule)
					}
					if f.At.Span.End < f.At.Span.Start || f.At.Span.End > len(e.Text) {
						t.Errorf("%s at %v of %d bytes", f.Rule, f.At.Span, len(e.Text))
					}
				}
				if !slices.Equal(got, e.Want) {
					t.Errorf("found %v, the page says %v", got, e.Want)
				}
				fixed := ""
				for _, f := range Fixes(found, false, []string{r.ID}) {
					fixed = string(f.Content)
				}
				if fixed != e.Fixed {
					t.Errorf("fixed to %q, the page says %q", fixed, e.Fixed)
				}
			})
			if len(e.Want) == 0 {
				right++
			}
		}
		if right == 0 {
			t.Errorf("%s has no right example", r.ID)
		}
		if r.Doc.Summary == "" || r.Doc.Problem == "" || len(r.Subs) == 0 {
			t.Errorf("%s lacks a section", r.ID)
		}
	}
}

// TestPages holds docs/rules: REHEARSE_UPDATE=1 writes it anew.
func TestPages(t *testing.T) {
	dir := filepath.Join("..", "docs", "rules")
	want := map[string]string{}
	index := "# Rules\n\nWritten by `REHEARSE_UPDATE=1 go test ./lint -run TestPages` from the rules themselves; `rehearse explain RULE` prints a page.\n\n"
	for _, r := range Rules() {
		want[r.ID+".md"] = r.Page()
		index += "- [" + r.ID + "](" + r.ID + ".md): " + r.Doc.Summary + "\n"
	}
	want["README.md"] = index
	if os.Getenv("REHEARSE_UPDATE") != "" {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		for name, text := range want {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, text := range want {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || string(b) != text {
			t.Errorf("docs/rules/%s is stale: REHEARSE_UPDATE=1 go test ./lint -run TestPages (%v)", name, err)
		}
	}
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if _, ok := want[e.Name()]; !ok && strings.HasSuffix(e.Name(), ".md") {
			t.Errorf("docs/rules/%s is the page of no rule", e.Name())
		}
	}
}
