package lsp

import (
	"fmt"
	"unicode/utf8"

	"go.lsp.dev/protocol"

	"github.com/rehearse-dev/rehearse/internal/source"
)

// encoding is what the client counts columns in; the zero value is UTF-16, the protocol's default.
type encoding bool

const (
	utf16 encoding = false
	utf8s encoding = true
)

// chooseEncoding prefers UTF-8, which costs nothing to convert.
func chooseEncoding(offered []protocol.PositionEncodingKind) encoding {
	for _, k := range offered {
		if k == protocol.PositionEncodingKindUTF8 {
			return utf8s
		}
	}
	return utf16
}

func (e encoding) kind() protocol.PositionEncodingKind {
	if e == utf8s {
		return protocol.PositionEncodingKindUTF8
	}
	return protocol.PositionEncodingKindUTF16
}

// position converts a byte offset.
func (e encoding) position(f *source.File, off int) protocol.Position {
	if e == utf16 {
		line, char := f.UTF16(off)
		return protocol.Position{Line: line, Character: char}
	}
	off = min(max(off, 0), len(f.Content))
	n := f.Line(off)
	return protocol.Position{Line: uint32(n - 1), Character: uint32(off - f.LineSpan(n).Start)}
}

// rangeOf converts a span.
func (e encoding) rangeOf(f *source.File, s source.Span) protocol.Range {
	return protocol.Range{Start: e.position(f, s.Start), End: e.position(f, s.End)}
}

// offset converts a position back, clamped to the line and the file: what requests may ask about.
func (e encoding) offset(f *source.File, p protocol.Position) int {
	if e == utf16 {
		return f.FromUTF16(p.Line, p.Character)
	}
	if int(p.Line) >= f.LineCount() {
		return len(f.Content)
	}
	s := f.LineSpan(int(p.Line) + 1)
	off := min(s.Start+int(p.Character), s.End)
	for off > s.Start && off < s.End && !utf8.RuneStart(f.Content[off]) {
		off--
	}
	return off
}

// span converts a range of an edit. A column behind its line counts as the line's end, and the line behind the last
// one as the end of the file, as the protocol has it; everything else out of range means that the client and the
// server no longer hold the same text.
func (e encoding) span(f *source.File, r protocol.Range) (source.Span, error) {
	n := f.LineCount()
	for _, p := range []protocol.Position{r.Start, r.End} {
		if int(p.Line) > n {
			return source.Span{}, fmt.Errorf("line %d is beyond the last line, %d", p.Line+1, n)
		}
	}
	s := source.Span{Start: e.offset(f, r.Start), End: e.offset(f, r.End)}
	if s.End < s.Start {
		return source.Span{}, fmt.Errorf("the range ends (%d:%d) before it starts (%d:%d)", r.End.Line+1, r.End.Character+1, r.Start.Line+1, r.Start.Character+1)
	}
	return s, nil
}
