package vars

import (
	"testing"

	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/jinja/lib"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// hostvars shows the variables of other hosts, templated with their own variables. The values are what ansible-core 2.19.14
// prints for the same templates.
func TestHostvars(t *testing.T) {
	inv := inventory.New()
	g, _ := inv.AddGroup("g")
	for _, name := range []string{"h1", "h2"} {
		inv.AddHost(name, g.Name, 0)
		inv.SetVar(name, "y", value.S(name+"!"), source.Location{})
	}
	inv.SetVar("g", "x", value.Authored("{{ y }}", nil), source.Location{})
	inv.Reconcile()
	engine := jinja.New(jinja.Config{Filters: lib.Filters(), Tests: lib.Tests(), Lookups: lib.Lookups(), Globals: lib.Globals()})
	s := New(Options{FS: source.OS{}, Inventory: inv, Engine: engine})
	s.SetFact("h2", value.NewDict("late", value.Int(5), "data", value.S("{{ y }}")), source.Location{})
	for expr, want := range map[string]string{
		"hostvars['h2'].x":                                "'h2!'",
		"hostvars.h2['x']":                                "'h2!'",
		"hostvars.h2.late":                                "5",
		"hostvars.h2.data":                                "'{{ y }}'", // what a task has set is never templated
		"'x' in hostvars.h2":                              "True",
		"'nope' in hostvars.h2":                           "False",
		"hostvars.h2.nope is defined":                     "False",
		"hostvars.nope is defined":                        "False",
		"'nope' in hostvars":                              "False",
		"'localhost' in hostvars":                         "True",
		"hostvars | length":                               "2",
		"hostvars.h2.get('nope', 7)":                      "7",
		"hostvars.h2.inventory_hostname":                  "'h2'",
		"hostvars.localhost.ansible_connection":           "'local'",
		"groups.g | map('extract', hostvars, 'x') | list": "['h1!', 'h2!']",
		"hostvars.values() | map(attribute='x') | list":   "['h1!', 'h2!']",
		"(hostvars.h2 | dict2items | map(attribute='key') | list) is contains('late')": "True",
		"'hostvars' in hostvars.h2": "False",
		"hostvars.h2 is mapping":    "True",
	} {
		c := s.Scope(Query{Host: inv.Host("h1")})
		v, err := engine.Templar(c).Expr(value.Authored(expr, nil))
		if err != nil {
			t.Errorf("%s: %v", expr, err)
			continue
		}
		if got := value.Repr(v); got != want {
			t.Errorf("%s = %s, want %s", expr, got, want)
		}
	}
}

// A new task result is seen at once, through a view that exists already, too.
func TestHostvarsAreCurrent(t *testing.T) {
	inv := inventory.New()
	inv.AddHost("h", "", 0)
	inv.Reconcile()
	engine := jinja.New(jinja.Config{})
	s := New(Options{FS: source.OS{}, Inventory: inv, Engine: engine})
	c := s.Scope(Query{Host: inv.Host("h")})
	look := func() string {
		v, err := engine.Templar(c).Expr(value.Authored("hostvars.h.n", nil))
		if err != nil {
			return err.Error()
		}
		return value.Repr(v)
	}
	if got := look(); got == "1" {
		t.Fatal("the variable is there before it is set")
	}
	for _, n := range []string{"1", "2"} {
		s.Register("h", "n", value.Int(n[0]-'0'), source.Location{})
		if got := look(); got != n {
			t.Errorf("after register: %s, want %s", got, n)
		}
	}
}

// The implicit localhost has no groups, and facts of a task change ansible_facts and the variables of that name.
func TestFacts(t *testing.T) {
	s := New(Options{FS: source.OS{}})
	h := s.Inventory().Host("localhost")
	s.SetFacts("localhost", value.NewDict("ansible_distribution", value.S("Debian"), "ansible_host", value.S("evil"), "plain", value.Int(1)))
	c := s.Scope(Query{Host: h})
	for name, want := range map[string]string{
		"ansible_distribution": "'Debian'", "plain": "1", "inventory_hostname": "'localhost'", "group_names": "[]",
		"ansible_facts": "{'distribution': 'Debian', 'host': 'evil', 'plain': 1}",
	} {
		v, ok := c.Lookup(name)
		if !ok || value.Repr(v) != want {
			t.Errorf("%s = %v, want %s", name, v, want)
		}
	}
	if v, ok := c.Lookup("ansible_host"); ok {
		t.Errorf("a fact set the connection's ansible_host to %v", v)
	}
	s.ClearFacts("localhost")
	if v, ok := c.Lookup("ansible_distribution"); ok {
		t.Errorf("cleared, but %v", v)
	}
}
