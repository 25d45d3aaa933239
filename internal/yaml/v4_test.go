package yaml

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	v4 "go.yaml.in/yaml/v4"

	"github.com/rehearse-dev/rehearse/internal/source"
)

// TestV4 compares the trees with those of go.yaml.in/yaml/v4, on texts of this package and, where
// REHEARSE_YAML_CORPUS names folders, on all YAML files in them.
func TestV4(t *testing.T) {
	compareV4(t, "play", []byte(play))
	for _, text := range []string{"a: |\n  b\n   c\nd: >-\n  e\n  f\n\n  g\n", "- [a, {b: c}]\n- 'it''s'\n- \"\\u00e9\\n\"\n", "a: &x {k: 1}\nb: *x\n"} {
		compareV4(t, text, []byte(text))
	}
	dirs := os.Getenv("REHEARSE_YAML_CORPUS")
	if dirs == "" {
		return
	}
	read, refused := 0, 0
	for _, path := range corpus(t, dirs) {
		if b, err := os.ReadFile(path); err == nil {
			if compareV4(t, path, b) {
				read++
			} else {
				refused++
			}
		}
	}
	t.Logf("%d files read by both, %d refused by one of them", read, refused)
}

// compareV4 reports false when one of the two refuses the text. Where they differ on that, it is logged, not failed:
// v4 follows YAML 1.2 in places; PyYAML decides.
func compareV4(t *testing.T, name string, b []byte) bool {
	t.Helper()
	f := source.NewFile(name, b)
	tree := Parse(f)
	dec := v4.NewDecoder(bytes.NewReader(b))
	var docs []*v4.Node
	for {
		var n v4.Node
		err := dec.Decode(&n)
		if err != nil {
			if err.Error() != "EOF" {
				if tree.Err == nil {
					t.Logf("%s: only v4 refuses: %v", name, err)
				}
				return false
			}
			break
		}
		docs = append(docs, &n)
	}
	if tree.Err != nil {
		t.Logf("%s: only we refuse: %v at %v", name, tree.Err, tree.Err.Position(f))
		return false
	}
	if len(docs) != len(tree.Docs) {
		t.Errorf("%s: %d documents, v4 has %d", name, len(tree.Docs), len(docs))
		return false
	}
	for i, d := range docs {
		ours, theirs := strings.Join(flat(tree.Docs[i], nil), "\n"), strings.Join(flatV4(d.Content[0], nil), "\n")
		if ours != theirs {
			a, b := strings.Split(ours, "\n"), strings.Split(theirs, "\n")
			for k := range min(len(a), len(b)) {
				if a[k] != b[k] {
					t.Errorf("%s: %s, v4 %s", name, a[k], b[k])
					break
				}
			}
		}
	}
	return true
}

func flat(n *Node, out []string) []string {
	p := n.At().Position()
	switch n.Kind {
	case Mapping:
		out = append(out, fmt.Sprintf("%d:%d map %d %s", p.Line, p.Column, len(n.Pairs), n.Anchor))
		for _, pair := range n.Pairs {
			out = flat(pair.Value, flat(pair.Key, out))
		}
	case Sequence:
		out = append(out, fmt.Sprintf("%d:%d seq %d %s", p.Line, p.Column, len(n.Items), n.Anchor))
		for _, item := range n.Items {
			out = flat(item, out)
		}
	case Alias:
		out = append(out, fmt.Sprintf("%d:%d alias %s", p.Line, p.Column, n.Text))
	default:
		at := fmt.Sprintf("%d:%d", p.Line, p.Column)
		if n.Text == "" && n.Style == Plain {
			at = "-"
		}
		out = append(out, fmt.Sprintf("%s scalar %d %q %s", at, n.Style, n.Text, n.Anchor))
	}
	return out
}

func flatV4(n *v4.Node, out []string) []string {
	switch n.Kind {
	case v4.MappingNode:
		out = append(out, fmt.Sprintf("%d:%d map %d %s", n.Line, n.Column, len(n.Content)/2, n.Anchor))
	case v4.SequenceNode:
		out = append(out, fmt.Sprintf("%d:%d seq %d %s", n.Line, n.Column, len(n.Content), n.Anchor))
	case v4.AliasNode:
		return append(out, fmt.Sprintf("%d:%d alias %s", n.Line, n.Column, n.Value))
	default:
		style := Plain
		switch {
		case n.Style&v4.SingleQuotedStyle != 0:
			style = SingleQuoted
		case n.Style&v4.DoubleQuotedStyle != 0:
			style = DoubleQuoted
		case n.Style&v4.LiteralStyle != 0:
			style = Literal
		case n.Style&v4.FoldedStyle != 0:
			style = Folded
		}
		at := fmt.Sprintf("%d:%d", n.Line, n.Column)
		if n.Value == "" && style == Plain {
			at = "-"
		}
		return append(out, fmt.Sprintf("%s scalar %d %q %s", at, style, n.Value, n.Anchor))
	}
	for _, c := range n.Content {
		out = flatV4(c, out)
	}
	return out
}
