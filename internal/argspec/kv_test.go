package argspec

import (
	"encoding/json"
	"os"
	"testing"

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

// FuzzParseKV feeds anything: no panic, and what is split can be split again.
func FuzzParseKV(f *testing.F) {
	for _, seed := range []string{"a=b c='d e' {{ x }}", `x=\"y\" \x41 \u00e9`, "{% if %}\n\\\n", `"`, "=", "é=ü\\"} {
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, text string, raw bool) {
		parse := ParseKV
		if raw {
			parse = ParseFreeForm
		}
		pairs, rest, err := parse(text)
		if err != nil {
			return
		}
		if pairs == nil {
			t.Fatal("no pairs and no error")
		}
		if words, err := SplitArgs(rest); err == nil && rest != "" && len(words) == 0 {
			t.Fatalf("%q splits into nothing", rest)
		}
	})
}
