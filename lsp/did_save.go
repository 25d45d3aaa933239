package lsp

import "go.lsp.dev/protocol"

// didSave checks the file again: what depends on other programs' files may have changed with it.
func (s *Server) didSave(p *protocol.DidSaveTextDocumentParams) error {
	s.checks.saved(pathOf(p.TextDocument.URI))
	return nil
}
