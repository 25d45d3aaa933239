package source

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
)

// FS reads files by their path in the operating system's form. A path that is not there gives fs.ErrNotExist.
type FS interface {
	ReadFile(path string) ([]byte, error)
	Stat(path string) (fs.FileInfo, error)
	ReadDir(path string) ([]fs.DirEntry, error)
}

// OS is the file system of the machine.
type OS struct{}

// ReadFile reads a regular file, or the pipe behind a file descriptor, which a shell's <(command) is. Another FIFO, a socket
// or a device is refused instead of blocking on it, or reading without an end.
func (OS) ReadFile(path string) ([]byte, error) {
	if err := readable(path, "read"); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// Open opens what ReadFile reads.
func Open(path string) (*os.File, error) {
	if err := readable(path, "open"); err != nil {
		return nil, err
	}
	return os.Open(path)
}

func readable(path, op string) error {
	info, err := os.Stat(path)
	if err != nil || info.IsDir() {
		return nil // what reads it says so
	}
	if what := special(info); what != "" && path != "/dev/null" && path != "/dev/stdin" && !(info.Mode()&fs.ModeNamedPipe != 0 && ofDescriptor(path)) {
		return &fs.PathError{Op: op, Path: path, Err: notRegular(what)}
	}
	return nil
}

// special names what is no regular file; "" for one.
func special(info fs.FileInfo) string {
	switch mode := info.Mode(); {
	case mode.IsRegular():
		return ""
	case mode.IsDir():
		return "a directory"
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "a special file"
}

// ofDescriptor tells whether the path is that of an open file of this process.
func ofDescriptor(path string) bool {
	return strings.HasPrefix(path, "/dev/fd/") || strings.HasPrefix(path, "/proc/self/fd/")
}

// Stat follows symbolic links.
func (OS) Stat(path string) (fs.FileInfo, error) { return os.Stat(path) }

// ReadDir lists a directory sorted by name.
func (OS) ReadDir(path string) ([]fs.DirEntry, error) { return os.ReadDir(path) }

type notRegular string

func (n notRegular) Error() string { return "is " + string(n) + ", not a file" }

// Overlay lays unsaved buffers over another file system. It is immutable: With and Without return changed copies.
type Overlay struct {
	Base    FS
	buffers map[string][]byte
}

// With returns an overlay in which path has the given content.
func (o *Overlay) With(path string, content []byte) *Overlay {
	m := maps.Clone(o.buffers)
	if m == nil {
		m = map[string][]byte{}
	}
	m[filepath.Clean(path)] = content
	return &Overlay{o.Base, m}
}

// Without returns an overlay that shows the file below again.
func (o *Overlay) Without(path string) *Overlay {
	m := maps.Clone(o.buffers)
	delete(m, filepath.Clean(path))
	return &Overlay{o.Base, m}
}

// Buffer is the unsaved content of path, if it has any.
func (o *Overlay) Buffer(path string) ([]byte, bool) {
	b, ok := o.buffers[filepath.Clean(path)]
	return b, ok
}

// ReadFile gives the buffer where there is one.
func (o *Overlay) ReadFile(path string) ([]byte, error) {
	if b, ok := o.Buffer(path); ok {
		return b, nil
	}
	return o.Base.ReadFile(path)
}

// Stat describes the file below; a buffer that is not on disk yet is not found.
func (o *Overlay) Stat(path string) (fs.FileInfo, error) { return o.Base.Stat(path) }

// ReadDir lists the directory below.
func (o *Overlay) ReadDir(path string) ([]fs.DirEntry, error) { return o.Base.ReadDir(path) }
