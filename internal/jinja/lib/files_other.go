//go:build !unix

package lib

import (
	"os"
	"path/filepath"

	"github.com/rehearse-dev/rehearse/internal/source"
)

// isMount knows only the roots of drives here.
func isMount(_ source.FS, p string) bool { return filepath.Dir(p) == p }

// ownerID is not known here.
func ownerID(os.FileInfo) (int, bool) { return 0, false }

type fileStat struct {
	uid, gid int
	mode     uint32
	ctime    float64
}

func statOf(info os.FileInfo) fileStat {
	return fileStat{mode: uint32(info.Mode().Perm()), ctime: float64(info.ModTime().UnixNano()) / 1e9}
}
