//go:build unix

package lib

import (
	"os"
	"path/filepath"
	"syscall"

	"github.com/rehearse-dev/rehearse/internal/source"
)

// isMount compares a directory with its parent, as os.path.ismount does.
func isMount(_ source.FS, p string) bool {
	info, err := os.Lstat(p)
	if err != nil || info.Mode()&os.ModeSymlink != 0 {
		return false
	}
	parent, err := os.Lstat(filepath.Join(p, ".."))
	if err != nil {
		return false
	}
	a, ok := info.Sys().(*syscall.Stat_t)
	b, okParent := parent.Sys().(*syscall.Stat_t)
	return ok && okParent && (a.Dev != b.Dev || a.Ino == b.Ino)
}

// ownerID is the number of a file's owner.
func ownerID(info os.FileInfo) (int, bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(st.Uid), true
}

type fileStat struct {
	uid, gid int
	mode     uint32
	ctime    float64
}

func statOf(info os.FileInfo) fileStat {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return fileStat{mode: uint32(info.Mode().Perm())}
	}
	return fileStat{int(st.Uid), int(st.Gid), uint32(st.Mode) & 0o7777, changeTime(st)}
}
