//go:build unix

package runner

import "golang.org/x/sys/unix"

// openFileLimit is how many files this process may have open; 0 where that does not matter. Go raises it to what the system
// allows at the start.
func openFileLimit() int {
	var l unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &l) != nil || l.Cur > 1<<20 {
		return 0
	}
	return int(l.Cur)
}
