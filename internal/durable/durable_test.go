package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// names lists what is in the folder.
func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return strings.Join(out, " ")
}

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	must(t, err)
	return string(b)
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	must(t, Write(path, []byte("one"), 0o640))
	info, err := os.Stat(path)
	must(t, err)
	if runtime.GOOS != "windows" && info.Mode().Perm()&^0o640 != 0 {
		t.Errorf("mode %o", info.Mode())
	}
	must(t, os.Chmod(path, 0o600))
	must(t, WriteQuick(path, []byte("two"), 0o666))
	info, err = os.Stat(path)
	must(t, err)
	if got := content(t, path); got != "two" || info.Mode().Perm() != 0o600 {
		t.Errorf("%q, mode %o", got, info.Mode())
	}
	if got := names(t, dir); got != "file" {
		t.Errorf("in the folder: %s", got)
	}
}

// TestGivenUp has content that ends in the middle: the old file is as it was.
func TestGivenUp(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	must(t, os.WriteFile(path, []byte("old"), 0o600))
	f, err := Create(path, 0o600)
	must(t, err)
	_, err = f.Write([]byte("half of the n"))
	must(t, err)
	if got := content(t, path); got != "old" {
		t.Errorf("before Commit: %q", got)
	}
	f.Discard()
	f.Discard()
	if got := content(t, path); got != "old" || names(t, dir) != "file" {
		t.Errorf("%q in %s", got, names(t, dir))
	}
	if err := f.Commit(); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("Commit after Discard: %v", err)
	}
}

func TestLinks(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "file"), []byte("old"), 0o600))
	if err := os.Symlink("file", filepath.Join(dir, "link")); err != nil {
		t.Skip(err)
	}
	must(t, os.Symlink("later", filepath.Join(dir, "dangling")))
	must(t, Write(filepath.Join(dir, "link"), []byte("new"), 0o600))
	must(t, Write(filepath.Join(dir, "dangling"), []byte("new"), 0o600))
	if got := content(t, filepath.Join(dir, "file")); got != "new" {
		t.Errorf("through the link: %q", got)
	}
	if got := content(t, filepath.Join(dir, "later")); got != "new" {
		t.Errorf("through the link to nothing: %q", got)
	}
	if got := names(t, dir); got != "dangling file later link" {
		t.Errorf("in the folder: %s", got)
	}
}

// TestErrorsNameTheFile: what is said names the file that was asked for, never the temporary one.
func TestErrorsNameTheFile(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{filepath.Join(dir, "no", "file"), dir} {
		err := Write(path, nil, 0o600)
		var p *fs.PathError
		if !errors.As(err, &p) || p.Path != path {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// TestTogether has several writers of one file: it is always one of their contents.
func TestTogether(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	long := func(i int) string { return strings.Repeat(string(rune('a'+i)), 100_000) }
	must(t, os.WriteFile(path, []byte(long(0)), 0o600))
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for range 20 {
				if err := WriteQuick(path, []byte(long(i)), 0o600); err != nil {
					t.Error(err)
				}
				b, err := os.ReadFile(path)
				if err != nil || len(b) != 100_000 || strings.Trim(string(b), string(b[:1])) != "" {
					t.Errorf("%d bytes, %v", len(b), err)
				}
			}
		})
	}
	wg.Wait()
	if got := names(t, dir); got != "file" {
		t.Errorf("in the folder: %s", got)
	}
}
