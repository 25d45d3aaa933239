package cli

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// record names the real ansible-playbook, which then writes the expected output of every case:
// go test ./internal/cli -run TestRunGolden -record /path/to/ansible-playbook
var record = flag.String("record", "", "ansible-playbook that writes the expected output of the golden tests")

// volatile are the parts of the output that differ from run to run; the work directory is $WORK.
var volatile = []struct {
	re  *regexp.Regexp
	sub string
}{
	{regexp.MustCompile(`"(delta)": "0:0[^"]*"`), `"$1": "D"`},
	{regexp.MustCompile(`"(start|end|stop)": "20[^"]*"`), `"$1": "T"`},
	{regexp.MustCompile(`[^" ]*/\.ansible/tmp/ansible-tmp-[0-9.-]+`), `TMP`},
	{regexp.MustCompile(`[^" ]*/\.ansible/tmp/ansible-local-[0-9a-z_]+/tmp[0-9a-z_]+`), `TMP`},
	{regexp.MustCompile(`"(inode|atime|mtime|ctime|dev|uuid)": "?[0-9.]+"?`), `"$1": N`},
}

// untrue are the lines of a verbose run that only one of the two programs can print: what it is made of, the shell commands
// of ansible-core's way to run a module, and how often a file of variables is looked at. docs/configuration.md lists them.
var untrue = []*regexp.Regexp{
	regexp.MustCompile(`(?m)^  (ansible python module location|executable location|python version|jinja version|pyyaml version|rehearse version) = .*\n`),
	regexp.MustCompile(`(?m)^<[^>]*> (EXEC|PUT|ESTABLISH LOCAL CONNECTION) .*\n`),
	regexp.MustCompile("(?m)^(Using module file|Loading collection|Loading callback plugin|Read `vars_file`) .*\n"),
}

func normalise(s, dir string) string {
	for _, re := range untrue {
		s = re.ReplaceAllString(s, "")
	}
	s = strings.ReplaceAll(s, dir, "$WORK")
	for _, v := range volatile {
		s = v.re.ReplaceAllString(s, v.sub)
	}
	return s
}

// TestRunGolden runs the playbooks under testdata/run and compares standard output, error output and exit status with
// those of ansible-core 2.19.14 byte for byte. A case is an archive: `args` holds the arguments, the other files are
// laid out in an empty directory; `stdout`, `stderr` and `status` are what the real program gave.
func TestRunGolden(t *testing.T) {
	cases, err := filepath.Glob("testdata/run/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			dir, err := filepath.EvalSymlinks(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			files := map[string]string{}
			for _, f := range a.Files {
				files[f.Name] = string(f.Data)
				switch f.Name {
				case "args", "stdout", "stderr", "status":
					continue
				}
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
			args := strings.Fields(files["args"])
			t.Chdir(dir)
			t.Setenv("ANSIBLE_NOCOLOR", "1")
			t.Setenv("HOME", dir)
			t.Setenv("LC_ALL", "C.UTF-8")
			os.Unsetenv("COLUMNS")
			if *record != "" {
				recordCase(t, path, a, dir, args)
				return
			}
			var out, errs bytes.Buffer
			env := OS()
			env.Stdin, env.Stdout, env.Stderr, env.Dir = strings.NewReader(""), &out, &errs, dir
			status := Main(append([]string{"ansible-playbook"}, args...), env)
			if d := cmp.Diff(files["stdout"], normalise(out.String(), dir)); d != "" {
				t.Errorf("stdout (-ansible +rehearse):\n%s", d)
			}
			if d := cmp.Diff(files["stderr"], normalise(errs.String(), dir)); d != "" {
				t.Errorf("stderr (-ansible +rehearse):\n%s", d)
			}
			if want := strings.TrimSpace(files["status"]); strconv.Itoa(status) != want {
				t.Errorf("exit status %d, want %s", status, want)
			}
		})
	}
}

func recordCase(t *testing.T, path string, a *txtar.Archive, dir string, args []string) {
	cmd := exec.Command(*record, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "ANSIBLE_PYTHON_INTERPRETER="+filepath.Join(filepath.Dir(*record), "python3"))
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	var kept []txtar.File
	for _, f := range a.Files {
		switch f.Name {
		case "stdout", "stderr", "status":
		default:
			kept = append(kept, f)
		}
	}
	kept = append(kept, txtar.File{Name: "stdout", Data: []byte(normalise(out.String(), dir))},
		txtar.File{Name: "stderr", Data: []byte(normalise(errs.String(), dir))},
		txtar.File{Name: "status", Data: []byte(strconv.Itoa(cmd.ProcessState.ExitCode()) + "\n")})
	a.Files = kept
	a.Comment = []byte("go test ./internal/cli -run TestRunGolden -record ansible-playbook (2.19.14)\n")
	if err := os.WriteFile(filepath.Join(originalDir, path), txtar.Format(a), 0o644); err != nil {
		t.Fatal(err)
	}
}

var originalDir = func() string { d, _ := os.Getwd(); return d }()
