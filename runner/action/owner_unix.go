//go:build unix

package action

import (
	"os"
	"os/user"
	"strconv"
	"syscall"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// owner is the name of a file's owner, its number where it has no name.
func owner(info os.FileInfo) value.Value {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return value.None{}
	}
	if u, err := user.LookupId(strconv.Itoa(int(st.Uid))); err == nil {
		return value.S(u.Username)
	}
	return value.Int(st.Uid)
}
