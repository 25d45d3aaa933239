package jinja_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

type corpusText struct {
	Text       string `json:"text"`
	Expression bool   `json:"expression"`
	path       string
	line       int
}

// TestCorpus reads every template of the projects in the folder REHEARSE_CORPUS: whole .j2 files, every text of every
// YAML file that looks like a template, every conditional. REHEARSE_PYTHON is a Python that has Jinja2: what it parses
// must parse, what it rejects must be rejected at the same line with the same message. With REHEARSE_MUTATE=N, N texts
// that are broken at random are read instead.
func TestCorpus(t *testing.T) {
	root, python := os.Getenv("REHEARSE_CORPUS"), os.Getenv("REHEARSE_PYTHON")
	if root == "" || python == "" {
		t.Skip("REHEARSE_CORPUS (a folder of projects) and REHEARSE_PYTHON (a Python with Jinja2) are not set")
	}
	texts := collectTexts(t, root)
	if len(texts) == 0 {
		t.Fatal("no template found")
	}
	if n, _ := strconv.Atoi(os.Getenv("REHEARSE_MUTATE")); n > 0 {
		texts = mutated(texts, n)
	}
	var in bytes.Buffer
	enc := json.NewEncoder(&in)
	for _, x := range texts {
		if err := enc.Encode(x); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(python, filepath.Join("testdata", "parse.py"))
	cmd.Stdin = &in
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	o := &jinja.Options{TrimBlocks: true, Do: true, LoopControls: true}
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<24)
	rejected := 0
	for i := 0; lines.Scan(); i++ {
		var want *struct {
			Line    int
			Message string
		}
		if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		x := texts[i]
		parse := jinja.Parse
		if x.Expression {
			parse = jinja.ParseExpr
		}
		p := parse(x.Text, o)
		checkLossless(t, p)
		got := p.Err()
		switch {
		case want == nil && got != nil:
			t.Errorf("%s:%d: Jinja2 parses %q, we say: %s", x.path, x.line, x.Text, got.Message)
		case want != nil:
			rejected++
			if got == nil {
				t.Errorf("%s:%d: Jinja2 rejects %q: %s", x.path, x.line, x.Text, want.Message)
			} else if got.Message != want.Message || p.Line(got.Span.Start) != want.Line {
				t.Errorf("%s:%d: %q\n Jinja2: line %d %s\n we:     line %d %s", x.path, x.line, x.Text, want.Line, want.Message, p.Line(got.Span.Start), got.Message)
			}
		}
	}
	t.Logf("%d texts, of which Jinja2 rejects %d", len(texts), rejected)
}

// mutated breaks n of the texts, each at one or two places.
func mutated(texts []corpusText, n int) []corpusText {
	r := rand.New(rand.NewPCG(1, 2))
	bits := []string{"{{", "}}", "{%", "%}", "(", ")", "[", "]", "'", "\"", "|", ".", ",", "=", " if ", " is ", " not ", "{% endif %}", "{% else %}",
		"{% endfor %}", "{#", "#}", "-", "+", "~", "\\", "\n", " ", "1", "a", "{% if x %}", "{% for i in x %}", "{% raw %}", "{% endraw %}", ":", "*", "{", "}", "%"}
	var out []corpusText
	for len(out) < n {
		x := texts[r.IntN(len(texts))]
		if len(x.Text) > 600 || len(x.Text) < 3 {
			continue
		}
		chars := []rune(x.Text)
		for range 1 + r.IntN(2) {
			i := r.IntN(len(chars))
			switch r.IntN(3) {
			case 0:
				j := min(i+1+r.IntN(4), len(chars))
				chars = append(chars[:i:i], chars[j:]...)
			case 1:
				chars = append(chars[:i:i], append([]rune(bits[r.IntN(len(bits))]), chars[i:]...)...)
			default:
				chars[i] = []rune(bits[r.IntN(len(bits))])[0]
			}
			if len(chars) == 0 {
				break
			}
		}
		x.Text = string(chars)
		out = append(out, x)
	}
	return out
}

// checkLossless tells whether the tokens cover the source without gaps.
func checkLossless(t *testing.T, p *jinja.Template) {
	t.Helper()
	at := int32(0)
	for _, k := range p.Tokens {
		if k.Start != at {
			t.Errorf("%q: a token starts at %d instead of %d", p.Source, k.Start, at)
			return
		}
		at = k.End
	}
	if int(at) != len(p.Source) {
		t.Errorf("%q: the tokens end at %d of %d", p.Source, at, len(p.Source))
	}
}

func collectTexts(t *testing.T, root string) []corpusText {
	var texts []corpusText
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		ext := filepath.Ext(path)
		if ext != ".j2" && ext != ".yml" && ext != ".yaml" || d.Type() != 0 {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if strings.ToValidUTF8(string(data), "") != string(data) {
			return nil
		}
		if ext == ".j2" {
			if !strings.HasPrefix(string(data), "#jinja2:") {
				texts = append(texts, corpusText{string(data), false, path, 1})
			}
			return nil
		}
		f := source.NewFile(path, data)
		tree := yaml.Parse(f)
		seen := map[*yaml.Node]bool{}
		var walk func(n *yaml.Node, key string)
		walk = func(n *yaml.Node, key string) {
			if n == nil || seen[n] {
				return
			}
			seen[n] = true
			switch n.Kind {
			case yaml.Scalar:
				switch {
				case jinja.IsTemplate(n.Text, nil) && !strings.HasPrefix(n.Text, "#jinja2:"):
					texts = append(texts, corpusText{n.Text, false, path, f.Line(n.Span.Start)})
				case key == "when" || key == "until" || key == "failed_when" || key == "changed_when" || key == "that":
					texts = append(texts, corpusText{n.Text, true, path, f.Line(n.Span.Start)})
				}
			case yaml.Mapping:
				for _, p := range n.Pairs {
					k := ""
					if p.Key != nil {
						k = p.Key.Text
					}
					walk(p.Key, "")
					walk(p.Value, k)
				}
			case yaml.Sequence:
				for _, x := range n.Items {
					walk(x, key)
				}
			}
		}
		for _, doc := range tree.Docs {
			walk(doc, "")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}
