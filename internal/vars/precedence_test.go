package vars

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// project loads testdata/precedence as the runner does, up to the task "show" of the role "own".
func project(t testing.TB, extra ...string) (*Store, Query) {
	t.Helper()
	dir, err := filepath.Abs("testdata/precedence")
	if err != nil {
		t.Fatal(err)
	}
	fs := source.OS{}
	inv, problems, err := inventory.Load(fs, []string{filepath.Join(dir, "inv/hosts")}, inventory.Options{})
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	layers, err := ParseExtra(fs, "", extra, nil)
	if err != nil {
		t.Fatal(err)
	}
	engine := jinja.New(jinja.Config{})
	s := New(Options{FS: fs, Inventory: inv, Engine: engine, Dir: filepath.Join(dir, "play"), Extra: layers})
	loader := &playbook.Loader{FS: fs, Engine: engine}
	pb, diags := loader.Playbook(filepath.Join(dir, "play/site.yml"))
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	q := Query{Host: inv.Host("h"), Play: pb.Plays[0]}
	pb.Plays[0].Walk(loader, func(task *playbook.Task) {
		if !task.Is("include_tasks") {
			return
		}
		blocks, diags := loader.IncludeTasks(task, loader.FindInclude(task, "show.yml"), nil)
		if len(diags) > 0 {
			t.Fatal(diags)
		}
		q.Task = blocks[0].Block[0].(*playbook.Task)
	})
	if q.Task == nil || q.Task.DisplayName() != "own : show" {
		t.Fatal("no task to look from")
	}
	return s, q
}

// The winners that ansible-core 2.19.14 sees, recorded by testdata/precedence.py.
func TestPrecedence(t *testing.T) {
	data, err := os.ReadFile("testdata/precedence.json")
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Levels, Seen []string
		Without      []string `json:"without_extra"`
	}
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	given := func(level string) *value.Dict {
		d := &value.Dict{}
		for n := range want.Levels {
			if want.Levels[n] == level {
				for k := n; k < len(want.Levels); k++ {
					d.Put(fmt.Sprintf("v%02d", k), value.S(level))
				}
			}
		}
		return d
	}
	for _, run := range []struct {
		extra []string
		seen  []string
	}{{[]string{"@testdata/precedence/play/extra.yml"}, want.Seen}, {nil, want.Without}} {
		s, q := project(t, run.extra...)
		s.SetFacts("h", given("facts"))
		s.IncludeVars("h", given("include_vars"), source.Location{})
		s.SetFact("h", given("set_fact and register"), source.Location{})
		scope := s.Scope(q)
		for n, level := range run.seen {
			name := fmt.Sprintf("v%02d", n)
			v, ok := scope.Lookup(name)
			if !ok || value.ToStr(v) != level {
				t.Errorf("%s = %v, ansible-core sees %q", name, v, level)
			}
			defs := scope.Explain(name)
			if len(defs) == 0 || !defs[0].Winner || defs[0].Level.Name != level {
				t.Errorf("%s: explained as %v", name, defs)
			}
			order := map[string]int{}
			for i, l := range Levels {
				order[l.Name] = i
			}
			for i := 1; i < len(defs); i++ {
				if order[defs[i].Level.Name] > order[defs[i-1].Level.Name] {
					t.Errorf("%s: %s is listed behind %s", name, defs[i].Level.Name, defs[i-1].Level.Name)
				}
			}
			if want := min(n+1, len(want.Levels)-1+len(run.extra)); distinct(defs) != want {
				t.Errorf("%s: %d levels define it, want %d", name, distinct(defs), want)
			}
		}
	}
}

func distinct(defs []Definition) int {
	seen := map[*Level]bool{}
	for _, d := range defs {
		seen[d.Level] = true
	}
	return len(seen)
}

// Every definition that a file gives is explained with the place of its key.
func TestPlaces(t *testing.T) {
	s, q := project(t)
	for _, d := range s.Scope(q).Explain("v22") {
		if !d.At.Known() {
			t.Errorf("%s: no place", d.Level.Name)
			continue
		}
		if text := d.At.File.Text(d.At.Span); text != "v22" && text != "v22=" {
			t.Errorf("%s: the place %s holds %q", d.Level.Name, d.At.File.Path, text)
		}
	}
}
