package catalog

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestFactsAreFresh makes the facts of ansible.builtin again where the ansible-core is installed that they came from.
func TestFactsAreFresh(t *testing.T) {
	program, err := exec.LookPath("ansible")
	if err != nil || testing.Short() {
		t.Skip("no ansible in PATH")
	}
	script, err := os.ReadFile(program)
	if err != nil {
		t.Skip(err)
	}
	line, _, _ := strings.Cut(string(script), "\n")
	python := strings.TrimSpace(strings.TrimPrefix(line, "#!"))
	names, err := data.ReadFile("data/names.txt")
	if err != nil {
		t.Fatal(err)
	}
	version, err := exec.Command(python, "-c", "import ansible.release; print(ansible.release.__version__)").Output()
	if err != nil || !bytes.Contains(names, append([]byte("ansible-core "), bytes.TrimSpace(version)...)) {
		t.Skipf("the facts came from another version than %s", version)
	}
	dir := t.TempDir()
	cmd := exec.Command(python, "gen/facts.py", "--only", "ansible.builtin", dir)
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{"ansible.builtin.z", "route/ansible.builtin.z", "fragments.z"} {
		made, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		kept, err := data.ReadFile("data/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(made, kept) {
			t.Errorf("data/%s is stale: run %s gen/facts.py data", name, python)
		}
	}
}
