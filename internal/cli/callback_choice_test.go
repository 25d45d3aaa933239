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
