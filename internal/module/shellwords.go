package module

import (
	"errors"
	"strings"
)

// shellWords splits a command line as Python's shlex.split does: quotes, backslashes, no variables, no comments.
func shellWords(s string) ([]string, error) {
	var words []string
	var word strings.Builder
	in := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case ' ', '\t', '\r', '\n':
			if in {
				words = append(words, word.String())
				word.Reset()
				in = false
			}
		case '\\':
			if i++; i == len(s) {
				return nil, errors.New("No escaped character")
			}
			in = true
			word.WriteByte(s[i])
		case '\'':
			n := strings.IndexByte(s[i+1:], '\'')
			if n < 0 {
				return nil, errors.New("No closing quotation")
			}
			in = true
			word.WriteString(s[i+1 : i+1+n])
			i += n + 1
		case '"':
			in = true
			closed := false
			for i++; i < len(s); i++ {
				if s[i] == '"' {
					closed = true
					break
				}
				if s[i] == '\\' {
					if i++; i == len(s) {
						return nil, errors.New("No escaped character")
					}
					if s[i] != '"' && s[i] != '\\' {
						word.WriteByte('\\')
					}
				}
				word.WriteByte(s[i])
			}
			if !closed {
				return nil, errors.New("No closing quotation")
			}
		default:
			in = true
			word.WriteByte(c)
		}
	}
	if in {
		words = append(words, word.String())
	}
	return words, nil
}

// quoteWord quotes for a POSIX shell as Python's shlex.quote does.
func quoteWord(s string) string {
	if s == "" {
		return "''"
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("_@%+=:,./-", c) >= 0) {
			return "'" + strings.ReplaceAll(s, "'", `'"'"'`) + "'"
		}
	}
	return s
}

func quoteWords(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quoteWord(w)
	}
	return strings.Join(quoted, " ")
}
