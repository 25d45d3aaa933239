package yaml

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// scalar prints a text in the style it asks for or, where that cannot hold it, in the next that can.
func (e *emitter) scalar(s *shape) {
	a := e.analyze(s.text)
	style := s.style
	plainOK, quotedOK := plainTag(s.text) == s.tag, s.tag == TagStr
	noTag := !e.o.Canonical && (plainOK || quotedOK)
	if e.o.Canonical || e.simpleKey && a.multiline {
		style = '"'
	}
	if style == 0 {
		if e.flow > 0 && !a.flowPlain || e.flow == 0 && !a.blockPlain ||
			s.text == "" && (e.flow > 0 || e.simpleKey) || noTag && !plainOK {
			style = '\''
		}
	}
	if style == '\'' && !a.single {
		style = '"'
	}
	if (style == '|' || style == '>') && (!a.block || e.flow > 0 || e.simpleKey) {
		style = '"'
	}
	switch {
	case !noTag:
		e.tag(s.tag, false)
	case !quotedOK && style != 0:
		e.indicator("!", true, false, false)
	}
	// The content of a scalar is indented one step deeper than its parent.
	e.deeper(true, false)
	breaks := !e.simpleKey
	switch style {
	case 0:
		e.plain(s.text, breaks)
	case '\'':
		e.single(s.text, breaks)
	case '"':
		e.double(s.text, breaks)
	case '|':
		e.literal(s.text)
	case '>':
		e.folded(s.text)
	}
	e.back()
}

// next is the character at i, as a rune and as its bytes.
func next(s string, i int) (r rune, c string) {
	r, n := utf8.DecodeRuneInString(s[i:])
	return r, s[i : i+n]
}

func (e *emitter) plain(s string, breaks bool) {
	if !e.whitespace && (s != "" || e.flow > 0) {
		e.put(' ')
	}
	spaces := false
	for i := 0; i < len(s); {
		r, c := next(s, i)
		i += len(c)
		if r == ' ' {
			if breaks && !spaces && e.column > e.width && !(i < len(s) && s[i] == ' ') {
				e.writeIndent()
			} else {
				e.write(c)
			}
			spaces = true
			continue
		}
		e.write(c)
		e.indention, spaces = false, false
	}
	e.whitespace, e.indention = false, false
}

func (e *emitter) single(s string, breaks bool) {
	e.indicator("'", true, false, false)
	spaces, broken := false, false
	for i := 0; i < len(s); {
		r, c := next(s, i)
		first := i == 0
		i += len(c)
		switch {
		case r == ' ':
			if breaks && !spaces && e.column > e.width && !first && i < len(s) && s[i] != ' ' {
				e.writeIndent()
			} else {
				e.write(c)
			}
			spaces = true
		case isBreakRune(r):
			if !broken && r == '\n' {
				e.lineBreak()
			}
			e.writeBreak(c)
			e.indention = true
			broken = true
		default:
			if broken {
				e.writeIndent()
			}
			if r == '\'' {
				e.put('\'')
			}
			e.write(c)
			e.indention = false
			spaces, broken = false, false
		}
	}
	if broken {
		e.writeIndent()
	}
	e.indicator("'", false, false, false)
	e.whitespace, e.indention = false, false
}

func (e *emitter) double(s string, breaks bool) {
	e.indicator(`"`, true, false, false)
	spaces := false
	for i := 0; i < len(s); {
		r, c := next(s, i)
		first := i == 0
		i += len(c)
		switch {
		case !printable(r, len(c)) || r >= 0x80 && !e.o.AllowUnicode || isBreakRune(r) || r == '"' || r == '\\':
			esc := escape(r)
			e.out.WriteString(esc)
			e.column += len(esc)
			spaces = false
		case r == ' ':
			if breaks && !spaces && e.column > e.width && !first && i < len(s) {
				e.writeIndent()
				if s[i] == ' ' {
					e.put('\\')
				}
			} else {
				e.write(c)
			}
			spaces = true
		default:
			e.write(c)
			spaces = false
		}
	}
	e.indicator(`"`, false, false, false)
	e.whitespace, e.indention = false, false
}

func escape(r rune) string {
	switch r {
	case 0:
		return `\0`
	case 7:
		return `\a`
	case 8:
		return `\b`
	case 9:
		return `\t`
	case 10:
		return `\n`
	case 11:
		return `\v`
	case 12:
		return `\f`
	case 13:
		return `\r`
	case 27:
		return `\e`
	case '"':
		return `\"`
	case '\\':
		return `\\`
	case 0x85:
		return `\N`
	case 0xA0:
		return `\_`
	case 0x2028:
		return `\L`
	case 0x2029:
		return `\P`
	}
	hex := strings.ToUpper(strconv.FormatInt(int64(r), 16))
	switch {
	case r <= 0xFF:
		return `\x` + strings.Repeat("0", 2-len(hex)) + hex
	case r <= 0xFFFF:
		return `\u` + strings.Repeat("0", 4-len(hex)) + hex
	}
	return `\U` + strings.Repeat("0", 8-len(hex)) + hex
}

// hints writes the indentation and chomping indicators of a block scalar.
func (e *emitter) hints(s string) {
	if r, _ := utf8.DecodeRuneInString(s); s != "" && (r == ' ' || isBreakRune(r)) {
		e.indicator(strconv.Itoa(e.step), false, false, false)
	}
	e.openEnded = false
	last, n := utf8.DecodeLastRuneInString(s)
	hint := ""
	if s == "" || !isBreakRune(last) {
		hint = "-"
	} else if before, _ := utf8.DecodeLastRuneInString(s[:len(s)-n]); n == len(s) || isBreakRune(before) {
		hint = "+"
		e.openEnded = true
	}
	if hint != "" {
		e.indicator(hint, false, false, false)
	}
}

func (e *emitter) literal(s string) {
	e.indicator("|", true, false, false)
	e.hints(s)
	e.lineBreak()
	e.indention, e.whitespace = true, true
	broken := true
	for i := 0; i < len(s); {
		r, c := next(s, i)
		i += len(c)
		if isBreakRune(r) {
			e.writeBreak(c)
			e.indention = true
			broken = true
			continue
		}
		if broken {
			e.writeIndent()
		}
		e.write(c)
		e.indention = false
		broken = false
	}
}

func (e *emitter) folded(s string) {
	e.indicator(">", true, false, false)
	e.hints(s)
	e.lineBreak()
	e.indention, e.whitespace = true, true
	broken, leading := true, true
	for i := 0; i < len(s); {
		r, c := next(s, i)
		if isBreakRune(r) {
			if !broken && !leading && r == '\n' {
				k := i
				for k < len(s) {
					b, bc := next(s, k)
					if !isBreakRune(b) {
						break
					}
					k += len(bc)
				}
				if k < len(s) && s[k] != ' ' && s[k] != '\t' {
					e.lineBreak()
				}
			}
			e.writeBreak(c)
			e.indention = true
			broken = true
			i += len(c)
			continue
		}
		i += len(c)
		if broken {
			e.writeIndent()
			leading = r == ' ' || r == '\t'
		}
		if !broken && r == ' ' && !(i < len(s) && s[i] == ' ') && e.column > e.width {
			e.writeIndent()
		} else {
			e.write(c)
		}
		e.indention = false
		broken = false
	}
}
