package transport

import (
	"context"
	"errors"
	"io"
	"iter"
	"sync"
	"time"

	"github.com/rehearse-dev/rehearse/internal/wire"
)

// agentHost keeps the agents of one host: one for the login account and one for each account that tasks become.
type agentHost struct {
	name   string
	prefix string // of the message of a lost host
	plan   plan

	// base gives the link on which the agent of the login account is started.
	base func(ctx context.Context) (link, error)
	// children gives the link on which those of other accounts are started.
	children func(ctx context.Context) (link, error)

	keepAlive time.Duration

	mu     sync.Mutex // guards the map for Close, which may come from another goroutine
	agents map[Become]*client
}

// agent gives the agent of an account, started when it is first needed, and again when it was lost.
func (h *agentHost) agent(ctx context.Context, b *Become) (*client, error) {
	var key Become
	if b != nil {
		key = *b
		key.User = b.account()
	}
	h.mu.Lock()
	c := h.agents[key]
	h.mu.Unlock()
	if c != nil && c.alive() {
		return c, nil
	}
	p := h.plan
	start := h.base
	if b != nil {
		start = h.children
		wrap, err := b.spawn()
		if err != nil {
			return nil, err
		}
		p.wrap = wrap
		if b.Timeout > 0 {
			p.timeout = b.Timeout
		}
	}
	l, err := start(ctx)
	if err != nil {
		return nil, err
	}
	c, err = boot(ctx, l, &p)
	if err != nil {
		if b != nil {
			err = b.explain(err)
		}
		return nil, err
	}
	c.keepAlive = h.keepAlive
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.agents == nil {
		h.agents = map[Become]*client{}
	}
	h.agents[key] = c
	return c, nil
}

// leave ends the children that run as the account.
func (h *agentHost) leave(account string) {
	h.mu.Lock()
	var gone []*client
	for key, c := range h.agents {
		if key != (Become{}) && key.User == account {
			gone = append(gone, c)
			delete(h.agents, key)
		}
	}
	h.mu.Unlock()
	for _, c := range gone {
		c.close()
	}
}

// close ends the agents, children first.
func (h *agentHost) close() {
	h.mu.Lock()
	agents := h.agents
	h.agents = nil
	h.mu.Unlock()
	for key, c := range agents {
		if key != (Become{}) {
			c.close()
		}
	}
	if c := agents[Become{}]; c != nil {
		c.close()
	}
}

// failure sorts an error: an account that cannot be reached fails the task, anything else loses the host.
func (h *agentHost) failure(err error) Result {
	var become *BecomeError
	var unreachable *Unreachable
	switch {
	case errors.As(err, &become):
		return Result{Value: failed(become.Message)}
	case errors.As(err, &unreachable), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return Result{Err: err}
	}
	return Result{Err: &Unreachable{Host: h.name, Message: h.prefix + err.Error(), Cause: err}}
}

// runner runs the requests of one account.
type runner func(ctx context.Context, i int, rs iter.Seq[*Request], out func(i int, r Result)) error

// stream runs requests in order, each stretch of the same account as one pipeline. pick chooses who runs them.
func (h *agentHost) stream(ctx context.Context, rs iter.Seq[*Request], out func(i int, r Result), pick func(*Become) (runner, error)) error {
	next, stop := iter.Pull(rs)
	defer stop()
	r, ok := next()
	i := 0
	for ok {
		first := r
		if first.Leave != "" {
			h.leave(first.Leave)
		}
		run, err := pick(first.Become)
		if err != nil {
			res := h.failure(err)
			out(i, res)
			if res.Err != nil {
				return res.Err
			}
			i++
			r, ok = next()
			continue
		}
		start := i
		same := func(yield func(*Request) bool) {
			for ok && sameAccount(first.Become, r.Become) && (r.Leave == "" || r == first) {
				now := r
				i++
				if !yield(now) {
					return
				}
				r, ok = next()
			}
		}
		err = run(ctx, start, same, func(i int, res Result) {
			if res.Err != nil {
				res = h.failure(res.Err)
			}
			out(i, res)
		})
		if err != nil {
			return h.failure(err).Err
		}
	}
	return nil
}

func sameAccount(a, b *Become) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// single runs one request through a stream.
func single(ctx context.Context, r *Request, stream func(context.Context, iter.Seq[*Request], func(int, Result)) error) Result {
	var res Result
	err := stream(ctx, func(yield func(*Request) bool) { yield(r) }, func(_ int, got Result) { res = got })
	if err != nil && res.Err == nil {
		res.Err = err
	}
	return res
}

// put writes a file through an agent.
func (h *agentHost) put(ctx context.Context, dest string, mode uint32, b Blob, become *Become) error {
	c, err := h.agent(ctx, become)
	if err != nil {
		return h.fileFailure(err)
	}
	r, err := b.open()
	if err != nil {
		return err
	}
	defer r.Close()
	return h.fileFailure(c.file(ctx, &wire.File{Kind: wire.KindWrite, Path: dest, Mode: int64(mode)}, func(s *wire.Stream) error {
		if _, err := io.Copy(writerOnly{s}, r); err != nil {
			return err
		}
		return s.CloseWrite()
	}))
}

// fetch reads a file through an agent.
func (h *agentHost) fetch(ctx context.Context, src string, w io.Writer, become *Become) error {
	c, err := h.agent(ctx, become)
	if err != nil {
		return h.fileFailure(err)
	}
	return h.fileFailure(c.file(ctx, &wire.File{Kind: wire.KindRead, Path: src}, func(s *wire.Stream) error {
		_, err := io.Copy(w, s)
		return err
	}))
}

func (h *agentHost) fileFailure(err error) error {
	var lost *LostError
	var boot *BootstrapError
	if errors.As(err, &lost) || errors.As(err, &boot) {
		return h.failure(err).Err
	}
	return err
}
