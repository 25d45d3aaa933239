package yaml

import (
	"unicode/utf8"
	"unsafe"
)

// decodable is the content as text; problem is set when it is in an encoding that Ansible does not read.
func decodable(b []byte) (text, problem string) {
	if len(b) == 0 {
		return "", ""
	}
	text = unsafe.String(&b[0], len(b)) // the content of a File never changes
	switch {
	case len(b) >= 2 && (b[0] == 0xFF && b[1] == 0xFE || b[0] == 0xFE && b[1] == 0xFF),
		len(b) >= 4 && len(b)%2 == 0 && (b[0] == 0 && b[1] != 0 && b[2] == 0 || b[1] == 0 && b[0] != 0 && b[3] == 0):
		return "", "the file is encoded as UTF-16; Ansible reads UTF-8 only"
	}
	return text, ""
}

// badByte marks the bytes that need a look: control characters and all that is not ASCII.
var badByte = func() (t [256]bool) {
	for i := range t {
		t[i] = i < 0x20 && i != '\t' && i != '\n' && i != '\r' || i >= 0x7F
	}
	return
}()

const notAllowed = "control characters are not allowed"

// badRune is what YAML does not allow at p: its length and libyaml's words, or 0.
func badRune(text string, p int) (n int, words string) {
	c := text[p]
	if c < 0x80 {
		if badByte[c] {
			return 1, notAllowed
		}
		return 0, ""
	}
	r, n := utf8.DecodeRuneInString(text[p:])
	switch {
	case r == utf8.RuneError && n <= 1:
		return 1, "the file is not valid UTF-8"
	case r < 0xA0 && r != 0x85, r == 0xFFFE, r == 0xFFFF:
		return n, notAllowed
	}
	return 0, ""
}

func firstBad(text string) *SyntaxError {
	for p := 0; p < len(text); p++ {
		if !badByte[text[p]] {
			continue
		}
		if _, words := badRune(text, p); words != "" {
			return &SyntaxError{ContextAt: -1, Problem: words, ProblemAt: p}
		}
		if _, n := utf8.DecodeRuneInString(text[p:]); n > 1 {
			p += n - 1
		}
	}
	return nil
}

func badCharacters(text string) (ps []problem) {
	for p := 0; p < len(text) && len(ps) < 20; p++ {
		if !badByte[text[p]] {
			continue
		}
		if n, words := badRune(text, p); n > 0 {
			ps = append(ps, problem{start: p, end: p + n, message: words})
		}
		if _, n := utf8.DecodeRuneInString(text[p:]); n > 1 {
			p += n - 1
		}
	}
	return ps
}
