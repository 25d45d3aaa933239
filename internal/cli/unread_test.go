package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What a vars plugin raises ends a command. Statuses and the first line of the error output are those of ansible-core 2.19.14 on
// the same files, with ansible-inventory and ansible-playbook; those of vars follow them.
func TestVarsPluginErrorsEndCommands(t *testing.T) {
	needCore(t)
	dir := t.TempDir()
	for name, text := range map[string]string{
		"ansible.cfg": "[defaults]\ninventory = hosts\nvars_plugins = plugins\n",
		"hosts":       "a\nb\n",
		"site.yml":    "- hosts: all\n  gather_facts: false\n  tasks:\n    - debug:\n",
		"plugins/boom.py": `from ansible.plugins.vars import BaseVarsPlugin
from ansible.errors import AnsibleError, AnsibleParserError
import os
class VarsModule(BaseVarsPlugin):
    def get_vars(self, loader, path, entities):
        name, kind = os.environ['BOOM'].split(':')
        if any(e.name == name for e in entities):
            raise {'parser': AnsibleParserError, 'error': AnsibleError, 'value': ValueError}[kind]('boom')
        return {'x': 1}
`,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	t.Setenv("PYTHONDONTWRITEBYTECODE", "1")
	const bug = "[ERROR]: Unexpected Exception, this is probably a bug: boom"
	for _, c := range []struct {
		boom, stage, command string
		status               int
		says                 string
	}{
		{"all:parser", "demand", "inventory --list", 4, "[ERROR]: boom"},
		{"all:parser", "demand", "inventory --graph --vars", 4, "[ERROR]: boom"},
		{"all:parser", "demand", "inventory --graph", 0, ""},
		{"b:parser", "demand", "inventory --host a", 0, ""},
		{"b:parser", "demand", "inventory --host b", 4, "[ERROR]: boom"},
		{"b:parser", "start", "inventory --host a", 4, "[ERROR]: boom"},
		{"b:parser", "start", "inventory --graph", 4, "[ERROR]: boom"},
		{"b:parser", "start", "run site.yml", 4, "[ERROR]: boom"},
		{"all:error", "demand", "inventory --list", 1, "[ERROR]: boom"},
		{"all:error", "demand", "run site.yml", 1, "[ERROR]: boom"},
		{"all:value", "demand", "inventory --list", 250, bug},
		{"all:value", "demand", "run site.yml", 250, bug},
		{"b:parser", "demand", "vars a x", 0, ""},
		{"b:parser", "demand", "vars b inventory_hostname", 4, "[ERROR]: boom"},
	} {
		t.Run(strings.Join([]string{c.boom, c.stage, c.command}, " "), func(t *testing.T) {
			t.Setenv("BOOM", c.boom)
			t.Setenv("ANSIBLE_RUN_VARS_PLUGINS", c.stage)
			var out, errs bytes.Buffer
			env := OS()
			env.Stdin, env.Stdout, env.Stderr, env.Dir = strings.NewReader(""), &out, &errs, dir
			status := Main(append([]string{"rehearse"}, strings.Fields(c.command)...), env)
			said, _, _ := strings.Cut(errs.String(), "\n")
			if status != c.status || said != c.says {
				t.Errorf("exit status %d, not %d\n%s\n%s", status, c.status, &out, &errs)
			}
			if strings.HasPrefix(c.command, "inventory") && c.status != 0 && out.Len() > 0 {
				t.Errorf("shown in spite of the error:\n%s", &out)
			}
		})
	}
}

// A file of variables that cannot be understood ends ansible-inventory with 4 where it is read, and only there.
func TestBrokenVarsFileEndsInventory(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "group_vars"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"hosts": "a\n", "group_vars/all.yml": "a: [1\nb: 2\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	for command, want := range map[string]int{"inventory --list": 4, "inventory --host a": 4, "inventory --graph": 0, "vars a": 4} {
		var out, errs bytes.Buffer
		env := OS()
		env.Stdin, env.Stdout, env.Stderr, env.Dir = strings.NewReader(""), &out, &errs, dir
		status := Main(append([]string{"rehearse"}, append(strings.Fields(command), "-i", "hosts")...), env)
		if status != want || strings.Contains(errs.String(), "[ERROR]: YAML parsing failed") != (want == 4) {
			t.Errorf("%s: exit status %d, not %d\n%s\n%s", command, status, want, &out, &errs)
		}
	}
}
