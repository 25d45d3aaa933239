package value

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Upper is str.upper(), Lower str.lower(): with the special cases of Unicode, such as ß and final sigma.
func Upper(s string) string {
	if RuneLen(s) == len(s) {
		return strings.ToUpper(s)
	}
	var b strings.Builder
	for _, c := range Chars(s) {
		r, n := utf8.DecodeRuneInString(c)
		if r == utf8.RuneError && n == 1 {
			b.WriteString(c)
		} else if up, ok := specialUpper(r); ok {
			b.WriteString(up)
		} else {
			b.WriteRune(unicode.ToUpper(r))
		}
	}
	return b.String()
}

// specialUpper holds the characters whose capital form is more than one character.
func specialUpper(r rune) (string, bool) {
	switch {
	case r == 'ß':
		return "SS", true
	case r == 'ŉ':
		return "ʼN", true
	case r == 'ǰ':
		return "J̌", true
	case r == 'ΐ':
		return "Ϊ́", true
	case r == 'ΰ':
		return "Ϋ́", true
	case r == 'և':
		return "ԵՒ", true
	case r >= 'ﬀ' && r <= 'ﬆ':
		return [...]string{"FF", "FI", "FL", "FFI", "FFL", "ST", "ST"}[r-'ﬀ'], true
	}
	return "", false
}

// Lower is str.lower().
func Lower(s string) string {
	if RuneLen(s) == len(s) {
		return strings.ToLower(s)
	}
	chars := []rune(s)
	var b strings.Builder
	for i := range chars {
		lowerInto(&b, chars, i)
	}
	return b.String()
}

// lowerInto writes the small form of one character, which for a sigma depends on those around it.
func lowerInto(b *strings.Builder, chars []rune, i int) {
	switch r := chars[i]; {
	case r == 'İ':
		b.WriteString("i̇")
	case r == 'Σ' && finalSigma(chars, i):
		b.WriteRune('ς')
	default:
		b.WriteRune(unicode.ToLower(r))
	}
}

func finalSigma(chars []rune, i int) bool {
	cased := func(r rune) bool { return unicode.IsUpper(r) || unicode.IsLower(r) || unicode.IsTitle(r) }
	ignorable := func(r rune) bool {
		return unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Lm, r) ||
			unicode.Is(unicode.Sk, r) || strings.ContainsRune("'.:·’․﹒", r)
	}
	j := i - 1
	for j >= 0 && ignorable(chars[j]) {
		j--
	}
	if j < 0 || !cased(chars[j]) {
		return false
	}
	j = i + 1
	for j < len(chars) && ignorable(chars[j]) {
		j++
	}
	return j == len(chars) || !cased(chars[j])
}

// Casefold is str.casefold().
func Casefold(s string) string {
	if RuneLen(s) == len(s) {
		return strings.ToLower(s)
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == 'ς':
			b.WriteRune('σ')
		case r == 'İ':
			b.WriteString("i̇")
		case r >= 0x13a0 && r <= 0x13f5, r >= 0x13f8 && r <= 0x13fd: // Cherokee folds to its capitals
			b.WriteRune(unicode.ToUpper(r))
		default:
			if up, ok := specialUpper(r); ok {
				for _, u := range up {
					b.WriteRune(unicode.ToLower(u))
				}
			} else {
				b.WriteRune(unicode.ToLower(r))
			}
		}
	}
	return b.String()
}

// Capitalize is str.capitalize().
func Capitalize(s string) string {
	if s == "" {
		return s
	}
	if RuneLen(s) == len(s) {
		return strings.ToUpper(s[:1]) + strings.ToLower(s[1:])
	}
	chars := []rune(s)
	var b strings.Builder
	b.WriteString(titleChar(string(chars[0])))
	for i := 1; i < len(chars); i++ {
		lowerInto(&b, chars, i)
	}
	return b.String()
}

func titleChar(c string) string {
	r, n := utf8.DecodeRuneInString(c)
	if r == utf8.RuneError && n == 1 {
		return c
	}
	if up, ok := specialUpper(r); ok && r != 'ŉ' {
		u := []rune(up)
		return string(u[0]) + Lower(string(u[1:]))
	} else if ok {
		return up
	}
	return string(unicode.ToTitle(r))
}

// Title is str.title(): a capital at the start of each run of letters.
func Title(s string) string {
	chars := []rune(s)
	var b strings.Builder
	inside := false
	for i, r := range chars {
		cased := isCased(r)
		switch {
		case !cased:
			b.WriteRune(r)
		case inside:
			lowerInto(&b, chars, i)
		default:
			b.WriteString(titleChar(string(r)))
		}
		inside = cased
	}
	return b.String()
}

func isCased(r rune) bool {
	return unicode.IsUpper(r) || unicode.IsLower(r) || unicode.IsTitle(r) || unicode.ToLower(r) != r || unicode.ToUpper(r) != r
}

// SwapCase is str.swapcase().
func SwapCase(s string) string {
	chars := []rune(s)
	var b strings.Builder
	for i, r := range chars {
		switch {
		case unicode.IsTitle(r):
			b.WriteRune(r)
		case unicode.IsUpper(r) || unicode.ToLower(r) != r:
			lowerInto(&b, chars, i)
		default:
			b.WriteString(Upper(string(r)))
		}
	}
	return b.String()
}

// IsSpace is str.isspace() of one character: Python's notion of white space.
func IsSpace(r rune) bool {
	return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f
}

// Strip is str.strip(chars); an empty chars means white space. LStrip and RStrip work on one end.
func Strip(s, chars string) string { return RStrip(LStrip(s, chars), chars) }

// LStrip is str.lstrip(chars).
func LStrip(s, chars string) string {
	if chars == "" {
		return strings.TrimLeftFunc(s, IsSpace)
	}
	return strings.TrimLeft(s, chars)
}

// RStrip is str.rstrip(chars).
func RStrip(s, chars string) string {
	if chars == "" {
		return strings.TrimRightFunc(s, IsSpace)
	}
	return strings.TrimRight(s, chars)
}

// Splitlines is str.splitlines(keepends).
func Splitlines(s string, keepends bool) []string {
	var lines []string
	start := 0
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch r {
		case '\n', '\v', '\f', 0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029:
		case '\r':
			if i+1 < len(s) && s[i+1] == '\n' {
				n = 2
			}
		default:
			i += n
			continue
		}
		end := i
		if keepends {
			end = i + n
		}
		lines = append(lines, s[start:end])
		i += n
		start = i
	}
	if start < len(s) {
		lines = append(lines, s[start:])
	}
	return lines
}

// Split is str.split(sep, max): an empty sep splits at runs of white space, a negative max means all.
func Split(s, sep string, max int) []string {
	if sep != "" {
		if max < 0 {
			return strings.Split(s, sep)
		}
		return strings.SplitN(s, sep, max+1)
	}
	fields := []string{}
	s = strings.TrimLeftFunc(s, IsSpace)
	for s != "" {
		if max >= 0 && len(fields) == max {
			return append(fields, strings.TrimRightFunc(s, IsSpace))
		}
		i := strings.IndexFunc(s, IsSpace)
		if i < 0 {
			return append(fields, s)
		}
		fields = append(fields, s[:i])
		s = strings.TrimLeftFunc(s[i:], IsSpace)
	}
	return fields
}

// RSplit is str.rsplit(sep, max).
func RSplit(s, sep string, max int) []string {
	if max < 0 {
		return Split(s, sep, -1)
	}
	rev := []string{}
	if sep == "" {
		s = strings.TrimRightFunc(s, IsSpace)
		for s != "" {
			i := -1
			if len(rev) < max {
				i = strings.LastIndexFunc(s, IsSpace)
			} else {
				s = strings.TrimLeftFunc(s, IsSpace)
			}
			if i < 0 {
				rev = append(rev, s)
				break
			}
			_, n := utf8.DecodeRuneInString(s[i:])
			rev = append(rev, s[i+n:])
			s = strings.TrimRightFunc(s[:i], IsSpace)
		}
	} else {
		for len(rev) < max {
			i := strings.LastIndex(s, sep)
			if i < 0 {
				break
			}
			rev = append(rev, s[i+len(sep):])
			s = s[:i]
		}
		rev = append(rev, s)
	}
	for i, j := 0, len(rev)-1; i < j; i, j = i+1, j-1 {
		rev[i], rev[j] = rev[j], rev[i]
	}
	return rev
}

// Pad fills a text to width characters: align is '<', '>' or '^' (str.center's way: the odd one goes left when the
// width is odd).
func Pad(s string, width int, fill string, align byte) string {
	n := width - RuneLen(s)
	if n <= 0 {
		return s
	}
	switch align {
	case '<':
		return s + strings.Repeat(fill, n)
	case '>':
		return strings.Repeat(fill, n) + s
	}
	left := n/2 + n&width&1
	return strings.Repeat(fill, left) + s + strings.Repeat(fill, n-left)
}

// Zfill is str.zfill(width).
func Zfill(s string, width int) string {
	n := width - RuneLen(s)
	if n <= 0 {
		return s
	}
	if s != "" && (s[0] == '+' || s[0] == '-') {
		return s[:1] + strings.Repeat("0", n) + s[1:]
	}
	return strings.Repeat("0", n) + s
}

// Expandtabs is str.expandtabs(size).
func Expandtabs(s string, size int) string {
	var b strings.Builder
	col := 0
	for _, c := range Chars(s) {
		switch c {
		case "\t":
			if size > 0 {
				n := size - col%size
				b.WriteString(strings.Repeat(" ", n))
				col += n
			}
		case "\n", "\r":
			b.WriteString(c)
			col = 0
		default:
			b.WriteString(c)
			col++
		}
	}
	return b.String()
}

// ByteIndex gives the byte offset of character i of s; i may be the length.
func ByteIndex(s string, i int) int {
	if RuneLen(s) == len(s) {
		return min(i, len(s))
	}
	off := 0
	for ; i > 0 && off < len(s); i-- {
		_, n := utf8.DecodeRuneInString(s[off:])
		off += n
	}
	return off
}
