package playbook

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/jinja/lib"
	"github.com/rehearse-dev/rehearse/internal/source"
)

func testLoader() *Loader {
	return &Loader{
		FS: source.OS{}, RolesPath: []string{"/nonexistent/roles"}, Collections: []string{"/nonexistent/collections"},
		Engine: jinja.New(jinja.Config{Filters: lib.Filters(), Tests: lib.Tests(), Lookups: lib.Lookups(), Globals: lib.Globals()}),
		Scope:  func(*Play, *Task) jinja.Scope { return jinja.Vars{} },
	}
}

// What ansible-core 2.19.14 says of each file of testdata/malformed, recorded by testdata/malformed.py: the first error and
// its place. Where it names no place, ours is not compared.
func TestMalformed(t *testing.T) {
	data, err := os.ReadFile("testdata/malformed.json")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]struct {
		RC    int
		Error string
		At    string
	}
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	dir, err := filepath.Abs("testdata/malformed")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/malformed/*.yml")
	if err != nil || len(files) != len(want) {
		t.Fatalf("%d files, %d records: run testdata/malformed.py (%v)", len(files), len(want), err)
	}
	for name, w := range want {
		t.Run(strings.TrimSuffix(name, ".yml"), func(t *testing.T) {
			_, problems := testLoader().Playbook(filepath.Join(dir, name))
			i := slices.IndexFunc(problems, func(d diag.Diagnostic) bool { return d.Severity == diag.Error })
			if i < 0 {
				if w.RC != 0 && !known[name] {
					t.Errorf("no error, want %q", w.Error)
				}
				return
			}
			d := problems[i]
			got := strings.ReplaceAll(d.Message, dir+"/", "")
			if w.RC == 0 {
				t.Fatalf("error %q, want none", got)
			}
			if got != strings.ReplaceAll(w.Error, "/RECORDED/malformed", dir) {
				t.Errorf("error  %q\nwanted %q", got, w.Error)
			}
			if pos := d.At.Position(); w.At != "" {
				if at := fmt.Sprintf("%s:%d:%d", filepath.Base(d.At.File.Path), pos.Line, pos.Column); at != w.At {
					t.Errorf("at %s, wanted %s", at, w.At)
				}
			}
			if exit := 4 - 3*btoi(strings.HasPrefix(d.Rule, "load-failure")); exit != w.RC {
				t.Errorf("rule %s stands for exit status %d, wanted %d", d.Rule, exit, w.RC)
			}
		})
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// known are files whose fault is found by others: an unknown module by the runner's preflight check with the catalog.
var known = map[string]bool{"task_unknown_module.yml": true, "module_defaults_list.yml": false}
