package jinja

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func (l *lexer) lineTag() { l.inside(TokBlockEnd, true) }

func (l *lexer) tag(closer Kind) { l.inside(closer, false) }

// inside lexes a tag's content up to and with its end.
func (l *lexer) inside(closer Kind, line bool) {
	src := l.src[:l.end]
	l.balance = l.balance[:0]
	for l.pos < len(src) || line {
		p := l.pos
		if len(l.balance) == 0 {
			end, ok := 0, false
			switch {
			case line:
				end, ok = lineEnd(src, p)
			case closer == TokBlockEnd:
				end, ok = l.closing(src, p, l.BlockEnd)
			case src[p] == '-' && strings.HasPrefix(src[p+1:], l.VariableEnd):
				end, ok = skipSpace(src, p+1+len(l.VariableEnd)), true
			case strings.HasPrefix(src[p:], l.VariableEnd):
				end, ok = p+len(l.VariableEnd), true
			}
			if ok {
				// an end of no length, at the end of the source, is still the end of the tag
				l.toks = append(l.toks, Token{closer, int32(p), int32(end)})
				l.pos = end
				l.lineStart = end > p && src[end-1] == '\n'
				return
			}
		}
		if p >= len(src) {
			return
		}
		c := src[p]
		switch {
		case c == ' ' || c >= '\t' && c <= '\r' || c >= 0x1c && c <= 0x1f:
			l.pos = skipSpace(src, p)
			if line && len(l.balance) == 0 {
				// white space up to the line's end belongs to the end of the line statement
				if i := strings.IndexByte(src[p:l.pos], '\n'); i >= 0 {
					l.pos = p
				}
			}
			l.emit(TokSpace, p, l.pos)
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_':
			l.name()
		case c >= '0' && c <= '9':
			l.number()
		case c == '"' || c == '\'':
			if !l.str(c) {
				l.unexpected(p)
			}
		case c >= utf8.RuneSelf:
			r, _ := utf8.DecodeRuneInString(src[p:])
			switch {
			case isWord(r):
				l.name()
			case value.IsSpace(r):
				l.pos = skipSpace(src, p)
				l.emit(TokSpace, p, l.pos)
			default:
				l.unexpected(p)
			}
		default:
			k, n := operator(src[p:])
			if n == 0 {
				l.unexpected(p)
				break
			}
			l.pos += n
			switch k {
			case TokLbrace:
				l.balance = append(l.balance, '}')
			case TokLparen:
				l.balance = append(l.balance, ')')
			case TokLbracket:
				l.balance = append(l.balance, ']')
			case TokRbrace, TokRparen, TokRbracket:
				if len(l.balance) == 0 {
					l.fail(p, l.pos, "unexpected '%c'", c)
					continue
				}
				want := l.balance[len(l.balance)-1]
				if want != c {
					l.fail(p, l.pos, "unexpected '%c', expected '%c'", c, want)
					// go on behind it: what was open is taken as closed, so that the end of the tag is found
					l.balance = l.balance[:0]
					continue
				}
				l.balance = l.balance[:len(l.balance)-1]
			}
			l.emit(k, p, l.pos)
		}
	}
}

// lineEnd matches the end of a line statement: white space, then a line break or the end of the source.
func lineEnd(src string, p int) (int, bool) {
	i := skipSpace(src, p)
	if i == len(src) {
		return i, true
	}
	if j := strings.LastIndexByte(src[p:i], '\n'); j >= 0 {
		return p + j + 1, true
	}
	return 0, false
}

func (l *lexer) unexpected(p int) {
	r, n := utf8.DecodeRuneInString(l.src[p:])
	l.pos = p + n
	l.fail(p, l.pos, "unexpected char %s at %d", value.Quote(string(r)), l.runesBefore(p))
	if r == '"' || r == '\'' {
		// an unfinished text: the rest of the line is a part of it
		if i := strings.IndexByte(l.src[l.pos:l.end], '\n'); i >= 0 {
			l.skipTo(l.pos + i)
		} else {
			l.skipTo(l.end)
		}
	}
}

// runesBefore counts the characters before a byte. It goes on from where it was asked last, so that a text that is wrong
// everywhere is still read in linear time.
func (l *lexer) runesBefore(p int) int {
	if p < l.counted.bytes {
		l.counted.bytes, l.counted.runes = 0, 0
	}
	l.counted.runes += value.RuneLen(l.src[l.counted.bytes:p])
	l.counted.bytes = p
	return l.counted.runes
}

// skipTo takes the text up to end as unreadable, but not the end of the tag in it.
func (l *lexer) skipTo(end int) {
	stop := end
	for _, d := range []string{l.BlockEnd, l.VariableEnd} {
		if i := strings.Index(l.src[l.pos:end], d); i >= 0 && l.pos+i < stop {
			stop = l.pos + i
			l.balance = l.balance[:0]
		}
	}
	l.emit(TokError, l.pos, stop)
	l.pos = stop
}

func isWord(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsNumber(r) || unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Mc, r) ||
		unicode.Is(unicode.Pc, r) || unicode.Is(unicode.Other_ID_Continue, r) || unicode.Is(unicode.Other_ID_Start, r)
}

func (l *lexer) name() {
	p := l.pos
	i := p
	for i < l.end {
		c := l.src[i]
		if c < utf8.RuneSelf {
			if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= '0' && c <= '9' {
				i++
				continue
			}
			break
		}
		r, n := utf8.DecodeRuneInString(l.src[i:])
		if !isWord(r) {
			break
		}
		i += n
	}
	l.pos = i
	r, _ := utf8.DecodeRuneInString(l.src[p:])
	if r != '_' && !unicode.IsLetter(r) && !unicode.Is(unicode.Nl, r) {
		l.fail(p, i, "Invalid character in identifier")
		return
	}
	l.emit(TokName, p, i)
}

// digits matches (\d+_)*\d+.
func digits(s string, i int) int {
	start := i
	for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == '_' && i > start && s[i-1] != '_' && i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9') {
		i++
	}
	return i
}

func (l *lexer) number() {
	src := l.src[:l.end]
	p := l.pos
	if p == 0 || src[p-1] != '.' {
		i := digits(src, p)
		float := false
		if j := i + 1; i < len(src) && src[i] == '.' && digits(src, j) > j {
			i = digits(src, j)
			float = true
		}
		if i < len(src) && (src[i] == 'e' || src[i] == 'E') {
			j := i + 1
			if j < len(src) && (src[j] == '+' || src[j] == '-') {
				j++
			}
			if k := digits(src, j); k > j {
				i = k
				float = true
			}
		}
		if float {
			l.pos = i
			l.emit(TokFloat, p, i)
			return
		}
	}
	l.pos = integer(src, p)
	l.emit(TokInt, p, l.pos)
}

// integer matches an integer in any of Jinja2's notations.
func integer(s string, p int) int {
	if s[p] != '0' {
		return digits(s, p)
	}
	if p+1 < len(s) {
		in := ""
		switch s[p+1] | 0x20 {
		case 'b':
			in = "01"
		case 'o':
			in = "01234567"
		case 'x':
			in = "0123456789abcdefABCDEF"
		}
		if in != "" {
			i := p + 2
			for {
				j := i
				if j < len(s) && s[j] == '_' {
					j++
				}
				if j >= len(s) || strings.IndexByte(in, s[j]) < 0 {
					break
				}
				i = j + 1
			}
			if i > p+2 {
				return i
			}
		}
	}
	i := p + 1
	for i < len(s) {
		if s[i] == '0' {
			i++
		} else if s[i] == '_' && i+1 < len(s) && s[i+1] == '0' {
			i += 2
		} else {
			break
		}
	}
	return i
}

func (l *lexer) str(quote byte) bool {
	src := l.src[:l.end]
	for i := l.pos + 1; i < len(src); i++ {
		switch src[i] {
		case '\\':
			i++
		case quote:
			l.emit(TokString, l.pos, i+1)
			l.pos = i + 1
			return true
		}
	}
	return false
}
