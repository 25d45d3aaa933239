//go:build unix

package factcache

import "golang.org/x/sys/unix"

// accessible tells whether entries of a directory can be listed, read and written.
func accessible(dir string) bool { return unix.Access(dir, unix.R_OK|unix.W_OK|unix.X_OK) == nil }
