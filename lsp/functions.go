package lsp

import (
	"path/filepath"
	"slices"
	"sync"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/jinja/lib"
	"github.com/rehearse-dev/rehearse/internal/project"
	"github.com/rehearse-dev/rehearse/lsp/feature"
)

// functions are the tables of what templates may call.
var functions = sync.OnceValue(func() feature.Functions {
	return feature.Functions{Filters: lib.Filters(), Tests: lib.Tests(), Lookups: lib.Lookups(), Globals: lib.Globals()}
})

// withPlugins adds the filters, tests and lookups of the project's own plugins. No Python is started: they are read from
// the text of their files.
func withPlugins(t feature.Functions, p *project.Snapshot) feature.Functions {
	x := p.Plugins()
	for _, k := range []struct {
		kind  string
		table *[]*jinja.Function
	}{{"filter", &t.Filters}, {"test", &t.Tests}, {"lookup", &t.Lookups}} {
		own := x.Names(k.kind)
		if len(own) == 0 {
			continue
		}
		rows := make([]*jinja.Function, 0, len(own)+len(*k.table))
		for _, f := range own { // before the native ones: they win over them
			path := f.Path
			if rel, err := filepath.Rel(p.Root, path); err == nil {
				path = rel
			}
			rows = append(rows, &jinja.Function{Name: f.Name, Doc: "Defined in " + filepath.ToSlash(path) + ".", Result: "any"})
		}
		*k.table = slices.Concat(rows, *k.table)
	}
	return t
}
