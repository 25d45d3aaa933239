package argspec

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// TestParseKV compares with what ansible-core's parse_kv said (internal/catalog/gen/kv.py recorded it).
func TestParseKV(t *testing.T) {
	text, err := os.ReadFile("testdata/kv.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Text   string
		Raw    bool
		Error  string
		Result json.RawMessage
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 800 {
		t.Errorf("only %d cases", len(cases))
	}
	failures := 0
	for _, c := range cases {
		parse := ParseKV
		if c.Raw {
			parse = ParseFreeForm
		}
		pairs, raw, err := parse(c.Text)
		if c.Error != "" {
			if err == nil || err.Error() != c.Error {
				t.Errorf("%q: error %v, want %s", c.Text, err, c.Error)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", c.Text, err)
			continue
		}
		want, err := value.FromJSON(c.Result)
		if err != nil {
			t.Fatal(err)
		}
		if v, ok := want.(*value.Dict).Get("_raw_params"); ok || raw != "" {
			if !ok || value.ToStr(v) != raw {
				failures++
				t.Errorf("%q (raw %v): _raw_params is %q, want %v", c.Text, c.Raw, raw, v)
				continue
			}
			want.(*value.Dict).Delete(value.S("_raw_params"))
		}
		if !value.Equal(pairs, want) {
			t.Errorf("%q (raw %v): got %s, want %s", c.Text, c.Raw, value.Repr(pairs), value.Repr(want))
		}
		if failures > 20 {
			t.Fatal("more are left out")
		}
	}
}

// FuzzParseKV feeds anything. What is split and joined is split the same way again; both ways to read a text agree on what
// is no argument at all, and a command's options are arguments elsewhere, too; nothing comes out that did not go in.
func FuzzParseKV(f *testing.F) {
	for _, seed := range []string{"a=b c='d e' {{ x }}", `x=\"y\" \x41 \u00e9`, "{% if %}\n\\\n", `"`, "=", "é=ü\\", "a  b", "chdir=/tmp a=b creates='x y' ls -l", "a={{ b c }} d\n\n e=f\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		words, err := SplitArgs(text)
		pairs, rest, pairsErr := ParseKV(text)
		options, command, commandErr := ParseFreeForm(text)
		if (err == nil) != (pairsErr == nil) || (err == nil) != (commandErr == nil) {
			t.Fatalf("split: %v, arguments: %v, command: %v", err, pairsErr, commandErr)
		}
		if err != nil {
			return
		}
		size := 0
		for _, w := range words {
			size += len(w)
		}
		if size > len(text) {
			t.Fatalf("%d bytes became %d: %q", len(text), size, words)
		}
		joined := JoinArgs(words)
		if again, err := SplitArgs(joined); err != nil || JoinArgs(again) != joined {
			t.Fatalf("%q, joined %q, is %q the second time, %v", words, joined, again, err)
		}
		for k := range options.RawAll() {
			if !commandOption(value.ToStr(k)) {
				t.Fatalf("%q is no option of a command", value.ToStr(k))
			}
			a, _ := options.Get(value.ToStr(k))
			b, ok := pairs.Get(value.ToStr(k))
			if !ok || !value.Equal(a, b) {
				t.Fatalf("the option %q is %v, the argument %v", value.ToStr(k), a, b)
			}
		}
		if pairs.Len() == 0 && rest != command {
			t.Fatalf("without a pair the text is %q, the command %q", rest, command)
		}
	})
}

// FuzzQuotedArgument quotes a name and a value, and reads them back among others.
func FuzzQuotedArgument(f *testing.F) {
	f.Add("name", "two words", "x=1")
	f.Add("a", "{{ b }}", "ls -l")
	f.Add("é", "a=b", "")
	f.Fuzz(func(t *testing.T, name, text, more string) {
		if name == "" || strings.ContainsAny(name, " \t\r\n\f\v\u0085\u00a0='\"\\\\{}#%") || strings.ContainsAny(text, "'\"\\\\\n") || strings.TrimSpace(name) != name || !utf8.ValidString(name+text) {
			return
		}
		for _, open := range []string{"{{", "{%", "{#", "}}", "%}", "#}"} { // may be unbalanced
			if strings.Contains(text, open) {
				return
			}
		}
		if _, err := SplitArgs(more); err != nil || strings.Contains(more, "=") {
			return
		}
		for _, quote := range []string{"'", `"`} {
			pairs, _, err := ParseKV(name + "=" + quote + text + quote + " " + more)
			if err != nil {
				t.Fatal(err)
			}
			if got, ok := pairs.Get(name); !ok || value.ToStr(got) != text || pairs.Len() != 1 {
				t.Fatalf("%s=%s%s%s %s: got %s", name, quote, text, quote, more, value.Repr(pairs))
			}
		}
	})
}
