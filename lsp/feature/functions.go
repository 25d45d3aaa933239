package feature

import (
	"slices"

	"github.com/rehearse-dev/rehearse/internal/jinja"
)

// Functions are the tables of what a template may call.
type Functions struct{ Filters, Tests, Lookups, Globals []*jinja.Function }

// find gives the row that a name in an expression means; nil where there is none.
func (t *Functions) find(r role, name string) *jinja.Function {
	var table []*jinja.Function
	switch r {
	case filterName:
		table = t.Filters
	case testName:
		table = t.Tests
	case lookupName:
		table = t.Lookups
	case variableName:
		table = t.Globals
	}
	i := slices.IndexFunc(table, func(f *jinja.Function) bool {
		return f.Name == name || f.FQCN == name || slices.Contains(f.Aliases, name)
	})
	if i < 0 {
		return nil
	}
	return table[i]
}
