package lsp

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.lsp.dev/uri"
)

// small is a project with most of what features look at.
var small = map[string]string{
	"ansible.cfg": "[defaults]\ninventory = hosts.ini\n",
	"hosts.ini":   "[web]\nweb1\nweb2\n\n[db]\ndb1\n",
	"site.yml": `- name: Web servers
  hosts: web
  vars:
    greeting: hello
  roles:
    - web
  tasks:
    - name: Say it
      ansible.builtin.debug:
        msg: "{{ greeting }} {{ port }}"
      notify: Restart nginx
    - name: More
      ansible.builtin.include_tasks: more.yml
    - name: Ask
      ansible.builtin.command: id
      register: who
      changed_when: false
    - name: Use
      ansible.builtin.debug:
        msg: "{{ who.stdout }}"
`,
	"more.yml":                          "- name: More still\n  ansible.builtin.debug:\n    msg: \"{{ port }}\"\n",
	"group_vars/all.yml":                "port: 80\n",
	"group_vars/web.yml":                "port: 8080\n",
	"host_vars/web2.yml":                "port: 9090\n",
	"roles/web/defaults/main.yml":       "port: 1\nweb_root: /srv\n",
	"roles/web/tasks/main.yml":          "- name: Config\n  ansible.builtin.template:\n    src: nginx.conf.j2\n    dest: \"{{ web_root }}/nginx.conf\"\n    mode: \"0644\"\n  notify: Restart nginx\n",
	"roles/web/handlers/main.yml":       "- name: Restart nginx\n  ansible.builtin.command: nginx -s reload\n  changed_when: true\n",
	"roles/web/templates/nginx.conf.j2": "listen {{ port }};\n",
}

// show opens a file of the project as it is on disk.
func (c *client) show(name string) string {
	c.t.Helper()
	b, err := os.ReadFile(c.path(name))
	if err != nil {
		c.t.Fatal(err)
	}
	c.didOpen(name, 1, string(b))
	return string(b)
}

// find gives the position of the n-th place of a text in a file, plus an offset in it.
func find(t *testing.T, text, want string, plus int) (line, char int) {
	t.Helper()
	i := strings.Index(text, want)
	if i < 0 {
		t.Fatalf("%q is not in the text", want)
	}
	before := text[:i+plus]
	return strings.Count(before, "\n"), len(before) - strings.LastIndexByte(before, '\n') - 1
}

func (c *client) labels(name string, line, char int) []string {
	c.t.Helper()
	var list struct {
		Items []struct{ Label string }
	}
	raw := c.call("textDocument/completion", c.at(name, line, char))
	if err := json.Unmarshal(raw, &list); err != nil {
		c.t.Fatal(err)
	}
	if len(raw) > 100<<10 {
		c.t.Errorf("an answer of %d bytes", len(raw))
	}
	var out []string
	for _, i := range list.Items {
		out = append(out, i.Label)
	}
	return out
}

func TestCompletionInAProject(t *testing.T) {
	c := open(t, small)
	text := c.show("site.yml")
	role := c.show("roles/web/tasks/main.yml")
	for _, tt := range []struct {
		file, text, at string
		plus           int
		want           string
	}{
		{"site.yml", text, "{{ port", 5, "port"},
		{"site.yml", text, "{{ greeting", 5, "greeting"},
		{"site.yml", text, "who.stdout", 6, "stdout"},
		{"site.yml", text, "notify: Restart", 12, "Restart nginx"},
		{"site.yml", text, "    - web", 7, "web"},
		{"site.yml", text, "hosts: web", 8, "web"},
		{"site.yml", text, "include_tasks: more", 17, "more.yml"},
		{"roles/web/tasks/main.yml", role, "{{ web_root", 6, "web_root"},
		{"roles/web/tasks/main.yml", role, "src: nginx", 7, "nginx.conf.j2"},
	} {
		line, char := find(t, tt.text, tt.at, tt.plus)
		if got := c.labels(tt.file, line, char); !slices.Contains(got, tt.want) {
			t.Errorf("at %q: no %q in %q", tt.at, tt.want, got[:min(len(got), 10)])
		}
	}
}

func (c *client) hover(name string, line, char int) string {
	c.t.Helper()
	var h *struct {
		Contents struct{ Value string }
		Range    lspRange
	}
	if err := json.Unmarshal(c.call("textDocument/hover", c.at(name, line, char)), &h); err != nil {
		c.t.Fatal(err)
	}
	if h == nil {
		return ""
	}
	return h.Contents.Value
}

func TestHover(t *testing.T) {
	c := open(t, small)
	text := c.show("site.yml")
	for _, tt := range []struct {
		at   string
		plus int
		want []string
	}{
		{"hosts: web", 1, []string{"**hosts** *list* — keyword of plays"}},
		{"ansible.builtin.debug", 3, []string{"**ansible.builtin.debug**", "`msg`"}},
		{"msg: ", 1, []string{"**msg**", "option of `ansible.builtin.debug`"}},
		{"port }}", 1, []string{
			"**port**",
			"`web1`: `8080` — group_vars beside the playbook of `web`, group_vars/web.yml:1",
			"`web2`: `9090` — host_vars beside the playbook of `web2`, host_vars/web2.yml:1",
			"- roles/web/defaults/main.yml:1 *role defaults* of `web` = `1`",
			"- group_vars/all.yml:1",
		}},
		{"greeting }}", 1, []string{"`web1`, `web2`: `hello` — play vars, site.yml:4", "- site.yml:4 *play vars* = `hello`"}},
		{"who.stdout", 1, []string{"**who**", "*set_fact and register*"}},
		{"who.stdout", 6, []string{"**who.stdout** *str*"}},
		{"notify: Restart", 10, []string{"**Restart nginx** — handler", "roles/web/handlers/main.yml:1"}},
		{"    - web", 6, []string{"**web** — role in `roles/web`", "`web_root` = `/srv`"}},
	} {
		line, char := find(t, text, tt.at, tt.plus)
		got := c.hover("site.yml", line, char)
		for _, want := range tt.want {
			if !strings.Contains(got, want) {
				t.Errorf("at %q: no %q in\n%s", tt.at, want, got)
			}
		}
	}
	if got := c.hover("site.yml", 0, 0); got != "" {
		t.Errorf("hover over a dash: %s", got)
	}
}

func TestHoverOverAConnectionVariable(t *testing.T) {
	c := open(t, small)
	c.didOpen("group_vars/db.yml", 1, "ansible_ssh_common_args: -J bastion\nansible_ssh_pass: hunter2\n")
	text := "- hosts: db\n  tasks:\n    - ansible.builtin.debug:\n        msg: '{{ ansible_ssh_common_args }} {{ ansible_port }} {{ ansible_ssh_pass }}'\n"
	c.didOpen("db.yml", 1, text)
	for _, tt := range []struct {
		at   string
		want []string
		not  string
	}{
		{"ansible_ssh_common_args", []string{"connection variable of ssh", "environment: `ANSIBLE_SSH_COMMON_ARGS`", "ansible.cfg: `[ssh_connection] ssh_common_args`", "group_vars/db.yml:1", "-J bastion"}, ""},
		{"ansible_port", []string{"connection variable of ssh", "Port to connect to.", "also: `ansible_ssh_port`", "keyword: `port`"}, ""},
		{"ansible_ssh_pass", []string{"Password of the user to connect as.", "group_vars/db.yml:2"}, "hunter2"},
	} {
		line, char := find(t, text, tt.at, 3)
		got := c.hover("db.yml", line, char)
		for _, want := range tt.want {
			if !strings.Contains(got, want) {
				t.Errorf("at %q: no %q in\n%s", tt.at, want, got)
			}
		}
		if tt.not != "" && strings.Contains(got, tt.not) {
			t.Errorf("at %q: a secret in\n%s", tt.at, got)
		}
	}
}

// TestHoverFollowsUnsavedVariables opens the file of variables first: closing it must bring back what is on disk.
func TestHoverFollowsUnsavedVariables(t *testing.T) {
	c := open(t, small)
	c.didOpen("group_vars/web.yml", 1, "port: 1234\n")
	text := c.show("site.yml")
	line, char := find(t, text, "port }}", 1)
	if got := c.hover("site.yml", line, char); !strings.Contains(got, "`web1`: `1234`") {
		t.Errorf("unsaved: %s", got)
	}
	c.didChange("group_vars/web.yml", 2, edit{0, 6, 0, 10, "4321"})
	if got := c.hover("site.yml", line, char); !strings.Contains(got, "`web1`: `4321`") {
		t.Errorf("edited: %s", got)
	}
	c.notify("textDocument/didClose", map[string]any{"textDocument": c.doc("group_vars/web.yml")})
	if got := c.hover("site.yml", line, char); !strings.Contains(got, "`web1`: `8080`") {
		t.Errorf("closed: %s", got)
	}
}

// places asks for locations and shows them as FILE:LINE, sorted.
func (c *client) places(method, name string, line, char int) []string {
	c.t.Helper()
	params := c.at(name, line, char)
	params["context"] = map[string]any{"includeDeclaration": true}
	var list []struct {
		URI   string
		Range lspRange
	}
	if err := json.Unmarshal(c.call(method, params), &list); err != nil {
		c.t.Fatal(err)
	}
	out := []string{}
	for _, l := range list {
		rel, err := filepath.Rel(c.dir, uri.URI(l.URI).FsPath())
		if err != nil {
			c.t.Fatal(err)
		}
		out = append(out, filepath.ToSlash(rel)+":"+itoa(l.Range.Start.Line+1))
	}
	slices.Sort(out)
	return out
}

func itoa(n int) string { b, _ := json.Marshal(n); return string(b) }

func TestDefinitionAndReferences(t *testing.T) {
	c := open(t, small)
	texts := map[string]string{}
	for _, name := range []string{"site.yml", "more.yml", "roles/web/tasks/main.yml", "roles/web/defaults/main.yml", "roles/web/templates/nginx.conf.j2"} {
		texts[name] = c.show(name)
	}
	for _, tt := range []struct {
		method, file, at string
		plus             int
		want             []string
	}{
		{"definition", "site.yml", "more.yml", 1, []string{"more.yml:1"}},
		{"definition", "site.yml", "    - web", 7, []string{"roles/web/tasks/main.yml:1"}},
		{"definition", "site.yml", "greeting }}", 2, []string{"site.yml:4"}},
		{"definition", "site.yml", "port }}", 2, []string{"group_vars/all.yml:1", "group_vars/web.yml:1", "host_vars/web2.yml:1", "roles/web/defaults/main.yml:1"}},
		{"definition", "site.yml", "who.stdout", 1, []string{"site.yml:16"}},
		{"definition", "site.yml", "Restart nginx", 1, []string{"roles/web/handlers/main.yml:1"}},
		{"definition", "roles/web/tasks/main.yml", "nginx.conf.j2", 1, []string{"roles/web/templates/nginx.conf.j2:1"}},
		{"definition", "roles/web/templates/nginx.conf.j2", "port }}", 1, []string{"group_vars/all.yml:1", "group_vars/web.yml:1", "host_vars/web2.yml:1", "roles/web/defaults/main.yml:1"}},
		{"references", "roles/web/defaults/main.yml", "web_root", 1, []string{"roles/web/defaults/main.yml:2", "roles/web/tasks/main.yml:4"}},
		{"references", "site.yml", "who.stdout", 1, []string{"site.yml:16", "site.yml:20"}},
		{"references", "site.yml", "Restart nginx", 1, []string{"roles/web/handlers/main.yml:1", "roles/web/tasks/main.yml:6", "site.yml:11"}},
	} {
		line, char := find(t, texts[tt.file], tt.at, tt.plus)
		if got := c.places("textDocument/"+tt.method, tt.file, line, char); !slices.Equal(got, tt.want) {
			t.Errorf("%s of %q in %s: %q, want %q", tt.method, tt.at, tt.file, got, tt.want)
		}
	}
}

func TestDefinitionFollowsUnsavedText(t *testing.T) {
	c := open(t, small)
	text := c.show("site.yml")
	c.didChange("site.yml", 2, edit{2, 0, 2, 0, "  # one more line\n"})
	line, char := find(t, text, "greeting }}", 2)
	if got := c.places("textDocument/definition", "site.yml", line+1, char); !slices.Equal(got, []string{"site.yml:5"}) {
		t.Errorf("definition at %q", got)
	}
	// a file that is not on disk yet
	c.didOpen("group_vars/db.yml", 1, "greeting: hi\n")
	if got := c.places("textDocument/definition", "site.yml", line+1, char); !slices.Equal(got, []string{"group_vars/db.yml:1", "site.yml:5"}) {
		t.Errorf("definition at %q", got)
	}
	c.notify("textDocument/didClose", map[string]any{"textDocument": c.doc("group_vars/db.yml")})
	if got := c.places("textDocument/definition", "site.yml", line+1, char); !slices.Equal(got, []string{"site.yml:5"}) {
		t.Errorf("after closing: definition at %q", got)
	}
	// a file that another program has written
	if err := os.WriteFile(c.path("group_vars/db.yml"), []byte("greeting: hi\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	c.notify("workspace/didChangeWatchedFiles", map[string]any{"changes": []any{map[string]any{"uri": c.uri("group_vars/db.yml"), "type": 1}}})
	if got := c.places("textDocument/definition", "site.yml", line+1, char); !slices.Equal(got, []string{"group_vars/db.yml:1", "site.yml:5"}) {
		t.Errorf("after a change on disk: definition at %q", got)
	}
}

func TestLensesAndTaskCommand(t *testing.T) {
	c := open(t, small)
	c.show("site.yml")
	c.show("roles/web/tasks/main.yml")
	type run struct {
		Dir       string
		Args      []string
		Name      string
		Playbooks []string
	}
	lenses := func(name string) (out []string) {
		var list []struct {
			Range   lspRange
			Command struct {
				Title, Command string
				Arguments      []run
			}
		}
		if err := json.Unmarshal(c.call("textDocument/codeLens", map[string]any{"textDocument": c.doc(name)}), &list); err != nil {
			t.Fatal(err)
		}
		for _, l := range list {
			if l.Command.Command != "rehearse.run" || l.Command.Arguments[0].Dir != c.dir {
				t.Errorf("lens %+v", l)
			}
			out = append(out, l.Command.Title+" "+l.Command.Arguments[0].Name+": "+strings.Join(l.Command.Arguments[0].Args, " "))
		}
		return out
	}
	want := []string{
		"Run play Web servers: run site.yml --task site.yml:1",
		"Run task Say it: run site.yml --task site.yml:8",
		"Run task More: run site.yml --task site.yml:12",
		"Run task Ask: run site.yml --task site.yml:14",
		"Run task Use: run site.yml --task site.yml:18",
	}
	if got := lenses("site.yml"); !slices.Equal(got, want) {
		t.Errorf("lenses\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	want = []string{"Run task Config: run site.yml --task roles/web/tasks/main.yml:1"}
	if got := lenses("roles/web/tasks/main.yml"); !slices.Equal(got, want) {
		t.Errorf("lenses %q, want %q", got, want)
	}
	ask := func(name string, line int) map[string]any {
		return map[string]any{"command": "rehearse.taskCommand", "arguments": []any{map[string]any{"uri": c.uri(name), "position": pos(line, 0)}}}
	}
	var r run
	if err := json.Unmarshal(c.call("workspace/executeCommand", ask("site.yml", 9)), &r); err != nil {
		t.Fatal(err)
	}
	if r.Name != "Say it" || !slices.Equal(r.Args, []string{"run", "site.yml", "--task", "site.yml:8"}) {
		t.Errorf("task at line 10: %+v", r)
	}
	c.notify("workspace/didChangeConfiguration", map[string]any{"settings": map[string]any{"rehearse": map[string]any{"inventory": []string{"x.ini"}}}})
	if err := json.Unmarshal(c.call("workspace/executeCommand", ask("site.yml", 0)), &r); err != nil {
		t.Fatal(err)
	}
	if r.Name != "Web servers" || !slices.Equal(r.Args, []string{"run", "-i", "x.ini", "site.yml", "--task", "site.yml:1"}) {
		t.Errorf("play at line 1: %+v", r)
	}
	if _, text := c.fails("workspace/executeCommand", ask("roles/web/tasks/main.yml", 99)); text == "" {
		t.Error("no text")
	}
	if code, text := c.fails("workspace/executeCommand", map[string]any{"command": "rm"}); code != -32602 || text != `there is no command "rm"` {
		t.Errorf("%d %s", code, text)
	}
}
