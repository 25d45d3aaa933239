package feature

import (
	"github.com/rehearse-dev/rehearse/internal/project"
	"github.com/rehearse-dev/rehearse/internal/source"
)

// References lists the uses of the variable, handler, role or tag at off, with its definitions when asked.
func References(in *Input, off int, definitions bool) []source.Location {
	s, ok := subjectAt(in, off)
	if !ok || !s.isSymbol || in.Project == nil || len(s.path) > 0 {
		return nil
	}
	var out []source.Location
	if definitions {
		out = appendPlaces(out, in.Project.Definitions(s.symbol, s.name))
	}
	return appendPlaces(out, in.Project.Uses(s.symbol, s.name))
}

func appendPlaces(out []source.Location, list []project.Occurrence) []source.Location {
	for _, o := range list {
		if o.At.Known() {
			out = append(out, o.At)
		}
	}
	return out
}

// Highlight is one place of a symbol in the file; Write marks its definitions.
type Highlight struct {
	Span  source.Span
	Write bool
}

// Highlights lists the places in this file of the symbol at off.
func Highlights(in *Input, off int) []Highlight {
	s, ok := subjectAt(in, off)
	if !ok || !s.isSymbol || in.Project == nil || len(s.path) > 0 {
		return nil
	}
	var out []Highlight
	for _, o := range in.Project.Definitions(s.symbol, s.name) {
		if o.At.Known() && o.At.File.Path == in.Source.Path {
			out = append(out, Highlight{o.At.Span, true})
		}
	}
	for _, o := range in.Project.Uses(s.symbol, s.name) {
		if o.At.Known() && o.At.File.Path == in.Source.Path {
			out = append(out, Highlight{o.At.Span, false})
		}
	}
	return out
}
