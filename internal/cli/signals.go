package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/rehearse-dev/rehearse/internal/terminal"
	"github.com/rehearse-dev/rehearse/runner"
)

// stopping is what the signals to the process have asked for.
type stopping struct {
	ctx    context.Context
	end    func() // lets signals have their own effect again
	mu     sync.Mutex
	caught os.Signal // that the process is to die of
}

// secondWait is how long a second Ctrl-C leaves the first one to end the process in order: a terminal's user hits the keys
// more than once.
const secondWait = 2 * time.Second

// context ends when the process is told to: by Ctrl-C, or by a signal that it is to die of once it has cleaned up. A second
// one does not wait for that, or not for long.
func (e *Env) context(parent context.Context) context.Context {
	if e.stop != nil {
		return e.stop.ctx
	}
	if parent == nil {
		parent = context.Background()
	}
	ctx, cancel := context.WithCancelCause(parent)
	e.stop = &stopping{ctx: ctx}
	c, done := make(chan os.Signal, 2), make(chan struct{})
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if s == os.Interrupt || !signal.Ignored(s) { // ansible-core catches SIGINT even where a shell made it ignored; nohup keeps its word
			signal.Notify(c, s)
		}
	}
	mend := surviveClosedPipe()
	e.stop.end = sync.OnceFunc(func() { signal.Stop(c); mend(); close(done); cancel(nil) })
	go func() {
		for first := true; ; first = false {
			var s os.Signal
			select {
			case s = <-c:
			case <-done:
				return
			}
			var cause error
			if s != os.Interrupt {
				cause = runner.ErrKilled
				e.stop.mu.Lock()
				e.stop.caught = s
				e.stop.mu.Unlock()
			}
			cancel(cause)
			if first {
				continue
			}
			if s == os.Interrupt {
				select {
				case <-done:
					return
				case <-time.After(secondWait):
				}
			}
			e.terminal().Restore()
			if s != os.Interrupt {
				e.dieIfTold()
			}
			os.Exit(runner.ExitInterrupted)
		}
	}()
	return ctx
}

// dieIfTold ends the process of the signal that it caught, if there was one.
func (e *Env) dieIfTold() {
	if e.stop == nil || e.Die == nil {
		return
	}
	e.stop.mu.Lock()
	s := e.stop.caught
	e.stop.mu.Unlock()
	if s != nil {
		e.Die(s)
	}
}

// die gives a signal its own effect back and sends it to this process.
func die(s os.Signal) {
	signal.Reset(s)
	if p, err := os.FindProcess(os.Getpid()); err == nil && p.Signal(s) == nil {
		select {} // until it arrives
	}
}

// broken tells whether an error is that of a question that was broken off.
func broken(err error) bool {
	return errors.Is(err, terminal.ErrInterrupt) || errors.Is(err, context.Canceled)
}

// interrupted shows that a question was broken off, and tells whether err says so.
func (e *Env) interrupted(err error) bool {
	if !broken(err) {
		return false
	}
	if e.stop == nil || !errors.Is(context.Cause(e.stop.ctx), runner.ErrKilled) {
		fmt.Fprintln(e.Stderr, "[ERROR]: User interrupted execution")
	}
	return true
}
