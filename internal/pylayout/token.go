// Package pylayout lays out one line of Python as the formatter Black does (26.10, its stable style, no limit on the length
// of a line, quotes left as they are). The linter asks for this layout inside Jinja2 tags.
package pylayout

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ErrSyntax says that a text is not Python that Format can lay out.
var ErrSyntax = errors.New("not one line of Python")

type kind uint8

const (
	end kind = iota
	name
	number
	text
	operator
	comment
)

// token is a word of the source and how it is laid out.
type token struct {
	kind  kind
	text  string
	space bool // a space stands before it
	gone  bool // it is left out
}

// operators of three and two characters.
var longOperators = []string{"**=", "//=", "<<=", ">>=", "...", "==", "!=", "<>", "<=", ">=", "<<", ">>", "**", "//", "+=", "-=", "*=", "/=", "%=", "@=",
	"&=", "|=", "^=", ":=", "->"}

// split cuts a line into tokens.
func split(s string) ([]token, error) {
	var out []token
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == ' ' || c == '\t' || c == '\f':
			i++
		case c == '#':
			out = append(out, token{kind: comment, text: s[i:]})
			i = len(s)
		case c == '\n' || c == '\r' || c == '\\':
			return nil, ErrSyntax
		case isDigit(c) || c == '.' && i+1 < len(s) && isDigit(s[i+1]):
			n := numberEnd(s, i)
			out = append(out, token{kind: number, text: s[i:n]})
			i = n
		default:
			if n := stringEnd(s, i); n > i {
				out = append(out, token{kind: text, text: s[i:n]})
				i = n
				continue
			} else if n < 0 {
				return nil, ErrSyntax
			}
			if n := nameEnd(s, i); n > i {
				out = append(out, token{kind: name, text: s[i:n]})
				i = n
				continue
			}
			n := operatorEnd(s, i)
			if n == i {
				return nil, ErrSyntax
			}
			out = append(out, token{kind: operator, text: s[i:n]})
			i = n
		}
	}
	return out, nil
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func operatorEnd(s string, i int) int {
	for _, op := range longOperators {
		if strings.HasPrefix(s[i:], op) {
			return i + len(op)
		}
	}
	if strings.IndexByte("+-*/%@&|^~<>()[]{},:.;=", s[i]) >= 0 {
		return i + 1
	}
	return i
}

func nameEnd(s string, i int) int {
	start := i
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r != '_' && !unicode.IsLetter(r) && r < utf8.RuneSelf && (i == start || !unicode.IsDigit(r)) {
			break // Black's tokenizer takes every character beyond ASCII for part of a name
		}
		i += size
	}
	return i
}

// stringEnd is where the string at i ends: i where none starts there, -1 where it does not end.
func stringEnd(s string, i int) int {
	start := i
	for i < len(s) && strings.IndexByte("bBfFrRuUtT", s[i]) >= 0 && i-start < 3 {
		i++
	}
	if i >= len(s) || s[i] != '\'' && s[i] != '"' {
		return start
	}
	quote := s[i : i+1]
	if strings.HasPrefix(s[i:], strings.Repeat(quote, 3)) {
		quote = s[i : i+3]
	}
	for i += len(quote); i < len(s); i++ {
		if s[i] == '\\' {
			i++
		} else if strings.HasPrefix(s[i:], quote) {
			return i + len(quote)
		}
	}
	return -1
}

func numberEnd(s string, i int) int {
	word := func(i int, set string) int {
		for i < len(s) && (s[i] == '_' || strings.IndexByte(set, s[i]) >= 0) {
			i++
		}
		return i
	}
	const decimal = "0123456789"
	if s[i] == '0' && i+1 < len(s) {
		switch s[i+1] {
		case 'x', 'X':
			return word(i+2, decimal+"abcdefABCDEF")
		case 'o', 'O':
			return word(i+2, "01234567")
		case 'b', 'B':
			return word(i+2, "01")
		}
	}
	i = word(i, decimal)
	if i < len(s) && s[i] == '.' {
		i = word(i+1, decimal)
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		n := i + 1
		if n < len(s) && (s[n] == '+' || s[n] == '-') {
			n++
		}
		if n < len(s) && isDigit(s[n]) {
			i = word(n, decimal)
		}
	}
	if i < len(s) && (s[i] == 'j' || s[i] == 'J') {
		i++
	}
	return i
}

// normalNumber writes a number as Black does: digits of hexadecimals upper, everything else lower, a digit on both sides
// of the point.
func normalNumber(s string) string {
	l := strings.ToLower(s)
	if strings.HasPrefix(l, "0x") {
		return "0x" + strings.ToUpper(l[2:])
	}
	point := strings.IndexByte(l, '.')
	if point < 0 {
		return l
	}
	before, after := l[:point], l[point+1:]
	if before == "" {
		before = "0"
	}
	if after == "" || !isDigit(after[0]) {
		after = "0" + after
	}
	return before + "." + after
}
