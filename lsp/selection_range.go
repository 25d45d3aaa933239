package lsp

import (
	"context"
	"slices"

	"go.lsp.dev/protocol"

	"github.com/rehearse-dev/rehearse/lsp/feature"
)

// selectionRange grows a selection from the name at a position to the whole document.
func selectionRange(_ context.Context, v *View, p *protocol.SelectionRangeParams) ([]protocol.SelectionRange, error) {
	in, err := v.of(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	out := []protocol.SelectionRange{}
	for _, at := range p.Positions {
		var r *protocol.SelectionRange
		for _, s := range slices.Backward(feature.Selection(in, v.enc.offset(in.Source, at))) {
			r = &protocol.SelectionRange{Range: v.enc.rangeOf(in.Source, s), Parent: r}
		}
		if r == nil {
			r = &protocol.SelectionRange{Range: protocol.Range{Start: at, End: at}}
		}
		out = append(out, *r)
	}
	return out, nil
}
