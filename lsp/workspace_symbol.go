package lsp

import (
	"context"
	"maps"
	"slices"

	"go.lsp.dev/protocol"

	"github.com/rehearse-dev/rehearse/lsp/feature"
)

// workspaceSymbol finds variables, handlers and roles of all open projects by name.
func workspaceSymbol(ctx context.Context, v *View, p *protocol.WorkspaceSymbolParams) (protocol.WorkspaceSymbolResult, error) {
	out := protocol.WorkspaceSymbolSlice{}
	for _, root := range slices.Sorted(maps.Keys(v.projects)) {
		for _, s := range feature.WorkspaceSymbols(ctx, v.projects[root], p.Query) {
			at := v.target(feature.Target{At: s.At, Path: s.Path})
			out = append(out, protocol.WorkspaceSymbol{
				BaseSymbolInformation: protocol.BaseSymbolInformation{Name: s.Name, Kind: symbolKinds[s.Kind], ContainerName: ptr(s.Container)},
				Location:              &at,
			})
		}
	}
	return out, nil
}
