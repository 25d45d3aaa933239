package module

import (
	"golang.org/x/sys/unix"
)

const (
	accessRead    = unix.R_OK
	accessWrite   = unix.W_OK
	accessExecute = unix.X_OK
)

// accessible tells whether the process may do what mode says, as access(2) does.
func accessible(path string, mode uint32) bool { return unix.Access(path, mode) == nil }
