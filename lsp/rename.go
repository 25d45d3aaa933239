package lsp

import (
	"context"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/rehearse-dev/rehearse/lsp/feature"
)

// prepareRename tells what a rename at a position would change.
func prepareRename(_ context.Context, v *View, p *protocol.PrepareRenameParams) (protocol.PrepareRenameResult, error) {
	in, off, err := v.at(p.TextDocument.URI, p.Position)
	if err != nil {
		return nil, err
	}
	r, ok := feature.PrepareRename(in, off)
	if !ok {
		return nil, nil
	}
	return &protocol.PrepareRenamePlaceholder{Range: v.enc.rangeOf(in.Source, r.Span), Placeholder: r.Name}, nil
}

// rename changes the name of a variable or handler in the whole project.
func rename(_ context.Context, v *View, p *protocol.RenameParams) (*protocol.WorkspaceEdit, error) {
	in, off, err := v.at(p.TextDocument.URI, p.Position)
	if err != nil {
		return nil, err
	}
	places, err := feature.Rename(in, off, p.NewName)
	if err != nil {
		return nil, jsonrpc2.NewError(jsonrpc2.InvalidParams, err.Error())
	}
	edit := &protocol.WorkspaceEdit{Changes: map[uri.URI][]protocol.TextEdit{}}
	for _, at := range places {
		l := v.location(at)
		edit.Changes[l.URI] = append(edit.Changes[l.URI], protocol.TextEdit{Range: l.Range, NewText: p.NewName})
	}
	return edit, nil
}
