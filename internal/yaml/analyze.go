package yaml

import (
	"strings"
	"unicode/utf8"
)

// analysis says in which styles a text can be written.
type analysis struct {
	multiline, flowPlain, blockPlain, single, block bool
}

// analyze looks at each character once, by libyaml's rules.
func (e *emitter) analyze(s string) analysis {
	if s == "" {
		return analysis{blockPlain: true, single: true}
	}
	var blockIndicator, flowIndicator, lineBreaks, special bool
	var leading, trailingSpace, trailingBreak, breakSpace, spaceBreak bool
	if strings.HasPrefix(s, "---") || strings.HasPrefix(s, "...") {
		blockIndicator, flowIndicator = true, true
	}
	beforeBlank := true
	prevSpace, prevBreak := false, false
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		next := rune(0)
		if i+n < len(s) {
			next, _ = utf8.DecodeRuneInString(s[i+n:])
		}
		afterBlank := i+n == len(s) || isBlankRune(next) || isBreakRune(next)
		if i == 0 {
			switch r {
			case '#', ',', '[', ']', '{', '}', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`':
				flowIndicator, blockIndicator = true, true
			case '?', ':':
				flowIndicator = true
				blockIndicator = blockIndicator || afterBlank
			case '-':
				if afterBlank {
					flowIndicator, blockIndicator = true, true
				}
			}
		} else {
			switch r {
			case ',', '?', '[', ']', '{', '}':
				flowIndicator = true
			case ':':
				flowIndicator = true
				blockIndicator = blockIndicator || afterBlank
			case '#':
				if beforeBlank {
					flowIndicator, blockIndicator = true, true
				}
			}
		}
		if !printable(r, n) || r >= 0x80 && !e.o.AllowUnicode {
			special = true
		}
		isBreak, last := isBreakRune(r), i+n == len(s)
		if isBreak {
			lineBreaks = true
		}
		switch {
		case r == ' ':
			leading = leading || i == 0
			trailingSpace = trailingSpace || last
			breakSpace = breakSpace || prevBreak
			prevSpace, prevBreak = true, false
		case isBreak:
			leading = leading || i == 0
			trailingBreak = trailingBreak || last
			spaceBreak = spaceBreak || prevSpace
			prevSpace, prevBreak = false, true
		default:
			prevSpace, prevBreak = false, false
		}
		beforeBlank = isBlankRune(r) || isBreak
		i += n
	}
	a := analysis{multiline: lineBreaks, flowPlain: true, blockPlain: true, single: true, block: true}
	if leading || trailingSpace || trailingBreak || lineBreaks {
		a.flowPlain, a.blockPlain = false, false
	}
	if trailingSpace {
		a.block = false
	}
	if breakSpace {
		a.flowPlain, a.blockPlain, a.single = false, false, false
	}
	if spaceBreak || special {
		a.flowPlain, a.blockPlain, a.single, a.block = false, false, false, false
	}
	if flowIndicator {
		a.flowPlain = false
	}
	if blockIndicator {
		a.blockPlain = false
	}
	return a
}

func isBlankRune(r rune) bool { return r == ' ' || r == '\t' }

func isBreakRune(r rune) bool {
	return r == '\n' || r == '\r' || r == 0x85 || r == 0x2028 || r == 0x2029
}

// printable by libyaml's table, which leaves out the tab, the next-line character and all beyond the basic plane.
func printable(r rune, size int) bool {
	switch {
	case r == '\n' || r >= 0x20 && r <= 0x7E:
		return true
	case r == utf8.RuneError && size == 1 || r == 0xFEFF || r == 0xFFFE || r == 0xFFFF:
		return false
	}
	return r >= 0xA0 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD
}
