package lsp

import (
	"context"

	"go.lsp.dev/protocol"

	"github.com/rehearse-dev/rehearse/lsp/feature"
)

// foldingRange lists what can be folded.
func foldingRange(_ context.Context, v *View, p *protocol.FoldingRangeParams) ([]protocol.FoldingRange, error) {
	in, err := v.of(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	out := []protocol.FoldingRange{}
	for _, f := range feature.Folds(in) {
		r := protocol.FoldingRange{StartLine: uint32(f.Start), EndLine: uint32(f.End)}
		if f.Comment {
			r.Kind = protocol.FoldingRangeKindComment
		}
		out = append(out, r)
	}
	return out, nil
}
