package lsp

import (
	"context"
	"encoding/json"

	"go.lsp.dev/protocol"

	"github.com/rehearse-dev/rehearse/lsp/feature"
)

// runCommand is the client's command that runs a play or task; its one argument is a feature.Run.
const runCommand = "rehearse.run"

// codeLens puts a "run" over every play and task.
func codeLens(_ context.Context, v *View, p *protocol.CodeLensParams) ([]protocol.CodeLens, error) {
	in, err := v.of(p.TextDocument.URI)
	if err != nil || !v.settings.CodeLens {
		return nil, err
	}
	out := []protocol.CodeLens{}
	for _, l := range feature.Lenses(in, v.settings.Inventory) {
		argument, err := json.Marshal(l.Run)
		if err != nil {
			return nil, err
		}
		out = append(out, protocol.CodeLens{
			Range:   v.enc.rangeOf(in.Source, l.Span),
			Command: protocol.Command{Title: l.Title, Command: runCommand, Arguments: []protocol.LSPAny{argument}},
		})
	}
	return out, nil
}
