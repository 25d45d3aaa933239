package lib_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/jinja/lib"
)

// names is testdata/names.json, made by testdata/names.py.
type names struct {
	Filter, Test, Lookup map[string][]string
	Jinja                struct{ Filter, Test []string }
	Signature            map[string][]string
}

func loadNames(t *testing.T) names {
	t.Helper()
	data, err := os.ReadFile("testdata/names.json")
	if err != nil {
		t.Fatal(err)
	}
	var n names
	if err := json.Unmarshal(data, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// index gives the functions by full name, aliases of ansible.builtin included.
func index(list []*jinja.Function) map[string]*jinja.Function {
	out := map[string]*jinja.Function{}
	for _, f := range list {
		out[f.FQCN] = f
		for _, a := range f.Aliases {
			if !strings.Contains(a, ".") && strings.HasPrefix(f.FQCN, "ansible.builtin.") {
				a = "ansible.builtin." + a
			}
			out[a] = f
		}
	}
	return out
}

// Every filter, test and lookup of ansible-core and of the two collections is in the tables, if only to be refused by
// name.
func TestTablesAreComplete(t *testing.T) {
	n := loadNames(t)
	for _, kind := range []struct {
		name     string
		recorded map[string][]string
		table    []*jinja.Function
	}{{"filter", n.Filter, lib.Filters()}, {"test", n.Test, lib.Tests()}, {"lookup", n.Lookup, lib.Lookups()}} {
		have := index(kind.table)
		for name := range kind.recorded {
			if have[name] == nil {
				t.Errorf("%s %s is missing", kind.name, name)
			}
		}
	}
	plain := map[string]bool{}
	for _, f := range lib.PlainFilters() {
		for _, name := range append([]string{f.Name}, f.Aliases...) {
			plain[name] = true
		}
	}
	for _, name := range n.Jinja.Filter {
		if !plain[name] {
			t.Errorf("plain filter %s is missing", name)
		}
	}
	tests := map[string]bool{}
	for _, f := range lib.PlainTests() {
		for _, name := range append([]string{f.Name}, f.Aliases...) {
			tests[name] = true
		}
	}
	for _, name := range n.Jinja.Test {
		if !tests[name] {
			t.Errorf("plain test %s is missing", name)
		}
	}
}

// The options of lookups have the names that their documentation gives them.
func TestLookupOptions(t *testing.T) {
	n := loadNames(t)
	have := index(lib.Lookups())
	for name, options := range n.Lookup {
		f := have[name]
		if f == nil || strings.HasPrefix(f.Doc, "Not supported") || strings.HasPrefix(name, "ansible.utils.") {
			continue
		}
		for _, o := range options {
			if o == "_terms" || o == "_raw" {
				continue
			}
			if !slices.ContainsFunc(f.Params, func(p jinja.Param) bool { return p.Name == o }) {
				t.Errorf("lookup %s has no option %s", name, o)
			}
		}
	}
}

// The parameters of Jinja2's filters have its names, so that they can be given by name.
func TestPlainSignatures(t *testing.T) {
	n := loadNames(t)
	for _, f := range lib.PlainFilters() {
		want, ok := n.Signature[f.Name]
		if !ok {
			continue
		}
		if len(want) > 0 && (want[0] == "environment" || want[0] == "env" || want[0] == "context" || want[0] == "eval_ctx") {
			want = want[1:]
		}
		var got []string
		for _, p := range f.Params {
			got = append(got, p.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("filter %s(%s), Jinja2 has (%s)", f.Name, strings.Join(got, ", "), strings.Join(want, ", "))
		}
	}
}

// Every row says what the editor needs.
func TestTablesAreDocumented(t *testing.T) {
	for kind, list := range map[string][]*jinja.Function{"filter": lib.Filters(), "test": lib.Tests(), "lookup": lib.Lookups(), "global": lib.Globals(), "plain filter": lib.PlainFilters()} {
		seen := map[string]bool{}
		for _, f := range list {
			name := f.FQCN
			if name == "" {
				name = f.Name
			}
			if seen[name] {
				t.Errorf("%s %s is there twice", kind, name)
			}
			seen[name] = true
			if f.Doc == "" || !strings.HasSuffix(f.Doc, ".") || f.Result == "" || f.Call == nil {
				t.Errorf("%s %s lacks documentation, result type or code", kind, name)
			}
			for i, p := range f.Params {
				if p.Name == "" || p.Type == "" && !p.Star && !p.StarStar || p.Doc == "" && i > 0 && !p.Star && !p.StarStar {
					t.Errorf("%s %s: parameter %d (%s) lacks a type or documentation", kind, name, i, p.Name)
				}
			}
		}
	}
}
