package jinja

import (
	"strings"
	"sync"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// exact maps a span of a text to its file: the text stands at loc, the span of its scalar or of the whole file. Where
// that cannot be told, it is the scalar.
func exact(loc source.Location, text string, s Span) source.Location {
	if loc.File == nil {
		return loc
	}
	if start, end, ok := verbatim(loc, text, s); ok {
		return source.Location{File: loc.File, Span: Span{Start: start, End: end}}
	}
	if n := scalarAt(loc); n != nil {
		shift := 0
		if n.Text != text {
			// a header was cut off, or white space around a condition
			shift = strings.Index(n.Text, text)
		}
		if shift >= 0 {
			start := n.FileOffset(s.Start + shift)
			end := start
			if s.End > s.Start {
				end = n.FileOffset(s.End+shift-1) + 1
			}
			return source.Location{File: loc.File, Span: Span{Start: start, End: max(start, end)}}
		}
	}
	return loc
}

// verbatim finds a text that stands in its file as it is: a template file, a plain or quoted scalar on one line.
func verbatim(loc source.Location, text string, s Span) (start, end int, ok bool) {
	raw := loc.File.Content
	if loc.Span.Start < 0 || loc.Span.End > len(raw) || loc.Span.End < loc.Span.Start {
		return 0, 0, false
	}
	at := strings.Index(string(raw[loc.Span.Start:loc.Span.End]), text)
	if at < 0 || strings.Contains(text, "\n") && loc.Span.Len() != len(raw) && at > 1 {
		return 0, 0, false
	}
	at += loc.Span.Start
	return at + s.Start, at + s.End, true
}

// lastTree keeps the tree of the file that was looked at last: errors come in clusters.
var lastTree struct {
	sync.Mutex
	file *source.File
	tree *yaml.Tree
}

// scalarAt finds the YAML scalar with the span of a location.
func scalarAt(loc source.Location) *yaml.Node {
	lastTree.Lock()
	if lastTree.file != loc.File {
		lastTree.file, lastTree.tree = loc.File, yaml.Parse(loc.File)
	}
	tree := lastTree.tree
	lastTree.Unlock()
	for _, n := range tree.Path(loc.Span.Start) {
		if n.Kind == yaml.Scalar && n.Span == loc.Span {
			return n
		}
	}
	return nil
}
