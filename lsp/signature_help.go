package lsp

import (
	"context"

	"go.lsp.dev/protocol"

	"github.com/rehearse-dev/rehearse/lsp/feature"
)

// signatureHelp shows the parameters of the filter, test or function whose call the position is in.
func signatureHelp(_ context.Context, v *View, p *protocol.SignatureHelpParams) (*protocol.SignatureHelp, error) {
	in, off, err := v.at(p.TextDocument.URI, p.Position)
	if err != nil {
		return nil, err
	}
	h := feature.SignatureAt(in, off)
	if h == nil {
		return nil, nil
	}
	s := protocol.SignatureInformation{Label: h.Label}
	if h.Doc != "" {
		s.Documentation = protocol.String(h.Doc)
	}
	for i, q := range h.Parameters {
		info := protocol.ParameterInformation{Label: protocol.String(h.Labels[i])}
		if q.Doc != "" {
			info.Documentation = protocol.String(q.Doc)
		}
		s.Parameters = append(s.Parameters, info)
	}
	out := &protocol.SignatureHelp{Signatures: []protocol.SignatureInformation{s}, ActiveSignature: ptr(uint32(0))}
	if h.Active >= 0 {
		out.ActiveParameter = protocol.NewNullable(uint32(h.Active))
	}
	return out, nil
}
