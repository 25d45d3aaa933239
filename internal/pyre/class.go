package pyre

import (
	"fmt"
	"strings"
	"unicode"
)

// asciiSet is a set of ASCII characters.
type asciiSet [128]bool

func categoryHas(category byte, r rune, ascii bool) bool {
	var in bool
	switch category | 0x20 {
	case 'd':
		in = r >= '0' && r <= '9' || !ascii && r > 127 && unicode.Is(unicode.Nd, r)
	case 's':
		in = isSpace(r, ascii)
	case 'w':
		in = r == '_' || r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z' ||
			!ascii && r > 127 && unicode.In(r, unicode.L, unicode.N)
	}
	return in != (category&0x20 == 0)
}

// isSpace is str.isspace; a few control characters are space to Python only in Unicode mode.
func isSpace(r rune, ascii bool) bool {
	if r == ' ' || r >= '\t' && r <= '\r' {
		return true
	}
	return !ascii && (r >= 0x1c && r <= 0x1f || r > 127 && unicode.IsSpace(r))
}

// asciiClass works a class out for texts of ASCII characters only.
func asciiClass(n *node, flags Flags) (set asciiSet) {
	for r := rune(0); r < 128; r++ {
		set[r] = classHas(n, r, flags) != n.negate
	}
	return set
}

// classHas tells whether an item of the class holds r, or with IgnoreCase another case of it.
func classHas(n *node, r rune, flags Flags) bool {
	for c := r; ; {
		for _, item := range n.items {
			if item.category != 0 {
				if categoryHas(item.category, c, flags&ASCII != 0) {
					return true
				}
			} else if c >= item.lo && c <= item.hi {
				return true
			}
		}
		if flags&IgnoreCase == 0 {
			return false
		}
		if c = unicode.SimpleFold(c); c == r {
			return false
		}
	}
}

// text writes the set as a class that both engines read.
func (set *asciiSet) text() string {
	var b strings.Builder
	n := 0
	for r := 0; r < 128; {
		if !set[r] {
			r++
			continue
		}
		end := r
		for end+1 < 128 && set[end+1] {
			end++
		}
		n += end - r + 1
		if end > r {
			fmt.Fprintf(&b, `\x%02x-\x%02x`, r, end)
		} else {
			fmt.Fprintf(&b, `\x%02x`, r)
		}
		r = end + 1
	}
	switch n {
	case 0:
		return `[^\x00-\x{10FFFF}]`
	case 128:
		return `(?s:.)`
	}
	return "[" + b.String() + "]"
}

const (
	unicodeWord  = `\p{L}\p{N}_`
	unicodeSpace = ` \t-\r\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000`
	asciiWord    = `a-zA-Z0-9_`
	asciiSpace   = ` \t-\r`
)

// categoryItems gives the inside of a class for d, s or w.
func categoryItems(category byte, ascii bool) string {
	switch category | 0x20 {
	case 'd':
		if ascii {
			return "0-9"
		}
		return `\p{Nd}`
	case 's':
		if ascii {
			return asciiSpace
		}
		return unicodeSpace
	}
	if ascii {
		return asciiWord
	}
	return unicodeWord
}

// netClass writes a class for regexp2.
func netClass(n *node, flags Flags) string {
	ascii := flags&ASCII != 0
	var plain strings.Builder
	var negated []string
	for _, item := range n.items {
		switch {
		case item.category == 0 && item.lo == item.hi:
			plain.WriteString(netRune(item.lo))
		case item.category == 0:
			plain.WriteString(netRune(item.lo) + "-" + netRune(item.hi))
		case item.category&0x20 != 0:
			plain.WriteString(categoryItems(item.category, ascii))
		default:
			negated = append(negated, "[^"+categoryItems(item.category, ascii)+"]")
		}
	}
	switch {
	case len(negated) == 0 && n.negate:
		return "[^" + plain.String() + "]"
	case len(negated) == 0:
		return "[" + plain.String() + "]"
	}
	if plain.Len() > 0 {
		negated = append(negated, "["+plain.String()+"]")
	}
	any := strings.Join(negated, "|")
	if n.negate {
		return `(?:(?!` + any + `)[\s\S])`
	}
	return "(?:" + any + ")"
}

// netRune writes one character for regexp2, inside or outside a class.
func netRune(r rune) string {
	if r > 127 || r == '_' || r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z' {
		return string(r)
	}
	return fmt.Sprintf(`\x%02x`, r)
}
