package source

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// MaxSecret is the most that a file with a password in it may hold, in bytes.
const MaxSecret = 1 << 20

// writerWait is how long ReadSecret waits for somebody to write into a named pipe.
const writerWait = 10 * time.Second

// ReadSecret reads a file whose content is a password: any kind of file that ends, so pipes and terminals too. A pipe into
// which nobody writes, a device without an end and a file of more than a mebibyte are errors.
func ReadSecret(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	switch what := special(info); {
	case what == "" || path == "/dev/null" || path == "/dev/stdin" || path == "/dev/tty" || ofDescriptor(path):
	case info.Mode()&fs.ModeNamedPipe != 0:
		return readPipe(path, writerWait)
	default:
		return nil, &fs.PathError{Op: "read", Path: path, Err: notRegular(what)}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readAtMost(f, path)
}

func readPipe(path string, wait time.Duration) ([]byte, error) {
	type opened struct {
		f   *os.File
		err error
	}
	ready := make(chan opened, 1)
	go func() { // blocks until there is a writer
		f, err := os.Open(path)
		ready <- opened{f, err}
	}()
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case o := <-ready:
		if o.err != nil {
			return nil, o.err
		}
		defer o.f.Close()
		return readAtMost(o.f, path)
	case <-t.C:
	}
	if w, err := os.OpenFile(path, os.O_RDWR|syscall.O_NONBLOCK, 0); err == nil { // with a writer there, opening ends
		defer w.Close()
		if o := <-ready; o.err == nil {
			o.f.Close()
		}
	}
	return nil, &fs.PathError{Op: "read", Path: path, Err: errors.New("is a named pipe into which nobody writes")}
}

func readAtMost(r io.Reader, path string) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(r, MaxSecret+1))
	if err != nil {
		return nil, err
	}
	if len(content) > MaxSecret {
		return nil, &fs.PathError{Op: "read", Path: path, Err: fmt.Errorf("has more than %d bytes", MaxSecret)}
	}
	return content, nil
}
