package module

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// TestSpecialFiles gives modules files that never end, or that block who opens them: they are refused by name.
func TestSpecialFiles(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, what := range map[string]string{fifo: "is a named pipe", "/dev/zero": "is a device"} {
		for module, args := range map[string]*value.Dict{
			"slurp":       value.NewDict("src", value.S(path)),
			"lineinfile":  value.NewDict("path", value.S(path), "line", value.S("one more")),
			"blockinfile": value.NewDict("path", value.S(path), "block", value.S("one more")),
			"replace":     value.NewDict("path", value.S(path), "regexp", value.S("old"), "replace", value.S("new")),
		} {
			result := Invoke(&Call{}, Find("ansible.builtin."+module), args)
			if failed, _ := result.Get("failed"); failed != value.Bool(true) || !strings.Contains(value.Repr(result), what) {
				t.Errorf("%s of %s: %s", module, path, value.Repr(result))
			}
		}
	}
}

// TestEndlessOutput stops a command that prints without an end.
func TestEndlessOutput(t *testing.T) {
	result := Invoke(&Call{}, Find("ansible.builtin.command"), value.NewDict("_raw_params", value.S("cat /dev/zero")))
	if failed, _ := result.Get("failed"); failed != value.Bool(true) || !strings.Contains(value.Repr(result), "it printed more than 125829120 bytes and was stopped") {
		t.Error(value.Repr(result))
	}
}
