package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A module in a role's library folder is known from the moment the role is loaded, as in ansible-core.
func TestModulesOfARoleAreKnown(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"roles/own/library/greet.py":      "from ansible.module_utils.basic import AnsibleModule\n",
		"roles/own/tasks/main.yml":        "- greet:\n- nobody_has_this:\n",
		"play.yml":                        "- hosts: localhost\n  gather_facts: false\n  roles: [own]\n",
		"roles/own/library/readme.md":     "",
		"roles/own/library/other/x.py":    "",
		"roles/without/tasks/main.yml":    "- debug:\n",
		"roles/without/defaults/main.yml": "a: 1\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	code, _, stderr := runIn(t, dir, "", nil, "run", "--list-tasks", "-i", "localhost,", "play.yml")
	if code != 4 || strings.Contains(stderr, "'greet'") || !strings.Contains(stderr, "couldn't resolve module/action 'nobody_has_this'") {
		t.Errorf("status %d\n%s", code, stderr)
	}
}
