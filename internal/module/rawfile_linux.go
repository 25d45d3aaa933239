package module

import (
	"io"
	"os"

	"github.com/rehearse-dev/rehearse/internal/source"
	"golang.org/x/sys/unix"
)

// rawFile is an open regular file without the poller: os.OpenFile spends five more system calls on each, which counts
// when a play writes hundreds of small files.
type rawFile struct {
	fd   int
	name string
}

func openRaw(name string, flags int, mode uint32) (*rawFile, error) {
	for {
		fd, err := unix.Open(name, flags|unix.O_CLOEXEC, mode)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return nil, &os.PathError{Op: "open", Path: name, Err: err}
		}
		return &rawFile{fd, name}, nil
	}
}

func (f *rawFile) Write(b []byte) (int, error) {
	done := 0
	for done < len(b) {
		n, err := unix.Write(f.fd, b[done:])
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return done, &os.PathError{Op: "write", Path: f.name, Err: err}
		}
		done += n
	}
	return done, nil
}

func (f *rawFile) Read(b []byte) (int, error) {
	for {
		n, err := unix.Read(f.fd, b)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return 0, &os.PathError{Op: "read", Path: f.name, Err: err}
		case n == 0 && len(b) > 0:
			return 0, io.EOF
		}
		return n, nil
	}
}

func (f *rawFile) close() error { return unix.Close(f.fd) }

// readFile is os.ReadFile with fewer system calls.
func readFile(path string) ([]byte, error) {
	f, err := openRaw(path, unix.O_RDONLY|unix.O_NONBLOCK, 0) // a FIFO opens at once
	if err != nil {
		return nil, err
	}
	defer f.close()
	var st unix.Stat_t
	size := 0
	if unix.Fstat(f.fd, &st) == nil {
		switch st.Mode & unix.S_IFMT {
		case unix.S_IFREG, unix.S_IFDIR:
			if st.Size < 1<<30 {
				size = int(st.Size)
			}
		default:
			if _, err := (source.OS{}).ReadFile(path); err != nil {
				return nil, err
			}
			return nil, nil // the null device
		}
	}
	b := make([]byte, 0, size+512)
	for {
		n, err := f.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			return nil, err
		}
		if n > 0 && len(b) == size && size > 0 && st.Mode&unix.S_IFMT == unix.S_IFREG && !procLike(path) {
			return b, nil
		}
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
	}
}

// procLike files have sizes that say nothing.
func procLike(path string) bool {
	return len(path) > 4 && (path[:5] == "/proc" || path[:4] == "/sys")
}

// rename is rename(2) alone; os.Rename looks at the target first.
func rename(from, to string) error {
	for {
		err := unix.Rename(from, to)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
		}
		return nil
	}
}
