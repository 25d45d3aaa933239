package jinja_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/jinja/lib"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// hostile is what a host may send: a text that would do harm if it were templated.
const hostile = "{{ lookup('marker') }}"

// trustEngine counts how often the harm is done.
func trustEngine(t *testing.T) (*jinja.Engine, *int) {
	t.Helper()
	ran := 0
	marker := &jinja.Function{Name: "marker", Call: func(*jinja.Call) (value.Value, error) {
		ran++
		return value.NewList(value.S("RAN")), nil
	}}
	host := &jinja.Function{Name: "from_host", Call: func(*jinja.Call) (value.Value, error) {
		return value.NewList(value.S(hostile)), nil
	}}
	return jinja.New(jinja.Config{Filters: lib.Filters(), Tests: lib.Tests(), Lookups: append(lib.Lookups(), marker, host), Globals: lib.Globals()}), &ran
}

// However an untrusted text comes back, it stays text.
func TestUntrustedStaysText(t *testing.T) {
	e, ran := trustEngine(t)
	yml := "unsafe: !unsafe \"" + hostile + "\"\nnested: {a: [!unsafe \"" + hostile + "\"]}\n"
	f := source.NewFile("v.yml", []byte(yml))
	v, _ := yaml.Parse(f).Docs[0].Value(f, yaml.Options{Trusted: true})
	fetched, _ := yaml.Parse(source.NewFile("fetched.yml", []byte("x: \""+hostile+"\""))).Docs[0].Value(nil, yaml.Options{})
	result := value.NewDict("stdout", value.S(hostile), "stdout_lines", value.NewList(value.S(hostile)), "json", value.NewDict("k", value.S(hostile)))
	scope := jinja.Vars{
		"registered":    result,
		"ansible_facts": value.NewDict("motd", value.S(hostile)),
		"set":           value.S(hostile),
		"hostvars":      value.NewDict("web1", value.NewDict("fact", value.S(hostile))),
		"included":      fetched,
		"outer":         value.Str{S: "{{ registered.stdout }}", Trusted: true},
		"outer_list":    value.NewList(value.Str{S: "{{ set }}", Trusted: true}),
		"parts":         value.NewList(value.S("{{ lookup('mar"), value.S("ker') }}")),
	}
	for k, x := range v.(*value.Dict).RawAll() {
		scope[k.(value.Str).S] = x
	}
	for _, text := range []string{
		"{{ registered.stdout }}", "{{ registered.stdout_lines[0] }}", "{{ registered.json.k }}", "{{ registered['stdout'] }}",
		"{{ ansible_facts.motd }}", "{{ set }}", "{{ hostvars.web1.fact }}", "{{ hostvars['web1']['fact'] }}", "{{ included.x }}",
		"{{ unsafe }}", "{{ nested.a[0] }}", "{{ outer }}", "{{ outer_list[0] }}", "{{ lookup('from_host') }}", "{{ query('from_host')[0] }}",
		"{{ set | default('x') }}", "{{ set | string }}", "{{ set | trim }}", "{{ [set] | first }}", "{{ {'a': set}.a }}", "{{ [set] | map('trim') | first }}",
		"{{ registered | combine({'b': 1}) | json_query('stdout') if false else registered.stdout }}", "{{ (registered | combine({'b': 1})).stdout }}",
		"{% set x = set %}{{ x }}", "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(set) }}", "{% for i in [set] %}{{ i }}{% endfor %}",
		"{{ registered | to_json | from_json | dict2items | map(attribute='value') | first }}", "{{ parts | join('') }}", "{{ parts[0] ~ parts[1] }}",
		"{{ 'a' | ternary(set, 0) }}", "{{ set if true }}", "{% filter trim %}{{ set }}{% endfilter %}", "{% set x %}{{ set }}{% endset %}{{ x }}",
		"{{ lookup('vars', 'set') }}", "{{ lookup('items', set) }}", "{{ q('list', [set]) | first | first }}",
	} {
		got, err := e.Templar(scope).Resolve(value.Str{S: text, Trusted: true})
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if s, ok := got.(value.Str); !ok || s.S != hostile {
			t.Errorf("%s: %s, want the text as it is", text, value.Repr(got))
		} else if s.Trusted {
			t.Errorf("%s: the result is trusted", text)
		}
	}
	for _, v := range []value.Value{value.S(hostile), result, value.NewList(value.S(hostile))} {
		got, err := e.Templar(scope).Resolve(v)
		if err != nil || !value.Equal(got, v) {
			t.Errorf("resolving %s gives %s, %v", value.Repr(v), value.Repr(got), err)
		}
	}
	if *ran != 0 {
		t.Errorf("untrusted text was templated %d times", *ran)
	}
}

// An untrusted text is never an expression.
func TestUntrustedConditional(t *testing.T) {
	e, ran := trustEngine(t)
	scope := jinja.Vars{"cond": value.S("lookup('marker') == 'RAN'"), "good": value.Str{S: "1 == 1", Trusted: true}}
	tm := e.Templar(scope)
	for _, c := range []value.Value{value.S("lookup('marker') == 'RAN'"), value.Str{S: "{{ cond }}", Trusted: true}} {
		_, err := tm.Cond(c)
		var je *jinja.Error
		if !errors.As(err, &je) || je.Class != "TemplateTrustCheckFailedError" {
			t.Errorf("%s: %v", value.Repr(c), err)
		}
	}
	if _, err := tm.Expr(value.S("lookup('marker')")); err == nil {
		t.Error("an untrusted expression was evaluated")
	}
	if ok, err := tm.Cond(value.Str{S: "{{ good }}", Trusted: true}); !ok || err != nil {
		t.Errorf("a trusted expression in a variable: %v, %v", ok, err)
	}
	if *ran != 0 {
		t.Errorf("untrusted text was evaluated %d times", *ran)
	}
}

// What an author wrote is templated wherever it stands; the test above can fail.
func TestTrustedIsTemplated(t *testing.T) {
	e, ran := trustEngine(t)
	mine := value.Str{S: hostile, Trusted: true}
	scope := jinja.Vars{"a": mine, "d": value.NewDict("k", value.NewList(mine)), "b": value.Str{S: "{{ a }}", Trusted: true}}
	for _, text := range []string{"{{ a }}", "{{ d.k[0] }}", "{{ b }}", "{{ d.k | first }}", "{{ d | combine({}) | dict2items | map(attribute='value') | first | first }}", hostile,
		"{{ lookup('vars', 'a') }}", "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(a) }}"} {
		got, err := e.Templar(scope).Resolve(value.Str{S: text, Trusted: true})
		if err != nil || value.ToStr(got) != "RAN" {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	if *ran == 0 {
		t.Error("nothing was templated")
	}
}

// A constant of a template that looks like a template is only templated as a term of a lookup, with a warning.
func TestEmbeddedTemplate(t *testing.T) {
	var warned []string
	e := jinja.New(jinja.Config{Filters: lib.Filters(), Tests: lib.Tests(), Lookups: lib.Lookups(), Globals: lib.Globals(),
		Warn: func(w jinja.Caution) { warned = append(warned, w.Message) }})
	tm := e.Templar(jinja.Vars{"x": value.S("X")})
	for _, c := range []struct {
		text, want string
		warnings   int
	}{
		{"{{ '{{ x }}' }}", "{{ x }}", 0},
		{"{{ ['{{ x }}'] | first }}", "{{ x }}", 0},
		{"{{ lookup('items', '{{ x }}') }}", "X", 1},
		{"{{ query('items', ['{{ x }}', 'b']) | join(',') }}", "X,b", 1},
	} {
		warned = nil
		got, err := tm.Resolve(value.Str{S: c.text, Trusted: true})
		if err != nil || value.ToStr(got) != c.want || len(warned) != c.warnings {
			t.Errorf("%s: %v, %v, warnings %v", c.text, got, err, warned)
		}
	}
	// the key of a subscript is such a constant, too
	d := e.Templar(jinja.Vars{"x": value.S("X"), "d": value.NewDict("X", value.NewDict("t", value.Int(1)))})
	for cond, want := range map[string]bool{"d['{{ x }}'] is defined": true, "d['{{ x }}'].t == 1": true, "d['{{ x }}y'] is defined": false, "d['x{{ x }}'] is not defined": true} {
		if ok, err := d.Cond(value.Str{S: cond, Trusted: true}); err != nil || ok != want {
			t.Errorf("%s: %v, %v", cond, ok, err)
		}
	}
	if _, err := d.Cond(value.Str{S: "d['{{ nope }}'].t == 1", Trusted: true}); err == nil || !strings.Contains(err.Error(), "'nope' is undefined") {
		t.Errorf("an undefined variable in a subscript: %v", err)
	}
	warned = nil
	if ok, err := tm.Cond(value.Str{S: "'{{ x }}' == 'X'", Trusted: true}); !ok || err != nil || len(warned) != 1 || !strings.Contains(warned[0], "embedded templates") {
		t.Errorf("a conditional with a constant: %v, %v, %v", ok, err, warned)
	}
}
