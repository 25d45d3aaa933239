package jinja_test

import (
	"testing"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// The expected texts are those of ansible-core 2.19.14 for the same task names.
func TestName(t *testing.T) {
	str := func(s string) value.Value { return value.Str{S: s, Trusted: true} }
	tm := ansibleEngine(t).Templar(jinja.Vars{"x": str("{{ nope }}"), "y": str("a{{ nope }}b"), "ok": str("fine")})
	for _, c := range []struct {
		text, want string
		warnings   int
	}{
		{"install {{ ok }}", "install fine", 0},
		{"a {{ nope }} b", "a << error 1 - 'nope' is undefined >> b", 1},
		{"a {{ nope }} b {{ nada }}", "a << error 1 - 'nope' is undefined >> b << error 2 - 'nada' is undefined >>", 1},
		{"templated {{ x | default('name') }}", "templated name", 0},
		{"{{ x }}", "<< error 1 - 'nope' is undefined >>", 1},
		{"a {{ x }}", "a << error 1 - 'nope' is undefined >>", 1},
		{"a {{ y }}", "a a<< error 1 - 'nope' is undefined >>b", 1},
	} {
		got, warnings := tm.Name(value.Str{S: c.text, Trusted: true})
		if got != c.want || len(warnings) != c.warnings {
			t.Errorf("%s: %q with %d warnings, want %q with %d", c.text, got, len(warnings), c.want, c.warnings)
		}
	}
}
