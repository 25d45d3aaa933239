package lsp

import (
	"fmt"

	"go.lsp.dev/protocol"
)

// didChange applies the client's edits, in their order, to the text that it was told last.
func (s *Server) didChange(p *protocol.DidChangeTextDocumentParams) error {
	v := s.view.Load()
	d := v.document(p.TextDocument.URI)
	if d == nil {
		return fmt.Errorf("didChange of %s, which is not open", p.TextDocument.URI)
	}
	n, err := d.edited(p.TextDocument.Version, p.ContentChanges, v.enc)
	if err != nil {
		return err
	}
	s.view.Store(v.withDocument(n))
	s.checks.changed(n.Path)
	return nil
}
