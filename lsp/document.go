package lsp

import (
	"fmt"
	"runtime"
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/rehearse-dev/rehearse/internal/source"
)

// Document is one version of the text of an open file. It is immutable.
type Document struct {
	URI      uri.URI // as the client wrote it, to name it the same way
	Path     string
	Version  int32
	Language string
	File     *source.File
}

// edited applies changes in order, or none of them: each range counts in the text that the one before has left.
func (d *Document) edited(version int32, changes []protocol.TextDocumentContentChangeEvent, e encoding) (*Document, error) {
	f := d.File
	for i, c := range changes {
		switch c := c.(type) {
		case *protocol.TextDocumentContentChangeWholeDocument:
			f = source.NewFile(d.Path, []byte(c.Text))
		case *protocol.TextDocumentContentChangePartial:
			s, err := e.span(f, c.Range)
			if err != nil {
				return nil, fmt.Errorf("change %d of version %d of %s was not applied: %w; close and open the file again", i+1, version, d.Path, err)
			}
			b := make([]byte, 0, len(f.Content)-s.Len()+len(c.Text))
			b = append(b, f.Content[:s.Start]...)
			b = append(b, c.Text...)
			b = append(b, f.Content[s.End:]...)
			f = source.NewFile(d.Path, b)
		default:
			return nil, fmt.Errorf("change %d of version %d of %s has neither a range nor a text", i+1, version, d.Path)
		}
	}
	n := *d
	n.Version, n.File = version, f
	return &n, nil
}

// pathOf is the file that a URI names; other schemes ("untitled:", "git:") have none and keep the URI as their name.
// On Windows drives are in lower case, whichever case the client writes.
func pathOf(u uri.URI) string {
	if runtime.GOOS == "windows" {
		return pathOn(u, uri.PlatformWindows)
	}
	return pathOn(u, uri.PlatformPOSIX)
}

func pathOn(u uri.URI, p uri.Platform) string {
	if !strings.HasPrefix(string(u), "file:") {
		return strings.Clone(string(u))
	}
	return strings.Clone(uri.FsPathFor(u, p, false))
}
