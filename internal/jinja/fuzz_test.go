package jinja_test

import (
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/jinja/lib"
	"github.com/rehearse-dev/rehearse/internal/value"
)

var fuzzSeeds = []string{
	"{{ a }}", "{{ a.b['c'][1:2] | default('x') }}", "{% for i in l if i %}{{ loop.index }}{% else %}-{% endfor %}", "{% if a is defined and not b %}x{% elif c %}y{% endif %}",
	"{% macro m(a, b=1, *c) %}{{ caller() }}{% endmacro %}{% call m(1) %}x{% endcall %}", "{% set x = [1, (2,), {'a': -3.5e2}] %}{{ x | to_json }}", "{# c #}{% raw %}{{ {% endraw %}",
	"{{ '%05.2f' % 3 ~ 'a' * 3 }}", "{%- set ns = namespace(a=1) -%}{% set ns.a = 2 %}{{ ns.a + 1 }}", "{% filter upper %}a{% endfilter %}", "{% block a scoped %}{{ super() }}{% endblock %}",
	"{{ a if b else c }}{{ 1 < 2 <= 3 != 4 }}", "{{ 'a\\x41\\u00e9' }}{{ \"b\" 'c' }}", "{% with a = 1, b = 2 %}{{ a }}{% endwith %}", "{{ f(*a, **b) }}", "{{ -1 ** 2 // 3 % 4 }}",
	"a\r\nb{{ 1 }}\r\n", "{% trans a=1 %}x{{ a }}{% pluralize %}y{% endtrans %}", "# for x in y\n{{ x }}\n# endfor", "{{ 1 +", "{% if %}{% endfor %}", "{{ {1: 2}[1] }}", "{{ 0x1f + 0b1 + 1_000 }}",
	"{% import 'a' as b %}{% from 'a' import b as c with context %}{% include 'x' ignore missing %}", "{{ l | map('upper') | select('defined') | list }}", "{{ d.items() }}{{ s.split(',') }}{{ s.format(1) }}",
}

// FuzzParse: any text is read without a panic, its tokens cover it, and every node lies in it.
func FuzzParse(f *testing.F) {
	for _, s := range fuzzSeeds {
		f.Add(s, uint8(0))
	}
	f.Fuzz(func(t *testing.T, text string, mode uint8) {
		o := &jinja.Options{TrimBlocks: mode&1 != 0, LstripBlocks: mode&2 != 0, KeepTrailingNewline: mode&4 != 0, Do: true, LoopControls: true, I18n: mode&8 != 0}
		if mode&16 != 0 {
			o.LineStatementPrefix, o.LineCommentPrefix = "#", "##"
		}
		if mode&32 != 0 {
			o.VariableStart, o.VariableEnd, o.BlockStart, o.BlockEnd = "<<", ">>", "<%", "%>"
		}
		parse := jinja.Parse
		if mode&64 != 0 {
			parse = jinja.ParseExpr
		}
		p := parse(text, o)
		checkLossless(t, p)
		jinja.Inspect(p, func(n jinja.Node) bool {
			if s := n.Range(); s.Start < 0 || s.End < s.Start || s.End > len(text) {
				t.Errorf("%q: %T has the span %v", text, n, s)
			}
			return true
		})
		for _, pr := range p.Problems {
			if pr.Span.Start < 0 || pr.Span.End < pr.Span.Start || pr.Span.End > len(text) || pr.Message == "" {
				t.Errorf("%q: the problem %+v", text, pr)
			}
		}
		jinja.Reads(p)
		jinja.Locals(p, len(text)/2)
	})
}

// FuzzEval: any text is evaluated, or fails with an error, within bounds; and ways that must agree do. The second evaluation
// gives what the first gave. A template that gives a text gives it between other texts, too. A condition is the expression in a
// pair of braces. And every variable that evaluation asks for is one that Reads lists.
func FuzzEval(f *testing.F) {
	for _, s := range fuzzSeeds {
		f.Add(s)
	}
	cfg := jinja.Config{Filters: safeFilters(), Tests: lib.Tests(), Globals: lib.Globals(), MaxSteps: 20000, Options: jinja.Options{Do: true, LoopControls: true}}
	ansible := jinja.New(cfg)
	plain := jinja.NewPlain(jinja.Config{Filters: lib.PlainFilters(), Tests: lib.PlainTests(), Globals: lib.PlainGlobals(), MaxSteps: 20000})
	f.Fuzz(func(t *testing.T, text string) {
		if !slowByDesign(text) {
			agrees(t, ansible, plain, text)
		}
	})
}

// agrees is the body of FuzzEval. It tells whether the template came to a value.
func agrees(t *testing.T, ansible, plain *jinja.Engine, text string) (good bool) {
	t.Helper()
	vars := jinja.Vars{"a": value.Int(1), "s": value.S("a,b"), "l": value.NewList(value.S("x"), value.Int(2)), "d": value.NewDict("k", value.Float(1.5)),
		"t": value.Str{S: "{{ a }}", Trusted: true}, "e": value.Str{S: "{{ nope }}", Trusted: true}}
	asked := &asking{Vars: vars, names: map[string]bool{}}
	tpl := ansible.Templar(asked)
	first, err := tpl.Resolve(authored(text))
	checkReads(t, text, asked)
	if !fickle(text) {
		again, err2 := tpl.Resolve(authored(text))
		if show(first, err) != show(again, err2) {
			t.Errorf("%q gives %s, then %s", text, show(first, err), show(again, err2))
		}
		// the state of a loop or namespace is written when the text is put together, for a lone one at the end
		if s, ok := first.(value.Str); ok && err == nil && !strings.Contains(s.S, "<LoopContext") && !strings.Contains(s.S, "<Namespace") &&
			!strings.ContainsAny(text, "\r#") && !strings.HasSuffix(text, "\n") {
			between, err := tpl.Resolve(authored("<" + text + ">"))
			if show(between, err) != show(value.S("<"+s.S+">"), nil) {
				t.Errorf("%q gives %q, between others %s", text, s.S, show(between, err))
			}
		}
	}
	truth, condErr := tpl.Cond(authored(text))
	if problem := jinja.ParseExpr(strings.TrimFunc(text, value.IsSpace), nil).Err(); problem != nil && condErr == nil && !strings.ContainsAny(text, "{}") {
		t.Errorf("%q is %v as a condition, but cannot be read: %v", text, truth, problem.Message)
	} else if problem == nil && !strings.ContainsAny(text, "{}%#\\") && !fickle(text) {
		v, err := tpl.Resolve(authored("{{ (" + text + "\n) }}"))
		if b, ok := v.(value.Bool); ok && err == nil && strings.Trim(text, " ") != "" && (condErr != nil || truth != bool(b)) {
			t.Errorf("%q is %v, as a condition %v, %v", text, b, truth, condErr)
		}
		if condErr == nil && err != nil {
			t.Errorf("%q is %v as a condition, but fails: %v", text, truth, err)
		}
	}
	_, _ = plain.Render(text, "", vars)
	return err == nil
}

func authored(s string) value.Str { return value.Str{S: s, Trusted: true} }

// show is a result as a text that can be compared.
func show(v value.Value, err error) string {
	if err != nil {
		return "error " + err.Error()
	}
	return value.Repr(v)
}

// asking is a scope that notes which variables are asked for.
type asking struct {
	jinja.Vars
	names map[string]bool
}

func (a *asking) Lookup(name string) (value.Value, bool) {
	a.names[name] = true
	return a.Vars.Lookup(name)
}

// checkReads checks that what was asked for is what the analysis of the text says is read.
func checkReads(t *testing.T, text string, asked *asking) {
	t.Helper()
	if len(asked.names) == 0 || strings.Contains(text, "import") || strings.Contains(text, "include") || strings.Contains(text, "extends") {
		return
	}
	known := map[string]bool{"a": asked.names["t"], "nope": asked.names["e"]} // read by the variables' own templates
	for _, r := range jinja.Reads(jinja.Parse(text, &jinja.Options{Do: true, LoopControls: true, TrimBlocks: true})) {
		known[r.Name] = true
	}
	for name := range asked.names {
		if _, ours := asked.Vars[name]; ours && !known[name] {
			t.Errorf("%q asks for %s, which is not among its reads", text, name)
		}
	}
}

// slowByDesign tells that a text may make texts and lists of many megabytes, which is allowed but slow.
func slowByDesign(text string) bool {
	digits := 0
	for i := range len(text) {
		if text[i] >= '0' && text[i] <= '9' {
			if digits++; digits > 3 {
				return true
			}
		} else {
			digits = 0
		}
	}
	return len(text) > 4096 || strings.Contains(text, "**") || strings.Contains(text, "lipsum") || strings.Count(text, "*") > 2 || strings.Contains(text, "e9")
}

// fickle tells that a text may give something else each time.
func fickle(text string) bool {
	for _, name := range []string{"random", "shuffle", "now", "lookup", "query", "q(", "id", "date", "time"} {
		if strings.Contains(text, name) {
			return true
		}
	}
	return false
}

// safeFilters leaves out what reads files or takes long by design.
func safeFilters() []*jinja.Function {
	var out []*jinja.Function
	for _, f := range lib.Filters() {
		switch f.Name {
		case "password_hash", "vault", "unvault", "fileglob", "realpath", "random", "random_string", "permutations", "combinations", "product", "to_uuid":
		default:
			out = append(out, f)
		}
	}
	return out
}
