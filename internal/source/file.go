// Package source holds the text of one file and maps byte offsets to the positions that people and editors use.
//
// Every other package speaks in byte offsets (Span) into a File; lines, columns and UTF-16 units exist only at the
// edges. The package imports nothing of this module.
package source

import (
	"crypto/sha256"
	"sort"
	"sync"
	"unicode/utf8"
)

// Span is a half-open range of byte offsets, [Start, End), in one file.
type Span struct{ Start, End int }

// Contains tells whether off lies in the span; the end counts, so that a cursor behind the last byte is inside.
func (s Span) Contains(off int) bool { return s.Start <= off && off <= s.End }

// Len is the number of bytes that the span covers.
func (s Span) Len() int { return s.End - s.Start }

// Position is what people read: both numbers count from 1, the column in Unicode code points, as Ansible prints them.
type Position struct{ Line, Column int }

// File is the immutable content of one file under the name that is shown to people. A text without a file (a
// command-line option, say) is a File with a name in angle brackets.
type File struct {
	Path    string
	Content []byte
	// Secret is set for a content that was decrypted: it must not be shown.
	Secret bool
	// LinesOnly is set where messages name the line of a place only, as ansible-core does for an INI inventory.
	LinesOnly bool
	// Describe, where set, names a place in messages that is not worth an excerpt: a text that a program put together.
	Describe func(Span) string

	once  sync.Once
	lines []int // offset of the first byte of each line

	hashOnce sync.Once
	hash     [sha256.Size]byte
}

// NewFile wraps content, which must not be changed afterwards.
func NewFile(path string, content []byte) *File { return &File{Path: path, Content: content} }

// Hash is the SHA-256 of the content, computed once.
func (f *File) Hash() [sha256.Size]byte {
	f.hashOnce.Do(func() { f.hash = sha256.Sum256(f.Content) })
	return f.hash
}

func (f *File) table() []int {
	f.once.Do(func() {
		f.lines = append(f.lines, 0)
		for i := 0; i < len(f.Content); i++ {
			switch f.Content[i] {
			case '\n':
				f.lines = append(f.lines, i+1)
			case '\r': // a lone carriage return ends a line, too
				if i+1 == len(f.Content) || f.Content[i+1] != '\n' {
					f.lines = append(f.lines, i+1)
				}
			}
		}
	})
	return f.lines
}

// LineCount is the number of lines; a final line break starts one more, empty, line.
func (f *File) LineCount() int { return len(f.table()) }

// LineSpan is the range of line n (from 1) without its line break; lines out of range give an empty span at the end.
func (f *File) LineSpan(n int) Span {
	t := f.table()
	if n < 1 || n > len(t) {
		return Span{len(f.Content), len(f.Content)}
	}
	start, end := t[n-1], len(f.Content)
	if n < len(t) {
		end = t[n]
	}
	for end > start && (f.Content[end-1] == '\n' || f.Content[end-1] == '\r') {
		end--
	}
	return Span{start, end}
}

// Line is the number of the line, from 1, that holds the byte at off.
func (f *File) Line(off int) int {
	t := f.table()
	return sort.Search(len(t), func(i int) bool { return t[i] > off })
}

// Position converts a byte offset; one beyond the content is taken as its end.
func (f *File) Position(off int) Position {
	off = min(max(off, 0), len(f.Content))
	n := f.Line(off)
	return Position{n, utf8.RuneCount(f.Content[f.table()[n-1]:off]) + 1}
}

// Offset converts a position back; a column beyond its line is taken as the end of the line.
func (f *File) Offset(p Position) int {
	s := f.LineSpan(p.Line)
	off := s.Start
	for c := 1; c < p.Column && off < s.End; c++ {
		_, n := utf8.DecodeRune(f.Content[off:s.End])
		off += n
	}
	return off
}

// UTF16 converts a byte offset to the line and character, both from 0, in UTF-16 units: what LSP speaks by default.
func (f *File) UTF16(off int) (line, char uint32) {
	off = min(max(off, 0), len(f.Content))
	n := f.Line(off)
	for _, r := range string(f.Content[f.table()[n-1]:off]) {
		char++
		if r > 0xffff {
			char++
		}
	}
	return uint32(n - 1), char
}

// FromUTF16 converts an LSP position (UTF-16 units, from 0) to a byte offset, clamped to the line and the file.
func (f *File) FromUTF16(line, char uint32) int {
	s := f.LineSpan(int(line) + 1)
	off := s.Start
	for off < s.End && char > 0 {
		r, n := utf8.DecodeRune(f.Content[off:s.End])
		u := uint32(1)
		if r > 0xffff {
			u = 2
		}
		if u > char {
			break
		}
		char -= u
		off += n
	}
	return off
}

// Text is the content that the span covers, clamped to the file.
func (f *File) Text(s Span) string {
	start := min(max(s.Start, 0), len(f.Content))
	return string(f.Content[start:min(max(s.End, start), len(f.Content))])
}

// Location is a span in a file: where a value or a finding comes from. The zero Location means "nowhere known".
type Location struct {
	File *File
	Span Span
}

// Known tells whether the location points into a file.
func (l Location) Known() bool { return l.File != nil }

// Position is the start of the location; the zero Position where it is unknown.
func (l Location) Position() Position {
	if l.File == nil {
		return Position{}
	}
	return l.File.Position(l.Span.Start)
}
