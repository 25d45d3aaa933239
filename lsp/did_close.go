package lsp

import (
	"fmt"

	"go.lsp.dev/protocol"
)

// didClose forgets the buffer: the file on disk counts again.
func (s *Server) didClose(p *protocol.DidCloseTextDocumentParams) error {
	v := s.view.Load()
	d := v.document(p.TextDocument.URI)
	if d == nil {
		return fmt.Errorf("didClose of %s, which is not open", p.TextDocument.URI)
	}
	s.view.Store(v.without(d.Path))
	s.checks.closed(d)
	return nil
}
