//go:build unix

package transport

import (
	"io/fs"
	"os"
	"syscall"
)

// ownFile tells whether the file belongs to the user who runs this: ssh checks the mode of those only.
func ownFile(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Getuid()
}
