package argparse

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func demo(nargs string) *Parser {
	return &Parser{
		Prog: "demo",
		Options: []*Option{
			{Flags: []string{"-v", "--verbose"}, Kind: Count},
			{Flags: []string{"-i", "--inventory", "--inventory-file"}, Kind: Append},
			{Flags: []string{"-b", "--become"}, Kind: True},
			{Flags: []string{"--become-user"}},
			{Flags: []string{"-f", "--forks"}, Int: true},
			{Flags: []string{"-t", "--type"}, Choices: []string{"one", "two words"}},
			{Flags: []string{"-k", "--ask"}, Kind: True},
			{Flags: []string{"--file"}},
		},
		Exclusive:  [][]string{{"-k", "--file"}},
		Positional: &Positional{Metavar: "args", Nargs: nargs},
	}
}

// TestLinesAsPython compares with what Python 3.11's argparse gave (testdata/record.py).
func TestLinesAsPython(t *testing.T) {
	data, err := os.ReadFile("testdata/cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Nargs string
		Line  []string
		Given map[string]any
		Args  []string
		Error string
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		r, err := demo(c.Nargs).Parse(c.Line)
		name := c.Nargs + " " + strings.Join(c.Line, "|")
		if err != nil {
			if err.Error() != c.Error {
				t.Errorf("%s: %v\nPython: %s", name, err, c.Error)
			}
			continue
		}
		if c.Error != "" {
			t.Errorf("%s: accepted\nPython: %s", name, c.Error)
			continue
		}
		given := map[string]any{}
		for _, g := range r.Options {
			key := "verbose"
			if g.Option.Kind != Count {
				key = map[string]string{"-i": "inventory", "-b": "become", "--become-user": "become_user", "-f": "forks", "-t": "type", "-k": "ask", "--file": "file"}[g.Option.Flags[0]]
			}
			switch o := g.Option; {
			case o.Kind == Count:
				n, _ := given[key].(float64)
				given[key] = n + 1
			case o.Kind == True:
				given[key] = true
			case o.Kind == Append:
				l, _ := given[key].([]any)
				given[key] = append(l, g.Value)
			case o.Int:
				n, _ := strconv.ParseFloat(g.Value, 64)
				given[key] = n
			default:
				given[key] = g.Value
			}
		}
		for k, v := range given { // Python's list leaves out what is empty
			if v == "" || v == 0.0 {
				if _, ok := c.Given[k]; !ok {
					delete(given, k)
				}
			}
		}
		if d := cmp.Diff(c.Given, given); d != "" {
			t.Errorf("%s: -Python +here\n%s", name, d)
		}
		if d := cmp.Diff(append([]string{}, c.Args...), append([]string{}, r.Args...)); d != "" {
			t.Errorf("%s: -Python +here\n%s", name, d)
		}
	}
}
