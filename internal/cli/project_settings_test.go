package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A callback is loaded for a run only: a listing works with one that is not there, as with ansible-core 2.19.14, and a run
// says what it needs.
func TestCallbackChoice(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"ansible.cfg": "[defaults]\nstdout_callback = acme.screen.fancy\n",
		"site.yml":    "- hosts: localhost\n  gather_facts: false\n  tasks: []\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	t.Setenv("PATH", "/nowhere")
	for _, c := range []struct {
		args   []string
		status int
		out    string
		errs   string
	}{
		{[]string{"rehearse", "run", "--list-tasks", "site.yml"}, 0, "play #1 (localhost): localhost", ""},
		{[]string{"rehearse", "run", "--syntax-check", "site.yml"}, 0, "playbook: site.yml", ""},
		{[]string{"rehearse", "run", "site.yml"}, 1, "", "the callbacks of this run need Python"},
	} {
		var out, errs bytes.Buffer
		env := OS()
		env.Stdin, env.Stdout, env.Stderr, env.Dir = strings.NewReader(""), &out, &errs, dir
		status := Main(c.args, env)
		if status != c.status || !strings.Contains(out.String(), c.out) || !strings.Contains(errs.String(), c.errs) {
			t.Errorf("%q: status %d\n%s\n%s", c.args, status, &out, &errs)
		}
		// the hosts are looked at before the callbacks
		if !strings.Contains(errs.String(), "provided hosts list is empty") {
			t.Errorf("%q: no word of the empty inventory: %s", c.args, &errs)
		}
	}
}

// TestListingWarnsOfPatterns: --list-tasks says, as ansible-core 2.19.14 does, which pattern matches no host; one that a template
// gives, too.
func TestListingWarnsOfPatterns(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "site.yml"), []byte("- hosts: \"{{ 'w*b' }}\"\n  tasks: [{debug: }]\n- hosts: db\n  tasks: [{debug: }]\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	for _, option := range []string{"--list-tasks", "--list-tags", "--list-hosts"} {
		var out, errs bytes.Buffer
		env := OS()
		env.Stdin, env.Stdout, env.Stderr, env.Dir = strings.NewReader(""), &out, &errs, dir
		if status := Main([]string{"rehearse", "run", "-i", "a,", option, "site.yml"}, env); status != 0 {
			t.Errorf("%s: status %d: %s", option, status, &errs)
		}
		for _, pattern := range []string{"w*b", "db"} {
			if n := strings.Count(errs.String(), "Could not match supplied host pattern, ignoring: "+pattern+"\n"); n != 1 {
				t.Errorf("%s: warned %d times of %s:\n%s", option, n, pattern, &errs)
			}
		}
	}
}

// The setting jinja2_extensions turns on tags in all templates; a name that there is no extension for is refused.
func TestExtensionsOfTemplates(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"site.yml": "- hosts: localhost\n  gather_facts: false\n  tasks:\n    - debug: {msg: \"{% set a = [] %}{% do a.append('one') %}{{ a }}\"}\n" +
			"    - template: {src: t.j2, dest: out, mode: '0600'}\n    - debug: {msg: \"{{ lookup('template', 't.j2') }}\"}\n",
		"t.j2": "{% for i in [1, 2, 3] %}{% if i == 2 %}{% continue %}{% endif %}n{{ i }}{% endfor %}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	for _, c := range []struct {
		setting string
		status  int
		want    string
	}{
		{"jinja2.ext.do, jinja2.ext.loopcontrols", 0, "\"n1n3\\n\""},
		{"jinja2.ext.do,acme.more", 1, "jinja2_extensions names acme.more, which is not supported: there are jinja2.ext.do,"},
	} {
		t.Setenv("ANSIBLE_JINJA2_EXTENSIONS", c.setting)
		var out bytes.Buffer
		env := OS()
		env.Stdin, env.Stdout, env.Stderr, env.Dir = strings.NewReader(""), &out, &out, dir
		if status := Main([]string{"rehearse", "run", "site.yml"}, env); status != c.status || !strings.Contains(out.String(), c.want) {
			t.Errorf("%s: status %d\n%s", c.setting, status, &out)
		}
	}
	if text, err := os.ReadFile(filepath.Join(dir, "out")); err != nil || string(text) != "n1n3\n" {
		t.Errorf("%q, %v", text, err)
	}
}
