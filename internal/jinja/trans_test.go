package jinja_test

import (
	"testing"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/jinja/lib"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// The expected texts were printed by Jinja2 3.1.6 with install_gettext_callables of the same functions.
func TestTrans(t *testing.T) {
	get := &jinja.Function{Name: "gettext", Call: func(c *jinja.Call) (value.Value, error) {
		return value.S("<" + value.ToStr(c.Args[0]) + ">"), nil
	}}
	nget := &jinja.Function{Name: "ngettext", Call: func(c *jinja.Call) (value.Value, error) {
		if value.Equal(c.Args[2], value.Int(1)) {
			return c.Args[0], nil
		}
		return c.Args[1], nil
	}}
	e := jinja.NewPlain(jinja.Config{Options: jinja.Options{I18n: true}, Filters: lib.PlainFilters(), Tests: lib.PlainTests(),
		Globals: append(lib.PlainGlobals(), get, nget)})
	vars := jinja.Vars{"user": value.S("Ann"), "n": value.Int(3), "one": value.Int(1)}
	for _, c := range []struct{ text, want string }{
		{"{% trans %}Hello{% endtrans %}", "<Hello>"},
		{"{% trans %}100% of {{ user }}{% endtrans %}", "<100% of Ann>"},
		{"{% trans who=user|upper %}Hello {{ who }}{% endtrans %}", "<Hello ANN>"},
		{"{% trans n %}{{ n }} apple{% pluralize %}{{ n }} apples{% endtrans %}", "3 apples"},
		{"{% trans one %}{{ one }} apple{% pluralize %}{{ one }} apples{% endtrans %}", "1 apple"},
		{"{% trans a=user, n=n %}{{ a }} {{ n }} apple{% pluralize n %}{{ a }} {{ n }} apples{% endtrans %}", "Ann 3 apples"},
		{"{% trans trimmed %}\n  a\n   b\n{% endtrans %}", "<a b>"},
	} {
		got, err := e.Render(c.text, "", vars)
		if err != nil || got != c.want {
			t.Errorf("%s: %q, %v; want %q", c.text, got, err, c.want)
		}
	}
	for _, c := range []struct{ text, want string }{
		{"{% trans %}{% if x %}{% endif %}{% endtrans %}", "control structures in translatable sections are not allowed; saw `if`"},
		{"{% trans %}a", "unclosed translation block"},
		{"{% trans %}a{% trans %}", "trans blocks can't be nested; did you mean `endtrans`?"},
		{"{% trans %}a{% pluralize %}b{% endtrans %}", "pluralize without variables"},
		{"{% trans a, a %}{% endtrans %}", "translatable variable 'a' defined twice."},
	} {
		if p := jinja.Parse(c.text, &jinja.Options{I18n: true}).Err(); p == nil || p.Message != c.want {
			t.Errorf("%s: %v, want %q", c.text, p, c.want)
		}
	}
}
