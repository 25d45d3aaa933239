package jinja_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// A template that would never end, or use all memory, is stopped with an error that says so.
func TestBounds(t *testing.T) {
	cfg := *ansibleEngine(t).Config()
	cfg.MaxSteps = 3_000_000
	e := jinja.New(cfg)
	deep := "1"
	for range 3000 {
		deep = "(" + deep + ")"
	}
	for _, c := range []struct{ name, text, want string }{
		{"huge range", "{% for i in range(10**15) %}{% endfor %}", "stopped after"},
		{"nested ranges", "{% for i in range(10**6) %}{% for j in range(10**6) %}{% endfor %}{% endfor %}", "stopped after"},
		{"huge list", "{{ range(10**12) | list | length }}", "too large"},
		{"recursive macro", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "Recursive loop detected in template: maximum recursion depth exceeded"},
		{"power of powers", "{{ 9 ** (9 ** (9 ** 9)) }}", "more than"},
		{"shift", "{{ (1).__lshift__(10 ** 10) }}", "too large"},
		{"repeat", "{{ 'x' * 10 ** 12 }}", "too large"},
		{"repeat list", "{{ [1] * 10 ** 12 }}", "too large"},
		{"doubling", "{% set ns = namespace(s='x' * 1000) %}{% for i in range(100) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}", "more than"},
		{"output", "{% for i in range(10**6) %}{{ 'x' * 1000 }}{% endfor %}", "more than"},
		{"padding", "{{ '%999999999999d' % 1 }}", "width too big"},
		{"format", "{{ '{:>99999999999}'.format(1) }}", "Too many decimal digits"},
		{"center", "{{ 'x'.center(10**12) }}", "more than"},
		{"digits", "{{ (10 ** 5000) | string }}", "Exceeds the limit (4300 digits)"},
		{"nesting", "{{ " + deep + " }}", "too deeply nested"},
		{"self", "{{ loop_a }}", "Recursive loop detected in template"},
		{"mutual", "{{ loop_b }}", "Recursive loop detected in template"},
		{"cycle", "{% set l = [] %}{{ l.append(l) }}{{ l }}", ""},
		{"replace", "{{ ('a' * 1000000) | replace('a', 'b' * 1000) }}", "more than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			vars := jinja.Vars{}
			for k, v := range map[string]string{"loop_a": "{{ loop_a }}", "loop_b": "x{{ loop_c }}", "loop_c": "{{ [loop_b] }}"} {
				vars[k] = value.Str{S: v, Trusted: true}
			}
			_, err := e.Templar(vars).Resolve(value.Str{S: c.text, Trusted: true})
			if err == nil {
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v does not say %q", err, c.want)
			}
		})
	}
}

// Cancelling the context stops an evaluation.
func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	tm := ansibleEngine(t).Templar(jinja.Vars{})
	tm.Ctx = ctx
	go cancel(errors.New("the user pressed Ctrl-C"))
	start := time.Now()
	_, err := tm.Resolve(value.Str{S: "{% for i in range(10**9) %}{{ i ~ 'x' }}{% endfor %}", Trusted: true})
	if err == nil || !strings.Contains(err.Error(), "Ctrl-C") {
		t.Errorf("after %v: %v", time.Since(start), err)
	}
}
