package jinja_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// The place of an error is the failing expression in the file, whatever the style of the scalar around it.
func TestErrorPlace(t *testing.T) {
	const vars = `plain: a {{ known }} {{ nope1 }} b
single: 'it''s {{ nope2 }}'
double: "tab\t{{ nope3 }} \u00e9"
literal: |
  first
  second {{ known }}
    third {{ nope4.x }}
folded: >-
  one
  two {{ nope5 }}
list:
  - ok
  - deep: "{{ nope6 | upper }}"
division: "x {{ 1 / 0 }}"
syntax: "x {{ 1 + }}"
filter: "{{ known | uper }}"
attribute: "{{ known.missing }}"
typo: "{{ knwn }}"
macro: "{% macro m(a) %}{{ a + 1 }}{% endmacro %}{{ m('x') }}"
unclosed: "{% if known %}"
known: {a: 1}
outer: "{{ plain }}"
`
	f := source.NewFile("vars.yml", []byte(vars))
	tree := yaml.Parse(f)
	v, diags := tree.Docs[0].Value(f, yaml.Options{Trusted: true})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	scope := jinja.Vars{}
	for k, x := range v.(*value.Dict).RawAll() {
		scope[k.(value.Str).S] = x
	}
	for _, c := range []struct{ name, at, message, nearest string }{
		{"plain", "nope1", "'nope1' is undefined", ""},
		{"single", "nope2", "'nope2' is undefined", ""},
		{"double", "nope3", "'nope3' is undefined", ""},
		{"literal", "nope4", "'nope4' is undefined", ""},
		{"folded", "nope5", "'nope5' is undefined", ""},
		{"list", "nope6", "'nope6' is undefined", ""},
		{"division", "1 / 0", "Error rendering template: division by zero", ""},
		{"syntax", "}}", "Syntax error in template: unexpected 'end of print statement'", ""},
		{"filter", "uper", "Syntax error in template: No filter named 'uper'.", "upper"},
		{"attribute", "known.missing", "object of type 'dict' has no attribute 'missing'", ""},
		{"typo", "knwn", "'knwn' is undefined", "known"},
		{"macro", "a + 1", "Error rendering template: can only concatenate str (not \"int\") to str", ""},
		{"unclosed", "%}", "Syntax error in template: Unexpected end of template. Jinja was looking for the following tags: 'elif' or 'else' or 'endif'. The innermost block that needs to be closed is 'if'.", ""},
		{"outer", "nope1", "'nope1' is undefined", ""},
	} {
		_, err := ansibleEngine(t).Templar(scope).Resolve(scope[c.name])
		var e *jinja.Error
		if !errors.As(err, &e) {
			t.Errorf("%s: no error: %v", c.name, err)
			continue
		}
		if e.Error() != c.message {
			t.Errorf("%s: %q, want %q", c.name, e.Error(), c.message)
		}
		if got := f.Text(e.At.Span); got != c.at {
			t.Errorf("%s: the place is %q (%v), want %q", c.name, got, e.At.Position(), c.at)
		}
		nearest := e.Nearest
		if inner := (*jinja.Error)(nil); errors.As(errors.Unwrap(e), &inner) && nearest == "" {
			nearest = inner.Nearest
		}
		if nearest != c.nearest {
			t.Errorf("%s: did you mean %q, want %q", c.name, nearest, c.nearest)
		}
		if want := strings.Index(vars, c.at); c.name != "unclosed" && c.name != "syntax" && e.At.Span.Start != want {
			t.Errorf("%s: at %d, want %d", c.name, e.At.Span.Start, want)
		}
	}
}
