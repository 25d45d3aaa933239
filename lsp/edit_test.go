package lsp

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestLintFindingsAndFixes(t *testing.T) {
	files := map[string]string{"ansible.cfg": "", "site.yml": "- hosts: all\n  tasks:\n    - name: Run it\n      command: ls\n      become: yes\n"}
	c := open(t, files)
	c.show("site.yml")
	d := c.diagnostics("site.yml", 1)
	rules := map[string]lspRange{}
	for _, x := range d.Diagnostics {
		rules[x.Code] = x.Range
	}
	at, ok := rules["yaml[truthy]"]
	if !ok || at.Start.Line != 4 || at.Start.Character != 14 || at.End.Character != 17 {
		t.Errorf("yaml[truthy] at %+v of %+v", at, d.Diagnostics)
	}
	if _, ok := rules["fqcn[action-core]"]; !ok {
		t.Errorf("no fqcn[action-core] in %+v", d.Diagnostics)
	}
	type action struct {
		Title, Kind string
		Edit        struct {
			Changes map[string][]struct {
				Range   lspRange
				NewText string
			}
		}
	}
	actions := func(only ...string) (out []action) {
		context := map[string]any{"diagnostics": []any{}}
		if only != nil {
			context["only"] = only
		}
		raw := c.call("textDocument/codeAction", map[string]any{"textDocument": c.doc("site.yml"), "range": rng(4, 14, 4, 17), "context": context})
		if err := json.Unmarshal(raw, &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	quick := actions()
	if i := slices.IndexFunc(quick, func(a action) bool { return a.Edit.Changes[c.uri("site.yml")][0].NewText == "true" }); i < 0 {
		t.Errorf("no fix to true in %+v", quick)
	}
	for _, a := range quick {
		if a.Kind != "quickfix" {
			t.Errorf("kind %s without being asked for", a.Kind)
		}
	}
	all := actions("source")
	if len(all) != 1 || all[0].Kind != "source.fixAll" {
		t.Errorf("source actions %+v", all)
	}
	c.notify("workspace/didChangeConfiguration", map[string]any{"settings": map[string]any{"lint": false}})
	c.note("textDocument/publishDiagnostics", func(p json.RawMessage) bool {
		var d published
		return json.Unmarshal(p, &d) == nil && len(d.Diagnostics) == 0
	})
}

func TestBrokenLintConfigurationIsTold(t *testing.T) {
	c := open(t, map[string]string{".ansible-lint": "skip_list: 3\n", "site.yml": "- hosts: all\n"})
	c.show("site.yml")
	c.logged("Invalid configuration file")
	c.diagnostics("site.yml", 1)
}

func TestRename(t *testing.T) {
	c := open(t, small)
	text := c.show("roles/web/defaults/main.yml")
	line, char := find(t, text, "web_root", 2)
	var r struct {
		Range       lspRange
		Placeholder string
	}
	if err := json.Unmarshal(c.call("textDocument/prepareRename", c.at("roles/web/defaults/main.yml", line, char)), &r); err != nil || r.Placeholder != "web_root" {
		t.Fatalf("%+v %v", r, err)
	}
	to := func(name string) map[string]any {
		p := c.at("roles/web/defaults/main.yml", line, char)
		p["newName"] = name
		return p
	}
	var e struct {
		Changes map[string][]struct {
			Range   lspRange
			NewText string
		}
	}
	if err := json.Unmarshal(c.call("textDocument/rename", to("docroot")), &e); err != nil {
		t.Fatal(err)
	}
	defaults, tasks := e.Changes[c.uri("roles/web/defaults/main.yml")], e.Changes[c.uri("roles/web/tasks/main.yml")]
	if len(e.Changes) != 2 || len(defaults) != 1 || len(tasks) != 1 || tasks[0].NewText != "docroot" ||
		tasks[0].Range.Start.Line != 3 || tasks[0].Range.Start.Character != 14 || tasks[0].Range.End.Character != 22 {
		t.Errorf("edits %+v", e)
	}
	for name, want := range map[string]string{
		"a b":  `"a b" is no name for a variable`,
		"port": "there is a variable port already",
	} {
		if code, text := c.fails("textDocument/rename", to(name)); code != -32602 || !strings.Contains(text, want) {
			t.Errorf("%d %s", code, text)
		}
	}
	site := c.show("site.yml")
	line, char = find(t, site, "hosts: web", 1)
	if got := c.call("textDocument/prepareRename", c.at("site.yml", line, char)); string(got) != "null" {
		t.Errorf("a keyword can be renamed: %s", got)
	}
}

func TestSignatureHelp(t *testing.T) {
	c := open(t, nil)
	c.didOpen("site.yml", 1, "- hosts: all\n  tasks:\n    - debug:\n        msg: \"{{ x | default(1, true) }}\"\n")
	for char, want := range map[int]int{30: 1, 34: 2} {
		var h struct {
			Signatures      []struct{ Label string }
			ActiveParameter int
		}
		raw := c.call("textDocument/signatureHelp", c.at("site.yml", 3, char))
		if err := json.Unmarshal(raw, &h); err != nil || len(h.Signatures) != 1 {
			t.Fatalf("%s %v", raw, err)
		}
		if !strings.HasPrefix(h.Signatures[0].Label, "default(") || h.ActiveParameter != want {
			t.Errorf("at %d: %s, want parameter %d", char, raw, want)
		}
	}
	if raw := c.call("textDocument/signatureHelp", c.at("site.yml", 3, 20)); string(raw) != "null" {
		t.Errorf("outside of a call: %s", raw)
	}
}

func TestWorkspaceSymbol(t *testing.T) {
	c := open(t, small)
	c.show("site.yml")
	var got []struct{ Name, ContainerName string }
	if err := json.Unmarshal(c.call("workspace/symbol", map[string]any{"query": "web"}), &got); err != nil {
		t.Fatal(err)
	}
	if len(got) < 2 || got[0].Name != "web" || got[1].Name != "web_root" || got[1].ContainerName != "roles/web/defaults/main.yml" {
		t.Errorf("%+v", got)
	}
}

func TestSyntaxDiagnosticsAreNotDoubled(t *testing.T) {
	c := open(t, map[string]string{"ansible.cfg": ""})
	c.didOpen("site.yml", 1, "---\n- name: Play\n  hosts: all\n  tasks:\n    - name: Task\n      ansible.builtin.debug:\n        msg: [a\n")
	d := c.diagnostics("site.yml", 1)
	syntax := 0
	for _, x := range d.Diagnostics {
		if x.Severity == 1 {
			syntax++
		}
	}
	if syntax != 1 {
		t.Errorf("%d errors: %+v", syntax, d.Diagnostics)
	}
}

// TestWorkspaceDiagnostics asks for the problems of all files: those of files that are not open come after a pause, and
// go away when the file on disk is mended or the scope changes.
func TestWorkspaceDiagnostics(t *testing.T) {
	c := start(t, map[string]string{
		"ansible.cfg": "", "site.yml": "- name: Play\n  hosts: all\n", "other.yml": "- name: Play\n  hosts: [all\n",
	})
	c.initialize(map[string]any{"initializationOptions": map[string]any{"diagnostics": "workspace"}})
	c.show("site.yml")
	other := func(n int) {
		t.Helper()
		c.note("textDocument/publishDiagnostics", func(p json.RawMessage) bool {
			var d published
			return json.Unmarshal(p, &d) == nil && d.URI == c.uri("other.yml") && (len(d.Diagnostics) > 0) == (n > 0)
		})
	}
	other(1)
	if err := os.WriteFile(c.path("other.yml"), []byte("- name: Play\n  hosts: all\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	c.notify("workspace/didChangeWatchedFiles", map[string]any{"changes": []any{map[string]any{"uri": c.uri("other.yml"), "type": 2}}})
	other(0)
	if err := os.WriteFile(c.path("other.yml"), []byte("- name: [\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	c.notify("workspace/didChangeWatchedFiles", map[string]any{"changes": []any{map[string]any{"uri": c.uri("other.yml"), "type": 2}}})
	other(1)
	c.notify("workspace/didChangeConfiguration", map[string]any{"settings": map[string]any{"diagnostics": "open"}})
	other(0)
}

func TestTemplateDiagnostics(t *testing.T) {
	c := open(t, small)
	c.didOpen("roles/web/templates/nginx.conf.j2", 1, "listen {{ port }};\n{% if x %}\n{{ a b }}\n")
	d := c.diagnostics("roles/web/templates/nginx.conf.j2", 1)
	if len(d.Diagnostics) == 0 || d.Diagnostics[0].Range.Start.Line != 2 || !strings.Contains(d.Diagnostics[0].Message, "expected token 'end of print statement', got 'b'") {
		t.Errorf("%+v", d.Diagnostics)
	}
	c.didChange("roles/web/templates/nginx.conf.j2", 2, edit{l1: -1, text: "{% if x %}{{ a }}{% endif %}\n"})
	if d := c.diagnostics("roles/web/templates/nginx.conf.j2", 2); len(d.Diagnostics) != 0 {
		t.Errorf("%+v", d.Diagnostics)
	}
	c.didChange("roles/web/templates/nginx.conf.j2", 3, edit{l1: -1, text: "#jinja2: variable_start_string:'[[', variable_end_string:']]'\n{{ a b }}\n"})
	if d := c.diagnostics("roles/web/templates/nginx.conf.j2", 3); len(d.Diagnostics) != 0 {
		t.Errorf("%+v", d.Diagnostics)
	}
}
