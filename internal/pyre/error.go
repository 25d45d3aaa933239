// Package pyre is Python's `re` module for text patterns, as CPython 3.11 has it: the same syntax, the same matches and
// the same error messages.
//
// A pattern is parsed by rules of our own into a small tree. The tree is then written out again for an engine that is
// there: the standard library's, when the pattern needs no backtracking and the text lets both agree, else regexp2 with
// a time limit. Patterns are compiled when they are first used on a text and shared after that.
package pyre

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Error is what Python raises as re.error: a pattern or a replacement template that is not valid.
type Error struct {
	Msg     string
	Pattern string
	Pos     int // in characters; negative when the message has no place
}

// Error is the text of the exception, as str() gives it.
func (e *Error) Error() string {
	if e.Pos < 0 {
		return e.Msg
	}
	text := fmt.Sprintf("%s at position %d", e.Msg, e.Pos)
	if strings.Contains(e.Pattern, "\n") {
		runes := []rune(e.Pattern)
		line, column := 1, e.Pos+1
		for i, r := range runes[:min(e.Pos, len(runes))] {
			if r == '\n' {
				line++
				column = e.Pos - i
			}
		}
		text += fmt.Sprintf(" (line %d, column %d)", line, column)
	}
	return text
}

// IndexError is what Python raises as IndexError: a replacement that names a group that is not there.
type IndexError struct{ Msg string }

// Error is the text of the exception.
func (e *IndexError) Error() string { return e.Msg }

// OverflowError is what Python raises as OverflowError: a repetition number that is too large.
type OverflowError struct{ Msg string }

// Error is the text of the exception.
func (e *OverflowError) Error() string { return e.Msg }

// TimeoutError says that a match was given up because it took too long.
type TimeoutError struct{ Pattern string }

// Error names the pattern.
func (e *TimeoutError) Error() string {
	return fmt.Sprintf("the regular expression %q takes longer than %s on this text", e.Pattern, MatchTimeout)
}

// repr is Python's repr() of a group name.
func repr(s string) string {
	quote := "'"
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = `"`
	}
	var b strings.Builder
	b.WriteString(quote)
	for _, r := range s {
		switch {
		case string(r) == quote || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ' || r == 0x7f || r == utf8.RuneError:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteString(quote)
	return b.String()
}
