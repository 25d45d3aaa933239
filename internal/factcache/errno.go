package factcache

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// pythonic words an error of the file system as Python does: "[Errno 2] No such file or directory: '/x'".
func pythonic(err error) error {
	var path *fs.PathError
	var no syscall.Errno
	if !errors.As(err, &path) || !errors.As(err, &no) {
		return err
	}
	text := no.Error()
	return fmt.Errorf("[Errno %d] %s: %s", int(no), strings.ToUpper(text[:1])+text[1:], value.Repr(value.S(path.Path)))
}
