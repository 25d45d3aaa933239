//go:build !(linux || darwin || freebsd || netbsd || openbsd)

package terminal

import (
	"context"
	"errors"
	"os"
	"time"

	"golang.org/x/term"
)

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

func makeRaw(f *os.File, _ bool) (func(), error) {
	old, err := term.MakeRaw(int(f.Fd()))
	if err != nil {
		return nil, err
	}
	return func() { term.Restore(int(f.Fd()), old) }, nil
}

type special struct{ interrupt, erase, eof, suspend byte }

func controlKeys(*os.File) special { return special{0x03, 0x7f, 0x04, 0xff} }

func foreground(*os.File) bool { return true }

func columns(f *os.File) int {
	if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
		return w
	}
	return 80
}

func suspend() {}

func openControlling() (*os.File, error) { return nil, errors.ErrUnsupported }

// ready cannot wait here: a read ends with its next key, and what has a limit waits without reading.
func ready(ctx context.Context, _ *os.File, limit time.Duration) (bool, error) {
	if limit == 0 {
		return true, ctx.Err()
	}
	t := time.NewTimer(limit)
	defer t.Stop()
	select {
	case <-t.C:
		return false, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}
