package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// called runs the program in a directory and gives what it printed and its exit status.
func called(t *testing.T, dir, stdin string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	var out, errs bytes.Buffer
	env := &Env{Stdin: strings.NewReader(stdin), Stdout: &out, Stderr: &errs, Dir: dir, Getenv: func(name string) string {
		if name == "HOME" {
			return dir
		}
		return ""
	}}
	status = Main(append([]string{"rehearse"}, args...), env)
	return out.String(), errs.String(), status
}

func evalDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"hosts.ini":              "[web]\nweb1 size=3\n[web:vars]\ngreeting=\"Hello {{ inventory_hostname }}\"\n",
		"group_vars/web.yml":     "listen:\n  - \"{{ size }}00\"\n  - !unsafe \"{{ size }}\"\nbroken: >-\n  a\n  {{ listen2 }}\n",
		"templates/site.conf.j2": "#jinja2: trim_blocks: True\n{% for l in listen %}\nlisten {{ l }};\n{% endfor %}\n{% include 'part.j2' %}\nend\n",
		"templates/part.j2":      "part of {{ inventory_hostname }}\n",
		"templates/bad.j2":       "first\n  {% if size > 'x' %}{% endif %}\n",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestEval(t *testing.T) {
	dir := evalDir(t)
	for _, c := range []struct {
		args         string
		want, errors string
		status       int
	}{
		{"1 + 1", "2\n", "", 0},
		{"{{ 'a' }}b", "ab\n", "", 0},
		{"greeting", "Hello web1\n", "", 0},
		{"listen", "[\n    \"300\",\n    \"{{ size }}\"\n]\n", "", 0},
		{"size * 2 > 5 --output json", "{\n    \"value\": true,\n    \"type\": \"bool\"\n}\n", "", 0},
		{"x.y -e {\"x\":{\"y\":[1,2.5,null]}} --output json", "{\n    \"value\": [\n        1,\n        2.5,\n        null\n    ],\n    \"type\": \"list\"\n}\n", "", 0},
		{"none --output json", "{\n    \"value\": null,\n    \"type\": \"NoneType\"\n}\n", "", 0},
		{"siz", "", "<expression>:1:1: 'siz' is undefined\n\n1 siz\n  ^^^\n\nDid you mean size?\n", 1},
		{"siz --output json", "{\n    \"error\": \"'siz' is undefined\",\n    \"class\": \"AnsibleUndefinedVariable\",\n    \"file\": \"<expression>\",\n    \"line\": 1,\n    \"column\": 1,\n    \"undefined\": \"siz\",\n    \"nearest\": \"size\"\n}\n", "", 1},
		{"broken", "", "DIR/group_vars/web.yml:6:6: 'listen2' is undefined\n\n6   {{ listen2 }}\n       ^^^^^^^\n\nDid you mean listen?\n", 1},
		{"'a' | uper", "", "<expression>:1:7: Syntax error in expression: No filter named 'uper'.\n\n1 'a' | uper\n        ^^^^\n\nDid you mean upper?\n", 1},
		{"1 + --output yaml", "", "--output is \"yaml\": text and json are known\n", 5},
	} {
		fields := strings.SplitN(c.args, " -", 2)
		args := []string{"eval", "-i", "hosts.ini", "--host", "web1", fields[0]}
		if len(fields) > 1 {
			args = append(args, strings.Fields("-"+fields[1])...)
		}
		args[2] = filepath.Join(dir, "hosts.ini")
		out, errs, status := called(t, dir, "", args...)
		errs = strings.ReplaceAll(errs, dir, "DIR")
		if out != c.want || errs != c.errors || status != c.status {
			t.Errorf("eval %s\n out %q\nwant %q\n err %q\nwant %q\n status %d, want %d", c.args, out, c.want, errs, c.errors, status, c.status)
		}
	}
	if _, errs, status := called(t, dir, "", "eval", "-i", filepath.Join(dir, "hosts.ini"), "--host", "nobody", "1"); status != 1 || !strings.Contains(errs, "no host named nobody") {
		t.Errorf("an unknown host: %d %s", status, errs)
	}
}

func TestTemplate(t *testing.T) {
	dir := evalDir(t)
	inv := filepath.Join(dir, "hosts.ini")
	for _, c := range []struct {
		name, stdin string
		args        []string
		want        string
		errors      string
		status      int
	}{
		{"file", "", []string{"templates/site.conf.j2"}, "listen 300;\nlisten {{ size }};\npart of web1end\n", "", 0},
		{"standard input", "a\n{% if size == 3 %}\nb\n{% endif %}\n", []string{"-"}, "a\nb\n", "", 0},
		{"without trimming", "a\n{% if size == 3 %}\nb\n{% endif %}\n", []string{"--no-trim-blocks", "-"}, "a\n\nb\n", "", 0},
		{"json", "{{ size }}\n", []string{"--output", "json", "-"}, "{\n    \"value\": \"3\",\n    \"type\": \"str\"\n}\n", "", 0},
		{"error", "", []string{"templates/bad.j2"}, "", "templates/bad.j2:2:9: Error rendering template: '>' not supported between instances of 'int' and 'str'\n\n2   {% if size > 'x' %}{% endif %}\n          ^^^^^^^^^^\n", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, errs, status := called(t, dir, c.stdin, append([]string{"template", "-i", inv, "--host", "web1"}, c.args...)...)
			errs = strings.ReplaceAll(errs, dir, "DIR")
			if out != c.want || errs != c.errors || status != c.status {
				t.Errorf("\n out %q\nwant %q\n err %q\nwant %q\n status %d, want %d", out, c.want, errs, c.errors, status, c.status)
			}
		})
	}
}
