package yaml

import (
	"unicode/utf8"
)

// stopClass marks the bytes at which the scan of a plain scalar looks closer.
var stopClass = func() (t [256]uint8) {
	for _, c := range []byte{' ', '\t', '\n', '\r', ':', 0xC2, 0xE2} {
		t[c] = 1
	}
	for _, c := range []byte{',', '?', '[', ']', '{', '}'} {
		t[c] = 2
	}
	return
}()

func (s *scanner) fetchPlain() {
	s.saveKey()
	if s.stop() {
		return
	}
	s.allowKey = false
	s.scanPlain()
}

// scanPlain scans an unquoted scalar over as many lines as it has.
func (s *scanner) scanPlain() {
	start, end := s.pos, s.pos
	indent := s.indent + 1
	mask := uint8(1)
	if len(s.flow) > 0 {
		mask = 3
	}
	mayKey := s.keys[len(s.keys)-1].possible && s.keys[len(s.keys)-1].pos == start
	buf := s.buf[:0] // used from the first fold on: until then the text is the one of the file
	fold := s.fold[:0]
	joined := false
	folded := false // a line break lies before pos
	src := s.src
scan:
	for {
		if s.pos == s.lineHead && s.docMark() || s.at(s.pos) == '#' {
			break
		}
		p := s.pos
	word:
		for p < len(src) {
			c := src[p]
			if stopClass[c]&mask == 0 {
				p++
				continue
			}
			switch c {
			case ' ', '\t', '\n', '\r':
				break word
			case 0xC2, 0xE2:
				if s.brk(p) > 0 {
					break word
				}
			case ':':
				if s.blankz(p + 1) {
					if s.strict || mayKey && !folded && !joined || mask == 3 {
						break word
					}
					s.colonInText(start, p)
				} else if mask == 3 {
					switch src[p+1] {
					case ',', '?', '[', ']', '{', '}':
						if s.strict {
							s.fail("while scanning a plain scalar", start, "found unexpected ':'", p)
							return
						}
						break word
					}
				}
			case '?':
			default:
				break word
			}
			p++
		}
		if p > s.pos {
			if folded {
				if !joined {
					buf, joined = append(buf, src[start:end]...), true
				}
				buf = append(append(buf, fold...), src[s.pos:p]...)
				folded = false
			} else if joined {
				buf = append(buf, src[end:p]...)
			}
			s.pos, end = p, p
		}
		// Blanks and breaks.
		first := true // no break passed yet in this run
		lead := false
		for p < len(src) {
			c := src[p]
			if c == ' ' || c == '\t' {
				if c == '\t' && folded && p-s.lineHead < indent && s.strict {
					s.fail("while scanning a plain scalar", start, "found a tab character that violates indentation", p)
					return
				}
				p++
				first = false
				continue
			}
			n := 0
			if c == '\n' {
				n = 1
			} else if n = s.brk(p); n == 0 {
				break
			}
			first = false
			if !folded {
				fold, lead, folded = fold[:0], false, true
				if c == 0xE2 { // these two breaks are kept
					fold = append(fold, src[p:p+3]...)
				} else {
					lead = true
					fold = append(fold, ' ')
				}
			} else {
				if lead {
					fold, lead = fold[:0], false
				}
				fold = appendBreak(fold, src[p:p+n])
			}
			s.newline(p + n - s.pos)
			p = s.pos
		}
		s.pos = p
		if first { // no blank or break follows: something that ends the scalar does
			break scan
		}
		if len(s.flow) == 0 && s.col() < indent {
			break
		}
		if folded && !s.strict && s.endsText() {
			break
		}
	}
	if folded {
		s.allowKey = true
	}
	text := src[start:end]
	if joined {
		text = string(buf)
	}
	s.buf, s.fold = buf, fold
	s.toks = append(s.toks, token{kind: tScalar, style: Plain, start: start, end: end, text: text})
	if end == start && !s.strict { // never without progress
		s.pos = max(s.pos, start+1)
	}
}

// appendBreak adds a line break as it counts in a scalar's content: all but the two Unicode separators become "\n".
func appendBreak(b []byte, brk string) []byte {
	if len(brk) == 3 {
		return append(b, brk...)
	}
	return append(b, '\n')
}

// scanQuoted scans a quoted scalar.
func (s *scanner) scanQuoted(q byte) {
	start := s.pos
	style := SingleQuoted
	if q == '"' {
		style = DoubleQuoted
	}
	from := s.mark() // to come back to when the quote turns out to be unclosed
	s.pos++
	src := s.src
	buf := s.buf[:0]
	piece := s.pos // text since here is not in buf yet
	for {
		if s.docMark() {
			if s.strict {
				s.fail("while scanning a quoted scalar", start, "found unexpected document indicator", s.pos)
				return
			}
			s.unclosedQuote(from, style)
			return
		}
		if s.pos >= len(src) {
			if s.strict {
				s.fail("while scanning a quoted scalar", start, "found unexpected end of stream", s.pos)
				return
			}
			s.unclosedQuote(from, style)
			return
		}
		folded, escaped := false, false
		// Anything but blanks and breaks.
		p := s.pos
	text:
		for p < len(src) {
			c := src[p]
			switch {
			case c == q:
				if q == '\'' && p+1 < len(src) && src[p+1] == '\'' {
					buf = append(append(buf, src[piece:p]...), '\'')
					p += 2
					piece = p
					continue
				}
				break text
			case c == ' ' || c == '\t' || c == '\n' || c == '\r':
				break text
			case c >= 0x80:
				if s.brk(p) > 0 {
					break text
				}
				p++
			case c == '\\' && q == '"':
				buf = append(buf, src[piece:p]...)
				if n := s.brk(p + 1); n > 0 {
					s.newline(p + 1 + n - s.pos)
					p = s.pos
					piece = p
					folded, escaped = true, true
					break text
				}
				r, n, bad := unescape(src, p)
				if bad != "" {
					if s.strict {
						s.fail("while parsing a quoted scalar", start, bad, p+n)
						return
					}
					s.report(p, min(p+2, len(src)), bad)
					r, n = '\\', 1
				}
				buf = utf8.AppendRune(buf, r)
				p += n
				piece = p
			default:
				p++
			}
		}
		s.pos = p
		if s.at(p) == q && p < len(src) {
			content := src[piece:p]
			if len(buf) > 0 {
				buf = append(buf, content...)
				content = string(buf)
			}
			s.buf = buf
			s.pos++
			if !s.strict && s.afterQuote(from, style) {
				return
			}
			s.toks = append(s.toks, token{kind: tScalar, style: style, start: start, end: s.pos, text: content})
			return
		}
		// Blanks and breaks.
		fold, lead, blanks := s.fold[:0], false, p
		for p < len(src) {
			c := src[p]
			if c == ' ' || c == '\t' {
				p++
				if folded {
					piece = p
				}
				continue
			}
			n := s.brk(p)
			if n == 0 {
				break
			}
			if folded {
				if lead {
					fold, lead = fold[:0], false
				}
				fold = appendBreak(fold, src[p:p+n])
			} else {
				buf = append(buf, src[piece:blanks]...)
				folded = true
				if c == 0xE2 { // these two breaks are kept
					fold = append(fold, src[p:p+3]...)
				} else {
					lead = true
					fold = append(fold, ' ')
				}
			}
			s.newline(p + n - s.pos)
			p = s.pos
			piece = p
		}
		s.fold = fold
		s.pos = p
		if folded {
			buf = append(buf, fold...)
			if !s.strict && !escaped && s.quoteRunsAway(from.indent) {
				s.unclosedQuote(from, style)
				return
			}
		}
	}
}

// unescape decodes the escape sequence at p: the character, the length of the sequence, and libyaml's complaint, in
// which case the length says where it was noticed.
func unescape(src string, p int) (r rune, n int, bad string) {
	if p+1 >= len(src) {
		return 0, 0, "found unknown escape character"
	}
	digits := 0
	switch src[p+1] {
	case '0':
		return 0, 2, ""
	case 'a':
		return 7, 2, ""
	case 'b':
		return 8, 2, ""
	case 't', '\t':
		return 9, 2, ""
	case 'n':
		return 10, 2, ""
	case 'v':
		return 11, 2, ""
	case 'f':
		return 12, 2, ""
	case 'r':
		return 13, 2, ""
	case 'e':
		return 27, 2, ""
	case ' ', '"', '\\', '/':
		return rune(src[p+1]), 2, ""
	case 'N':
		return 0x85, 2, ""
	case '_':
		return 0xA0, 2, ""
	case 'L':
		return 0x2028, 2, ""
	case 'P':
		return 0x2029, 2, ""
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	default:
		return 0, 0, "found unknown escape character"
	}
	v := 0
	for i := 0; i < digits; i++ {
		if p+2+i >= len(src) || !isHex(src[p+2+i]) {
			return 0, 2, "did not find expected hexdecimal number"
		}
		v = v<<4 | hexValue(src[p+2+i])
	}
	if v >= 0xD800 && v <= 0xDFFF || v > 0x10FFFF || v < 0 {
		return 0, 2, "found invalid Unicode character escape code"
	}
	return rune(v), 2 + digits, ""
}

// scanBlock scans a literal or folded scalar.
func (s *scanner) scanBlock(c byte) {
	start := s.pos
	style := Literal
	if c == '>' {
		style = Folded
	}
	src := s.src
	p := s.pos + 1
	chomp, increment := byte(0), 0
	for i := 0; i < 2; i++ {
		if c := s.at(p); (c == '+' || c == '-') && chomp == 0 {
			chomp = c
			p++
		} else if c >= '0' && c <= '9' && increment == 0 {
			if c == '0' {
				if s.strict {
					s.fail("while scanning a block scalar", start, "found an indentation indicator equal to 0", p)
					return
				}
				s.report(p, p+1, "found an indentation indicator equal to 0")
			}
			increment = int(c - '0')
			p++
		}
	}
	for s.at(p) == ' ' || s.at(p) == '\t' {
		p++
	}
	if s.at(p) == '#' {
		s.pos = p
		s.comment()
		p = s.pos
	}
	n := s.brk(p)
	if n == 0 && p < len(src) {
		if s.strict {
			s.fail("while scanning a block scalar", start, "did not find expected comment or line break", p)
			return
		}
		s.pos = start
		s.fetchText("did not find expected comment or line break")
		return
	}
	s.pos = p
	end := p
	if n > 0 {
		s.newline(p + n - s.pos)
	}
	indent := 0
	if increment > 0 {
		indent = increment
		if s.indent >= 0 {
			indent += s.indent
		}
	}
	buf, breaks, leading := s.buf[:0], s.fold[:0], s.lead[:0]
	indent, breaks, ok := s.blockBreaks(indent, breaks, start)
	if !ok {
		return
	}
	leadingBlank := false
	for s.pos < len(src) && s.col() == indent {
		blank := src[s.pos] == ' ' || src[s.pos] == '\t'
		if style == Folded && len(leading) == 1 && leading[0] == '\n' && !leadingBlank && !blank {
			if len(breaks) == 0 {
				buf = append(buf, ' ')
			}
		} else {
			buf = append(buf, leading...)
		}
		leading = leading[:0]
		buf = append(buf, breaks...)
		breaks = breaks[:0]
		leadingBlank = blank
		p := s.pos
		for p < len(src) {
			if c := src[p]; c == '\n' || c == '\r' || c >= 0x80 && s.brk(p) > 0 {
				break
			}
			p++
		}
		buf = append(buf, src[s.pos:p]...)
		s.pos, end = p, p
		if n := s.brk(p); n > 0 {
			leading = appendBreak(leading, src[p:p+n])
			s.newline(n)
		}
		_, breaks, ok = s.blockBreaks(indent, breaks, start)
		if !ok {
			return
		}
	}
	if chomp != '-' {
		buf = append(buf, leading...)
	}
	if chomp == '+' {
		buf = append(buf, breaks...)
	}
	s.buf, s.fold, s.lead = buf, breaks, leading
	s.toks = append(s.toks, token{kind: tScalar, style: style, indent: int32(indent), start: start, end: end, text: string(buf)})
}

// blockBreaks passes the blank lines of a block scalar and finds its indentation when that is not known yet (0).
func (s *scanner) blockBreaks(indent int, breaks []byte, start int) (int, []byte, bool) {
	deepest := 0
	for {
		p := s.pos
		for (indent == 0 || p-s.lineHead < indent) && p < len(s.src) && s.src[p] == ' ' {
			p++
		}
		s.pos = p
		deepest = max(deepest, s.col())
		if (indent == 0 || s.col() < indent) && s.at(p) == '\t' {
			if s.strict {
				s.fail("while scanning a block scalar", start, "found a tab character where an indentation space is expected", p)
				return indent, breaks, false
			}
			s.report(p, p+1, "found a tab character where an indentation space is expected")
			if indent == 0 {
				for s.at(s.pos) == '\t' || s.at(s.pos) == ' ' {
					s.pos++
				}
				deepest = max(deepest, s.col())
			}
		}
		n := s.brk(s.pos)
		if n == 0 {
			break
		}
		breaks = appendBreak(breaks, s.src[s.pos:s.pos+n])
		s.newline(n)
	}
	if indent == 0 {
		indent = max(deepest, s.indent+1, 1)
	}
	return indent, breaks, true
}
