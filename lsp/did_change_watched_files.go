package lsp

import "go.lsp.dev/protocol"

// didChangeWatchedFiles reads files again that changed outside of the editor.
func (s *Server) didChangeWatchedFiles(p *protocol.DidChangeWatchedFilesParams) error {
	v := s.view.Load()
	for _, c := range p.Changes {
		v = v.changed(pathOf(c.URI))
	}
	s.publish(v)
	s.checks.everything()
	return nil
}
