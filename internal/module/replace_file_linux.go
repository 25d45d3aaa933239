package module

import (
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// newFile is the content of a file that replaces dest when it is complete: a hidden file in the same directory, then a
// rename. Close without Commit removes it.
type newFile struct {
	file   *rawFile
	dest   string
	exists bool
	old    syscall.Stat_t
	unsafe bool
	done   bool
}

// replaceFile starts a new content for dest. With keep, owner, mode and extended attributes (ACL, SELinux) of an existing
// dest are taken over; else, and where dest does not exist, the file gets what the umask gives.
func (c *Call) replaceFile(dest string, keep bool) (*newFile, error) {
	n := &newFile{dest: dest, unsafe: c.bool("unsafe_writes")}
	if keep {
		st, err := stat(dest)
		switch {
		case err == nil:
			n.exists, n.old = true, st
		case !errors.Is(err, os.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR):
			return nil, err
		}
	}
	return n, n.open()
}

// Name is the path of the unfinished file.
func (n *newFile) Name() string { return n.file.name }

// Write adds to the content. An error names the file that was to be replaced.
func (n *newFile) Write(b []byte) (int, error) {
	done, err := n.file.Write(b)
	if p, ok := err.(*os.PathError); ok {
		p.Path = n.dest
	}
	return done, err
}

func (n *newFile) open() error {
	mode := uint32(0o666)
	if n.exists {
		mode = 0o600
	}
	dir, base := filepath.Split(n.dest)
	if len(base) > 200 {
		base = base[:200]
	}
	for range 10000 {
		name := dir + ".ansible_tmp" + randomName() + base
		f, err := openRaw(name, unix.O_RDWR|unix.O_CREAT|unix.O_EXCL, mode)
		if errors.Is(err, os.ErrExist) {
			continue
		}
		if err != nil {
			if n.unsafe {
				return n.openScratch()
			}
			return unwritable(n.dest, err)
		}
		n.file = f
		return nil
	}
	return fmt.Errorf("no free name for a temporary file in %s", dir)
}

// openScratch is used where the directory takes no new file and the user allows to write in place.
func (n *newFile) openScratch() error {
	f, err := openRaw(filepath.Join(os.TempDir(), ".ansible_tmp"+randomName()), unix.O_RDWR|unix.O_CREAT|unix.O_EXCL, 0o600)
	n.file = f
	return err
}

func unwritable(dest string, err error) error {
	dir := filepath.Dir(dest)
	if !strings.Contains(dest, "/") {
		dir = ""
	}
	text := "The destination directory " + value.Repr(value.S(dir)) + " is not writable by the current user."
	f := crashed(nil, text).(*failure)
	f.cause = strings.Replace(pythonError(err), ": '", ": b'", 1)
	return f
}

// Commit puts the new content in place.
func (n *newFile) Commit() error {
	if n.exists {
		if err := n.adopt(); err != nil && !errors.Is(err, syscall.EPERM) {
			n.Close()
			return err
		}
	}
	name := n.Name()
	n.done = true
	if err := n.file.close(); err != nil {
		os.Remove(name)
		return &os.PathError{Op: "close", Path: name, Err: err}
	}
	err := rename(name, n.dest)
	if err == nil {
		return nil
	}
	defer os.Remove(name)
	if n.unsafe {
		switch errnoOf(err) {
		case syscall.EPERM, syscall.EXDEV, syscall.EACCES, syscall.ETXTBSY, syscall.EBUSY:
			return overwrite(name, n.dest)
		}
	}
	f := crashed(nil, fmt.Sprintf("Could not replace %s with %s.", value.Repr(value.S(n.dest)), value.Repr(value.S(name)))).(*failure)
	f.cause = pythonError(err)
	return f
}

// adopt gives the new file owner, mode and extended attributes of the old one.
func (n *newFile) adopt() error {
	var now syscall.Stat_t
	if err := syscall.Fstat(n.file.fd, &now); err != nil {
		return err
	}
	if now.Uid != n.old.Uid || now.Gid != n.old.Gid {
		if err := unix.Fchown(n.file.fd, int(n.old.Uid), int(n.old.Gid)); err != nil {
			return &os.PathError{Op: "chown", Path: n.Name(), Err: err}
		}
	}
	if now.Mode&permBits != n.old.Mode&permBits {
		if err := syscall.Fchmod(n.file.fd, n.old.Mode&permBits); err != nil {
			return err
		}
	}
	if d := unix.TimespecToNsec(unix.Timespec(n.old.Mtim)) - unix.TimespecToNsec(unix.Timespec(now.Mtim)); d >= 0 && d < 20e6 {
		// The kernel's file times have steps of some milliseconds: content that was replaced within one would look the same
		// to make and its like.
		t := unix.NsecToTimespec(time.Now().UnixNano())
		if err := unix.UtimesNanoAt(unix.AT_FDCWD, n.Name(), []unix.Timespec{t, t}, 0); err != nil {
			return &os.PathError{Op: "utime", Path: n.Name(), Err: err}
		}
	}
	return copyXattrs(n.dest, n.file.fd)
}

// copyXattrs copies the extended attributes of a path to an open file, as far as the system allows.
func copyXattrs(from string, to int) error {
	var fixed [1024]byte
	names := fixed[:]
	size, err := unix.Listxattr(from, names)
	if err == unix.ERANGE {
		if size, err = unix.Listxattr(from, nil); err == nil {
			names = make([]byte, size)
			size, err = unix.Listxattr(from, names)
		}
	}
	if err != nil || size == 0 {
		return nil // no extended attributes here
	}
	for _, name := range strings.Split(strings.TrimRight(string(names[:size]), "\x00"), "\x00") {
		length, err := unix.Getxattr(from, name, nil)
		if err != nil {
			continue
		}
		data := make([]byte, length)
		if length > 0 {
			if length, err = unix.Getxattr(from, name, data); err != nil {
				continue
			}
		}
		if err := unix.Fsetxattr(to, name, data[:length], 0); err != nil {
			switch err {
			case unix.EPERM, unix.ENOTSUP, unix.ENODATA, unix.EINVAL, unix.EACCES:
			default:
				return err
			}
		}
	}
	return nil
}

// overwrite writes one file's content over another's, in place.
func overwrite(from, to string) error {
	in, err := source.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		f := crashed(nil, fmt.Sprintf("Could not write data to file %s from %s.", value.Repr(value.S(to)), value.Repr(value.S(from)))).(*failure)
		f.cause = pythonError(err)
		return f
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}

// Close removes the file unless it was committed.
func (n *newFile) Close() error {
	if n.done || n.file == nil {
		return nil
	}
	n.done = true
	err := n.file.close()
	os.Remove(n.Name())
	return err
}

func randomName() string {
	var b [5]byte
	rand.Read(b[:])
	return strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
}

// backup copies a file beside itself with the time in its name, as ansible-core names it, and returns the name.
func (c *Call) backup(path string) (string, error) {
	if _, err := os.Stat(path); err != nil {
		return "", nil
	}
	// ansible-core has a process for each task, so that its number makes the name unique; this one serves many.
	now, id := time.Now().Format("2006-01-02@15:04:05"), os.Getpid()
	var name string
	next := func() { name = fmt.Sprintf("%s.%d.%s~", path, id, now); id++ }
	next()
	err := c.Change(func() error {
		for {
			if err := copyPreserved(path, name); !errors.Is(err, os.ErrExist) {
				return err
			}
			next()
		}
	})
	if err != nil {
		return "", crashed(err, fmt.Sprintf("Could not make backup of %s to %s.", value.Repr(value.S(path)), value.Repr(value.S(name))))
	}
	return name, nil
}

// copyPreserved copies a file with its owner, mode, times and extended attributes to a path where none is yet.
func copyPreserved(from, to string) error {
	in, err := source.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	var st syscall.Stat_t
	if err := syscall.Fstat(int(in.Fd()), &st); err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	if _, err := io.Copy(out, in); err != nil {
		os.Remove(to) // half a backup is none
		return err
	}
	if err := out.Chown(int(st.Uid), int(st.Gid)); err != nil && !errors.Is(err, syscall.EPERM) {
		return err
	}
	if err := syscall.Fchmod(int(out.Fd()), st.Mode&permBits); err != nil {
		return err
	}
	if err := copyXattrs(from, int(out.Fd())); err != nil {
		return err
	}
	return os.Chtimes(to, time.Unix(st.Atim.Unix()), time.Unix(st.Mtim.Unix()))
}
