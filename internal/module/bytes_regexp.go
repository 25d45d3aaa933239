package module

import (
	"github.com/rehearse-dev/rehearse/internal/pyre"
)

// bytesRegexp is a Python pattern over bytes, as the modules that edit files use them: "." is one byte, \w is ASCII.
// Every byte is matched as the code point of the same number.
type bytesRegexp struct{ re *pyre.Regexp }

func compileBytes(pattern string, flags pyre.Flags) (bytesRegexp, error) {
	re, err := pyre.Compile(widen(pattern), flags|pyre.ASCII)
	if err != nil {
		return bytesRegexp{}, crashed(nil, err.Error())
	}
	return bytesRegexp{re}, nil
}

func (r bytesRegexp) search(text string) (*pyre.Match, error) { return r.re.Search(widen(text)) }

// expand fills a replacement template from a match of search.
func expandBytes(m *pyre.Match, template string) (string, error) {
	text, err := m.Expand(widen(template))
	return narrow(text), err
}

// widen makes every byte a code point of its own; ASCII text stays as it is.
func widen(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			runes := make([]rune, len(s))
			for j := range len(s) {
				runes[j] = rune(s[j])
			}
			return string(runes)
		}
	}
	return s
}

// narrow is the inverse of widen.
func narrow(s string) string {
	ascii := true
	for i := 0; i < len(s) && ascii; i++ {
		ascii = s[i] < 0x80
	}
	if ascii {
		return s
	}
	b := make([]byte, 0, len(s))
	for _, r := range s {
		b = append(b, byte(r))
	}
	return string(b)
}
