package agent

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/source"
)

// ReadFile copies a file to w. The error names no path: the caller knows it.
func ReadFile(path string, w io.Writer) error {
	f, err := source.Open(expandHome(path))
	if err != nil {
		return bare(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return bare(err)
	}
	if info.IsDir() {
		return errors.New("is a directory")
	}
	_, err = io.Copy(w, f)
	return bare(err)
}

// WriteFile writes a file by a temporary one beside it, so that it is there whole or not at all.
func WriteFile(path string, mode uint32, r io.Reader) (err error) {
	path = expandHome(path)
	f, err := os.CreateTemp(filepath.Dir(path), ".rehearse-")
	if err != nil {
		return bare(err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
			err = bare(err)
		}
	}()
	if _, err := io.Copy(f, r); err != nil {
		return err
	}
	if mode == 0 {
		mode = 0o600
	}
	if err := f.Chmod(os.FileMode(mode & 0o7777)); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// bare strips the operation and the path from an error of package os.
func bare(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// expandHome replaces a leading ~ by the home directory.
func expandHome(path string) string {
	if path != "~" && !strings.HasPrefix(path, "~/") {
		return path
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return path
	}
	return home + path[1:]
}
