package cli

import (
	"errors"
	"syscall"
)

func errno(err error) (int, bool) {
	var no syscall.Errno
	ok := errors.As(err, &no)
	return int(no), ok
}
