package lsp

import (
	"context"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/lsp/feature"
)

// codeAction offers the fixes of the findings in a range, and all safe ones of the file at once.
func codeAction(_ context.Context, v *View, p *protocol.CodeActionParams) ([]protocol.CommandOrCodeAction, error) {
	in, err := v.of(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	wants := func(kind protocol.CodeActionKind) bool {
		for _, k := range p.Context.Only {
			if kind == k || len(kind) > len(k) && kind[:len(k)] == k && kind[len(k)] == '.' {
				return true
			}
		}
		return len(p.Context.Only) == 0
	}
	at := source.Span{Start: v.enc.offset(in.Source, p.Range.Start), End: v.enc.offset(in.Source, p.Range.End)}
	out := []protocol.CommandOrCodeAction{}
	var all []diag.Edit
	for _, d := range feature.Diagnose(in, v.settings.Lint) {
		touches := d.At.Span.Start <= at.End && at.Start <= d.At.Span.End
		for i, f := range d.Fixes {
			if f.Safe && i == 0 && apart(all, f.Edits) {
				all = append(all, f.Edits...)
			}
			if !touches || !wants(protocol.CodeActionKindQuickFix) {
				continue
			}
			a := &protocol.CodeAction{
				Title: f.Title, Kind: ptr(protocol.CodeActionKindQuickFix), Edit: v.edit(in.Source, p.TextDocument.URI, f.Edits),
				Diagnostics: v.diagnostics([]diag.Diagnostic{d}),
			}
			if f.Safe {
				a.IsPreferred = ptr(true)
			}
			out = append(out, a)
		}
	}
	if len(all) > 0 && len(p.Context.Only) > 0 && wants(protocol.CodeActionKindSourceFixAll) {
		out = append(out, &protocol.CodeAction{
			Title: "Fix all that can be fixed safely", Kind: ptr(protocol.CodeActionKindSourceFixAll),
			Edit: v.edit(in.Source, p.TextDocument.URI, all),
		})
	}
	return out, nil
}

// apart tells whether edits touch none of the others.
func apart(all, edits []diag.Edit) bool {
	for _, a := range all {
		for _, b := range edits {
			if a.Span.Start <= b.Span.End && b.Span.Start <= a.Span.End {
				return false
			}
		}
	}
	return true
}

func (v *View) edit(f *source.File, u uri.URI, edits []diag.Edit) *protocol.WorkspaceEdit {
	list := []protocol.TextEdit{}
	for _, e := range edits {
		list = append(list, protocol.TextEdit{Range: v.enc.rangeOf(f, e.Span), NewText: e.New})
	}
	return &protocol.WorkspaceEdit{Changes: map[uri.URI][]protocol.TextEdit{u: list}}
}
