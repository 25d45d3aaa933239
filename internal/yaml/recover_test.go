package yaml

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/source"
)

// outline writes a tree in one line: {key: value}, [item], quoted texts where they need it.
func outline(n *Node) string {
	switch n.Kind {
	case Mapping:
		var parts []string
		for _, p := range n.Pairs {
			parts = append(parts, outline(p.Key)+": "+outline(p.Value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case Sequence:
		var parts []string
		for _, i := range n.Items {
			parts = append(parts, outline(i))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case Alias:
		return "*" + n.Text
	}
	if n.Text == "" && n.Style == Plain {
		return "~"
	}
	return n.Text
}

// TestRecover shows what is left of unfinished documents: what an editor has while someone types.
func TestRecover(t *testing.T) {
	for _, c := range []struct{ name, text, want, problems string }{
		{"half a key in a mapping", "- name: x\n  cop\n  when: y\n", "[{name: x, cop: ~, when: y}]", "2:3 Could not find expected ':'"},
		{"half a key at the end", "- hosts: all\n  tas", "[{hosts: all, tas: ~}]", "2:3 Could not find expected ':'"},
		{"half a key on top", "- na\n  hosts: all\n", "[{na: ~, hosts: all}]", "1:3 Could not find expected ':'"},
		{"half a key between mappings", "a:\n  b: 1\nc\nd:\n  e: 1\n", "{a: {b: 1}, c: ~, d: {e: 1}}", "3:1 Could not find expected ':'"},
		{"a module without its colon", "- name: x\n  copy\n    src: a\n    dest: b\n  tags: t\n", "[{name: x, copy: {src: a, dest: b}, tags: t}]", "2:3 Could not find expected ':'"},
		{"unclosed double quote", "- name: \"x\n  hosts: all\n  tasks:\n    - debug:\n        msg: \"y\"\n", "[{name: x, hosts: all, tasks: [{debug: {msg: y}}]}]", "1:9 Found a quote that is not closed"},
		{"unclosed single quote at the end", "a: 1\nb: 'x", "{a: 1, b: x}", "2:4 Found a quote that is not closed"},
		{"unclosed bracket", "- tags: [a, b\n  when: c\n- name: d\n", "[{tags: [a, b], when: c}, {name: d}]", "1:9 Found a bracket that is not closed: did not find expected ',' or ']'"},
		{"unclosed brace", "a: {b: c\nd: e\n", "{a: {b: c}, d: e}", "1:4 Found a bracket that is not closed: did not find expected ',' or '}'"},
		{"wrong bracket", "a: [1, 2}\nb: c\n", "{a: [1, 2], b: c}", "1:9 Found a closing bracket of the wrong kind"},
		{"colon in a value", "- name: a: b\n  hosts: c\n", "[{name: a: b, hosts: c}]", "1:9 Mapping values are not allowed in this context"},
		{"too deep", "- name: x\n    hosts: a\n  tasks: []\n", "[{name: x, hosts: a, tasks: []}]", "2:5 Did not find expected key"},
		{"too shallow", "- name: x\n hosts: a\n", "[{name: x, hosts: a}]", "2:2 Did not find expected '-' indicator"},
		{"list entry too shallow", "a:\n  - b\n - c\nd: e\n", "{a: [b, c], d: e}", "3:2 Did not find expected key"},
		{"list entry too deep", "a:\n  - b\n   - c: d\n", "{a: [b, {c: d}]}", "3:4 Did not find expected '-' indicator"},
		{"template", "a: {{ b }}\nc: d\n", "{a: {{ b }}, c: d}", "1:4 A value that starts with a template must be quoted"},
		{"template and text", "a: {{ b }}/c  # d\ne: f\n", "{a: {{ b }}/c, e: f}", "1:4 A value that starts with a template must be quoted"},
		{"template in a list", "- {{ b }}\n- c\n", "[{{ b }}, c]", "1:3 A value that starts with a template must be quoted"},
		{"template in brackets", "a: [{{ b }}, c]\n", "{a: [{{ b }}, c]}", "1:5 A value that starts with a template must be quoted"},
		{"template as key", "{{ a }}: b\nc: d\n", "{{{ a }}: b, c: d}", "1:1 A value that starts with a template must be quoted"},
		{"tab", "a:\n\tb: c\n\td: e\n", "{a: {b: c, d: e}}", "2:1 Found character '\\t' that cannot start any token"},
		{"star", "- hosts: *\n  tasks: []\n", "[{hosts: *, tasks: []}]", "1:10 Did not find expected alphabetic or numeric character"},
		{"percent", "a: %x\nb: @y\n", "{a: %x, b: @y}", "1:4 Found character that cannot start any token|2:4 Found character that cannot start any token"},
		{"text behind a quote", "a: \"b\" c\nd: e\n", "{a: \"b\" c, d: e}", "1:4 Found text behind a closing quote"},
		{"unknown escape", "a: \"\\d+\"\nb: c\n", "{a: \\d+, b: c}", "1:5 Found unknown escape character"},
		{"unknown alias", "a: *x\nb: c\n", "{a: *x, b: c}", "1:4 Found undefined alias 'x'"},
		{"no space behind the colon", "a:b\nc: d\n", "{a:b: ~, c: d}", "1:1 Could not find expected ':'"},
		{"statement", "{% if x %}\na: b\n{% endif %}\n", "{a: b}", "1:1 A template statement cannot stand here: found character that cannot start any token|3:1 A template statement cannot stand here: found character that cannot start any token"},
		{"unfinished template", "a: {{ b\nc: d\n", "{a: {{ b, c: d}", "1:4 A value that starts with a template must be quoted"},
		{"dash behind a key", "a: - b\nc: d\n", "{a: - b, c: d}", "1:4 Block sequence entries are not allowed in this context"},
		{"control character", "a: b\x01c\nd: e\n", "{a: b\x01c, d: e}", "1:5 Control characters are not allowed"},
		{"two roots", "a: b\n- c\n", "{a: b, ~: [c]}", "2:1 Did not find expected key"},
		{"a value and keys below it", "a: b\n  c: d\ne: f\n", "{a: b, c: d, e: f}", "2:3 Did not find expected key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree := check(t, c.text)
			if tree.Err == nil {
				if c.problems != "" {
					t.Fatalf("no problem: %s", outline(tree.Root()))
				}
			}
			var problems []string
			for _, p := range tree.Problems {
				at := p.At.Position()
				problems = append(problems, fmt.Sprintf("%d:%d %s", at.Line, at.Column, p.Message))
			}
			got := ""
			if tree.Root() != nil {
				got = outline(tree.Root())
			}
			if got != c.want || strings.Join(problems, "|") != c.problems {
				t.Errorf("%q\n got  %s\n want %s\n problems %s\n want     %s\n first %v", c.text, got, c.want, strings.Join(problems, "|"), c.problems, tree.Err)
			}
		})
	}
}

// TestAliasesThatMultiply has nine aliases of nine aliases, and so on: each is small, together they would fill any memory.
func TestAliasesThatMultiply(t *testing.T) {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 12; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i-1), 9), ","))
	}
	tree := Parse(source.NewFile("bomb.yml", []byte(b.String())))
	failure := tree.Failure()
	if failure == nil || failure.Message != tooManyAliases {
		t.Fatalf("Failure() = %v", failure)
	}
	if at := failure.At.Position(); at != (source.Position{Line: 7, Column: 30}) {
		t.Errorf("at %v", at)
	}
	if len(tree.Problems) == 0 || tree.Docs[0].Get("a5") == nil {
		t.Error("the tree is not there for the editor")
	}
	// the same aliases a few times over are what people write
	few := Parse(source.NewFile("few.yml", []byte("a: &a {x: 1}\nb: [*a, *a, *a]\nc: &c [*a, *a]\nd: [*c, *c]\n")))
	if few.Failure() != nil || len(few.Problems) > 0 {
		t.Errorf("%v %v", few.Failure(), few.Problems)
	}
}

func TestControlCharacterIsNamed(t *testing.T) {
	for text, want := range map[string]string{
		"- debug: {msg: \"ü\x00\"}\n": `1:18 unacceptable character #x0000: control characters are not allowed in "<unicode string>", position 17`,
		"a: \x01b\n":                  `1:4 unacceptable character #x0001: control characters are not allowed in "<unicode string>", position 3`,
	} {
		failure := Parse(source.NewFile("f.yml", []byte(text))).Failure()
		at := failure.At.Position()
		if got := fmt.Sprintf("%d:%d %s", at.Line, at.Column, failure.Message); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
