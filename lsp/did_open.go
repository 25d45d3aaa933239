package lsp

import (
	"encoding/json"
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/rehearse-dev/rehearse/internal/project"
	"github.com/rehearse-dev/rehearse/internal/source"
)

// didOpen takes over the text of a file from the client. The URI is kept as the client wrote it: decoding makes it
// canonical ("+" becomes "%2B"), and a client that compares texts would not know its own file any more.
func (s *Server) didOpen(params []byte) error {
	var p protocol.DidOpenTextDocumentParams
	if err := decode(protocol.MethodTextDocumentDidOpen, params, &p); err != nil {
		return err
	}
	var raw struct {
		TextDocument struct {
			URI string `json:"uri"`
		} `json:"textDocument"`
	}
	t := &p.TextDocument
	written := string(t.URI)
	if err := json.Unmarshal(params, &raw); err == nil && raw.TextDocument.URI != "" {
		written = raw.TextDocument.URI
	}
	path := pathOf(t.URI)
	d := &Document{
		URI: uri.URI(strings.Clone(written)), Path: path, Version: t.Version,
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
