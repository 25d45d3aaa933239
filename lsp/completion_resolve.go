package lsp

import (
	"context"
	"encoding/json"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/rehearse-dev/rehearse/lsp/feature"
)

// completionResolve adds a module's description, which may have to be read from disk, to the item that is looked at.
func completionResolve(_ context.Context, v *View, p *protocol.CompletionItem) (*protocol.CompletionItem, error) {
	var data resolveData
	if json.Unmarshal(p.Data, &data) != nil || data.Module == "" {
		return p, nil
	}
	in, err := v.of(uri.URI(data.URI))
	if err != nil {
		return p, nil
	}
	if text := feature.ModuleDoc(in, data.Module); text != "" {
		p.Documentation = &protocol.MarkupContent{Kind: protocol.MarkupKindMarkdown, Value: text}
	}
	return p, nil
}
