// Package agent is the target side: it serves framed requests on its standard input and output, runs native modules in
// its own process, keeps blobs by their hash, starts child agents for other accounts, and leaves nothing behind.
//
// It may import wire, module, argspec, value, source and small system packages only, because its size is what travels to
// every host; a test holds the list.
package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/rehearse-dev/rehearse/internal/module"
	"github.com/rehearse-dev/rehearse/internal/module/pyhost"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/wire"
)

// grace is how long a module may take to stop once it is told to.
const grace = 3 * time.Second

// Host runs modules in this process. The zero value works.
type Host struct {
	// CacheDir is where the archives of Python modules are kept; "" is the user's cache directory.
	CacheDir string
	python   pyhost.Pool
}

// Close ends the Python processes.
func (h *Host) Close() error { return h.python.Close() }

func (h *Host) cacheDir() string {
	if h.CacheDir == "" {
		dir, err := os.UserCacheDir()
		if err != nil {
			dir = os.TempDir()
		}
		return filepath.Join(dir, "rehearse")
	}
	return h.CacheDir
}

// Invoke runs one module in this process. blob opens the content that the arguments name. The answer's error is set
// only where there is no result: the call was cancelled.
func (h *Host) Invoke(ctx context.Context, r *wire.Call, blob func(sha string) (io.ReadSeeker, error)) *wire.Answer {
	m := module.Find(r.Module)
	if m == nil {
		return &wire.Answer{Value: failure(fmt.Sprintf("the module %s is not one that rehearse can run on a host", r.Module))}
	}
	if r.Timeout <= 0 {
		res := h.invoke(ctx, m, r, blob)
		if ctx.Err() != nil {
			return &wire.Answer{Error: context.Cause(ctx).Error()}
		}
		return &wire.Answer{Value: res}
	}
	limited, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	done := make(chan *value.Dict, 1)
	go func() { done <- h.invoke(limited, m, r, blob) }()
	var res *value.Dict
	select {
	case res = <-done:
	case <-limited.Done():
		select {
		case res = <-done:
		case <-time.After(grace): // it hangs in a system call: its result no longer counts
		}
	}
	switch {
	case ctx.Err() != nil:
		return &wire.Answer{Error: context.Cause(ctx).Error()}
	case errors.Is(limited.Err(), context.DeadlineExceeded):
		seconds := int64(r.Timeout / time.Second)
		d := failure(fmt.Sprintf("Timed out after %d second(s).", seconds))
		d.Put("timedout", value.NewDict("period", value.Int(seconds)))
		return &wire.Answer{Value: d}
	}
	return &wire.Answer{Value: res}
}

func (h *Host) invoke(ctx context.Context, m *module.Module, r *wire.Call, blob func(string) (io.ReadSeeker, error)) *value.Dict {
	c := &module.Call{Ctx: ctx, Name: r.Module, Check: r.Check, Diff: r.Diff, NoLog: r.NoLog, Env: r.Env, TmpDir: r.TmpDir, Interpreter: r.Interpreter,
		Cwd: r.Cwd, Blob: blob, Verbosity: r.Verbosity, MaxDiff: r.MaxDiff, Python: &h.python, CacheDir: h.cacheDir()}
	return module.Invoke(c, m, r.Args) // which turns a panic into a failure
}

func failure(msg string) *value.Dict {
	return value.NewDict("changed", value.Bool(false), "failed", value.Bool(true), "msg", value.S(msg))
}
