package cli

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// needCore skips the test where no ansible-core 2.19 is there to take the plugins' base classes from.
func needCore(t *testing.T) {
	t.Helper()
	path, err := exec.LookPath("ansible-playbook")
	if err != nil {
		t.Skip("there is no ansible-core on PATH")
	}
	out, err := exec.Command(path, "--version").Output()
	if err != nil || !strings.Contains(string(out), "core 2.19.") {
		t.Skipf("%s is not of ansible-core 2.19", path)
	}
}

// TestProjectPlugins runs a project with filters, tests and lookups of its own and compares all that is printed with what
// ansible-core 2.19.14 printed: see testdata/plugins/record.sh.
func TestProjectPlugins(t *testing.T) {
	needCore(t)
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, os.DirFS("testdata/plugins/project")); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, name := range []string{"stdout", "stderr"} {
		text, err := os.ReadFile("testdata/plugins/" + name + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		want[name] = string(text)
	}
	t.Chdir(dir)
	t.Setenv("ANSIBLE_NOCOLOR", "1")
	t.Setenv("PYTHONDONTWRITEBYTECODE", "1")
	os.Unsetenv("COLUMNS")
	var out, errs bytes.Buffer
	env := OS()
	env.Stdin, env.Stdout, env.Stderr, env.Dir = strings.NewReader(""), &out, &errs, dir
	if status := Main([]string{"rehearse", "run", "site.yml"}, env); status != 0 {
		t.Errorf("exit status %d", status)
	}
	if d := cmp.Diff(want["stdout"], strings.ReplaceAll(out.String(), dir, "DIR")); d != "" {
		t.Errorf("stdout (-ansible +rehearse):\n%s", d)
	}
	// warnings come as soon as they are known, not when the worker of the task reports: their order may differ
	if d := cmp.Diff(paragraphs(want["stderr"]), paragraphs(strings.ReplaceAll(errs.String(), dir, "DIR"))); d != "" {
		t.Errorf("stderr (-ansible +rehearse):\n%s", d)
	}
}

// paragraphs splits messages by their headings.
func paragraphs(s string) map[string]bool {
	all := map[string]bool{}
	for _, p := range strings.Split("\n"+s, "\n[") {
		all[strings.TrimSpace(p)] = true
	}
	return all
}

// TestEvalUsesPlugins: the commands that evaluate use the filters of the directory, without ansible-core where they
// need nothing of it.
func TestEvalUsesPlugins(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("there is no python3 on PATH")
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "filter_plugins"), 0o755); err != nil {
		t.Fatal(err)
	}
	text := "def shout(v):\n    return v.upper() + '!'\nclass FilterModule:\n    def filters(self):\n        return {'shout': shout}\n"
	if err := os.WriteFile(filepath.Join(dir, "filter_plugins", "s.py"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	t.Setenv("PYTHONDONTWRITEBYTECODE", "1")
	var out, errs bytes.Buffer
	env := OS()
	env.Stdin, env.Stdout, env.Stderr, env.Dir = strings.NewReader(""), &out, &errs, dir
	if status := Main([]string{"rehearse", "eval", "'a' | shout"}, env); status != 0 || out.String() != "A!\n" {
		t.Errorf("status %d, got %q, %s", status, out.String(), errs.String())
	}
}
