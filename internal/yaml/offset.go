package yaml

import (
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/internal/source"
)

// FileOffset maps a byte index in Text to the offset in the file, exactly for every style: escapes, folded lines and
// indentation included. An index behind the end maps behind the last character.
func (n *Node) FileOffset(i int) int {
	off := n.Span.Start
	n.segments(func(text, file, length, fileLen int) bool {
		if i < text {
			return false
		}
		if i < text+length {
			off = file
			if length == fileLen {
				off = file + i - text
			}
			return false
		}
		off = file + fileLen
		return true
	})
	return off
}

// TextOffset maps an offset in the file to a byte index in Text; ok is false outside of the scalar's content. An offset
// in indentation, in a line break that was folded or inside of an escape maps to the nearest character behind it.
func (n *Node) TextOffset(off int) (index int, ok bool) {
	if n.Kind != Scalar || !n.Span.Contains(off) {
		return 0, false
	}
	inside := true
	if n.Style == SingleQuoted || n.Style == DoubleQuoted {
		inside = off > n.Span.Start && (off < n.Span.End || n.Span.Len() < 2 || n.file.Content[n.Span.End-1] != n.file.Content[n.Span.Start])
	}
	found := false
	index = len(n.Text)
	n.segments(func(text, file, length, fileLen int) bool {
		switch {
		case off < file:
			index, found = text, true
		case off < file+fileLen:
			index, found = text, true
			if length == fileLen {
				index = text + off - file
			} else if off > file {
				index = text + length
			}
		}
		return !found
	})
	return index, inside
}

// FileOffset is Node.FileOffset for a scalar of which only the place is known, as in a value's origin.
func FileOffset(at source.Location, i int) int {
	if !at.Known() {
		return 0
	}
	if n := scalarAt(at); n != nil {
		return n.FileOffset(i)
	}
	return min(at.Span.Start+i, at.Span.End)
}

// scalarAt reads the one scalar that stands at the location, with the properties before it.
func scalarAt(at source.Location) *Node {
	content := at.File.Content
	start := min(max(at.Span.Start, 0), len(content))
	end := min(max(at.Span.End, start), len(content))
	p := start
	n := &Node{file: at.File, Span: source.Span{Start: p, End: end}}
	for p < end && (content[p] == '!' || content[p] == '&') { // anchor and tag
		for p < end && content[p] != ' ' && content[p] != '\t' && content[p] != '\n' {
			p++
		}
		for p < end && (content[p] == ' ' || content[p] == '\t' || content[p] == '\n' || content[p] == '\r') {
			p++
		}
	}
	if p == end {
		return nil
	}
	n.Span.Start = p
	switch content[p] {
	case '\'':
		n.Style = SingleQuoted
	case '"':
		n.Style = DoubleQuoted
	case '|':
		n.Style = Literal
	case '>':
		n.Style = Folded
	}
	return n
}

// segments replays how the text came about. For each piece it yields the index in the text, the offset in the file and
// both lengths; pieces of equal length map byte for byte, others as one unit (an escape, a fold).
func (n *Node) segments(yield func(text, file, length, fileLen int) bool) {
	if n.Kind != Scalar || n.file == nil || n.Span.Len() == 0 {
		return
	}
	src := n.file.Text(source.Span{End: n.Span.End})
	m := mapper{s: newScanner(src, true), yield: yield}
	switch n.Style {
	case Plain:
		m.flow(n.Span.Start, n.Span.End, 0)
	case SingleQuoted, DoubleQuoted:
		q := src[n.Span.Start]
		end := n.Span.End
		if end > n.Span.Start+1 && src[end-1] == q {
			end--
		}
		m.flow(n.Span.Start+1, end, q)
	default:
		m.block(n.Span.Start, int(n.indent), n.file)
	}
}

// mapper walks over a scalar and yields its pieces.
type mapper struct {
	s     *scanner
	yield func(text, file, length, fileLen int) bool
	text  int
	stop  bool
}

func (m *mapper) piece(file, length, fileLen int) {
	if m.stop || length == 0 && fileLen == 0 {
		return
	}
	m.stop = !m.yield(m.text, file, length, fileLen)
	m.text += length
}

// flow walks over a plain (q is 0) or quoted scalar.
func (m *mapper) flow(p, end int, q byte) {
	src, s := m.s.src, m.s
	from := p
	for p < end && !m.stop {
		c := src[p]
		switch {
		case q == '\'' && c == '\'' && p+1 < end:
			m.piece(from, p-from, p-from)
			m.piece(p, 1, 2)
			p += 2
			from = p
		case q == '"' && c == '\\':
			m.piece(from, p-from, p-from)
			if k := s.brk(p + 1); k > 0 {
				q2 := p + 1 + k
				q2 = m.breaks(q2, end, false)
				p, from = q2, q2
				continue
			}
			r, k, bad := unescape(src, p)
			if bad != "" {
				m.piece(p, 1, 1)
				p++
			} else {
				m.piece(p, utf8.RuneLen(r), k)
				p += k
			}
			from = p
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c >= 0x80 && s.brk(p) > 0:
			stop := p
			for p < end && (src[p] == ' ' || src[p] == '\t') {
				p++
			}
			if p == end || s.brk(p) == 0 {
				continue // blanks inside of a line are content
			}
			m.piece(from, stop-from, stop-from)
			p = m.breaks(p, end, true)
			from = p
		default:
			p++
		}
	}
	m.piece(from, p-from, p-from)
}

// breaks passes line breaks and blanks; fold says that the first break is folded rather than escaped.
func (m *mapper) breaks(p, end int, fold bool) int {
	src, s := m.s.src, m.s
	start := p
	type brk struct{ at, n int }
	var list []brk
	for p < end {
		if src[p] == ' ' || src[p] == '\t' {
			p++
			continue
		}
		n := s.brk(p)
		if n == 0 {
			break
		}
		list = append(list, brk{p, n})
		p += n
	}
	length := func(b brk) int {
		if b.n == 3 {
			return 3
		}
		return 1
	}
	if fold && len(list) > 0 {
		first := list[0]
		list = list[1:]
		if first.n == 3 {
			m.piece(first.at, 3, 3)
		} else if len(list) == 0 {
			m.piece(start, 1, p-start)
		}
	}
	for _, b := range list {
		m.piece(b.at, length(b), b.n)
	}
	return p
}

// block walks over a literal or folded scalar.
func (m *mapper) block(start, indent int, f *source.File) {
	src, s := m.s.src, m.s
	p := start + 1
	explicit := 0
	for p < len(src) && (src[p] == '+' || src[p] == '-' || src[p] >= '0' && src[p] <= '9') {
		if src[p] >= '0' && src[p] <= '9' {
			explicit = int(src[p] - '0')
		}
		p++
	}
	p = s.lineEnd(p)
	p += s.brk(p)
	for q, deepest := p, 0; indent == 0 && q < len(src); {
		r := q
		for r < len(src) && src[r] == ' ' {
			r++
		}
		deepest = max(deepest, r-q)
		if explicit > 0 {
			indent = explicit + parentIndent(f, start)
		} else if n := s.brk(r); n > 0 {
			q = r + n
		} else {
			indent = max(deepest, 1)
		}
	}
	// Lines, with what joins them.
	type line struct{ start, end, brk int }
	var lines []line
	for q := p; q < len(src); {
		r := q
		for r < len(src) && r-q < indent && src[r] == ' ' {
			r++
		}
		end := s.lineEnd(r)
		n := s.brk(end)
		lines = append(lines, line{r, end, n})
		q = end + n
		if n == 0 {
			break
		}
	}
	folded := src[start] == '>'
	blank := func(l line) bool { return l.start < l.end && (src[l.start] == ' ' || src[l.start] == '\t') }
	for i := 0; i < len(lines) && !m.stop; i++ {
		l := lines[i]
		m.piece(l.start, l.end-l.start, l.end-l.start)
		if l.brk == 0 {
			break
		}
		if l.start == l.end { // an empty line is one break
			m.piece(l.end, breakLen(l.brk), l.brk)
			continue
		}
		// The next line with text decides whether this break is folded.
		j := i + 1
		for j < len(lines) && lines[j].start == lines[j].end {
			j++
		}
		if folded && j < len(lines) && !blank(l) && !blank(lines[j]) && l.brk < 3 {
			if j == i+1 {
				m.piece(l.end, 1, l.brk)
			} else {
				m.piece(l.end, 0, l.brk)
			}
			continue
		}
		m.piece(l.end, breakLen(l.brk), l.brk)
	}
}

func breakLen(n int) int {
	if n == 3 {
		return 3
	}
	return 1
}

// parentIndent is the column of the block that holds the scalar at start: that of the key or entry on its line.
func parentIndent(f *source.File, start int) int {
	line := f.LineSpan(f.Line(start))
	p := line.Start
	indent := 0
	for p < start {
		for p < start && f.Content[p] == ' ' {
			p++
		}
		indent = p - line.Start
		if p+1 < start && (f.Content[p] == '-' || f.Content[p] == '?') && f.Content[p+1] == ' ' {
			p++
			continue
		}
		break
	}
	return indent
}
