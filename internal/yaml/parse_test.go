package yaml

import (
	"testing"

	"github.com/rehearse-dev/rehearse/internal/source"
)

func parse(text string) *Tree { return Parse(source.NewFile("test.yml", []byte(text))) }

func TestGet(t *testing.T) {
	n := parse("a: &x {k: 1, m: 3}\nb:\n  <<: *x\n  k: 2\n  k: 4\nc: *x\n").Root()
	for _, c := range []struct{ outer, inner, want string }{
		{"a", "k", "1"}, {"b", "k", "4"}, {"b", "m", "3"}, {"c", "k", "1"},
	} {
		if got := n.Get(c.outer).Get(c.inner); got == nil || got.Text != c.want {
			t.Errorf("%s.%s = %v, want %s", c.outer, c.inner, got, c.want)
		}
	}
	if n.Get("z") != nil || n.Get("a").Get("k").Get("x") != nil {
		t.Error("a key that is not there was found")
	}
}
