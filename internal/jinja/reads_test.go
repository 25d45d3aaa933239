package jinja_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/jinja"
)

func TestReads(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"{{ a }}", "a:none"},
		{"{{ a.b['c'] }}", "a.b.c:none"},
		{"{{ a | default(b) }}", "a:default b:none"},
		{"{{ a.b | ansible.builtin.default(1) }}", "a.b:default"},
		{"{{ a is defined }}", "a:test"},
		{"{% if a is defined %}{{ a }}{{ b }}{% else %}{{ a }}{% endif %}", "a:test a:defined b:none a:none"},
		{"{% if a is not defined %}{{ a }}{% else %}{{ a }}{% endif %}", "a:test a:none a:defined"},
		{"{% if a is undefined %}x{% elif b %}{{ a }}{{ b }}{% endif %}", "a:test b:none a:defined b:if"},
		{"{% if a %}{{ a.b }}{% endif %}", "a:none a.b:if"},
		{"{{ a is defined and a.b }}", "a:test a.b:defined"},
		{"{{ a is not defined or a.b }}", "a:test a.b:defined"},
		{"{{ a is defined or a }}", "a:test a:none"},
		{"{{ a if a is defined else b }}", "a:test a:defined b:none"},
		{"{{ x.y if x.y is defined else 1 }}", "x.y:test x.y:defined"},
		{"{% if x.y is defined %}{{ x }}{{ x.z }}{% endif %}", "x.y:test x:defined x.z:none"},
		{"{% set a = b %}{{ a }}", "b:none"},
		{"{% for i in list if i.on and c %}{{ i }}{{ loop.index }}{{ d }}{% endfor %}{{ i }}", "list:none c:none d:none i:none"},
		{"{% macro m(a, b=c) %}{{ a }}{{ b }}{{ varargs }}{{ d }}{% endmacro %}{{ m(e) }}", "c:none d:none e:none"},
		{"{% call(x) f(y) %}{{ x }}{{ z }}{% endcall %}", "f:none y:none z:none"},
		{"{% with a = b %}{{ a }}{% endwith %}{{ a }}", "b:none a:none"},
		{"{% import n as f %}{{ f.x }}", "n:none"},
		{"{{ [a, {'k': b}] | map(attribute=c) | list }}", "a:none b:none c:none"},
		{"{{ a[b].c }}", "a:none b:none"},
		{"{% set ns = namespace(x=1) %}{% set ns.x = a %}", "namespace:none a:none"},
		{"{{ a + ", "a:none"},
	} {
		var got []string
		for _, r := range jinja.Reads(jinja.Parse(c.text, nil)) {
			name := strings.Join(append([]string{r.Name}, r.Path...), ".")
			got = append(got, name+":"+r.Guard.String())
			if text := c.text[r.Span.Start:r.Span.End]; text != r.Name {
				t.Errorf("%s: the span of %s is %q", c.text, r.Name, text)
			}
		}
		if s := strings.Join(got, " "); s != c.want && c.text != "{{ a + " {
			t.Errorf("%s\n got %s\nwant %s", c.text, s, c.want)
		}
	}
}

func TestLocals(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"{% set a = 1 %}{{ | }}", "set a"},
		{"{{ | }}{% set a = 1 %}", ""},
		{"{% for k, v in x %}{{ | }}{% endfor %}", "for k, for v, loop loop"},
		{"{% for k in x %}{% endfor %}{{ | }}", ""},
		{"{% macro m(p) %}{{ | }}{% endmacro %}", "macro m, parameter p"},
		{"{{ | }}{% macro m(p) %}{% endmacro %}", "macro m"},
		{"{% from 'x' import a, b as c %}{{ | }}", "import a, import c"},
		{"{% if x %}{% set a = 1 %}{% endif %}{{ | }}", "set a"},
		{"{% for k in x %}{{ k.| }}{% endfor %}", "for k, loop loop"},
	} {
		off := strings.Index(c.text, "|")
		text := strings.Replace(c.text, "|", "", 1)
		var got []string
		for _, l := range jinja.Locals(jinja.Parse(text, nil), off) {
			got = append(got, l.Kind+" "+l.Name)
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s: got %q, want %q", c.text, s, c.want)
		}
	}
}

func TestTypes(t *testing.T) {
	ty := &jinja.Types{Engine: ansibleEngine(t), Variable: func(n string) string { return map[string]string{"s": "str", "l": "list"}[n] }}
	for _, c := range []struct{ text, want string }{
		{"'a'", "str"}, {"1 + 2", "int"}, {"1 / 2", "float"}, {"1.5 * 2", "float"}, {"[1] + [2]", "list"}, {"a ~ b", "str"},
		{"a is defined", "bool"}, {"not a", "bool"}, {"a > 1", "bool"}, {"{'a': 1}", "dict"}, {"(1, 2)", "tuple"}, {"s", "str"},
		{"s.split(',')", "list"}, {"s[0]", "str"}, {"x.startswith('a')", "bool"}, {"1 if a else 2", "int"}, {"1 if a else 's'", "any"},
		{"x | length", "int"}, {"x | to_json", "str"}, {"x | default('a')", "str"}, {"x | default([])", "list"}, {"l[1:]", "list"},
		{"query('file', 'x')", "list"}, {"lookup('env', 'HOME')", "str"}, {"unknown", "any"}, {"-1", "int"}, {"'%s' % x", "str"}, {"s.upper", "function"},
	} {
		if got := ty.Of(jinja.ParseExpr(c.text, nil).Expr); got != c.want {
			t.Errorf("%s: %s, want %s", c.text, got, c.want)
		}
	}
}

// The parser goes on behind a fault: the rest of the tree and further problems are there.
func TestRecovery(t *testing.T) {
	for _, c := range []struct {
		text     string
		problems int
		names    string
	}{
		{"{{ a + }}{{ b }}", 1, "b"},
		{"{{ a b }}{{ c d }}{{ e }}", 2, "e"},
		{"{% if a %}{{ b }}", 1, "a b"},
		{"{% for x in %}{{ b }}{% endfor %}{{ c }}", 1, "b c"},
		{"{% if %}{{ b }}{% elif + %}{{ c }}{% endif %}{{ d }}", 2, "b c d"},
		{"{% macro %}{{ b }}{% endmacro %}", 1, "b"},
		{"{% nope %}{{ b }}", 1, "b"},
		{"{% if a %}{% for x in b %}{{ c }}{% endif %}{{ d }}", 1, "a b c d"},
		{"{{ a. }}{{ b }}", 1, "b"},
		{"{{ 'x }}\n{{ b }}", 1, "b"},
		{"{{ a }", 1, ""},
		{"{{", 1, ""},
		{"{% set x = %}{{ y }}", 1, "y"},
		{"{{ a | }}{{ b }}", 1, "b"},
		{"{{ (a }}{{ b }}", 1, ""},
	} {
		p := jinja.Parse(c.text, nil)
		if len(p.Problems) != c.problems {
			t.Errorf("%s: %d problems, want %d: %v", c.text, len(p.Problems), c.problems, p.Problems)
		}
		var names []string
		for _, r := range jinja.Reads(p) {
			names = append(names, r.Name)
		}
		if s := fmt.Sprint(strings.Join(names, " ")); s != c.names {
			t.Errorf("%s: names %q, want %q", c.text, s, c.names)
		}
	}
}
