//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/vault"
)

// streams runs the program in the folder with these two streams and gives its exit status, -1 where a signal ended it.
func streams(t *testing.T, dir string, stdout, stderr *os.File, args ...string) int {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, args...)
	cmd.Dir = dir
	cmd.Env = []string{asRehearse + "=1", "PATH=" + os.Getenv("PATH"), "HOME=" + dir, "LANG=C.UTF-8"}
	if stdout != nil {
		cmd.Stdout = stdout
	}
	if stderr != nil {
		cmd.Stderr = stderr
	}
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode()
}

const twoTasks = `
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.copy: {content: one, dest: DIR/one, mode: "0600"}
    - ansible.builtin.copy: {content: two, dest: DIR/two, mode: "0600"}
`

// TestNobodyReads closes the other end of the output, as in `rehearse run ... | head -1`: the run goes on to its end, with the
// status of one that somebody reads. ansible-core 2.19 does the same, with a warning for each event.
func TestNobodyReads(t *testing.T) {
	for _, both := range []bool{false, true} {
		dir := folder(t, map[string]string{"hosts": "box ansible_connection=local\n", "site.yml": twoTasks})
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		r.Close()
		said, err := os.Create(filepath.Join(dir, "said"))
		if err != nil {
			t.Fatal(err)
		}
		stderr := said
		if both {
			stderr = w
		}
		if code := streams(t, dir, w, stderr, "run", "-i", "hosts", "site.yml"); code != 0 {
			t.Errorf("both %v: exit status %d", both, code)
		}
		w.Close()
		said.Close()
		if text, err := os.ReadFile(filepath.Join(dir, "two")); string(text) != "two" {
			t.Errorf("both %v: the run broke off: %q, %v", both, text, err)
		}
		text, _ := os.ReadFile(said.Name())
		if want := "[WARNING]: The output of this run is not complete: write /dev/stdout: broken pipe\n"; !both && string(text) != want {
			t.Errorf("said %q, want %q", text, want)
		}
	}
}

// TestOutputOnAFullDisk: a command whose output is lost does not end well. A run does, as that of ansible-core, with a warning.
func TestOutputOnAFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("there is no /dev/full")
	}
	defer full.Close()
	for _, args := range [][]string{
		{"inventory", "-i", "hosts", "--list"}, {"inventory", "-i", "hosts", "--graph"}, {"config", "dump"}, {"config", "list"}, {"doc", "copy"}, {"doc", "-l"}, {"eval", "1+1"},
		{"lint", "-L"}, {"lint", "-f", "sarif", "site.yml"}, {"explain", "name"}, {"template", "site.yml"}, {"vars", "box", "-i", "hosts"}, {"--version"},
		{"vault", "encrypt_string", "--vault-password-file", "pw", "text"}, {"vault", "encrypt", "--vault-password-file", "pw", "--output", "-", "hosts"},
	} {
		dir := folder(t, map[string]string{"hosts": "box ansible_connection=local a=1\n", "site.yml": twoTasks, "pw": "password"})
		said, err := os.Create(filepath.Join(dir, "said"))
		if err != nil {
			t.Fatal(err)
		}
		code := streams(t, dir, full, said, args...)
		said.Close()
		text, _ := os.ReadFile(said.Name())
		if code != 1 || !bytes.Contains(text, []byte("no space left on device")) {
			t.Errorf("%v: exit status %d, said %q", args, code, text)
		}
	}
	dir := folder(t, map[string]string{"hosts": "box ansible_connection=local\n", "site.yml": twoTasks})
	if code := streams(t, dir, full, full, "run", "-i", "hosts", "site.yml"); code != 0 {
		t.Errorf("run: exit status %d", code)
	}
	if _, err := os.Stat(filepath.Join(dir, "two")); err != nil {
		t.Errorf("the run broke off: %v", err)
	}
}

// TestClosedStreams starts the program without some of its standard streams.
func TestClosedStreams(t *testing.T) {
	for _, closed := range []string{"<&-", ">&-", "2>&-", "<&- >&- 2>&-"} {
		dir := folder(t, map[string]string{"hosts": "box ansible_connection=local\n", "site.yml": twoTasks})
		r := launchAs(t, dir, nil, "/bin/sh", "-c", `"$0" run -i hosts site.yml `+closed, os.Args[0])
		if code := r.wait(); code != 0 {
			t.Errorf("%s: exit status %d: %s", closed, code, r.output())
		}
		for _, name := range []string{"one", "two"} { // what is opened first must not take the number of a closed stream
			if text, err := os.ReadFile(filepath.Join(dir, name)); string(text) != name {
				t.Errorf("%s: %s holds %q, %v", closed, name, text, err)
			}
		}
	}
}

// TestFilesOfTheRunOnAFullDisk limits the size of files for all that the controller writes: each is reported by name with the cause, what
// was there before stays, and the run ends as it would have.
func TestFilesOfTheRunOnAFullDisk(t *testing.T) {
	const old = "old content\n"
	dir := folder(t, map[string]string{
		"hosts": "box ansible_connection=local\n", "out/site.retry": old, "out/tree/box": old, "out/facts/.keep": "", "out/fetched": old, "out/list": old,
		"big": strings.Repeat("x", 4000), "site.yml": `
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.set_fact: {long: "{{ 'x' * 3000 }}", cacheable: true}
    - ansible.builtin.fetch: {src: DIR/big, dest: DIR/out/fetched, flat: true}
      ignore_errors: true
    - ansible.builtin.debug: {var: long}
    - ansible.builtin.fail:
`})
	env := []string{"ANSIBLE_RETRY_FILES_ENABLED=1", "ANSIBLE_RETRY_FILES_SAVE_PATH=" + dir + "/out", "ANSIBLE_LOG_PATH=" + dir + "/out/log", "ANSIBLE_DEPRECATION_WARNINGS=0",
		"ANSIBLE_CALLBACKS_ENABLED=tree,junit", "ANSIBLE_CALLBACK_TREE_DIR=" + dir + "/out/tree", "JUNIT_OUTPUT_DIR=" + dir + "/out/junit", "ANSIBLE_CACHE_PLUGIN=jsonfile", "ANSIBLE_CACHE_PLUGIN_CONNECTION=" + dir + "/out/facts"}
	r := launchAs(t, dir, env, "/bin/sh", "-c", `ulimit -f 2; exec "$0" run -i hosts site.yml`, os.Args[0])
	if code := r.wait(); code != 2 {
		t.Errorf("exit status %d", code)
	}
	out := strings.ReplaceAll(r.output(), dir, "DIR")
	for _, want := range []string{
		"[WARNING]: The log is not complete: write DIR/out/log: file too large\n",
		"Failed to fetch the file: write DIR/out/fetched: file too large",
		"[WARNING]: Unable to write to 'box's file: write DIR/out/tree/box: file too large\n",
		"cache plugin while trying to write to 'DIR/out/facts/s1_box': [Errno 27] File too large",
		"[WARNING]: Unable to write the JUnit report: write DIR/out/junit/site-",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("not said: %s", want)
		}
	}
	recap(t, r.output(), "box", 3, 0, 0, 1)
	for _, name := range []string{"fetched", "list"} {
		if text, err := os.ReadFile(filepath.Join(dir, "out", name)); string(text) != old {
			t.Errorf("%s: %d bytes, %v", name, len(text), err)
		}
	}
	for _, name := range []string{"facts", "junit", "tree"} {
		entries, _ := os.ReadDir(filepath.Join(dir, "out", name))
		for _, e := range entries {
			if name != "tree" && e.Name() != ".keep" || strings.HasSuffix(e.Name(), ".new") {
				t.Errorf("left behind: %s/%s", name, e.Name())
			}
		}
	}
	if t.Failed() {
		t.Log(out)
	}
}

// TestFilesOfCommandsOnAFullDisk limits the size of files for the commands that replace one: the old one stays, and the error names it and
// the cause.
func TestFilesOfCommandsOnAFullDisk(t *testing.T) {
	long := "x: " + strings.Repeat("y", 3000) + "\n"
	key := vault.NewSecret("", []byte("password"), "test")
	sealed, err := vault.Encrypt([]byte(long), key, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	tasks := "- ansible.builtin.debug:\n    msg: yes\n  when: yes\n" + strings.Repeat("# a comment to make it long\n", 100)
	for _, c := range []struct {
		line, file, old string
		mode            os.FileMode
	}{
		{"vault encrypt --vault-password-file pw secrets", "secrets", long, 0o640},
		{"vault decrypt --vault-password-file pw secrets", "secrets", string(sealed), 0o640},
		{"vault rekey --vault-password-file pw --new-vault-password-file pw2 secrets", "secrets", string(sealed), 0o640},
		{"vault encrypt --vault-password-file pw --output out file2", "out", "old", 0o640},
		{"inventory -i hosts --list --output out", "out", "old", 0o640},
		{"lint --fix tasks/main.yml", "tasks/main.yml", tasks, 0o640},
		{"lint --sarif-file out tasks/main.yml", "out", "old", 0o640},
		{"lint --generate-ignore many", ".ansible-lint-ignore", "# old\n", 0o640},
	} {
		t.Run(c.line, func(t *testing.T) {
			files := map[string]string{"pw": "password", "pw2": "password 2", "file2": long, "hosts": "[all]\nh[1:300]\n", "tasks/main.yml": tasks}
			for i := range 60 {
				files[fmt.Sprintf("many/a_rather_long_name_of_a_file_%d.yml", i)] = "- hosts: all\n  tasks: [{command: ls}]\n"
			}
			files[c.file] = c.old
			dir := folder(t, files)
			path := filepath.Join(dir, c.file)
			if err := os.Chmod(path, c.mode); err != nil {
				t.Fatal(err)
			}
			before := names(t, filepath.Dir(path))
			r := launchAs(t, dir, nil, "/bin/sh", "-c", `ulimit -f 2; exec "$0" `+c.line, os.Args[0])
			if code := r.wait(); code == 0 || !strings.Contains(strings.ToLower(r.output()), "file too large") || !strings.Contains(r.output(), filepath.Base(c.file)) {
				t.Errorf("exit status %d: %s", code, r.output())
			}
			if got := read(t, dir, c.file); got != c.old {
				t.Errorf("the old content is lost: %.100q", got)
			}
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != c.mode {
				t.Errorf("%v, %v", info.Mode(), err)
			}
			if after := names(t, filepath.Dir(path)); after != before {
				t.Errorf("there were %s, there are %s", before, after)
			}
		})
	}
}

func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		if e.Name() != ".ansible" && e.Name() != ".cache" {
			out = append(out, e.Name())
		}
	}
	return strings.Join(out, " ")
}
