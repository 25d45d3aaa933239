package cli

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// recordInventory names the real ansible-inventory, which then writes testdata/inventory/golden.txtar:
// go test ./internal/cli -run TestInventory -record-inventory /path/to/ansible-inventory
var recordInventory = flag.String("record-inventory", "", "ansible-inventory that writes the expected output of TestInventory")

// layOut writes the files of an archive to an empty directory, scripts executable.
func layOut(t *testing.T, path string) string {
	t.Helper()
	a, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range a.Files {
		p := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		mode := os.FileMode(0o644)
		if bytes.HasPrefix(f.Data, []byte("#!")) {
			mode = 0o755
		}
		if err := os.WriteFile(p, f.Data, mode); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestInventory compares standard output, error output and exit status with those of ansible-inventory 2.19.14, byte for
// byte: each line of `cases` in testdata/inventory/files.txtar holds the arguments of one call.
func TestInventory(t *testing.T) {
	dir := layOut(t, "testdata/inventory/files.txtar")
	golden := "testdata/inventory/golden.txtar"
	if abs, err := filepath.Abs(golden); err == nil {
		golden = abs
	}
	t.Chdir(dir)
	t.Setenv("HOME", dir)
	t.Setenv("ANSIBLE_NOCOLOR", "1")
	cases, err := os.ReadFile("cases")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	if a, err := txtar.ParseFile(golden); err == nil {
		for _, f := range a.Files {
			want[f.Name] = string(f.Data)
		}
	}
	var recorded txtar.Archive
	for line := range strings.Lines(string(cases)) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		var out, errs bytes.Buffer
		if *recordInventory != "" {
			cmd := exec.Command(*recordInventory, strings.Fields(line)...)
			cmd.Stdout, cmd.Stderr = &out, &errs
			if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
				t.Fatal(err)
			}
			text := show(out.String(), errs.String(), cmd.ProcessState.ExitCode(), dir)
			recorded.Files = append(recorded.Files, txtar.File{Name: line, Data: []byte(text)})
			continue
		}
		t.Run(line, func(t *testing.T) {
			env := OS()
			env.Stdin, env.Stdout, env.Stderr, env.Dir = strings.NewReader(""), &out, &errs, dir
			status := Main(append([]string{"ansible-inventory"}, strings.Fields(line)...), env)
			if d := cmp.Diff(want[line], show(out.String(), errs.String(), status, dir)); d != "" {
				t.Errorf("-ansible-inventory +rehearse:\n%s", d)
			}
		})
	}
	if *recordInventory != "" {
		if err := os.WriteFile(golden, txtar.Format(&recorded), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// show joins what a call gave. The help that ansible-inventory prints before it complains of wrong options is left out.
func show(out, errs string, status int, dir string) string {
	if strings.HasPrefix(out, "usage: ") {
		out = ""
	}
	return strings.ReplaceAll(fmt.Sprintf("%sstderr:\n%sstatus: %d\n", out, errs, status), dir, "$WORK")
}

// TestVars explains variables of the same project.
func TestVars(t *testing.T) {
	dir := layOut(t, "testdata/inventory/files.txtar")
	t.Chdir(dir)
	t.Setenv("HOME", dir)
	t.Setenv("ANSIBLE_SSH_RETRIES", "3")
	t.Setenv("ANSIBLE_BECOME_PASS", "hunter2")
	for _, c := range []struct {
		args, want string
		status     int
	}{
		{"w1 -i hosts.ini tier", "tier = \"front\"\n  from   inventory groups (web)  hosts.ini:8\n", 0},
		{"w1 -i hosts.ini shade", "shade = \"host file\"\n  from   host_vars beside the playbook (w1)  host_vars/w1.yml:1\n" +
			"  hides  group_vars beside the playbook (web)  group_vars/web.yml:1  \"group file\"\n" +
			"  hides  group_vars/all beside the playbook (all)  group_vars/all.yml:2  \"all file\"\n" +
			"  hides  inventory groups (web)  hosts.ini:9  \"from ini\"\n" +
			"  because host_vars beside the playbook (files of the host beside the playbook) come after group_vars beside the playbook\n", 0},
		{"w1 -i hosts.ini greeting -e tier=x", "greeting = \"hello x\"\n  from   group_vars/all beside the playbook (all)  group_vars/all.yml:3  \"hello {{ tier }}\"\n", 0},
		{"w1 -i hosts.ini nosuch", "nosuch is not defined for w1\n", 1},
		{"w1 -i hosts.ini ansible_ssh_retries", "ansible_ssh_retries is not defined for w1\n  How often a connection that fails is tried again.\n" +
			"  connection ssh, reconnection_retries = 3  env: ANSIBLE_SSH_RETRIES\n", 1},
		{"w1 -i hosts.ini ansible_sudo_pass", "ansible_sudo_pass is not defined for w1\n  Password to become another user with.\n" +
			"  become sudo, become_pass = (hidden)  env: ANSIBLE_BECOME_PASS\n", 1},
		{"w1 -i hosts.ini workers release --at play/roles/app/tasks/main.yml:2", "workers = 4\n  from   role parameters (app)  play/site.yml:5\n" +
			"  hides  own role's defaults (app)  play/roles/app/defaults/main.yml:1  2\n" +
			"  because role parameters (parameters beside the role's name) come after own role's defaults\n" +
			"release = 3\n  from   play vars  play/site.yml:2\n", 0},
	} {
		var out, errs bytes.Buffer
		env := OS()
		env.Stdin, env.Stdout, env.Stderr, env.Dir = strings.NewReader(""), &out, &errs, dir
		status := Main(append([]string{"rehearse", "vars"}, strings.Fields(c.args)...), env)
		if out.String() != c.want || status != c.status {
			t.Errorf("rehearse vars %s: status %d\n%s%s\nwant %d\n%s", c.args, status, out.String(), errs.String(), c.status, c.want)
		}
	}
}
