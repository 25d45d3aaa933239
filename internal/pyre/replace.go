package pyre

import (
	"fmt"
	"strconv"
	"strings"
)

// template is a parsed replacement: literals with groups between them.
type template []struct {
	literal string
	group   int // -1 for a literal
}

func (t *template) add(literal string, group int) {
	*t = append(*t, struct {
		literal string
		group   int
	}{literal, group})
}

// parseTemplate reads a replacement text with \1, \g<name> and the usual escapes.
func (re *Regexp) parseTemplate(source string) (t template, err error) {
	defer func() {
		if r := recover(); r != nil {
			b, ok := r.(bail)
			if !ok {
				panic(r)
			}
			err = b.err
		}
	}()
	s := &tokens{text: []rune(source), source: source}
	s.advance()
	var literal strings.Builder
	group := func(n, offset int) {
		if n > re.Groups() {
			s.fail(offset, "invalid group reference %d", n)
		}
		t.add(literal.String(), -1)
		literal.Reset()
		t.add("", n)
	}
	for s.next != "" {
		this := s.get()
		if this[0] != '\\' || len(this) < 2 {
			literal.WriteString(this)
			continue
		}
		c := this[1]
		switch {
		case c == 'g':
			if !s.match("<") {
				s.fail(0, "missing <")
			}
			name := s.until(">", "group name")
			if identifier(name) {
				n, ok := re.GroupIndex(name)
				if !ok {
					return nil, &IndexError{"unknown group name " + repr(name)}
				}
				group(n, size(name)+1)
				continue
			}
			n, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(name, "+")))
			if err != nil || n < 0 {
				s.fail(size(name)+1, "bad character in group name %s", repr(name))
			}
			if n >= maxGroups {
				s.fail(size(name)+1, "invalid group reference %d", n)
			}
			group(n, size(name)+1)
		case c == '0':
			this += s.while(2, octdigits)
			v, _ := strconv.ParseUint(this[1:], 8, 32)
			literal.WriteRune(rune(v & 0xff))
		case c >= '1' && c <= '9':
			if s.next != "" && strings.Contains(digits, s.next) {
				this += s.get()
				if strings.IndexByte(octdigits, c) >= 0 && strings.IndexByte(octdigits, this[2]) >= 0 && s.next != "" && strings.Contains(octdigits, s.next) {
					this += s.get()
					v, _ := strconv.ParseUint(this[1:], 8, 32)
					if v > 0o377 {
						s.fail(size(this), "octal escape value %s outside of range 0-0o377", this)
					}
					literal.WriteRune(rune(v))
					continue
				}
			}
			n, _ := strconv.Atoi(this[1:])
			group(n, size(this)-1)
		default:
			if r, ok := control(c); ok {
				literal.WriteRune(r)
			} else if c == 'b' {
				literal.WriteByte(8)
			} else if strings.IndexByte(asciiLetter, c) >= 0 {
				s.fail(size(this), "bad escape %s", this)
			} else {
				literal.WriteString(this)
			}
		}
	}
	t.add(literal.String(), -1)
	return t, nil
}

func (t template) expand(b *strings.Builder, m *Match) {
	for _, part := range t {
		if part.group < 0 {
			b.WriteString(part.literal)
		} else {
			text, _ := m.Group(part.group)
			b.WriteString(text)
		}
	}
}

// Expand is Match.expand: a replacement template filled from this match.
func (m *Match) Expand(replacement string) (string, error) {
	t, err := m.re.parseTemplate(replacement)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	t.expand(&b, m)
	return b.String(), nil
}

// Sub replaces the matches, at most count of them when count is positive, and tells how many it replaced (re.subn).
func (re *Regexp) Sub(replacement, text string, count int) (string, int, error) {
	t, err := re.parseTemplate(replacement)
	if err != nil {
		return "", 0, err
	}
	var b strings.Builder
	end, n := 0, 0
	err = re.All(text, func(m *Match) bool {
		b.WriteString(text[end:m.span[0]])
		t.expand(&b, m)
		end = m.span[1]
		n++
		return count <= 0 || n < count
	})
	if err != nil {
		return "", 0, err
	}
	if n == 0 {
		return text, 0, nil
	}
	b.WriteString(text[end:])
	return b.String(), n, nil
}

// FindAll gives for every match its groups: the whole match when the pattern has no group, else one text for each
// group, "" for one that took no part. Python makes plain texts of single ones.
func (re *Regexp) FindAll(text string) ([][]string, error) {
	var out [][]string
	err := re.All(text, func(m *Match) bool {
		var row []string
		if re.Groups() == 0 {
			whole, _ := m.Group(0)
			row = []string{whole}
		}
		for i := 1; i <= re.Groups(); i++ {
			group, _ := m.Group(i)
			row = append(row, group)
		}
		out = append(out, row)
		return true
	})
	return out, err
}

// Piece is a part that Split gives; None is a group that took no part.
type Piece struct {
	Text string
	None bool
}

// Split cuts the text at the matches, at most limit times when limit is positive; the groups of the pattern stand
// between the parts.
func (re *Regexp) Split(text string, limit int) ([]Piece, error) {
	var out []Piece
	end, n := 0, 0
	err := re.All(text, func(m *Match) bool {
		out = append(out, Piece{Text: text[end:m.span[0]]})
		for i := 1; i <= re.Groups(); i++ {
			group, ok := m.Group(i)
			out = append(out, Piece{group, !ok})
		}
		end = m.span[1]
		n++
		return limit <= 0 || n < limit
	})
	if err != nil {
		return nil, err
	}
	return append(out, Piece{Text: text[end:]}), nil
}

// String is the pattern.
func (re *Regexp) String() string { return fmt.Sprintf("re.compile(%s)", repr(re.Pattern)) }
