package feature

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/project"
	"github.com/rehearse-dev/rehearse/internal/source"
)

// WorkspaceSymbol is something that a project defines.
type WorkspaceSymbol struct {
	Name      string
	Container string // the file, below the root
	Kind      SymbolKind
	At        source.Location
	Path      string // of a role's directory, where At is unknown
	score     int
}

// MaxSymbols bounds an answer.
const MaxSymbols = 200

// WorkspaceSymbols lists variables, handlers and roles of a project whose names match what was typed, best first.
func WorkspaceSymbols(ctx context.Context, p *project.Snapshot, typed string) []WorkspaceSymbol {
	var out []WorkspaceSymbol
	for _, k := range []struct {
		symbol project.Symbol
		kind   SymbolKind
	}{{project.Variable, VariableSymbol}, {project.Handler, HandlerSymbol}} {
		for _, name := range p.Names(k.symbol) {
			score := match(name, typed)
			if score < 0 || ctx.Err() != nil {
				continue
			}
			for _, d := range p.Definitions(k.symbol, name) {
				if d.At.Known() {
					out = append(out, WorkspaceSymbol{Name: name, Container: relative(p, d.At.File.Path), Kind: k.kind, At: d.At, score: score})
				}
			}
		}
	}
	for name, dir := range p.Roles() {
		if score := match(name, typed); score >= 0 {
			out = append(out, WorkspaceSymbol{Name: name, Container: relative(p, dir), Kind: RoleSymbol, Path: dir, score: score})
		}
	}
	slices.SortFunc(out, func(a, b WorkspaceSymbol) int {
		return cmp.Or(cmp.Compare(a.score, b.score), cmp.Compare(len(a.Name), len(b.Name)), strings.Compare(a.Name, b.Name), strings.Compare(a.Container, b.Container), cmp.Compare(a.At.Span.Start, b.At.Span.Start))
	})
	return out[:min(len(out), MaxSymbols)]
}
