package lint

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/source"
)

// write lays out files below a new folder.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	for name, text := range files {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const badPlay = "- hosts: all\n  gather_facts: no\n  tasks:\n    - command: x\n"

// run lints a project with its own configuration and lists its findings.
func run(t *testing.T, dir string) (string, *Config) {
	t.Helper()
	c, err := LoadConfig(source.OS{}, FindConfig(source.OS{}, dir), dir)
	if err != nil {
		t.Fatal(err)
	}
	l := New(Options{Dir: dir, Config: c})
	ts, err := l.Discover(nil)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range l.Run(context.Background(), ts).Findings {
		mark := ""
		if f.Level == LevelWarning {
			mark = "?"
		}
		out = append(out, f.File.Name+":"+f.Rule+mark)
	}
	return strings.Join(out, " "), c
}

func TestConfig(t *testing.T) {
	for _, c := range []struct{ name, config, want string }{
		{"none", "", "site.yml:name[play] site.yml:yaml[truthy] site.yml:fqcn[action-core] site.yml:name[missing] site.yml:no-changed-when"},
		{"skip a rule", "skip_list: [fqcn, yaml, name]", "site.yml:no-changed-when"},
		{"skip a sub-rule", "skip_list: ['fqcn[action-core]', 'yaml[truthy]', 'name[play]']", "site.yml:name[missing] site.yml:no-changed-when"},
		{"skip a tag", "skip_list: [idiom, formatting]", "site.yml:no-changed-when"},
		{"skip an old name", "skip_list: ['fqcn-builtins', '301', 'unnamed-task', 'name[play]', yaml]", ""},
		{"warn", "warn_list: [no-changed-when]\nskip_list: [fqcn, yaml, name]", "site.yml:no-changed-when?"},
		{"profile", "profile: basic\nskip_list: [yaml]", "site.yml:name[play] site.yml:name[missing]"},
		{"tags", "tags: [no-changed-when]", "site.yml:no-changed-when"},
		{"exclude", "exclude_paths: [site.yml]", ""},
		{"exclude a pattern", "exclude_paths: ['*.yml']", ""},
		{"exclude for one rule", "rules:\n  fqcn:\n    exclude_paths: [site.yml]\nskip_list: [yaml, name]", "site.yml:no-changed-when"},
		{"another kind", "kinds:\n  - yaml: site.yml\nskip_list: [yaml]", "site.yml:name[play] site.yml:fqcn[action-core] site.yml:name[missing] site.yml:no-changed-when"},
		{"vars, so no playbook", "kinds:\n  - vars: site.yml\nskip_list: [yaml]", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := map[string]string{"site.yml": badPlay}
			if c.config != "" {
				files[".ansible-lint"] = c.config + "\n"
			}
			if got, _ := run(t, write(t, files)); got != c.want {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}

func TestConfigErrors(t *testing.T) {
	for config, want := range map[string]string{
		"skip_lists: []":        "Additional properties are not allowed ('skip_lists' was unexpected)",
		"skip_list: fqcn":       "$.skip_list 'fqcn' is not of type 'array'",
		"skip_list: [1]":        "$.skip_list[0] 1 is not of type 'string'",
		"profile: best":         "$.profile 'best' is not one of min, basic",
		"strict: 'yes'":         "$.strict 'yes' is not of type 'boolean'",
		"kinds: [{nothing: x}]": "is no kind of file",
		"rules: {name: {x: 1}}": "Additional properties are not allowed",
		"a: [":                  "did not find expected node content",
		"---":                   "is not of type 'object'",
	} {
		dir := write(t, map[string]string{".ansible-lint": config + "\n"})
		_, err := LoadConfig(source.OS{}, FindConfig(source.OS{}, dir), dir)
		var bad *ConfigError
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", config, err, want)
		}
	}
}

func TestUnsupportedIsNamed(t *testing.T) {
	dir := write(t, map[string]string{".config/ansible-lint.yml": "rulesdir: [rules]\noffline: true\n"})
	_, c := run(t, dir)
	if got := strings.Join(c.Unsupported, "; "); got != "rulesdir: custom rules written in Python" {
		t.Errorf("named as unsupported: %q", got)
	}
}

func TestIgnoreFile(t *testing.T) {
	dir := write(t, map[string]string{"site.yml": badPlay, ".ansible-lint": "skip_list: [name]\n",
		".ansible-lint-ignore": "# known\nsite.yml fqcn[action-core] # later\nsite.yml yaml[truthy] skip\n"})
	if got, _ := run(t, dir); got != "site.yml:fqcn[action-core]? site.yml:no-changed-when" {
		t.Errorf("found %q", got)
	}
}

func TestDiscover(t *testing.T) {
	dir := write(t, map[string]string{
		".gitignore": "/build/\n*.retry\nnode_modules\n!keep.yml\n", "build/a.yml": "", "x/node_modules/b.yml": "", "x/c.yml": "",
		"roles/r/tasks/main.yml": "", "roles/r/templates/t.yml": "", "roles/r/templates/u.j2": "", "roles/r/handlers/main.yml": "",
		"roles/r/meta/main.yml": "", "roles/r/defaults/main.yaml": "", "group_vars/all.yml": "", "inventory/hosts.yml": "",
		"playbooks/p.yml": "", "my-playbook.yml": "", "molecule/default/converge.yml": "", "molecule/default/molecule.yml": "",
		"requirements.yml": "", ".github/workflows/ci.yml": "", ".git/x.yml": "", "galaxy.yml": "", "README.md": "", "sub/.gitignore": "/d.yml\n", "sub/d.yml": "", "sub/e/d.yml": "",
	})
	l := New(Options{Dir: dir})
	ts, err := l.Discover(nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, x := range ts {
		got = append(got, l.show(x.Path)+"="+string(x.Kind))
	}
	want := ".github/workflows/ci.yml=yaml galaxy.yml=galaxy group_vars/all.yml=vars inventory/hosts.yml=inventory " +
		"molecule/default/converge.yml=playbook molecule/default/molecule.yml=yaml my-playbook.yml=playbook playbooks/p.yml=playbook " +
		"requirements.yml=requirements roles/r/defaults/main.yaml=vars roles/r/handlers/main.yml=handlers roles/r/meta/main.yml=meta " +
		"roles/r/tasks/main.yml=tasks sub/e/d.yml=yaml x/c.yml=yaml"
	if strings.Join(got, " ") != want {
		t.Errorf("found %v\nwant %s", got, want)
	}
	if ts, err := l.Discover([]string{"build/a.yml"}); err != nil || len(ts) != 1 {
		t.Errorf("a file that is named itself: %v %v", ts, err)
	}
	if _, err := l.Discover([]string{"nothing.yml"}); err == nil {
		t.Error("a path that is not there was taken")
	}
}

func TestChildren(t *testing.T) {
	dir := write(t, map[string]string{
		"site.yml":               "- name: P\n  hosts: all\n  roles: [r]\n  tasks:\n    - name: I\n      ansible.builtin.include_tasks: parts/a.yml\n- name: Q\n  ansible.builtin.import_playbook: other.yml\n",
		"parts/a.yml":            "- name: B\n  block:\n    - name: C\n      ansible.builtin.import_tasks: b.yml\n",
		"parts/b.yml":            "- ansible.builtin.debug:\n",
		"other.yml":              "- hosts: all\n  tasks: []\n",
		"roles/r/tasks/main.yml": "- ansible.builtin.debug:\n",
	})
	l := New(Options{Dir: dir})
	ts, err := l.Discover([]string{"site.yml"})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range l.Run(context.Background(), ts).Findings {
		got = append(got, f.File.Name+":"+f.Rule)
	}
	if want := "other.yml:name[play] parts/b.yml:name[missing] roles/r/tasks/main.yml:name[missing]"; strings.Join(got, " ") != want {
		t.Errorf("found %v, want %s", got, want)
	}
}

func TestRoleName(t *testing.T) {
	dir := write(t, map[string]string{"roles/web-server/tasks/main.yml": "", "roles/db/meta/main.yml": "galaxy_info:\n  role_name: My-DB\n",
		"roles/ansible-role-ok/tasks/main.yml": "", "roles/ns/inner/tasks/main.yml": "", "roles/ns/Inner2/tasks/x.yml": ""})
	if got, _ := run(t, dir); got != "roles/db:role-name roles/ns/Inner2:role-name roles/web-server:role-name" {
		t.Errorf("found %q", got)
	}
}

func TestYamllintFile(t *testing.T) {
	const text = "a: yes\nb: {c: d}\nlist:\n- x\n"
	for _, c := range []struct{ config, want string }{
		{"", "1:yaml[truthy] 4:yaml[indentation]"},
		{"rules: {truthy: disable}", "4:yaml[indentation]"},
		{"rules: {truthy: {allowed-values: ['true', 'false', 'yes']}}", "4:yaml[indentation]"},
		{"rules: {indentation: {indent-sequences: consistent}}", "1:yaml[truthy]"},
		{"rules: {braces: {min-spaces-inside: 1}}", "1:yaml[truthy] 2:yaml[braces] 4:yaml[indentation]"},
		{"rules: {truthy: {ignore: vars/}, indentation: disable}", ""},
		{"ignore: |\n  vars/", ""},
		{"extends: relaxed", ""},
		{"extends: default\nrules: {truthy: disable, indentation: disable}", "1:yaml[document-start]"},
	} {
		dir := write(t, map[string]string{".yamllint": c.config + "\n"})
		if c.config == "" {
			dir = t.TempDir()
		}
		config, err := LoadConfig(source.OS{}, "", dir)
		if err != nil {
			t.Fatal(err)
		}
		config.Tags = []string{"yaml"}
		if got := list(check(t, New(Options{Dir: dir, Config: config}), "vars/main.yml", text)); got != c.want {
			t.Errorf("%q: found %q, want %q", c.config, got, c.want)
		}
	}
	for config, want := range map[string]string{"rules: {trutty: disable}": `no such rule: "trutty"`, "extends: ../x.yml": "extends: '../x.yml' is not supported", "- a": "not a mapping"} {
		dir := write(t, map[string]string{".yamllint": config + "\n"})
		if _, err := LoadConfig(source.OS{}, "", dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", config, err, want)
		}
	}
}
