//go:build unix

package durable

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// keepOwner gives the file owner and group of another.
func keepOwner(f *os.File, old fs.FileInfo) error {
	was, ok := old.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	now, err := f.Stat()
	if err != nil {
		return err
	}
	if is, ok := now.Sys().(*syscall.Stat_t); ok && is.Uid == was.Uid && is.Gid == was.Gid {
		return nil
	}
	return f.Chown(int(was.Uid), int(was.Gid))
}

// readOnly tells whether nothing can be made because the file system takes no writes; a file in it may be a mount of its own.
func readOnly(err error) bool { return errors.Is(err, syscall.EROFS) }
