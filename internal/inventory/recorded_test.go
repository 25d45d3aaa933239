package inventory

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// recorded is what ansible-core 2.19.14 makes of testdata, written by testdata/record.py.
type recorded struct {
	Sources          map[string]state
	Bad              map[string]state
	Patterns, Ranges map[string]struct {
		Split, Hosts, Messages []string
		Error                  string
	}
}

type state struct {
	Hosts      []string
	Vars       map[string]map[string]any
	Groups     map[string]group
	GroupNames map[string][]string `json:"group_names"`
	Messages   []string
}

type group struct {
	Depth, Priority         int
	Vars                    map[string]any
	Children, Direct, Hosts []string
}

func records(t *testing.T) *recorded {
	t.Helper()
	data, err := os.ReadFile("testdata/recorded.json")
	if err != nil {
		t.Fatal(err)
	}
	var r recorded
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	return &r
}

// messages are the warnings, sorted, with paths as the record has them.
func messages(t *testing.T, kind, name string) (*Inventory, []string) {
	t.Helper()
	dir, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	inv, problems, err := Load(source.OS{}, []string{filepath.Join(dir, kind, name)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, p := range problems {
		out = append(out, strings.ReplaceAll(p.Message, dir+"/", ""))
	}
	out = append(out, inv.Warnings...)
	slices.Sort(out)
	return inv, out
}

// plain turns a dict into what the record's JSON holds.
func plain(t *testing.T, d *value.Dict, skip ...string) map[string]any {
	t.Helper()
	copied := &value.Dict{}
	for k, v := range d.RawAll() {
		if !slices.Contains(skip, value.ToStr(k)) {
			copied.Set(k, v)
		}
	}
	text, err := value.ToJSON(copied, value.JSONOptions{})
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]any{}
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func names(hosts []*Host) []string {
	out := []string{}
	for _, h := range hosts {
		out = append(out, h.Name)
	}
	return out
}

func TestSources(t *testing.T) {
	for name, want := range records(t).Sources {
		t.Run(name, func(t *testing.T) {
			inv, msgs := messages(t, "sources", name)
			got := state{Hosts: names(inv.Hosts()), Vars: map[string]map[string]any{}, Groups: map[string]group{}, GroupNames: map[string][]string{}}
			for _, h := range inv.Hosts() {
				got.Vars[h.Name] = plain(t, h.Vars, "inventory_file", "inventory_dir")
				var in []string
				for _, g := range h.GroupsOf() {
					in = append(in, g.Name)
				}
				slices.Sort(in)
				got.GroupNames[h.Name] = in
			}
			for _, g := range inv.Groups() {
				x := group{Depth: g.Depth, Priority: g.Priority, Vars: plain(t, g.Vars), Children: []string{}, Direct: names(g.Direct()), Hosts: names(g.Hosts())}
				for _, c := range g.Children {
					x.Children = append(x.Children, c.Name)
				}
				slices.Sort(x.Hosts)
				got.Groups[g.Name] = x
			}
			wantMsgs := want.Messages
			want.Messages = nil
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("-ansible-core +ours:\n%s", d)
			}
			if d := cmp.Diff(brief(wantMsgs), msgs); d != "" && len(wantMsgs)+len(msgs) > 0 {
				t.Errorf("messages, -ansible-core +ours:\n%s", d)
			}
		})
	}
}

// brief joins the links of a recorded chain of errors as ansible-core's first line does.
func brief(msgs []string) []string {
	var out []string
	for _, m := range msgs {
		links := strings.Split(m, " | ")
		if n := len(links); n > 1 && strings.HasPrefix(links[n-1], "while parsing") { // PyYAML's own text is not shown
			links = links[:n-1]
		}
		for i := range links[:len(links)-1] {
			links[i] = strings.TrimSuffix(links[i], ".")
		}
		out = append(out, strings.Join(links, ": "))
	}
	slices.Sort(out)
	return out
}

func TestBadSources(t *testing.T) {
	for name, want := range records(t).Bad {
		t.Run(name, func(t *testing.T) {
			if name == "syntax.toml" {
				t.Skip("the TOML library words its errors in its own way")
			}
			_, msgs := messages(t, "bad", name)
			if d := cmp.Diff(brief(want.Messages), msgs); d != "" {
				t.Errorf("-ansible-core +ours:\n%s", d)
			}
		})
	}
}

func TestPatterns(t *testing.T) {
	r := records(t)
	for src, list := range map[string]map[string]struct {
		Split, Hosts, Messages []string
		Error                  string
	}{"groups.ini": r.Patterns, "ranges.ini": r.Ranges} {
		for p, want := range list {
			t.Run(src+" "+p, func(t *testing.T) {
				inv, _ := messages(t, "sources", src)
				inv.Warnings = nil
				hosts, err := inv.Match(p)
				if err != nil {
					if err.Error() != want.Error {
						t.Errorf("error %q, want %q", err, want.Error)
					}
					return
				}
				if want.Error != "" {
					t.Fatalf("no error, want %q", want.Error)
				}
				if d := cmp.Diff(want.Hosts, names(hosts)); d != "" {
					t.Errorf("-ansible-core +ours:\n%s", d)
				}
				if got := SplitPattern(p); !slices.Equal(got, want.Split) {
					t.Errorf("split %q, want %q", got, want.Split)
				}
				if !slices.Equal(inv.Warnings, want.Messages) {
					t.Errorf("messages %q, want %q", inv.Warnings, want.Messages)
				}
			})
		}
	}
}
