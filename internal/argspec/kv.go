package argspec

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// ParseKV splits "k=v k2='v 2' rest" as ansible-core does: the pairs, and the text that is not a pair (_raw_params).
// The values are untrusted; the caller knows whether the whole text may be templated.
func ParseKV(text string) (*value.Dict, string, error) { return parseKV(text, false) }

// ParseFreeForm is ParseKV for a module that takes a command (command, shell, raw, script, win_command, ...): only the
// options of such modules are taken as pairs, all other text belongs to the command.
func ParseFreeForm(text string) (*value.Dict, string, error) { return parseKV(text, true) }

func parseKV(text string, command bool) (*value.Dict, string, error) {
	words, err := SplitArgs(text)
	if err != nil {
		return nil, "", err
	}
	pairs := &value.Dict{}
	var raw []string
	for _, word := range words {
		decoded := decodeEscapes(word)
		at := equals(decoded)
		switch {
		case at == noEquals:
			raw = append(raw, word)
		case at == onlyEscaped:
			raw = append(raw, strings.ReplaceAll(decoded, `\=`, "="))
		case command && !commandOption(decoded[:at]):
			raw = append(raw, word)
		default:
			pairs.Put(pyStrip(decoded[:at]), value.S(unquote(pyStrip(decoded[at+1:]))))
		}
	}
	return pairs, JoinArgs(raw), nil
}

func pyStrip(s string) string { return strings.TrimSpace(s) }

func commandOption(name string) bool {
	switch name {
	case "creates", "removes", "chdir", "executable", "warn", "stdin", "stdin_add_newline", "strip_empty_ends":
		return true
	}
	return false
}

const (
	noEquals    = -1
	onlyEscaped = -2
)

// equals finds the first "=" that is neither the first character nor escaped.
func equals(s string) int {
	if !strings.Contains(s, "=") {
		return noEquals
	}
	_, first := utf8.DecodeRuneInString(s)
	for i := first; i < len(s); i++ {
		if s[i] == '=' && s[i-1] != '\\' {
			return i
		}
	}
	return onlyEscaped
}

// unquote removes one pair of surrounding quotes, unless the last is escaped.
func unquote(s string) string {
	if n := len(s); n > 1 && s[0] == s[n-1] && (s[0] == '"' || s[0] == '\'') && s[n-2] != '\\' {
		return s[1 : n-1]
	}
	return s
}

// SplitArgs splits at blanks, but neither inside quotes nor inside template delimiters; line breaks stay at the end of
// the word before them. Unbalanced quotes or delimiters are an error.
func SplitArgs(text string) ([]string, error) {
	if text == "" {
		return nil, nil
	}
	s := &splitter{}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		continued := s.line(line)
		if i < len(lines)-1 && !continued {
			s.glue("\n")
		}
	}
	if s.depth() > 0 || s.quote != 0 {
		return nil, errors.New("failed at splitting arguments, either an unbalanced jinja2 block or quotes: " + strings.TrimSpace(text))
	}
	s.next()
	return s.words, nil
}

type splitter struct {
	words                  []string
	last                   []byte // the word after them, which may still grow
	begun                  bool   // there is such a word
	quote                  byte
	print, block, comments int // open {{, {% and {#
}

func (s *splitter) depth() int { return s.print + s.block + s.comments }

// glue adds to the last word.
func (s *splitter) glue(text string) {
	s.last, s.begun = append(s.last, text...), true
}

// next ends the last word.
func (s *splitter) next() {
	if s.begun {
		s.words = append(s.words, string(s.last))
	}
	s.last, s.begun = s.last[:0], false
}

// word begins a word.
func (s *splitter) word(text string) {
	s.next()
	s.glue(text)
}

// line takes the words of one line and tells whether it ends in a continuation.
func (s *splitter) line(line string) (continued bool) {
	for i, token := range strings.Split(line, " ") {
		if token == "" && i > 0 {
			s.glue(" ")
			continue
		}
		if token == `\` && s.quote == 0 {
			continued = true
			continue
		}
		wasQuoted := s.quote != 0
		s.scanQuotes(token)
		quoted := s.quote != 0
		done := false
		switch {
		case quoted && !wasQuoted && s.depth() == 0:
			s.word(token)
			done = true
		case s.depth() > 0 || quoted || wasQuoted:
			if i > 0 {
				token = " " + token
			}
			s.glue(token)
			done = true
		}
		for _, d := range [...]struct {
			n           *int
			open, close string
		}{{&s.print, "{{", "}}"}, {&s.block, "{%", "%}"}, {&s.comments, "{#", "#}"}} {
			before := *d.n
			*d.n = max(0, before+strings.Count(token, d.open)-strings.Count(token, d.close))
			if *d.n != before && !done {
				s.word(token)
				done = true
			}
		}
		if s.depth() == 0 && !quoted && !done && token != "" {
			s.word(token)
		}
	}
	return continued
}

func (s *splitter) scanQuotes(token string) {
	for i := 0; i < len(token); i++ {
		c := token[i]
		if c != '"' && c != '\'' || i > 0 && token[i-1] == '\\' {
			continue
		}
		switch s.quote {
		case 0:
			s.quote = c
		case c:
			s.quote = 0
		}
	}
}

// JoinArgs puts words back together with single blanks, except after a line break.
func JoinArgs(words []string) string {
	var b strings.Builder
	last := byte('\n')
	for _, w := range words {
		if b.Len() > 0 && last != '\n' {
			b.WriteByte(' ')
		}
		b.WriteString(w)
		if w != "" {
			last = w[len(w)-1]
		}
	}
	return b.String()
}

// decodeEscapes replaces \n, \t, \xHH, \uHHHH, \UHHHHHHHH and the like; other backslashes stay.
func decodeEscapes(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			i++
			continue
		}
		if n := strings.IndexByte(`\'"abfnrtv`, s[i+1]); n >= 0 {
			b.WriteByte("\\'\"\a\b\f\n\r\t\v"[n])
			i += 2
			continue
		}
		digits := 0
		switch s[i+1] {
		case 'x':
			digits = 2
		case 'u':
			digits = 4
		case 'U':
			digits = 8
		}
		if digits > 0 && len(s) >= i+2+digits {
			if code, err := strconv.ParseUint(s[i+2:i+2+digits], 16, 32); err == nil && code <= utf8.MaxRune {
				b.WriteRune(rune(code))
				i += 2 + digits
				continue
			}
		}
		b.WriteByte('\\')
		i++
	}
	return b.String()
}
