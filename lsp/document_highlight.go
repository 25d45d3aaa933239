package lsp

import (
	"context"

	"go.lsp.dev/protocol"

	"github.com/rehearse-dev/rehearse/lsp/feature"
)

// documentHighlight marks the places of a symbol in the file.
func documentHighlight(_ context.Context, v *View, p *protocol.DocumentHighlightParams) ([]protocol.DocumentHighlight, error) {
	in, off, err := v.at(p.TextDocument.URI, p.Position)
	if err != nil {
		return nil, err
	}
	var out []protocol.DocumentHighlight
	for _, h := range feature.Highlights(in, off) {
		kind := protocol.DocumentHighlightKindRead
		if h.Write {
			kind = protocol.DocumentHighlightKindWrite
		}
		out = append(out, protocol.DocumentHighlight{Range: v.enc.rangeOf(in.Source, h.Span), Kind: kind})
	}
	return out, nil
}
