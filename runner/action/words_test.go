package action

import (
	"slices"
	"testing"
)

// The expected words are those of Python's shlex.split.
func TestShellWords(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
		bad  bool
	}{
		{"a b", []string{"a", "b"}, false},
		{`'a b' c"d e"f`, []string{"a b", "cd ef"}, false},
		{`a\ b "x\"y" '\n'`, []string{"a b", `x"y`, `\n`}, false},
		{`""`, []string{""}, false},
		{`"a`, nil, true},
		{`a\`, nil, true},
	} {
		got, err := shellWords(c.text)
		if !slices.Equal(got, c.want) || (err != nil) != c.bad {
			t.Errorf("%q: %q, %v", c.text, got, err)
		}
	}
}

func TestSplitPort(t *testing.T) {
	for _, c := range []struct {
		name, host, port string
		ok               bool
	}{
		{"h:22", "h", "22", true}, {"h", "h", "", false}, {"h:x", "h:x", "", false}, {"[::1]:22", "::1", "22", true}, {"::1", "::1", "", false},
	} {
		host, port, ok := splitPort(c.name)
		if ok != c.ok || ok && (host != c.host || port != c.port) {
			t.Errorf("%s: %q %q %v", c.name, host, port, ok)
		}
	}
}
