package pyre

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// recorded is testdata/cases.json.gz, made by testdata/record.py with CPython 3.11.
type recorded struct {
	Texts   []string
	Compile [][3]*string
	Run     [][11]any
	Flags   [][4]any
	Sub     [][5]any
	Escape  [][2]string
}

func load(t *testing.T) *recorded {
	t.Helper()
	f, err := os.Open("testdata/cases.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	r := &recorded{}
	if err := json.NewDecoder(z).Decode(r); err != nil {
		t.Fatal(err)
	}
	return r
}

func class(err error) string {
	var e *Error
	var i *IndexError
	var o *OverflowError
	switch {
	case errors.As(err, &e):
		return "error"
	case errors.As(err, &i):
		return "IndexError"
	case errors.As(err, &o):
		return "OverflowError"
	}
	return fmt.Sprintf("%T", err)
}

func TestCompile(t *testing.T) {
	for _, c := range load(t).Compile {
		_, err := Compile(*c[0], 0)
		switch {
		case err == nil && c[1] != nil:
			t.Errorf("%q compiles, Python says %s: %s", *c[0], *c[1], *c[2])
		case err != nil && c[1] == nil:
			t.Errorf("%q: %v, Python compiles it", *c[0], err)
		case err != nil && (class(err) != *c[1] || err.Error() != *c[2]):
			t.Errorf("%q: %s: %v\n Python: %s: %s", *c[0], class(err), err, *c[1], *c[2])
		}
	}
}

// plain turns a Go result into what encoding/json makes of the recorded one.
func plain(t *testing.T, v any) any {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func runeSpan(text string, start, end int) []int {
	if start < 0 {
		return []int{-1, -1}
	}
	return []int{utf8.RuneCountInString(text[:start]), utf8.RuneCountInString(text[:end])}
}

func spans(m *Match) any {
	if m == nil {
		return nil
	}
	var out [][]int
	for i := 0; i <= m.Groups(); i++ {
		out = append(out, runeSpan(m.Text, m.span[2*i], m.span[2*i+1]))
	}
	return out
}

func findAll(t *testing.T, re *Regexp, text string) any {
	rows, err := re.FindAll(text)
	if err != nil {
		t.Fatal(err)
	}
	out := []any{}
	for _, row := range rows {
		if len(row) == 1 {
			out = append(out, row[0])
		} else {
			out = append(out, row)
		}
	}
	return out
}

func pieces(t *testing.T, re *Regexp, text string, limit int) any {
	parts, err := re.Split(text, limit)
	if err != nil {
		t.Fatal(err)
	}
	out := []any{}
	for _, p := range parts {
		if p.None {
			out = append(out, nil)
		} else {
			out = append(out, p.Text)
		}
	}
	return out
}

func TestRun(t *testing.T) {
	r := load(t)
	failed := map[string]int{}
	for _, c := range r.Run {
		pattern, text := c[0].(string), r.Texts[int(c[1].(float64))]
		re, err := Compile(pattern, 0)
		if err != nil {
			continue // TestCompile reports it
		}
		must := func(m *Match, err error) any {
			if err != nil {
				t.Fatalf("%q: %v", pattern, err)
			}
			return spans(m)
		}
		all := [][]int{}
		if err := re.All(text, func(m *Match) bool {
			all = append(all, runeSpan(text, m.span[0], m.span[1]))
			return true
		}); err != nil {
			t.Fatal(err)
		}
		every, _, err := re.Sub("<>", text, 0)
		if err != nil {
			t.Fatal(err)
		}
		once, _, err := re.Sub("-", text, 1)
		if err != nil {
			t.Fatal(err)
		}
		got := []any{must(re.Search(text)), must(re.Match(text)), must(re.FullMatch(text)), all, findAll(t, re, text),
			pieces(t, re, text, 0), pieces(t, re, text, 1), every, once}
		for i, name := range []string{"search", "match", "fullmatch", "finditer", "findall", "split", "split 1", "sub", "sub 1"} {
			if g := plain(t, got[i]); !reflect.DeepEqual(g, c[i+2]) {
				if failed[pattern]++; failed[pattern] < 3 {
					t.Errorf("%s %q in %q: %v, Python %v", name, pattern, text, g, c[i+2])
				}
			}
		}
	}
	t.Logf("%d pattern and text pairs", len(r.Run))
}

func TestFlags(t *testing.T) {
	r := load(t)
	letters := map[rune]Flags{'I': IgnoreCase, 'M': Multiline, 'S': DotAll, 'X': Verbose, 'A': ASCII}
	for _, c := range r.Flags {
		var flags Flags
		for _, l := range c[1].(string) {
			flags |= letters[l]
		}
		re, err := Compile(c[0].(string), flags)
		if err != nil {
			t.Fatal(err)
		}
		text := r.Texts[int(c[2].(float64))]
		if got := plain(t, findAll(t, re, text)); !reflect.DeepEqual(got, c[3]) {
			t.Errorf("%q %s in %q: %v, Python %v", c[0], c[1], text, got, c[3])
		}
	}
}

func TestSub(t *testing.T) {
	for _, c := range load(t).Sub {
		re, err := Compile(c[0].(string), 0)
		if err != nil {
			t.Fatal(err)
		}
		text, replacement := c[1].(string), c[2].(string)
		got, n, err := re.Sub(replacement, text, 0)
		check := func(what string, got any, err error, want any) {
			if err != nil {
				got = map[string]any{"error": class(err), "message": err.Error()}
			}
			if g := plain(t, got); !reflect.DeepEqual(g, want) {
				t.Errorf("%s %q with %q in %q: %v, Python %v", what, c[0], replacement, text, g, want)
			}
		}
		check("subn", []any{got, n}, err, c[3])
		m, err := re.Search(text)
		if err != nil {
			t.Fatal(err)
		}
		expanded, err := m.Expand(replacement)
		check("expand", expanded, err, c[4])
	}
}

func TestEscape(t *testing.T) {
	for _, c := range load(t).Escape {
		if got := Escape(c[0]); got != c[1] {
			t.Errorf("Escape(%q) = %q, Python %q", c[0], got, c[1])
		}
	}
}

// A pattern that backtracks without end is stopped; the engine's clock is coarse, so only the fact is tested.
func TestTimeout(t *testing.T) {
	re, err := Compile(`(?=x)x(a+)+\1b`, 0)
	if err != nil {
		t.Fatal(err)
	}
	engine, err := re.full(anywhere)
	if err != nil {
		t.Fatal(err)
	}
	engine.MatchTimeout = time.Millisecond
	_, err = re.Search("x" + strings.Repeat("a", 200))
	var timeout *TimeoutError
	if !errors.As(err, &timeout) {
		t.Fatalf("got %v, want a time-out", err)
	}
}

func BenchmarkSearchASCII(b *testing.B) {
	re, _ := Compile(`(?P<k>\w+)\s*=\s*(.*)$`, 0)
	for b.Loop() {
		if m, _ := re.Search("listen_port = 8080"); m == nil {
			b.Fatal("no match")
		}
	}
}
