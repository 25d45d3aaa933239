package project

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/vars"
	"github.com/rogpeppe/go-internal/txtar"
)

// sample is a small project with one of everything.
const sample = `
-- ansible.cfg --
[defaults]
inventory = hosts
-- hosts --
[web]
w1 port=8080
[web:vars]
tier=front
-- group_vars/all.yml --
domain: example.com
-- host_vars/w1.yml --
rack: 7
-- site.yml --
- hosts: web
  vars:
    release: "{{ version }}"
  vars_files: [vars/extra.yml]
  roles:
    - role: app
      workers: 4
  tasks:
    - name: look
      command: uptime
      register: up
      tags: [check, fast]
    - debug: msg="{{ up.stdout }} {{ domain }}"
      when: tier == 'front'
    - import_tasks: tasks/more.yml
- import_playbook: playbooks/other.yml
-- vars/extra.yml --
version: 3
-- tasks/more.yml --
- set_fact:
    done: yes
  notify: restart app
-- playbooks/other.yml --
- hosts: all
  tasks: []
-- roles/app/tasks/main.yml --
- template:
    src: app.conf.j2
    dest: /etc/app.conf
  notify: restart app
- include_tasks: "{{ tier }}.yml"
-- roles/app/tasks/front.yml --
- debug: msg={{ workers }}
-- roles/app/handlers/main.yml --
- name: restart app
  listen: app changed
  command: /bin/true
-- roles/app/defaults/main.yml --
workers: 2
-- roles/app/meta/main.yml --
dependencies: []
-- roles/app/templates/app.conf.j2 --
{% for w in range(workers) %}w{{ w }} {{ domain }}{% endfor %}
-- .venv/lib/x.yml --
- hosts: all
-- README.md --
text
`

func open(t *testing.T) (*Snapshot, string) {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range txtar.Parse([]byte(sample)).Files {
		p := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Open(filepath.Join(dir, "roles/app/tasks"), Options{Env: func(string) (string, bool) { return "", false }})
	if err != nil {
		t.Fatal(err)
	}
	return s, dir
}

// show prints an occurrence as "file:line level".
func show(dir string, o Occurrence) string {
	rel, _ := filepath.Rel(dir, o.At.File.Path)
	s := rel + ":" + value.ToStr(value.Int(o.At.Position().Line))
	if o.Level != "" {
		s += " " + o.Level
	}
	return s
}

func TestKinds(t *testing.T) {
	s, dir := open(t)
	if s.Root != dir {
		t.Fatalf("root %s, want %s", s.Root, dir)
	}
	want := map[string]Kind{
		"ansible.cfg": Config, "hosts": Inventory, "group_vars/all.yml": Vars, "host_vars/w1.yml": Vars, "site.yml": Playbook,
		"vars/extra.yml": Vars, "tasks/more.yml": Tasks, "playbooks/other.yml": Playbook, "roles/app/tasks/main.yml": Tasks,
		"roles/app/tasks/front.yml": Tasks, "roles/app/handlers/main.yml": Handlers, "roles/app/defaults/main.yml": Defaults,
		"roles/app/meta/main.yml": Meta, "roles/app/templates/app.conf.j2": Template, "README.md": Other,
	}
	for _, f := range s.Files() {
		rel, _ := filepath.Rel(dir, f.Path)
		if f.Kind != want[rel] {
			t.Errorf("%s is %s, want %s", rel, f.Kind, want[rel])
		}
		delete(want, rel)
	}
	if len(want) > 0 {
		t.Errorf("not found: %v", want)
	}
	if got := s.Roles(); len(got) != 1 || got["app"] != filepath.Join(dir, "roles/app") {
		t.Errorf("roles %v", got)
	}
}

func TestSymbols(t *testing.T) {
	s, dir := open(t)
	for _, x := range []struct {
		symbol     Symbol
		name       string
		defs, uses string
	}{
		{Variable, "workers", "roles/app/defaults/main.yml:1 role defaults|site.yml:7 role parameters", "roles/app/tasks/front.yml:1|roles/app/templates/app.conf.j2:1"},
		{Variable, "domain", "group_vars/all.yml:1 group_vars/all beside the playbook", "roles/app/templates/app.conf.j2:1|site.yml:13"},
		{Variable, "up", "site.yml:11 set_fact and register", "site.yml:13"},
		{Variable, "tier", "hosts:4 inventory groups", "roles/app/tasks/main.yml:5|site.yml:14"},
		{Variable, "done", "tasks/more.yml:2 set_fact and register", ""},
		{Variable, "version", "vars/extra.yml:1 vars_files", "site.yml:3"},
		{Variable, "w", "", ""},
		{Handler, "restart app", "roles/app/handlers/main.yml:1", "roles/app/tasks/main.yml:4|tasks/more.yml:3"},
		{Handler, "app changed", "roles/app/handlers/main.yml:2 listen", ""},
		{RoleName, "app", "", "site.yml:6"},
		{TagName, "fast", "site.yml:12", ""},
	} {
		var defs, uses []string
		for _, o := range s.Definitions(x.symbol, x.name) {
			defs = append(defs, show(dir, o))
		}
		for _, o := range s.Uses(x.symbol, x.name) {
			uses = append(uses, show(dir, o))
			if text := o.At.File.Text(o.At.Span); text != x.name {
				t.Errorf("use of %s: the place holds %q", x.name, text)
			}
		}
		if got := strings.Join(defs, "|"); got != x.defs {
			t.Errorf("%s is defined at %q, want %q", x.name, got, x.defs)
		}
		if got := strings.Join(uses, "|"); got != x.uses {
			t.Errorf("%s is used at %q, want %q", x.name, got, x.uses)
		}
	}
}

func TestLinks(t *testing.T) {
	s, dir := open(t)
	var got []string
	for _, f := range s.Files() {
		for _, l := range s.Links(f) {
			var to []string
			for _, path := range l.To {
				rel, _ := filepath.Rel(dir, path)
				to = append(to, rel)
			}
			got = append(got, l.Kind+" "+l.From.File.Text(l.From.Span)+" -> "+strings.Join(to, ","))
		}
	}
	want := []string{
		"template app.conf.j2 -> roles/app/templates/app.conf.j2", "include_tasks {{ tier }}.yml -> roles/app/tasks/front.yml,roles/app/tasks/main.yml",
		"vars_files vars/extra.yml -> vars/extra.yml", "roles app -> roles/app", "import_tasks tasks/more.yml -> tasks/more.yml",
		"import_playbook playbooks/other.yml -> playbooks/other.yml",
	}
	if !slices.Equal(got, want) {
		t.Errorf("links\n%q, want\n%q", got, want)
	}
	reach := s.PlaybooksReaching(filepath.Join(dir, "roles/app/tasks/front.yml"))
	if !slices.Equal(reach, []string{filepath.Join(dir, "site.yml")}) {
		t.Errorf("front.yml is reached from %q", reach)
	}
}

// A task of a role sees what the play and the inventory give it.
func TestScope(t *testing.T) {
	s, dir := open(t)
	path := filepath.Join(dir, "roles/app/tasks/main.yml")
	tasks := s.TasksAt(path, 3)
	if len(tasks) != 1 {
		t.Fatalf("%d ways to the task", len(tasks))
	}
	c := s.Scope(s.Inventory().Host("w1"), tasks[0])
	for name, want := range map[string]string{"workers": "4", "tier": "'front'", "rack": "7", "version": "3", "port": "8080", "role_name": "'app'"} {
		v, _ := c.Lookup(name)
		if v == nil || value.Repr(v) != want {
			t.Errorf("%s = %v, want %s", name, v, want)
		}
	}
	if d := c.Explain("workers"); len(d) != 2 || d[0].Level != vars.RoleParams || d[1].Level != vars.OwnRoleDefaults {
		t.Errorf("workers: %v", d)
	}
}

// An edit makes a new snapshot, leaves the old one alone and keeps what does not depend on the file.
func TestEdit(t *testing.T) {
	s, dir := open(t)
	path := filepath.Join(dir, "roles/app/defaults/main.yml")
	before := len(s.Definitions(Variable, "workers"))
	n := s.With(path, []byte("# first\nthreads: 1\n"))
	if got := len(n.Definitions(Variable, "workers")); got != before-1 {
		t.Errorf("%d definitions of workers after the edit, want %d", got, before-1)
	}
	if d := n.Definitions(Variable, "threads"); len(d) != 1 || d[0].At.Position().Line != 2 {
		t.Errorf("threads: %v", d)
	}
	if len(s.Definitions(Variable, "threads")) != 0 || len(s.Definitions(Variable, "workers")) != before {
		t.Error("the old snapshot has changed")
	}
	moved := n.With(path, []byte("# first\n# second\nthreads: 1\n"))
	if d := moved.Definitions(Variable, "threads"); len(d) != 1 || d[0].At.Position().Line != 3 {
		t.Errorf("after a comment: %v", d)
	}
	other := filepath.Join(dir, "site.yml")
	if s.File(other) != n.File(other) {
		t.Error("an untouched file was made anew")
	}
	if s.With(path, s.File(path).Source.Content) != s {
		t.Error("the same content made another snapshot")
	}
	if back := n.With(path, nil); len(back.Definitions(Variable, "workers")) != before {
		t.Error("closing the buffer did not bring the file on disk back")
	}
	fresh := s.With(filepath.Join(dir, "roles/new/tasks/main.yml"), []byte("- ping:\n"))
	if _, ok := fresh.Roles()["new"]; !ok {
		t.Error("a new file made no role")
	}
}

func TestRoot(t *testing.T) {
	dir := t.TempDir()
	for _, p := range []string{"a/roles/r/tasks", "b/tasks", "c/.git", "c/x/y", "d"} {
		if err := os.MkdirAll(filepath.Join(dir, p), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]string{"a/roles/r/tasks": "a", "b/tasks": "b", "c/x/y": "c", "d": "d", "d/new.yml": "d"} {
		if got := Root(source.OS{}, filepath.Join(dir, path)); got != filepath.Join(dir, want) {
			t.Errorf("root of %s is %s, want %s", path, got, want)
		}
	}
	for path, want := range map[string]string{"a/roles/r/tasks": "", "c/x/y": "c", "d": ""} {
		s, err := Open(filepath.Join(dir, path), Options{Folder: dir})
		if err != nil || s.Root != filepath.Join(dir, want) {
			t.Errorf("root of %s in the folder is %s, %v; want %s", path, s.Root, err, want)
		}
	}
}
