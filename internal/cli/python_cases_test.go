package cli

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// pythonCases runs the archives of a folder of testdata.
func pythonCases(t *testing.T, folder string) {
	real := *record
	if real == "" {
		var err error
		if real, err = exec.LookPath("ansible-playbook"); err != nil {
			t.Skip("there is no ansible-core on this machine: its Python classes are what these plugins use")
		}
	}
	cases, err := filepath.Glob("testdata/" + folder + "/*.txtar")
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
				case "args", "env", "stdout", "stderr", "status":
					continue
				}
				p := filepath.Join(dir, f.Name)
				if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(p, f.Data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			args := strings.Fields(files["args"])
			t.Chdir(dir)
			t.Setenv("ANSIBLE_NOCOLOR", "1")
			t.Setenv("HOME", dir)
			t.Setenv("PATH", filepath.Dir(real)+string(os.PathListSeparator)+os.Getenv("PATH"))
			os.Unsetenv("COLUMNS")
			for line := range strings.Lines(files["env"]) {
				name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
				t.Setenv(name, value)
			}
			if *record != "" {
				recordFeed(t, path, a, dir, filepath.Join(filepath.Dir(real), args[0]), args[1:])
				return
			}
			var out, errs bytes.Buffer
			env := OS()
			env.Stdin, env.Stdout, env.Stderr, env.Dir = strings.NewReader(""), &out, &errs, dir
			status := Main(args, env)
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

func recordFeed(t *testing.T, path string, a *txtar.Archive, dir, program string, args []string) {
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "ANSIBLE_PYTHON_INTERPRETER="+filepath.Join(filepath.Dir(program), "python3"))
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
	a.Files = append(kept, txtar.File{Name: "stdout", Data: []byte(normalise(out.String(), dir))},
		txtar.File{Name: "stderr", Data: []byte(normalise(errs.String(), dir))},
		txtar.File{Name: "status", Data: []byte(strconv.Itoa(cmd.ProcessState.ExitCode()) + "\n")})
	a.Comment = []byte("go test ./internal/cli -run " + strings.Split(t.Name(), "/")[0] + " -record ansible-playbook (2.19.14)\n")
	if err := os.WriteFile(filepath.Join(originalDir, path), txtar.Format(a), 0o644); err != nil {
		t.Fatal(err)
	}
}
