// Package lsp is the language server: it speaks the Language Server Protocol 3.18 on one byte stream and answers from
// the same project model that the linter and the runner use.
//
// One goroutine reads messages and applies every edit in the order of the wire. A request takes the View that is
// current when it is read and then runs in a goroutine of its own, so that it never sees half an edit and never waits
// for a slow neighbour; `$/cancelRequest` stops it. Views are immutable: an edit makes a new one. Handlers, one file for
// each method, fetch the file and the view, call a pure function of package feature, and convert byte offsets to the
// client's positions at the very edge.
//
// A client cannot bring the server down: broken frames, unknown methods, wrong parameters and edits outside of the text
// are answered or logged, and the next message is read.
package lsp
