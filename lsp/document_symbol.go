package lsp

import (
	"context"

	"go.lsp.dev/protocol"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/lsp/feature"
)

// documentSymbol answers with the outline of a file.
func documentSymbol(_ context.Context, v *View, p *protocol.DocumentSymbolParams) (protocol.DocumentSymbolResult, error) {
	in, err := v.of(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	found := feature.DocumentSymbols(in)
	if v.client.hierarchical {
		return v.symbols(in.Source, found), nil
	}
	flat := protocol.SymbolInformationSlice{}
	var walk func(list []feature.DocumentSymbol, container string)
	walk = func(list []feature.DocumentSymbol, container string) {
		for _, d := range list {
			i := protocol.SymbolInformation{
				BaseSymbolInformation: protocol.BaseSymbolInformation{Name: d.Name, Kind: symbolKinds[d.Kind]},
				Location:              v.location(source.Location{File: in.Source, Span: d.Span}),
			}
			if container != "" {
				i.ContainerName = ptr(container)
			}
			flat = append(flat, i)
			walk(d.Children, d.Name)
		}
	}
	walk(found, "")
	return flat, nil
}

var symbolKinds = [...]protocol.SymbolKind{
	feature.PlaySymbol:     protocol.SymbolKindClass,
	feature.BlockSymbol:    protocol.SymbolKindNamespace,
	feature.TaskSymbol:     protocol.SymbolKindFunction,
	feature.HandlerSymbol:  protocol.SymbolKindEvent,
	feature.RoleSymbol:     protocol.SymbolKindModule,
	feature.ImportSymbol:   protocol.SymbolKindFile,
	feature.SectionSymbol:  protocol.SymbolKindField,
	feature.VariableSymbol: protocol.SymbolKindVariable,
}

func (v *View) symbols(f *source.File, list []feature.DocumentSymbol) protocol.DocumentSymbolSlice {
	out := protocol.DocumentSymbolSlice{}
	for _, d := range list {
		s := protocol.DocumentSymbol{
			Name: d.Name, Kind: symbolKinds[d.Kind],
			Range: v.enc.rangeOf(f, d.Span), SelectionRange: v.enc.rangeOf(f, d.Selection),
		}
		if d.Detail != "" {
			s.Detail = ptr(d.Detail)
		}
		if len(d.Children) > 0 {
			s.Children = v.symbols(f, d.Children)
		}
		out = append(out, s)
	}
	return out
}
