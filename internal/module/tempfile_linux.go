package module

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func runTempfile(c *Call) *value.Dict {
	prefix, suffix := c.text("prefix"), c.text("suffix")
	for _, part := range []struct{ name, text string }{{"prefix", prefix}, {"suffix", suffix}} {
		if strings.Contains(part.text, "/") {
			return c.failed(Fail(part.name + " must be a valid file name component, got " + value.Repr(value.S(part.text))))
		}
	}
	dir, ok := c.str("path")
	if !ok {
		dir = c.tempDir()
	} else if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	for range 10000 {
		path := filepath.Join(dir, prefix+pythonRandomName()+suffix)
		var err error
		if c.text("state") == "directory" {
			err = os.Mkdir(path, 0o700)
		} else {
			var f *os.File
			if f, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600); err == nil {
				err = f.Close()
			}
		}
		if errors.Is(err, os.ErrExist) {
			continue
		}
		if err != nil {
			return c.failed(Fail(pythonError(err)))
		}
		return value.NewDict("changed", value.Bool(true), "path", value.S(path))
	}
	return c.failed(Fail("[Errno 17] No usable temporary file name found"))
}

// tempDir is the folder for temporary files, as Python chooses it.
func (c *Call) tempDir() string {
	for _, name := range []string{"TMPDIR", "TEMP", "TMP"} {
		if dir, ok := c.getenv(name); ok && dir != "" && writableDir(dir) {
			return dir
		}
	}
	for _, dir := range []string{"/tmp", "/var/tmp", "/usr/tmp"} {
		if writableDir(dir) {
			return dir
		}
	}
	return "."
}

func writableDir(dir string) bool {
	st, err := os.Stat(dir)
	return err == nil && st.IsDir() && accessible(dir, accessWrite|accessExecute)
}

// pythonRandomName is eight characters as Python's tempfile uses them.
func pythonRandomName() string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789_"
	var b [8]byte
	rand.Read(b[:])
	for i := range b {
		b[i] = letters[int(b[i])%len(letters)]
	}
	return string(b[:])
}
