package jinja_test

import (
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/jinja"
)

// TestLargeNonsenseIsReadAtOnce reads long texts that are wrong everywhere, or deep. Work that grows with the square of the
// length would take minutes.
func TestLargeNonsenseIsReadAtOnce(t *testing.T) {
	const size = 1 << 18
	for _, unit := range []string{
		"$", "é$", "\"", "'", "{", "}", "{{", "}}", "{%", "%}", "{#", "#}", "{{ 1", "{{ 1 }}", "{{ $ }}", "{% if %}", "{% endif %}", "{% if a %}", "{% for %}", "{% raw %}", "{% endraw %}",
		"{{ \"}}", "{{ ' }}", "\n", "\n\n{%- ", "  {%- $", "-%}", "{{ a.", "(", "[", "{{ (", "{{ [", "{{ {", "{{ a[", "{{ f(", "{{ not ", "{{ a if ", "{{ a | ", "a|b", "a.b", "a[1]", "a(b)", "-", "not ", "~a", "+1", "1 if ",
		"{% set a %}", "{% macro a() %}", "{% block a %}", "{% trans %}", "{% pluralize %}", "{% include ", "a,", "a=1,", "*a,", "**", "0x", "1e", "1_", "'a'", "# for x in y\n", "## c\n",
	} {
		text := strings.Repeat(unit, size/len(unit))
		for _, parse := range []func(string, *jinja.Options) *jinja.Template{jinja.Parse, jinja.ParseExpr} {
			p := parse(text, &jinja.Options{Do: true, LineStatementPrefix: "#", LineCommentPrefix: "##"})
			if n := len(p.Problems); n > 100 {
				t.Errorf("%q: %d problems", unit, n)
			}
		}
	}
}
