//go:build linux

package module

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// TestWorkingDirectory runs calls in several directories at once; relative paths belong to each one's own.
func TestWorkingDirectory(t *testing.T) {
	before, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 8 {
		dir := t.TempDir()
		wait.Add(1)
		go func() {
			defer wait.Done()
			r := Invoke(&Call{Cwd: dir}, Find("ansible.builtin.lineinfile"), value.NewDict("path", value.S("sub/f"), "line", value.S("x"), "create", value.Bool(true)))
			if changed, _ := r.Get("changed"); changed != value.Value(value.Bool(true)) {
				t.Errorf("%s", value.Repr(r))
			}
			if text, err := os.ReadFile(filepath.Join(dir, "sub/f")); err != nil || string(text) != "x\n" {
				t.Errorf("%q, %v", text, err)
			}
			r = Invoke(&Call{Cwd: dir}, Find("ansible.builtin.file"), value.NewDict("path", value.S("new"), "state", value.S("touch")))
			dest, _ := r.Get("dest")
			if mode, ok := r.Get("mode"); !ok || value.ToStr(dest) != "new" {
				t.Errorf("mode %v of %v: %s", mode, dest, value.Repr(r))
			}
			r = Invoke(&Call{Cwd: dir}, Find("ansible.builtin.command"), value.NewDict("_raw_params", value.S("pwd")))
			if out, _ := r.Get("stdout"); value.ToStr(out) != dir {
				t.Errorf("pwd is %v", out)
			}
		}()
	}
	wait.Wait()
	if after, _ := os.Getwd(); after != before {
		t.Errorf("the process moved to %s", after)
	}
}
