package yaml

import (
	"strings"
	"unicode/utf8"
)

// scanTag scans "!suffix", "!!suffix", "!handle!suffix" and "!<uri>"; the token's text is handle, NUL, suffix.
func (s *scanner) scanTag() {
	start := s.pos
	p := s.pos + 1
	handle, suffix := "", ""
	bad := func(words string, at int) {
		if s.strict {
			s.fail("while scanning a tag", start, words, at)
			return
		}
		for !s.blankz(p) {
			p++
		}
		s.report(start, p, words)
		s.toks = append(s.toks, token{kind: tTag, start: start, end: p, text: "\x00" + s.src[start:p]})
		s.pos = p
	}
	if s.at(p) == '<' {
		uri, n, words := s.uri(p+1, true)
		if words == "" && uri == "" {
			words = "did not find expected tag URI"
		}
		if words != "" {
			s.tagURIError(start, words, n, bad)
			return
		}
		if s.at(n) != '>' {
			bad("did not find the expected '>'", n)
			return
		}
		suffix, p = uri, n+1
	} else {
		n := p
		for isAlpha(s.at(n)) {
			n++
		}
		if s.at(n) == '!' {
			n++
			uri, m, words := s.uri(n, false)
			if words == "" && uri == "" {
				words = "did not find expected tag URI"
			}
			if words != "" {
				s.tagURIError(start, words, m, bad)
				return
			}
			handle, suffix, p = s.src[start:n], uri, m
		} else {
			uri, m, words := s.uri(p, false)
			if words != "" {
				s.tagURIError(start, words, m, bad)
				return
			}
			handle, suffix, p = "!", uri, m
			if suffix == "" {
				handle, suffix = "", "!"
			}
		}
	}
	if !s.blankz(p) && !(len(s.flow) > 0 && s.src[p] == ',') {
		bad("did not find expected whitespace or line break", p)
		return
	}
	s.toks = append(s.toks, token{kind: tTag, start: start, end: p, text: handle + "\x00" + suffix})
	s.pos = p
}

func (s *scanner) tagURIError(start int, words string, at int, bad func(string, int)) {
	if s.strict {
		s.fail("while parsing a tag", start, words, at)
		return
	}
	bad(words, at)
}

// uri scans the characters of a tag URI from p; words is libyaml's complaint about an escape.
func (s *scanner) uri(p int, verbatim bool) (text string, end int, words string) {
	start := p
	var buf []byte
	escaped := false
	for {
		c := s.at(p)
		switch {
		case isAlpha(c):
		case c != 0 && strings.IndexByte(";/?:@&=+$.!~*'()", c) >= 0:
		case verbatim && (c == ',' || c == '[' || c == ']'):
		case c == '%':
			if !escaped {
				buf = append(buf, s.src[start:p]...)
				escaped = true
			}
			var seq []byte
			for want := 1; len(seq) < want; {
				if s.at(p) != '%' || !isHex(s.at(p+1)) || !isHex(s.at(p+2)) {
					return "", p, "did not find URI escaped octet"
				}
				b := byte(hexValue(s.at(p+1))<<4 | hexValue(s.at(p+2)))
				if len(seq) == 0 {
					switch {
					case b < 0x80:
					case b&0xE0 == 0xC0:
						want = 2
					case b&0xF0 == 0xE0:
						want = 3
					case b&0xF8 == 0xF0:
						want = 4
					default:
						return "", p, "found an incorrect leading UTF-8 octet"
					}
				} else if b&0xC0 != 0x80 {
					return "", p, "found an incorrect trailing UTF-8 octet"
				}
				seq = append(seq, b)
				p += 3
			}
			if !utf8.Valid(seq) {
				return "", p, "found an incorrect trailing UTF-8 octet"
			}
			buf = append(buf, seq...)
			continue
		default:
			if escaped {
				return string(buf), p, ""
			}
			return s.src[start:p], p, ""
		}
		if escaped {
			buf = append(buf, c)
		}
		p++
	}
}

// fetchDirective scans "%YAML" and "%TAG" lines.
func (s *scanner) fetchDirective() {
	s.unroll(-1)
	s.removeKey()
	if s.stop() {
		return
	}
	s.allowKey = false
	start := s.pos
	bad := func(context, words string, at int) {
		if s.strict {
			s.fail(context, start, words, at)
			return
		}
		p := start
		for !s.breakz(p) {
			p++
		}
		s.report(start, p, words)
		s.pos = p
	}
	p := s.pos + 1
	for isAlpha(s.at(p)) {
		p++
	}
	name := s.src[start+1 : p]
	if name == "" {
		bad("while scanning a directive", "could not find expected directive name", p)
		return
	}
	if !s.blankz(p) {
		bad("while scanning a directive", "found unexpected non-alphabetical character", p)
		return
	}
	blanks := func() {
		for s.at(p) == ' ' || s.at(p) == '\t' {
			p++
		}
	}
	var t token
	switch name {
	case "YAML":
		const context = "while scanning a %YAML directive"
		blanks()
		number := func() (string, bool) {
			from := p
			for s.at(p) >= '0' && s.at(p) <= '9' {
				p++
				if p-from > 9 {
					bad(context, "found extremely long version number", p)
					return "", false
				}
			}
			if p == from {
				bad(context, "did not find expected version number", p)
				return "", false
			}
			return strings.TrimLeft(s.src[from:p], "0"), true
		}
		major, ok := number()
		if !ok {
			return
		}
		if s.at(p) != '.' {
			bad(context, "did not find expected digit or '.' character", p)
			return
		}
		p++
		minor, ok := number()
		if !ok {
			return
		}
		t = token{kind: tVersion, start: start, end: p, text: major + "." + minor}
	case "TAG":
		const context = "while scanning a %TAG directive"
		blanks()
		from := p
		if s.at(p) != '!' {
			bad("while scanning a directive", "did not find expected '!'", p)
			return
		}
		p++
		for isAlpha(s.at(p)) {
			p++
		}
		if s.at(p) == '!' {
			p++
		} else if p != from+1 {
			bad("while parsing a directive", "did not find expected '!'", p)
			return
		}
		handle := s.src[from:p]
		if s.at(p) != ' ' && s.at(p) != '\t' {
			bad(context, "did not find expected whitespace", p)
			return
		}
		blanks()
		prefix, n, words := s.uri(p, true)
		if words == "" && prefix == "" {
			words = "did not find expected tag URI"
		}
		if words != "" {
			bad("while parsing a %TAG directive", words, n)
			return
		}
		p = n
		if !s.blankz(p) {
			bad(context, "did not find expected whitespace or line break", p)
			return
		}
		t = token{kind: tTagDirective, start: start, end: p, text: handle + "\x00" + prefix}
	default:
		bad("while scanning a directive", "found unknown directive name", p)
		return
	}
	blanks()
	if s.at(p) == '#' {
		s.pos = p
		s.comment()
		p = s.pos
	}
	if !s.breakz(p) {
		bad("while scanning a directive", "did not find expected comment or line break", p)
		return
	}
	s.pos = p
	s.toks = append(s.toks, t)
}
