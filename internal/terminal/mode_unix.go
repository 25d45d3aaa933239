//go:build linux || darwin || freebsd || netbsd || openbsd

package terminal

import (
	"context"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

func isTerminal(f *os.File) bool {
	_, err := unix.IoctlGetTermios(int(f.Fd()), getTermios)
	return err == nil
}

// makeRaw lets every key through at once, without meaning for the terminal; echo leaves showing them to the terminal.
func makeRaw(f *os.File, echo bool) (func(), error) {
	fd := int(f.Fd())
	old, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return nil, err
	}
	mode := *old
	mode.Iflag &^= unix.BRKINT | unix.ICRNL | unix.INPCK | unix.ISTRIP | unix.IXON
	mode.Cflag = mode.Cflag&^(unix.CSIZE|unix.PARENB) | unix.CS8
	mode.Lflag &^= unix.ECHO | unix.ICANON | unix.IEXTEN | unix.ISIG
	if echo {
		mode.Lflag |= unix.ECHO
	}
	mode.Cc[unix.VMIN], mode.Cc[unix.VTIME] = 1, 0
	if err := unix.IoctlSetTermios(fd, setTermios, &mode); err != nil {
		return nil, err
	}
	return func() { unix.IoctlSetTermios(fd, setTermios, old) }, nil
}

// special are the keys that the terminal's settings name.
type special struct{ interrupt, erase, eof, suspend byte }

func controlKeys(f *os.File) special {
	t, err := unix.IoctlGetTermios(int(f.Fd()), getTermios)
	if err != nil {
		return special{0x03, 0x7f, 0x04, 0x1a}
	}
	return special{t.Cc[unix.VINTR], t.Cc[unix.VERASE], t.Cc[unix.VEOF], t.Cc[unix.VSUSP]}
}

// foreground tells whether the program may read from its terminal.
func foreground(f *os.File) bool {
	group, err := unix.IoctlGetInt(int(f.Fd()), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}

func columns(f *os.File) int {
	if w, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ); err == nil && w.Col > 0 {
		return int(w.Col)
	}
	return 80
}

func suspend() { unix.Kill(0, unix.SIGTSTP) }

func openControlling() (*os.File, error) { return os.OpenFile("/dev/tty", os.O_RDWR|unix.O_NOCTTY, 0) }

// ready waits until there is something to read; false after limit, which 0 leaves out.
func ready(ctx context.Context, f *os.File, limit time.Duration) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	fds := []unix.PollFd{{Fd: int32(f.Fd()), Events: unix.POLLIN}}
	if ctx.Done() != nil {
		r, w, err := os.Pipe()
		if err != nil {
			return false, err
		}
		defer r.Close()
		stop := context.AfterFunc(ctx, func() { w.Close() })
		defer func() {
			if stop() {
				w.Close()
			}
		}()
		fds = append(fds, unix.PollFd{Fd: int32(r.Fd()), Events: unix.POLLIN})
	}
	deadline := time.Now().Add(limit)
	for {
		wait := -1
		if limit > 0 {
			wait = int(max(0, time.Until(deadline)+time.Millisecond-1) / time.Millisecond)
		}
		n, err := unix.Poll(fds, wait)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return false, err
		}
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		return n > 0, nil
	}
}
