package lsp

import (
	"strings"
	"testing"
)

// TestHostileTexts opens texts that no one writes by hand and asks everything about them: the server must answer and
// live on.
func TestHostileTexts(t *testing.T) {
	for name, text := range map[string]string{
		"brackets":    strings.Repeat("[", 100_000),
		"braces":      strings.Repeat("{a: ", 50_000),
		"dashes":      strings.Repeat("- ", 50_000) + "x",
		"indentation": deep(2_000),
		"parentheses": "- hosts: all\n  tasks:\n    - debug:\n      when: " + strings.Repeat("(", 50_000) + "\n",
		"filters":     "- hosts: \"{{ x" + strings.Repeat(" | default(x", 20_000) + " }}\"\n",
		"blocks":      "{% if x %}" + strings.Repeat("{% for a in b %}", 20_000),
		"NUL":         "- hosts: \x00all\n\x00",
		"not UTF-8":   "- hosts: \xff\xfe\xfd {{ \xff }}\n  \xff: \xff\n",
		"long line":   "- hosts: " + strings.Repeat("x", 1_000_000) + "\n",
		"many lines":  strings.Repeat("- hosts: all\n", 20_000),
		"anchors":     "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: &d [*c, *c]\ne: [*d, *d, *e]\n",
		"own anchor":  "a: &a\n  <<: *a\n  b: *a\n",
		"carriage":    "- hosts: all\r\r\n  tasks:\r  - debug:\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			c := open(t, map[string]string{"ansible.cfg": ""})
			c.didOpen("site.yml", 1, text)
			c.didOpen("x.j2", 1, text)
			for _, file := range []string{"site.yml", "x.j2"} {
				doc := map[string]any{"textDocument": c.doc(file)}
				for _, method := range []string{"documentSymbol", "foldingRange", "codeLens", "documentLink"} {
					c.answer(c.send("textDocument/"+method, doc))
				}
				for _, at := range [][2]int{{0, 0}, {0, 9}, {0, 20_000}, {1, 1}, {3, 40}, {1 << 30, 1 << 30}} {
					for _, method := range []string{"completion", "hover", "definition", "signatureHelp", "documentHighlight", "prepareRename"} {
						c.answer(c.send("textDocument/"+method, c.at(file, at[0], at[1])))
					}
				}
			}
			c.didChange("site.yml", 2, edit{l1: -1, text: "a: 1\n"})
			c.diagnostics("site.yml", 2)
		})
	}
}

func deep(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func TestHugeFile(t *testing.T) {
	c := open(t, map[string]string{"ansible.cfg": ""})
	c.didOpen("vars.yml", 1, strings.Repeat("variable: some value\n", maxFile/21+1))
	d := c.diagnostics("vars.yml", 1)
	if len(d.Diagnostics) != 1 || d.Diagnostics[0].Code != "too-large" || d.Diagnostics[0].Severity != 3 {
		t.Errorf("%+v", d.Diagnostics)
	}
	c.didChange("vars.yml", 2, edit{5, 0, 5, 8, "other"})
	c.diagnostics("vars.yml", 2)
	if got := c.labels("vars.yml", 5, 3); len(got) != 0 {
		t.Errorf("completion in a huge file: %q", got)
	}
	c.didChange("vars.yml", 3, edit{l1: -1, text: "a: 1\n"})
	if d := c.diagnostics("vars.yml", 3); len(d.Diagnostics) != 0 {
		t.Errorf("%+v", d.Diagnostics)
	}
}

// FuzzStream gives arbitrary bytes to a server: it must end with its input.
func FuzzStream(f *testing.F) {
	f.Add([]byte("Content-Length: 2\r\n\r\n{}"))
	f.Add([]byte("Content-Length: 58\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{}}\r\n"))
	f.Add([]byte("Content-Length: 9999999999999999999\r\n\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c := start(t, nil)
		c.raw(string(b))
		c.in.Close()
		select {
		case code := <-c.done:
			c.done <- code
		case <-patienceOver():
			t.Fatal("the server did not end")
		}
	})
}
