package feature

import "github.com/rehearse-dev/rehearse/internal/source"

// DocumentLink is a text in the file that names another one.
type DocumentLink struct {
	Span source.Span
	Path string // of a file that exists
	Kind string // the keyword or module that refers to it
}

// DocumentLinks lists the references of the file to files that exist.
func DocumentLinks(in *Input) []DocumentLink {
	if in.Project == nil || in.File == nil || in.TooLarge {
		return nil
	}
	var out []DocumentLink
	for _, l := range in.Project.Links(in.File) {
		if len(l.To) > 0 && l.From.File != nil && l.From.Span.Len() > 0 {
			out = append(out, DocumentLink{l.From.Span, fileOf(in, l.To[0]), l.Kind})
		}
	}
	return out
}
