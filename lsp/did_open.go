package lsp

import (
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/rehearse-dev/rehearse/internal/project"
	"github.com/rehearse-dev/rehearse/internal/source"
)

// didOpen takes over the text of a file from the client.
func (s *Server) didOpen(p *protocol.DidOpenTextDocumentParams) error {
	t := &p.TextDocument
	path := pathOf(t.URI)
	d := &Document{
		URI: uri.URI(strings.Clone(string(t.URI))), Path: path, Version: t.Version,
		Language: strings.Clone(string(t.LanguageID)), File: source.NewFile(path, []byte(t.Text)),
	}
	s.publish(s.view.Load().withDocument(d))
	s.checks.changed(path)
	s.background(func() { s.view.Load().index(path) })
	return nil
}

// index makes the index of a file's project, which the first completion of a variable would have to wait for otherwise.
func (v *View) index(path string) {
	if in := v.input(path); in != nil && in.Project != nil {
		in.Project.Names(project.Variable)
	}
}
