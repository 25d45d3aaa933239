package lsp

import (
	"context"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/rehearse-dev/rehearse/lsp/feature"
)

// documentLink makes the names of files links to them.
func documentLink(_ context.Context, v *View, p *protocol.DocumentLinkParams) ([]protocol.DocumentLink, error) {
	in, err := v.of(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	out := []protocol.DocumentLink{}
	for _, l := range feature.DocumentLinks(in) {
		out = append(out, protocol.DocumentLink{Range: v.enc.rangeOf(in.Source, l.Span), Target: ptr(uri.File(l.Path)), Tooltip: ptr(l.Kind)})
	}
	return out, nil
}
