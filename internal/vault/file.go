package vault

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Replace puts content in place of the file at path, which may be a link, or makes it with mode 0600. It writes a
// temporary file in the same folder, syncs it and renames it, so that the old file stays whole until the new one is
// there. As with ansible-vault, an existing file keeps its mode and owner when its content was encrypted before (rekey,
// edit) and is private to the account that writes it otherwise. With shred the old content is overwritten afterwards: it
// was a secret in the clear.
func Replace(path string, content []byte, keepMode, shred bool) (err error) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	old, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if old != nil {
		defer old.Close()
	}
	defer func() {
		var p *fs.PathError
		if errors.As(err, &p) {
			p.Path = path // not that of the temporary file
		}
	}()
	tmp, err := os.CreateTemp(filepath.Dir(path), ".vault-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			tmp.Close()
			os.Remove(tmp.Name())
		}
	}()
	if old != nil && keepMode {
		info, err := old.Stat()
		if err != nil {
			return err
		}
		if err := tmp.Chmod(info.Mode().Perm()); err != nil {
			return err
		}
		keepOwner(tmp, info)
	}
	if _, err = tmp.Write(content); err != nil {
		return err
	}
	if err = tmp.Sync(); err != nil {
		return err
	}
	if err = tmp.Close(); err != nil {
		return err
	}
	if err = os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	if old != nil && shred {
		return overwrite(old, 0)
	}
	return nil
}

// Shred overwrites a file with random bytes and removes it; one that is gone already is fine.
func Shred(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = overwrite(f, 1)
		f.Close()
	}
	if rerr := os.Remove(path); err == nil {
		err = rerr
	}
	return err
}

// overwrite replaces the bytes of an open file in place. A file with more names than ours is left alone: somebody else
// relies on them.
func overwrite(f *os.File, names uint64) error {
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || links(info) > names {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if _, err := io.CopyN(f, rand.Reader, info.Size()); err != nil {
		return fmt.Errorf("overwrite the old content: %w", err)
	}
	return f.Sync()
}
