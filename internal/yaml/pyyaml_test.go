package yaml

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// recorded is one line of testdata/pyyaml.jsonl, which testdata/record.py writes.
type recorded struct {
	In      *string
	Tree    []string
	Value   []string
	Error   string
	Refused string
	Dump    string
	Options DumpOptions
	Out     string
}

// TestPyYAML compares trees, values, error messages and printed texts with those of the real PyYAML.
func TestPyYAML(t *testing.T) {
	comparePyYAML(t, "testdata/pyyaml.jsonl", 1000)
	if path := os.Getenv("REHEARSE_PYYAML"); path != "" {
		comparePyYAML(t, path, 1)
	}
}

func comparePyYAML(t *testing.T, path string, least int) {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<26)
	for ; in.Scan(); n++ {
		var c recorded
		if err := json.Unmarshal(in.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		if c.In == nil {
			v, err := value.FromJSON([]byte(c.Dump))
			if err != nil {
				t.Fatal(err)
			}
			c.Options.SortKeys = true
			if got, err := Dump(v, c.Options); err != nil || got != c.Out {
				t.Errorf("Dump(%s, %+v)\n got  %q %v\n want %q", c.Dump, c.Options, got, err, c.Out)
			}
			continue
		}
		compareRead(t, c)
	}
	if in.Err() != nil || n < least {
		t.Errorf("%d cases: %v", n, in.Err())
	}
	t.Logf("%d cases", n)
}

func compareRead(t *testing.T, c recorded) {
	t.Helper()
	tree := check(t, *c.In)
	unhashable := tree.Err != nil && tree.Err.Problem == "found unhashable key" // PyYAML finds that later
	if tree.Err != nil && !unhashable {
		got := strings.TrimSpace(tree.Err.Context + " | " + tree.Err.Problem)
		at := tree.Err.Position(tree.File)
		want := c.Error
		if i := strings.Index(want, " "); i > 0 && !strings.Contains(*c.In, "\u0085") && !strings.Contains(*c.In, "\u2028") {
			got = fmt.Sprintf("%d:%d %s", at.Line, at.Column, got)
		} else {
			want = want[i+1:]
		}
		if strings.Contains(want, "control characters") || strings.Contains(want, "special characters") {
			return
		}
		if strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(want), " ") {
			t.Errorf("%q\n got  %s\n want %s", *c.In, got, want)
		}
		return
	}
	if c.Error != "" {
		t.Errorf("%q is read, PyYAML says %s", *c.In, c.Error)
		return
	}
	if unhashable {
		if !strings.Contains(c.Refused, "unhashable") {
			t.Errorf("%q has an unhashable key, PyYAML says %v %v", *c.In, c.Refused, c.Value)
		}
		return
	}
	var got, values []string
	refused := ""
	for _, d := range tree.Docs {
		got = append(got, pyTree(d, nil))
		v, problems := d.Value(nil, Options{Plain: true})
		for _, p := range problems {
			if p.Severity == diag.Error && refused == "" {
				refused = p.Message
			}
		}
		values = append(values, value.Repr(v))
	}
	lines := func(s []string) string { return strings.Join(s, "\n") }
	if strings.ContainsAny(*c.In, "\u0085\u2028") { // line numbers count other breaks
		return
	}
	if lines(got) != lines(c.Tree) {
		t.Errorf("%q\n got  %s\n want %s", *c.In, lines(got), lines(c.Tree))
	}
	switch {
	case (refused != "") != (c.Refused != ""):
		if !strings.Contains(refused, "contains itself") { // PyYAML makes a list that contains itself
			t.Errorf("%q refused with %q, PyYAML with %q", *c.In, refused, c.Refused)
		}
	case refused == "" && lines(values) != lines(c.Value):
		t.Errorf("%q\n got  %s\n want %s", *c.In, lines(values), lines(c.Value))
	}
}

// pyTree writes a node as record.py does.
func pyTree(n *Node, path []*Node) string {
	if n.Kind == Alias {
		n = n.Resolve()
	}
	for _, p := range path {
		if p == n {
			return "..."
		}
	}
	path = append(path, n)
	head := ""
	if n.Kind != Scalar || n.Text != "" || n.Style != Plain {
		p := n.At().Position()
		head = fmt.Sprintf("%d:%d ", p.Line, p.Column)
	}
	head += strings.Replace(n.ResolvedTag(), tagPrefix, "!!", 1)
	var parts []string
	switch n.Kind {
	case Scalar:
		text, _ := json.Marshal(n.Text)
		var s string
		_ = json.Unmarshal(text, &s)
		return fmt.Sprintf("%s %c %s", head, "p'\"|>"[n.Style], pyJSON(s))
	case Mapping:
		for _, p := range n.Pairs {
			parts = append(parts, pyTree(p.Key, path)+": "+pyTree(p.Value, path))
		}
		return head + " {" + strings.Join(parts, ", ") + "}"
	}
	for _, i := range n.Items {
		parts = append(parts, pyTree(i, path))
	}
	return head + " [" + strings.Join(parts, ", ") + "]"
}

// pyJSON quotes a text as Python's json.dumps.
func pyJSON(s string) string {
	b, _ := value.ToJSON(value.S(s), value.JSONOptions{})
	return string(b)
}
