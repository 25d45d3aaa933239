// Package pyplugin runs the plugins of a project that are written in Python: filters, tests, lookups, actions,
// callbacks, inventories. A Host is one Python process of a run. It starts with the first call, imports the user's own
// ansible-core, and speaks framed JSON on descriptors of its own; what plugins print goes elsewhere. Many calls may be
// under way at once, each in a thread; in the middle of a call Python may call back. The package embeds its own Python
// programs (py/*.py) and nothing of Ansible's. It runs on the controller only.
package pyplugin

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Handler answers what Python asks in the middle of a call: method and arguments as the Python side names them. The
// questions of one call come one after the other, in the goroutine that made the call. A note ("display") wants no answer.
type Handler func(ctx context.Context, method string, args value.Value) (value.Value, error)

// ErrNoMethod is what a Handler gives for a method that it does not know.
var ErrNoMethod = errors.New("no such method")

// Handlers tries one handler after the other until one knows the method.
func Handlers(all ...Handler) Handler {
	return func(ctx context.Context, method string, args value.Value) (value.Value, error) {
		for _, h := range all {
			if h == nil {
				continue
			}
			if v, err := h(ctx, method, args); !errors.Is(err, ErrNoMethod) {
				return v, err
			}
		}
		return nil, fmt.Errorf("%w: %s", ErrNoMethod, method)
	}
}

// Options tell what the process is made of. They are asked for when it starts.
type Options struct {
	// Python is the path of the interpreter, Library the folder that holds the package `ansible`. An empty Library means
	// that no ansible-core was found: plugins that need nothing of it but small things still work.
	Python, Library string
	// Env is the environment of the process, Dir its working directory.
	Env []string
	Dir string
	// Setup is what the Python side is told at the start: see py/rehearse_host.py.
	Setup *value.Dict
	// Handler answers what no call's own handler knows, and what comes from threads that a plugin started. It may be called
	// from several goroutines at once.
	Handler Handler
	// Decrypt opens vaulted values that are arguments.
	Decrypt func(*value.Vault) (value.Value, error)
}

// Host is the Python process of a run. The zero value is of no use: see New. It is safe for concurrent use.
type Host struct {
	options func() (Options, error)

	mu      sync.Mutex
	process *process
	opened  Options
	err     error // why there is no process, for good
	closed  bool

	filesMu sync.Mutex
	files   map[string]*source.File
}

// New makes a host. options are asked for once, when the first call comes; their error is the error of every call.
func New(options func() (Options, error)) *Host { return &Host{options: options} }

// Started tells whether there is a process.
func (h *Host) Started() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.process != nil
}

func (h *Host) start() (*process, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, errors.New("the Python process of this run has been ended")
	}
	if h.err != nil || h.process != nil && !h.process.dead() {
		return h.process, h.err
	}
	if h.process == nil {
		if h.opened, h.err = h.options(); h.err != nil {
			return nil, h.err
		}
	}
	// a process that died is replaced: the plugin that killed it has had its error
	p, err := start(h, &h.opened)
	if err != nil {
		h.err = err
		return nil, err
	}
	h.process = p
	return p, nil
}

// Call runs a method, "module.function", of the Python side. back answers what Python asks meanwhile and may be nil. The
// end of ctx ends the call at once; its Python thread is interrupted as soon as it runs Python again. What the plugin
// raises is an *Error; a process that died is an error that says how.
func (h *Host) Call(ctx context.Context, method string, args value.Value, back Handler) (value.Value, error) {
	if ctx == nil {
		ctx = context.Background()
	}
	p, err := h.start()
	if err != nil {
		return nil, err
	}
	return p.call(ctx, method, args, back)
}

// Close ends the process and whatever it has started.
func (h *Host) Close() error {
	h.mu.Lock()
	p := h.process
	h.closed = true
	h.mu.Unlock()
	if p != nil {
		p.end()
	}
	return nil
}
