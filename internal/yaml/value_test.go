package yaml

import (
	"testing"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// TestAnsibleTags holds what AnsibleLoader of ansible-core 2.19 does with its own tags and with trust.
func TestAnsibleTags(t *testing.T) {
	for _, c := range []struct{ text, want, problem string }{
		{"a: x", "trusted str", ""},
		{"a: !unsafe x", "str", ""},
		{"a: !unsafe '123'", "int", ""},
		{"a: !unsafe [x]", "list", ""},
		{"a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  3132\n", "EncryptedString", ""},
		{"a: !vault 12", "NoneType", "The '!vault' tag requires a string value."},
		{"a: !vault-encrypted x", "EncryptedString", "Use of the YAML `!vault-encrypted` tag is deprecated."},
		{"a: 1\na: 2", "int", "Found duplicate mapping key 'a'."},
		{"b: &x {k: 1}\na:\n  <<: *x\n  k: 2\n", "dict", "Found duplicate mapping key 'k'."},
		{"a: !foo x", "NoneType", "Could not determine a constructor for the tag '!foo'."},
		{"a: &x [*x]", "list", "The value of anchor 'x' contains itself."},
		{"a: 2020-13-01", "NoneType", "Month must be in 1..12."},
		{"a: !!python/unicode x", "trusted str", ""},
	} {
		v, problems := parse(c.text).Root().Value(nil, Options{Trusted: true})
		got, _ := v.(*value.Dict).Get("a")
		kind := got.TypeName()
		if s, ok := got.(value.Str); ok && s.Trusted {
			kind = "trusted str"
		}
		message := ""
		if len(problems) > 0 {
			message = problems[0].Message
		}
		if kind != c.want || message != c.problem {
			t.Errorf("%q is %s, %q; want %s, %q", c.text, kind, message, c.want, c.problem)
		}
	}
}

// TestBounds: aliases and merge keys cannot multiply a small file to a large value.
func TestBounds(t *testing.T) {
	laughs := "a0: &a0 {k: x}\n"
	for i := 1; i < 40; i++ {
		n, p := string(rune('0'+i/10))+string(rune('0'+i%10)), string(rune('0'+(i-1)/10))+string(rune('0'+(i-1)%10))
		if i == 1 {
			p = "0"
		}
		laughs += "a" + n + ": &a" + n + " {<<: [*a" + p + ", *a" + p + "], k" + n + ": [*a" + p + ", *a" + p + "]}\n"
	}
	_, problems := parse(laughs).Root().Value(nil, Options{})
	for _, p := range problems {
		if p.Rule == Rule {
			return
		}
	}
	t.Error("no bound was met")
}

// TestEncodings: what Ansible cannot decode is said clearly.
func TestEncodings(t *testing.T) {
	for text, want := range map[string]string{
		"\xff\xfea\x00:\x00": "the file is encoded as UTF-16; Ansible reads UTF-8 only",
		"\xfe\xff\x00a\x00:": "the file is encoded as UTF-16; Ansible reads UTF-8 only",
		"a: b\xff\n":         "The file is not valid UTF-8",
		"a: \x00\n":          "Control characters are not allowed",
	} {
		tree := parse(text)
		if len(tree.Problems) == 0 || tree.Problems[0].Message != want {
			t.Errorf("%q: %v, want %q", text, tree.Problems, want)
		}
	}
	if tree := parse("\ufeffa: b\n"); tree.Err != nil || tree.Root().Get("a") == nil {
		t.Errorf("a byte order mark is not passed over: %v", tree.Err)
	}
}
