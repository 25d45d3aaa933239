// Package jmespath evaluates JMESPath expressions over values, as the jmespath package for Python does: with its results,
// the order of dicts kept, and the words of its errors. The json_query filter is made of it.
package jmespath

import (
	"fmt"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// Error is an expression that is not valid or that fails on the data.
type Error struct{ Message string }

// Error is the text of the exception.
func (e *Error) Error() string { return e.Message }

type token struct {
	kind  string
	text  string // what an error shows
	value value.Value
	start int
}

type lexer struct {
	source string
	chars  []rune
	pos    int
	tokens []token
}

// bail carries an error up to Search.
type bail struct{ err *Error }

func failf(format string, args ...any) { panic(bail{&Error{fmt.Sprintf(format, args...)}}) }

func (l *lexer) fail(at int, message string) {
	failf("Bad jmespath expression: %s:\n%s\n%s^", message, l.source, strings.Repeat(" ", at))
}

func (l *lexer) add(kind, text string, start int) {
	l.tokens = append(l.tokens, token{kind: kind, text: text, start: start})
}

func simple(c rune) string {
	switch c {
	case '.':
		return "dot"
	case '*':
		return "star"
	case ']':
		return "rbracket"
	case ',':
		return "comma"
	case ':':
		return "colon"
	case '@':
		return "current"
	case '(':
		return "lparen"
	case ')':
		return "rparen"
	case '{':
		return "lbrace"
	case '}':
		return "rbrace"
	}
	return ""
}

func letter(c rune) bool { return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func digit(c rune) bool  { return c >= '0' && c <= '9' }

func (l *lexer) peek(c rune) bool { return l.pos < len(l.chars) && l.chars[l.pos] == c }

func tokenize(source string) []token {
	l := &lexer{source: source, chars: []rune(source)}
	for l.pos < len(l.chars) {
		start, c := l.pos, l.chars[l.pos]
		l.pos++
		switch kind := simple(c); {
		case kind != "":
			l.add(kind, string(c), start)
		case letter(c):
			for l.pos < len(l.chars) && (letter(l.chars[l.pos]) || digit(l.chars[l.pos])) {
				l.pos++
			}
			l.add("unquoted_identifier", string(l.chars[start:l.pos]), start)
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
		case c == '[':
			switch {
			case l.peek(']'):
				l.pos++
				l.add("flatten", "[]", start)
			case l.peek('?'):
				l.pos++
				l.add("filter", "[?", start)
			default:
				l.add("lbracket", "[", start)
			}
		case c == '\'':
			l.literal(value.S(strings.ReplaceAll(l.until('\'', start), `\'`, `'`)), start)
		case c == '|':
			l.either('|', "or", "pipe", start)
		case c == '&':
			l.either('&', "and", "expref", start)
		case c == '<':
			l.either('=', "lte", "lt", start)
		case c == '>':
			l.either('=', "gte", "gt", start)
		case c == '!':
			l.either('=', "ne", "not", start)
		case c == '`':
			l.json(start)
		case digit(c) || c == '-':
			for l.pos < len(l.chars) && digit(l.chars[l.pos]) {
				l.pos++
			}
			text := string(l.chars[start:l.pos])
			n, err := value.ParseInt(text, 10)
			if err != nil {
				l.fail(start, "Unknown token '"+text+"'")
			}
			l.tokens = append(l.tokens, token{kind: "number", text: text, value: n, start: start})
		case c == '"':
			text := `"` + l.until('"', start) + `"`
			v, err := value.FromJSON([]byte(text))
			if err != nil {
				why, _, _ := strings.Cut(err.Error(), ":")
				l.fail(start, why)
			}
			l.add("quoted_identifier", value.ToStr(v), start)
		case c == '=':
			if !l.peek('=') {
				l.fail(start, "Unknown token '='")
			}
			l.pos++
			l.add("eq", "==", start)
		default:
			l.fail(start, "Unknown token "+string(c))
		}
	}
	l.add("eof", "", len(l.chars))
	return l.tokens
}

func (l *lexer) either(second rune, both, alone string, start int) {
	if l.peek(second) {
		l.pos++
		l.add(both, string(l.chars[start:l.pos]), start)
		return
	}
	l.add(alone, string(l.chars[start:l.pos]), start)
}

func (l *lexer) literal(v value.Value, start int) {
	l.tokens = append(l.tokens, token{kind: "literal", text: value.ToStr(v), value: v, start: start})
}

// until reads up to the delimiter; a backslash keeps what follows it.
func (l *lexer) until(delimiter rune, start int) string {
	var b strings.Builder
	for {
		if l.pos < len(l.chars) && l.chars[l.pos] == '\\' {
			b.WriteByte('\\')
			l.pos++
			if l.pos < len(l.chars) {
				b.WriteRune(l.chars[l.pos])
				l.pos++
				continue
			}
		}
		if l.pos >= len(l.chars) {
			l.fail(start, "Unclosed "+string(delimiter)+" delimiter")
		}
		c := l.chars[l.pos]
		l.pos++
		if c == delimiter {
			return b.String()
		}
		b.WriteRune(c)
	}
}

func (l *lexer) json(start int) {
	text := strings.ReplaceAll(l.until('`', start), "\\`", "`")
	v, err := value.FromJSON([]byte(text))
	if err != nil {
		if v, err = value.FromJSON([]byte(`"` + strings.TrimLeft(text, " \t\n\r") + `"`)); err != nil {
			l.fail(start, "Bad token "+text)
		}
	}
	l.literal(v, start)
}
