package durable

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
)

// limited is set in the environment of the process that runs TestFullDisk with the limit.
const limited = "REHEARSE_TEST_LIMITED"

// TestFullDisk limits the size of files, as a full disk would: the error names the file and the cause, and the old content
// is whole.
func TestFullDisk(t *testing.T) {
	if os.Getenv(limited) == "" { // the go command's own log of this process would meet the limit, too
		cmd := exec.Command(os.Args[0], "-test.run=^TestFullDisk$")
		cmd.Env = append(os.Environ(), limited+"=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	ignored := make(chan os.Signal, 1)
	signal.Notify(ignored, syscall.SIGXFSZ)
	defer signal.Stop(ignored)
	var was syscall.Rlimit
	must(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was))
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	must(t, os.WriteFile(path, []byte("old"), 0o600))
	must(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1000, Max: was.Max}))
	err := Write(path, make([]byte, 2000), 0o600)
	must(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was))
	if !errors.Is(err, syscall.EFBIG) || err.Error() != "write "+path+": file too large" {
		t.Errorf("got %v", err)
	}
	if got := content(t, path); got != "old" || names(t, dir) != "file" {
		t.Errorf("%q in %s", got, names(t, dir))
	}
}

// TestDevice: what is no regular file is written to as it is.
func TestDevice(t *testing.T) {
	must(t, Write(os.DevNull, []byte("gone"), 0o600))
	if err := Write("/dev/full", []byte("x"), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("got %v", err)
	}
	info, err := os.Stat(os.DevNull)
	must(t, err)
	if info.Mode()&os.ModeCharDevice == 0 {
		t.Fatal("the device was replaced by a file")
	}
}

// TestFolderThatTakesNoFile: a file that can be written is, even where nothing can be made beside it.
func TestFolderThatTakesNoFile(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may write everywhere")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	must(t, os.WriteFile(path, []byte("old"), 0o600))
	must(t, os.Chmod(dir, 0o500))
	defer os.Chmod(dir, 0o700)
	must(t, Write(path, []byte("new"), 0o600))
	if got := content(t, path); got != "new" {
		t.Errorf("got %q", got)
	}
}
