package vars

import (
	"fmt"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// big is an inventory of so many hosts in ten groups with 100 variables each.
func big(hosts int) *Store {
	inv := inventory.New()
	for g := range 10 {
		group, _ := inv.AddGroup(fmt.Sprintf("g%d", g))
		for v := range 100 {
			inv.SetVar(group.Name, fmt.Sprintf("g%d_v%d", g, v), value.Int(v), source.Location{})
		}
	}
	for h := range hosts {
		inv.AddHost(fmt.Sprintf("h%d", h), fmt.Sprintf("g%d", h%10), 0)
	}
	inv.Reconcile()
	return New(Options{FS: source.OS{}, Inventory: inv, Engine: jinja.New(jinja.Config{})})
}

// BenchmarkScope makes the scope of a host and looks ten variables up, as a small task does.
func BenchmarkScope(b *testing.B) {
	for _, hosts := range []int{10, 1000} {
		b.Run(fmt.Sprintf("hosts=%d", hosts), func(b *testing.B) {
			s := big(hosts)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				n := i % hosts
				c := s.Scope(Query{Host: s.Inventory().Host(fmt.Sprintf("h%d", n))})
				for v := range 10 {
					if _, ok := c.Lookup(fmt.Sprintf("g%d_v%d", n%10, v)); !ok {
						b.Fatal("not found")
					}
				}
			}
		})
	}
}

// BenchmarkLookup looks one variable up among few and among many.
func BenchmarkLookup(b *testing.B) {
	for _, n := range []int{10, 10_000} {
		b.Run(fmt.Sprintf("vars=%d", n), func(b *testing.B) {
			s := big(1)
			d := &value.Dict{}
			for v := range n {
				d.Put(fmt.Sprintf("x%d", v), value.Int(v))
			}
			s.SetFact("h0", d, source.Location{})
			c := s.Scope(Query{Host: s.Inventory().Host("h0")})
			b.ReportAllocs()
			for b.Loop() {
				c.Lookup("x5")
			}
		})
	}
}

// BenchmarkHosts reads 1,000 hosts for the first time.
func BenchmarkHosts(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		s := big(1000)
		for _, h := range s.Inventory().Hosts() {
			s.Scope(Query{Host: h})
		}
	}
}

// A thousand hosts share the variables of their groups.
func TestHostsShareGroupVars(t *testing.T) {
	s := big(1000)
	var first *value.Dict
	for _, h := range s.Inventory().Hosts() {
		if h.Name[len(h.Name)-1] != '3' {
			continue
		}
		for _, l := range s.Scope(Query{Host: h}).base {
			if l.Level == InventoryGroups && l.Name == "g3" {
				if first == nil {
					first = l.Vars
				}
				if l.Vars != first {
					t.Fatalf("%s has its own copy of the group's variables", h.Name)
				}
			}
		}
	}
	if first == nil {
		t.Fatal("the group's variables are not among the layers")
	}
}
