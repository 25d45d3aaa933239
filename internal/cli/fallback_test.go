package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWhatIsRefusedCanBeHandedOver(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"play.yml":             "- hosts: localhost\n  gather_facts: false\n  connection: winrm\n  tasks:\n    - nobody.has.this:\n",
		"bin/ansible-playbook": "#!/bin/sh\necho \"asked for: $*\"\nexit 7\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	path := map[string]string{"PATH": filepath.Join(dir, "bin")}
	code, out, stderr := runIn(t, dir, "", path, "run", "--fallback", "-i", "localhost,", "play.yml")
	if code != 7 || out != "asked for: -i localhost, play.yml\n" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "The connection plugin 'winrm' is not supported; there are local and ssh. (and 1 more)") {
		t.Errorf("status %d\n%s%s", code, out, stderr)
	}
	code, out, stderr = runIn(t, dir, "", nil, "run", "--fallback", "-i", "localhost,", "play.yml")
	if code != 4 || out != "" || !strings.Contains(stderr, "no ansible-playbook was found") {
		t.Errorf("without one: status %d\n%s%s", code, out, stderr)
	}
	code, _, stderr = runIn(t, dir, "", path, "run", "-i", "localhost,", "play.yml")
	if code != 4 || !strings.Contains(stderr, "winrm") || !strings.Contains(stderr, "nobody.has.this") {
		t.Errorf("without the option both are named: status %d\n%s", code, stderr)
	}
}
