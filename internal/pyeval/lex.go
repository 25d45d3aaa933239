package pyeval

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// SyntaxError is Python's: what is wrong and where, in characters from 1.
type SyntaxError struct {
	Message          string
	File, Text       string
	Line, Offset     int
	EndLine, EndText int
}

func (e *SyntaxError) Error() string { return e.Message }

type tokenKind uint8

const (
	nameToken tokenKind = iota
	numberToken
	stringToken
	opToken
	badToken
	endToken
)

type token struct {
	kind       tokenKind
	text       string
	start, end int // in characters from 0
}

var operators = []string{
	"**=", "//=", ">>=", "<<=", "...", "**", "//", ">>", "<<", "<=", ">=", "==", "!=", "->", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "@=", ":=",
	"+", "-", "*", "/", "%", "@", "&", "|", "^", "~", "<", ">", "(", ")", "[", "]", "{", "}", ",", ":", ".", ";", "=",
}

// lexer cuts one line into tokens.
type lexer struct {
	src  []rune
	file string
	line bool // the text is a statement: Python sees a line break at its end
}

func (l *lexer) text() string {
	if l.line {
		return string(l.src) + "\n"
	}
	return string(l.src)
}

func (l *lexer) fail(at int, format string, args ...any) *SyntaxError {
	return &SyntaxError{Message: fmt.Sprintf(format, args...), File: l.file, Text: string(l.src), Line: 1, Offset: at + 1, EndLine: 1, EndText: at + 1}
}

// at is a failure at a token.
func (l *lexer) at(t token, message string) *SyntaxError {
	e := &SyntaxError{Message: message, File: l.file, Text: l.text(), Line: 1, Offset: t.start + 1, EndLine: 1, EndText: t.end + 1}
	if t.kind == endToken {
		switch {
		case l.line:
			e.EndText = e.Offset
		case len(l.src) == 0:
			e.Line, e.Offset, e.EndLine, e.EndText = 0, 0, 0, 0
		default:
			e.Offset, e.EndText = 0, 0
		}
	}
	return e
}

// tokens gives the tokens, the last of them an endToken, and the first thing that is no token at all or never closed.
func (l *lexer) tokens() ([]token, *SyntaxError) {
	var out []token
	type open struct {
		r  rune
		at int
	}
	var stack []open
	closing := map[rune]rune{')': '(', ']': '[', '}': '{'}
	for i := 0; i < len(l.src); {
		c := l.src[i]
		switch {
		case c == ' ' || c == '\t' || c == '\f':
			i++
			continue
		case c == '#':
			i = len(l.src)
			continue
		case c == '_' || unicode.IsLetter(c):
			j := i
			for j < len(l.src) && (l.src[j] == '_' || unicode.IsLetter(l.src[j]) || unicode.IsDigit(l.src[j])) {
				j++
			}
			if j < len(l.src) && (l.src[j] == '"' || l.src[j] == '\'') && isPrefix(string(l.src[i:j])) {
				end, err := l.quoted(i, j)
				if err != nil {
					return out, err
				}
				out = append(out, token{stringToken, string(l.src[i:end]), i, end})
				i = end
				continue
			}
			out = append(out, token{nameToken, string(l.src[i:j]), i, j})
			i = j
			continue
		case c == '"' || c == '\'':
			end, err := l.quoted(i, i)
			if err != nil {
				return out, err
			}
			out = append(out, token{stringToken, string(l.src[i:end]), i, end})
			i = end
			continue
		case isDigit(c) || c == '.' && i+1 < len(l.src) && isDigit(l.src[i+1]):
			end, err := l.number(i)
			if err != nil {
				return out, err
			}
			out = append(out, token{numberToken, string(l.src[i:end]), i, end})
			i = end
			continue
		}
		op := ""
		for _, o := range operators {
			if strings.HasPrefix(string(l.src[i:min(len(l.src), i+3)]), o) {
				op = o
				break
			}
		}
		if op == "" {
			out = append(out, token{badToken, string(c), i, i + 1})
			i++
			continue
		}
		switch op {
		case "(", "[", "{":
			stack = append(stack, open{c, i})
		case ")", "]", "}":
			if len(stack) == 0 {
				return out, l.fail(i, "unmatched '%s'", op)
			}
			if last := stack[len(stack)-1]; last.r != closing[c] {
				return out, l.fail(i, "closing parenthesis '%s' does not match opening parenthesis '%c'", op, last.r)
			}
			stack = stack[:len(stack)-1]
		}
		out = append(out, token{opToken, op, i, i + len(op)})
		i += len(op)
	}
	out = append(out, token{endToken, "", len(l.src), len(l.src)})
	if len(stack) > 0 {
		last := stack[len(stack)-1]
		e := l.at(token{start: last.at}, fmt.Sprintf("'%c' was never closed", last.r))
		e.EndText = 0
		return out, e
	}
	return out, nil
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

func isPrefix(s string) bool {
	switch strings.ToLower(s) {
	case "r", "b", "u", "f", "br", "rb", "fr", "rf":
		return true
	}
	return false
}

// quoted finds the end of a string whose prefix starts at from and whose quote is at i.
func (l *lexer) quoted(from, i int) (int, *SyntaxError) {
	q := l.src[i]
	triple := i+2 < len(l.src) && l.src[i+1] == q && l.src[i+2] == q
	start := i + 1
	if triple {
		start = i + 3
	}
	for j := start; j < len(l.src); j++ {
		switch {
		case l.src[j] == '\\':
			j++
		case l.src[j] == q && !triple:
			return j + 1, nil
		case l.src[j] == q && j+2 < len(l.src) && l.src[j+1] == q && l.src[j+2] == q:
			return j + 3, nil
		}
	}
	if triple {
		return 0, l.fail(from, "unterminated triple-quoted string literal (detected at line 1)")
	}
	return 0, l.fail(from, "unterminated string literal (detected at line 1)")
}

func (l *lexer) number(i int) (int, *SyntaxError) {
	digits := func(j int, ok func(rune) bool) int {
		for j < len(l.src) && (ok(l.src[j]) || l.src[j] == '_' && j+1 < len(l.src) && ok(l.src[j+1])) {
			j++
		}
		return j
	}
	decimal := isDigit
	j, kind := i, "decimal"
	if l.src[i] == '0' && i+1 < len(l.src) && strings.ContainsRune("xXoObB", l.src[i+1]) {
		switch unicode.ToLower(l.src[i+1]) {
		case 'x':
			kind = "hexadecimal"
			j = digits(i+2, func(r rune) bool { return unicode.Is(unicode.ASCII_Hex_Digit, r) })
		case 'o':
			kind = "octal"
			j = digits(i+2, func(r rune) bool { return '0' <= r && r <= '7' })
		default:
			kind = "binary"
			j = digits(i+2, func(r rune) bool { return r == '0' || r == '1' })
		}
	} else {
		j = digits(i, decimal)
		whole := true
		if j < len(l.src) && l.src[j] == '.' {
			whole = false
			j = digits(j+1, decimal)
		}
		if j < len(l.src) && (l.src[j] == 'e' || l.src[j] == 'E') {
			k := j + 1
			if k < len(l.src) && (l.src[k] == '+' || l.src[k] == '-') {
				k++
			}
			if k < len(l.src) && decimal(l.src[k]) {
				whole = false
				j = digits(k, decimal)
			}
		}
		if whole && l.src[i] == '0' && strings.Trim(string(l.src[i:j]), "0_") != "" {
			e := l.fail(i, "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers")
			e.EndText++
			return 0, e
		}
	}
	if j < len(l.src) && (l.src[j] == '_' || unicode.IsLetter(l.src[j])) {
		return 0, l.fail(j-1, "invalid %s literal", kind)
	}
	return j, nil
}

// literal is the value of a string or number token.
func literal(text string) (value.Value, error) { return value.LiteralEval(text) }
