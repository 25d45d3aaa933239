package module

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// failure is an error that becomes a failed result: a message, further keys, and the error behind it.
type failure struct {
	message string
	extra   *value.Dict
	cause   string
	crash   bool
	python  string // the module to run instead
}

func (f *failure) Error() string { return f.message }

// Fail makes the error of a failed result: the message and further keys with their values, as in value.NewDict.
func Fail(message string, pairs ...any) error {
	f := &failure{message: message}
	if len(pairs) > 0 {
		f.extra = value.NewDict(pairs...)
	}
	return f
}

// failBecause is Fail with the error that caused it.
func failBecause(cause error, message string, pairs ...any) error {
	f := Fail(message, pairs...).(*failure)
	f.cause = pythonError(cause)
	return f
}

// crashed is a failure where ansible-core's module raises an exception: no invocation, no further keys.
func crashed(cause error, message string) error {
	f := &failure{message: message, crash: true}
	if cause != nil {
		f.cause = pythonError(cause)
	}
	return f
}

// NeedsPython is the error of a call that the native module does not cover; nothing was done yet. The controller then
// runs the Python module of the given name instead, where it can.
func NeedsPython(name, reason string) error {
	return &failure{message: reason + " needs Python", python: name}
}

// failed is the result of an error.
func (c *Call) failed(err error) *value.Dict {
	var f *failure
	if !errors.As(err, &f) {
		f = &failure{message: pythonError(err), crash: true}
	}
	r := &value.Dict{}
	if f.extra != nil {
		r = f.extra.Copy()
	}
	r.Put("failed", value.Bool(true))
	r.Put("msg", value.S(f.message))
	if f.cause != "" {
		r.Put(CauseKey, value.S(f.cause))
	}
	if f.crash {
		r.Put(CrashKey, value.Bool(true))
	}
	if f.python != "" {
		r.Put(PythonKey, value.S(f.python))
	}
	return r
}

// pythonError words a system error as Python does: "[Errno 2] No such file or directory: '/x'".
func pythonError(err error) string {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return err.Error()
	}
	text := errnoText(errno)
	var link *os.LinkError
	if errors.As(err, &link) {
		return fmt.Sprintf("%s: %s -> %s", text, value.Repr(value.S(link.Old)), value.Repr(value.S(link.New)))
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		return text + ": " + value.Repr(value.S(path.Path))
	}
	return text
}

// errnoText is Python's "[Errno 2] No such file or directory".
func errnoText(errno syscall.Errno) string {
	return fmt.Sprintf("[Errno %d] %s", int(errno), strerror(errno))
}

// strerror is the C library's text, which differs from Go's in its capital letter and a few words.
func strerror(errno syscall.Errno) string {
	switch errno {
	case syscall.EACCES:
		return "Permission denied"
	case syscall.EPERM:
		return "Operation not permitted"
	case syscall.ELOOP:
		return "Too many levels of symbolic links"
	case syscall.EROFS:
		return "Read-only file system"
	case syscall.EXDEV:
		return "Invalid cross-device link"
	case syscall.EIO:
		return "Input/output error"
	}
	s := errno.Error()
	if s != "" && s[0] >= 'a' && s[0] <= 'z' {
		s = string(s[0]-'a'+'A') + s[1:]
	}
	return s
}

func errnoOf(err error) syscall.Errno {
	var errno syscall.Errno
	errors.As(err, &errno)
	return errno
}
