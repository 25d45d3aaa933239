package lsp

import (
	"context"

	"go.lsp.dev/protocol"

	"github.com/rehearse-dev/rehearse/lsp/feature"
)

// maxReferences bounds an answer: nobody reads more, and a client should not choke on them.
const maxReferences = 500

// references lists the uses of what stands at a position.
func references(_ context.Context, v *View, p *protocol.ReferenceParams) ([]protocol.Location, error) {
	in, off, err := v.at(p.TextDocument.URI, p.Position)
	if err != nil {
		return nil, err
	}
	found := feature.References(in, off, p.Context.IncludeDeclaration)
	out := make([]protocol.Location, 0, min(len(found), maxReferences))
	for _, l := range found[:min(len(found), maxReferences)] {
		out = append(out, v.location(l))
	}
	return out, nil
}
