package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A setting that is deprecated is said once, by us, and not a second time by the ansible-core that a plugin starts.
func TestPluginsDoNotRepeatWarningsOfSettings(t *testing.T) {
	needCore(t)
	dir := t.TempDir()
	for name, text := range map[string]string{
		"ansible.cfg":             "[defaults]\nansible_managed = mine\n",
		"filter_plugins/shout.py": "from ansible.errors import AnsibleFilterError\nclass FilterModule:\n    def filters(self):\n        return {'shout': lambda v: v.upper()}\n",
		"site.yml":                "- hosts: localhost\n  gather_facts: false\n  tasks:\n    - debug: {msg: \"{{ 'hello' | shout }}\"}\n",
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
	var out, errs bytes.Buffer
	env := OS()
	env.Stdin, env.Stdout, env.Stderr, env.Dir = strings.NewReader(""), &out, &errs, dir
	if status := Main([]string{"rehearse", "run", "site.yml"}, env); status != 0 || !strings.Contains(out.String(), "HELLO") {
		t.Errorf("exit status %d\n%s\n%s", status, &out, &errs)
	}
	if said := strings.Count(errs.String(), "DEFAULT_MANAGED_STR option."); said != 1 {
		t.Errorf("said %d times:\n%s", said, &errs)
	}
	if strings.Contains(out.String(), "DEFAULT_MANAGED_STR") {
		t.Errorf("said on the output:\n%s", &out)
	}
}
