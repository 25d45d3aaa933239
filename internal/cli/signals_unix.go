//go:build unix

package cli

import (
	"os"
	"os/signal"
	"syscall"
)

// surviveFileLimit turns the signal at a file's limit of size (ulimit -f) into an error of the write. It is caught, not
// ignored: what is ignored here would be ignored by every command that is started.
func surviveFileLimit() { signal.Notify(make(chan os.Signal, 1), syscall.SIGXFSZ) }

// surviveClosedPipe does the same for an output that nobody reads any more: a run goes on to its end, as that of
// ansible-playbook does. end gives the signal its own effect back.
func surviveClosedPipe() (end func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGPIPE)
	return func() { signal.Stop(c) }
}
