//go:build unix

package vault

import (
	"io/fs"
	"os"
	"syscall"
)

// keepOwner gives f the owner and group of info where the account may; elsewhere the file belongs to who wrote it.
func keepOwner(f *os.File, info fs.FileInfo) {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		_ = f.Chown(int(st.Uid), int(st.Gid))
	}
}

// links is the number of names of an open file; one that was replaced has none left.
func links(info fs.FileInfo) uint64 {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(st.Nlink)
	}
	return 0
}
