package jinja_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/jinja/lib"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Template files give byte for byte what the template module of ansible-core 2.19.14 writes: testdata/files/expected was
// made by testdata/files/record.yml.
func TestTemplateFiles(t *testing.T) {
	dir := filepath.Join("testdata", "files")
	names, err := os.ReadDir(filepath.Join(dir, "expected"))
	if err != nil || len(names) < 6 {
		t.Fatalf("%d expected files, %v", len(names), err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "vars.json"))
	if err != nil {
		t.Fatal(err)
	}
	e := jinja.New(jinja.Config{Filters: lib.Filters(), Tests: lib.Tests(), Lookups: lib.Lookups(), Globals: lib.Globals()})
	for _, n := range names {
		t.Run(n.Name(), func(t *testing.T) {
			want, err := os.ReadFile(filepath.Join(dir, "expected", n.Name()))
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, n.Name()+".j2")
			src, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			tm := e.Templar(variables(t, string(text)))
			tm.Search = []string{dir}
			at := &source.Location{File: source.NewFile(path, src), Span: source.Span{End: len(src)}}
			got, err := tm.Text(value.Authored(string(src), at), nil)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}
