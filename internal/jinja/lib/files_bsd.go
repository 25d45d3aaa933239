//go:build unix && !linux

package lib

import "syscall"

// changeTime is the time of the last change of the file's status.
func changeTime(st *syscall.Stat_t) float64 {
	return float64(st.Ctimespec.Sec) + float64(st.Ctimespec.Nsec)/1e9
}
