package pyplugin

import "strings"

// pyToken is a word of a Python text.
type pyToken struct {
	kind  byte // 'n' name or number, 's' string, 'o' one character of an operator, '\n' the end of a line
	text  string
	start int // offset in the source
	col   int // column of the line, from 0
	first bool
}

// pyTokens splits a Python text into words. Line ends inside brackets and comments are left out. It never fails: what it
// cannot read becomes operators.
func pyTokens(s string) []pyToken {
	var out []pyToken
	line, depth := 0, 0
	first := true
	add := func(kind byte, text string, start int) {
		out = append(out, pyToken{kind, text, start, start - line, first})
		first = false
	}
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '\n':
			if depth == 0 && !first {
				add('\n', "", i)
			}
			i++
			line = i
			if depth == 0 {
				first = true
			}
		case c == ' ' || c == '\t' || c == '\r' || c == '\f':
			i++
		case c == '\\' && i+1 < len(s) && (s[i+1] == '\n' || s[i+1] == '\r'):
			if i++; s[i] == '\r' {
				i++
			}
			i++
		case c == '#':
			for i < len(s) && s[i] != '\n' {
				i++
			}
		default:
			n := 0
			for n < 3 && i+n < len(s) && strings.IndexByte("rRbBuUfF", s[i+n]) >= 0 {
				n++
			}
			if i+n < len(s) && (s[i+n] == '"' || s[i+n] == '\'') {
				text, end := pyString(s, i+n, strings.ContainsAny(s[i:i+n], "rR"))
				add('s', text, i)
				i = end
				continue
			}
			if isWord(c) {
				end := i
				for end < len(s) && (isWord(s[end]) || s[end] >= '0' && s[end] <= '9') {
					end++
				}
				add('n', s[i:end], i)
				i = end
				continue
			}
			switch c {
			case '(', '[', '{':
				depth++
			case ')', ']', '}':
				depth = max(depth-1, 0)
			}
			add('o', s[i:i+1], i)
			i++
		}
	}
	return append(out, pyToken{kind: '\n', start: len(s)})
}

func isWord(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80 || c >= '0' && c <= '9'
}

// pyString reads a string that begins with its quote at i.
func pyString(s string, i int, raw bool) (text string, end int) {
	quote := s[i : i+1]
	if strings.HasPrefix(s[i:], strings.Repeat(quote, 3)) {
		quote = strings.Repeat(quote, 3)
	}
	var b strings.Builder
	for i += len(quote); i < len(s); i++ {
		if strings.HasPrefix(s[i:], quote) {
			return b.String(), i + len(quote)
		}
		if s[i] == '\\' && i+1 < len(s) {
			if raw {
				b.WriteByte('\\')
			}
			i++
		} else if s[i] == '\n' && len(quote) == 1 {
			return b.String(), i
		}
		b.WriteByte(s[i])
	}
	return b.String(), len(s)
}
