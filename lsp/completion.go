package lsp

import (
	"context"
	"encoding/json"
	"fmt"

	"go.lsp.dev/protocol"

	"github.com/rehearse-dev/rehearse/lsp/feature"
)

// completion lists what can be written at a position. The list is filtered and cut here; clients that filter again
// by what is typed find every item that they need.
func completion(ctx context.Context, v *View, p *protocol.CompletionParams) (protocol.CompletionResult, error) {
	in, off, err := v.at(p.TextDocument.URI, p.Position)
	if err != nil {
		return nil, err
	}
	found := feature.Complete(ctx, in, off)
	list := &protocol.CompletionList{IsIncomplete: found.Incomplete, Items: []protocol.CompletionItem{}}
	at := v.enc.rangeOf(in.Source, found.Span)
	if v.client.itemDefaults {
		list.ItemDefaults = &protocol.CompletionItemDefaults{EditRange: &at}
	}
	for n, i := range found.Items {
		item := protocol.CompletionItem{
			Label: i.Label, Kind: itemKinds[i.Kind],
			SortText: protocol.NewOptional(fmt.Sprintf("%03d", n)),
		}
		if i.Detail != "" {
			item.Detail.Set(i.Detail)
		}
		if i.Doc != "" {
			item.Documentation = protocol.String(i.Doc)
		}
		if i.Gone {
			item.Tags = []protocol.CompletionItemTag{protocol.CompletionItemTagDeprecated}
		}
		if i.Filter != "" {
			item.FilterText.Set(i.Filter)
		}
		text := i.New
		if text == "" {
			text = i.Label
		}
		if v.client.itemDefaults {
			if text != i.Label {
				item.TextEditText.Set(text)
			}
		} else {
			item.TextEdit = &protocol.TextEdit{Range: at, NewText: text}
		}
		if i.Kind == feature.ModuleItem {
			item.Data, _ = json.Marshal(resolveData{Module: i.Label, URI: string(p.TextDocument.URI)})
		}
		list.Items = append(list.Items, item)
	}
	return list, nil
}

// resolveData is what completionItem/resolve needs to say more about an item.
type resolveData struct {
	Module string `json:"module"`
	URI    string `json:"uri"`
}

var itemKinds = [...]protocol.CompletionItemKind{
	feature.KeywordItem:  protocol.CompletionItemKindKeyword,
	feature.ModuleItem:   protocol.CompletionItemKindModule,
	feature.OptionItem:   protocol.CompletionItemKindProperty,
	feature.ValueItem:    protocol.CompletionItemKindValue,
	feature.VariableItem: protocol.CompletionItemKindVariable,
	feature.FilterItem:   protocol.CompletionItemKindFunction,
	feature.TestItem:     protocol.CompletionItemKindOperator,
	feature.LookupItem:   protocol.CompletionItemKindInterface,
	feature.FunctionItem: protocol.CompletionItemKindFunction,
	feature.RoleItem:     protocol.CompletionItemKindClass,
	feature.HandlerItem:  protocol.CompletionItemKindEvent,
	feature.FileItem:     protocol.CompletionItemKindFile,
	feature.HostItem:     protocol.CompletionItemKindConstant,
}
