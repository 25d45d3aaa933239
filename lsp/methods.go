package lsp

import (
	"slices"

	"go.lsp.dev/protocol"
)

// methods is the table of everything that the server understands; what is not here is answered with MethodNotFound.
func methods() []method {
	return slices.Concat(lifecycle(), []method{
		notification(protocol.MethodCancelRequest, (*Server).cancelRequest),
		notification(protocol.MethodInitialized, (*Server).initialized),
		{name: protocol.MethodTextDocumentDidOpen, note: (*Server).didOpen},
		notification(protocol.MethodTextDocumentDidChange, (*Server).didChange),
		notification(protocol.MethodTextDocumentDidSave, (*Server).didSave),
		notification(protocol.MethodTextDocumentDidClose, (*Server).didClose),
		notification(protocol.MethodWorkspaceDidChangeWatchedFiles, (*Server).didChangeWatchedFiles),
		notification(protocol.MethodWorkspaceDidChangeConfiguration, (*Server).didChangeConfiguration),
		notification(protocol.MethodWorkspaceDidChangeWorkspaceFolders, (*Server).didChangeWorkspaceFolders),

		request(protocol.MethodTextDocumentCompletion, completion),
		request(protocol.MethodCompletionItemResolve, completionResolve),
		request(protocol.MethodTextDocumentHover, hover),
		request(protocol.MethodTextDocumentDefinition, definition),
		request(protocol.MethodTextDocumentReferences, references),
		request(protocol.MethodTextDocumentDocumentHighlight, documentHighlight),
		request(protocol.MethodTextDocumentDocumentSymbol, documentSymbol),
		request(protocol.MethodTextDocumentDocumentLink, documentLink),
		request(protocol.MethodTextDocumentCodeLens, codeLens),
		request(protocol.MethodTextDocumentFoldingRange, foldingRange),
		request(protocol.MethodTextDocumentSelectionRange, selectionRange),
		request(protocol.MethodTextDocumentSignatureHelp, signatureHelp),
		request(protocol.MethodTextDocumentCodeAction, codeAction),
		request(protocol.MethodTextDocumentPrepareRename, prepareRename),
		request(protocol.MethodTextDocumentRename, rename),
		request(protocol.MethodWorkspaceSymbol, workspaceSymbol),
		request(protocol.MethodWorkspaceExecuteCommand, executeCommand),
	})
}
