package lsp

import (
	"slices"

	"go.lsp.dev/protocol"
)

// didChangeWorkspaceFolders keeps the list of folders.
func (s *Server) didChangeWorkspaceFolders(p *protocol.DidChangeWorkspaceFoldersParams) error {
	v := *s.view.Load()
	v.folders = slices.Clone(v.folders)
	for _, f := range p.Event.Removed {
		v.folders = slices.DeleteFunc(v.folders, func(x string) bool { return x == pathOf(f.URI) })
	}
	for _, f := range p.Event.Added {
		v.folders = append(v.folders, pathOf(f.URI))
	}
	s.view.Store(&v)
	s.checks.everything()
	return nil
}
