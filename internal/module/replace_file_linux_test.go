package module

import (
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func TestReplacedAtOnceHasLaterTime(t *testing.T) {
	path := t.TempDir() + "/f"
	for i := range 50 {
		if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
			t.Fatal(err)
		}
		before, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		f, err := (&Call{}).replaceFile(path, true)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte("new")); err != nil {
			t.Fatal(err)
		}
		if err := f.Commit(); err != nil {
			t.Fatal(err)
		}
		after, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if !after.ModTime().After(before.ModTime()) {
			t.Fatalf("round %d: %v, then %v", i, before.ModTime(), after.ModTime())
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

// limited is set in the environment of the process that runs TestFullDisk with the limit.
const limited = "REHEARSE_TEST_LIMITED"

// TestFullDisk limits the size of files, as a full disk would: whatever replaces a file leaves it as it was, and no other file
// beside it. The error names the file and the cause.
func TestFullDisk(t *testing.T) {
	if os.Getenv(limited) == "" { // the go command's own log of this process would meet the limit, too
		cmd := exec.Command(os.Args[0], "-test.run=^TestFullDisk$")
		cmd.Env = append(os.Environ(), limited+"=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, syscall.SIGXFSZ)
	defer signal.Stop(caught)
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	old := strings.Repeat("old\n", 500)
	long := strings.Repeat("new\n", 1000)
	for name, args := range map[string]*value.Dict{
		"lineinfile":  value.NewDict("path", value.S(path), "line", value.S("one more")),
		"blockinfile": value.NewDict("path", value.S(path), "block", value.S("one more")),
		"replace":     value.NewDict("path", value.S(path), "regexp", value.S("old"), "replace", value.S(long)),
		"assemble":    value.NewDict("src", value.S(filepath.Join(dir, "parts")), "dest", value.S(path)),
		"copy":        value.NewDict("src", value.S(filepath.Join(dir, "parts", "1")), "dest", value.S(path), "remote_src", value.Bool(true)),
		"backup":      value.NewDict("path", value.S(path), "regexp", value.S("old"), "replace", value.S(""), "backup", value.Bool(true)),
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.MkdirAll(filepath.Join(dir, "parts"), 0o700); err != nil {
				t.Fatal(err)
			}
			for file, text := range map[string]string{path: old, filepath.Join(dir, "parts", "1"): long} {
				if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			module := name
			if name == "backup" {
				module = "replace"
			}
			var was syscall.Rlimit
			if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
				t.Fatal(err)
			}
			if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1000, Max: was.Max}); err != nil {
				t.Fatal(err)
			}
			result := Invoke(&Call{}, Find("ansible.builtin."+module), args)
			if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
				t.Fatal(err)
			}
			msg := value.Repr(result)
			if failed, _ := result.Get("failed"); failed != value.Bool(true) || !strings.Contains(msg, "File too large") || !strings.Contains(msg, path) {
				t.Errorf("the result: %s", msg)
			}
			if text, err := os.ReadFile(path); string(text) != old {
				t.Errorf("the old content is not there: %d bytes, %v", len(text), err)
			}
			entries, err := os.ReadDir(dir)
			if err != nil || len(entries) != 2 {
				t.Errorf("left behind: %v, %v", entries, err)
			}
		})
	}
}

// TestBackupsOfOneSecond are all there.
func TestBackupsOfOneSecond(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	for _, text := range []string{"one", "two", "three"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		name, err := (&Call{}).backup(path)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(name); string(got) != text {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if all, _ := filepath.Glob(path + ".*~"); len(all) != 3 {
		t.Errorf("got %v", all)
	}
}
