package lsp

import (
	"context"
	"slices"
	"strings"

	"go.lsp.dev/protocol"
)

// clientCapabilities is what the server wants to know of the client.
type clientCapabilities struct {
	itemDefaults     bool // completion lists may have defaults
	hierarchical     bool // document symbols
	links            bool // definition may answer with links
	watchFiles       bool // may be asked to watch files
	relatedInfo      bool
	codeDescriptions bool
}

// initialize answers with what the server can do. It runs on the reading goroutine.
func (s *Server) initialize(_ context.Context, _ *View, p *protocol.InitializeParams) (*protocol.InitializeResult, error) {
	v := *s.view.Load()
	if g := p.Capabilities.General; g != nil {
		v.enc = chooseEncoding(g.PositionEncodings)
	}
	v.client = readCapabilities(&p.Capabilities)
	//lint:ignore SA1019 what clients without folders send
	root := p.RootURI
	//lint:ignore SA1019 what older ones send
	path, _ := p.RootPath.Get()
	if fs, ok := p.WorkspaceFolders.Get(); ok {
		for _, f := range fs {
			v.folders = append(v.folders, pathOf(f.URI))
		}
	} else if root != nil && *root != "" {
		v.folders = []string{pathOf(*root)}
	} else if path != "" {
		v.folders = []string{strings.Clone(path)}
	}
	var bad error
	v.settings, bad = parseSettings(p.InitializationOptions)
	s.view.Store(&v)
	s.phase.Store(int32(serving))
	if bad != nil {
		s.log(protocol.MessageTypeError, "%v", bad)
	}
	if p.ProcessID != nil && *p.ProcessID > 0 {
		pid := int(*p.ProcessID)
		s.work.Go(func() { s.watchParent(pid) })
	}
	return &protocol.InitializeResult{
		Capabilities: capabilities(&v),
		ServerInfo:   protocol.ServerInfo{Name: "rehearse", Version: protocol.NewOptional(s.opts.Version)},
	}, nil
}

func readCapabilities(c *protocol.ClientCapabilities) (out clientCapabilities) {
	is := func(b *bool) bool { return b != nil && *b }
	if t := c.TextDocument; t != nil {
		if k := t.Completion; k != nil {
			if k.CompletionList != nil {
				out.itemDefaults = slices.Contains(k.CompletionList.ItemDefaults, "editRange")
			}
		}
		if t.DocumentSymbol != nil {
			out.hierarchical = is(t.DocumentSymbol.HierarchicalDocumentSymbolSupport)
		}
		if t.Definition != nil {
			out.links = is(t.Definition.LinkSupport)
		}
		if t.PublishDiagnostics != nil {
			out.relatedInfo = is(t.PublishDiagnostics.RelatedInformation)
			out.codeDescriptions = is(t.PublishDiagnostics.CodeDescriptionSupport)
		}
	}
	if w := c.Workspace; w != nil && w.DidChangeWatchedFiles != nil {
		out.watchFiles = is(w.DidChangeWatchedFiles.DynamicRegistration)
	}
	return out
}

func capabilities(v *View) protocol.ServerCapabilities {
	yes := protocol.Boolean(true)
	return protocol.ServerCapabilities{
		PositionEncoding: v.enc.kind(),
		TextDocumentSync: &protocol.TextDocumentSyncOptions{
			OpenClose: ptr(true),
			Change:    ptr(protocol.TextDocumentSyncKindIncremental),
			Save:      &protocol.SaveOptions{IncludeText: ptr(false)},
		},
		CompletionProvider: &protocol.CompletionOptions{
			// A letter asks by itself in every client; these are the others behind which something can be chosen.
			TriggerCharacters: []string{".", "|", " ", "{", "'", "\"", "/", "-"},
			ResolveProvider:   ptr(true),
		},
		HoverProvider:           yes,
		SignatureHelpProvider:   &protocol.SignatureHelpOptions{TriggerCharacters: []string{"(", ","}},
		WorkspaceSymbolProvider: yes,
		RenameProvider:          &protocol.RenameOptions{PrepareProvider: ptr(true)},
		CodeActionProvider: &protocol.CodeActionOptions{CodeActionKinds: []protocol.CodeActionKind{
			protocol.CodeActionKindQuickFix, protocol.CodeActionKindSourceFixAll,
		}},
		DefinitionProvider:        yes,
		ReferencesProvider:        yes,
		DocumentHighlightProvider: yes,
		DocumentSymbolProvider:    yes,
		DocumentLinkProvider:      &protocol.DocumentLinkOptions{},
		CodeLensProvider:          &protocol.CodeLensOptions{},
		FoldingRangeProvider:      yes,
		SelectionRangeProvider:    yes,
		ExecuteCommandProvider:    protocol.ExecuteCommandOptions{Commands: []string{taskCommand}},
		Workspace: &protocol.WorkspaceOptions{WorkspaceFolders: &protocol.WorkspaceFoldersServerCapabilities{
			Supported: ptr(true), ChangeNotifications: protocol.Boolean(true),
		}},
	}
}

// initialized asks the client to report files that change outside of it.
func (s *Server) initialized(_ *protocol.InitializedParams) error {
	if !s.view.Load().client.watchFiles {
		return nil
	}
	options := []byte(`{"watchers":[{"globPattern":"**/*"}]}`)
	s.work.Go(func() { // the answer is read by the goroutine that calls us
		_, err := s.conn.Call(s.ctx, protocol.MethodClientRegisterCapability, &protocol.RegistrationParams{
			Registrations: []protocol.Registration{{
				ID: "files", Method: protocol.MethodWorkspaceDidChangeWatchedFiles, RegisterOptions: options,
			}},
		}, nil)
		if err != nil && s.ctx.Err() == nil {
			s.log(protocol.MessageTypeWarning, "changes of files outside of the editor will not be seen: %v", err)
		}
	})
	return nil
}

func ptr[T any](v T) *T { return &v }
