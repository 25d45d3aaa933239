package jinja

import "github.com/rehearse-dev/rehearse/internal/source"

// positions maps a range of bytes of a text to its file; loc is the span of the scalar, or of the whole file, that the
// text stands in.
var positions = func(loc source.Location, text string, start, end int) (int, int, bool) {
	if loc.File == nil {
		return 0, 0, false
	}
	raw := loc.File.Content
	s := loc.Span
	if s.Start < 0 || s.End > len(raw) {
		return 0, 0, false
	}
	// a text that stands in the file as it is: a template file, a plain or quoted scalar on one line
	for _, skip := range []int{0, 1} {
		from := s.Start + skip
		if from+len(text) <= len(raw) && from+len(text) <= s.End+1 && string(raw[from:from+len(text)]) == text {
			return from + start, from + end, true
		}
	}
	return 0, 0, false
}
