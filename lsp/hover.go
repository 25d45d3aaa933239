package lsp

import (
	"context"

	"go.lsp.dev/protocol"

	"github.com/rehearse-dev/rehearse/lsp/feature"
)

// hover describes what stands at a position.
func hover(ctx context.Context, v *View, p *protocol.HoverParams) (*protocol.Hover, error) {
	in, off, err := v.at(p.TextDocument.URI, p.Position)
	if err != nil {
		return nil, err
	}
	h := feature.Hover(ctx, in, off)
	if h == nil {
		return nil, nil
	}
	return &protocol.Hover{
		Contents: &protocol.MarkupContent{Kind: protocol.MarkupKindMarkdown, Value: h.Markdown},
		Range:    ptr(v.enc.rangeOf(in.Source, h.Span)),
	}, nil
}
