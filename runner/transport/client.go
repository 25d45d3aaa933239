package transport

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/wire"
)

// What may be under way to one agent before a result must have come back.
const (
	maxOutstanding      = 256
	maxOutstandingBytes = 1 << 20
)

// inlineBlob is the largest content that travels inside of a request.
const inlineBlob = 64 << 10

// cancelGrace is how long an agent may take to stop what it does.
const cancelGrace = 5 * time.Second

// exitGrace is how long the cause of a lost agent is waited for.
const exitGrace = time.Second

// LostError is an agent that went away, with the cause as far as it is known.
type LostError struct {
	Message string
	Exit    *wire.Exit
}

func (e *LostError) Error() string { return e.Message }

// client speaks with one agent. Requests come from one goroutine at a time.
type client struct {
	proc      *process
	conn      *wire.Conn
	welcome   *wire.Welcome
	keepAlive time.Duration // 0 never asks for a sign of life

	last    uint32            // the last stream that was opened here: odd numbers
	results chan wire.Message // of calls, in order
	known   map[string]bool   // blobs that the agent has
	scratch []byte

	dead chan struct{} // closed when reading has ended; cause is set before

	mu      sync.Mutex
	cause   error
	goAway  string                       // what the agent said when it ended by itself
	waiting map[uint32]chan wire.Message // of spawns and files
	blobs   map[string]*lent
	hello   chan wire.Message
}

// lent is a blob that outstanding requests refer to.
type lent struct {
	Blob
	uses int
}

// newClient takes over a started agent and waits for its welcome. progress is called when it has come.
func newClient(p *process, out *bufio.Reader, progress func()) (*client, error) {
	c := &client{proc: p, results: make(chan wire.Message, maxOutstanding+1), known: map[string]bool{}, dead: make(chan struct{}),
		waiting: map[uint32]chan wire.Message{}, blobs: map[string]*lent{}, hello: make(chan wire.Message, 1)}
	c.conn = wire.NewConn(out, p.in, c.take)
	go func() {
		err := c.conn.Serve()
		c.mu.Lock()
		c.cause = err
		c.mu.Unlock()
		close(c.dead)
	}()
	select {
	case m := <-c.hello:
		var err error
		if c.welcome, err = wire.DecodeWelcome(m.Payload); err != nil {
			c.close()
			return nil, err
		}
	case <-c.dead:
		return nil, c.lost()
	}
	progress()
	return c, nil
}

// take is called by the reader for every message; none of the channels can be full, because no more requests are
// outstanding than they hold.
func (c *client) take(m wire.Message) {
	switch m.Type {
	case wire.Hello:
		select {
		case c.hello <- m:
		default:
		}
	case wire.Result:
		c.mu.Lock()
		ch := c.waiting[m.Stream]
		delete(c.waiting, m.Stream)
		c.mu.Unlock()
		if ch == nil {
			ch = c.results
		}
		select {
		case ch <- m:
		default: // an answer that nobody asked for
		}
	case wire.Want:
		go c.give(m)
	case wire.GoAway:
		c.mu.Lock()
		c.goAway = string(m.Payload)
		c.mu.Unlock()
	}
}

// give sends a blob that the agent lacks. It ends with the connection at the latest.
func (c *client) give(m wire.Message) {
	s := c.conn.Open(m.Stream)
	defer s.Release()
	want, err := wire.DecodeBlob(m.Payload)
	if err != nil {
		s.Cancel(err.Error())
		return
	}
	c.mu.Lock()
	l := c.blobs[want.SHA256]
	c.mu.Unlock()
	if l == nil {
		s.Cancel("content " + want.SHA256 + " is not part of the request")
		return
	}
	r, err := l.open()
	if err != nil {
		s.Cancel(err.Error())
		return
	}
	defer r.Close()
	if _, err := io.Copy(writerOnly{s}, r); err != nil {
		s.Cancel(err.Error())
		return
	}
	s.CloseWrite()
}

// writerOnly hides other methods from io.Copy.
type writerOnly struct{ io.Writer }

func (b *Blob) open() (io.ReadCloser, error) {
	if b.Data != nil || b.Path == "" {
		return io.NopCloser(bytes.NewReader(b.Data)), nil
	}
	return os.Open(b.Path)
}

// name says what the content is, for the trace.
func (b *Blob) name() string {
	if b.Path != "" {
		return b.Path
	}
	return "(content)"
}

// stream gives the number of a new stream.
func (c *client) stream() uint32 {
	if c.last == 0 {
		c.last = 1
	} else {
		c.last += 2
	}
	return c.last
}

// call is a request that was sent and is not answered yet.
type call struct {
	stream uint32
	size   int
	blobs  map[string]Blob
}

// send hands a request to the agent.
func (c *client) send(r *Request) (*call, error) {
	w := &wire.Call{Module: r.Module, Args: r.Args, Check: r.Check, Diff: r.Diff, NoLog: r.NoLog, Verbosity: r.Verbosity,
		MaxDiff: r.MaxDiff, Env: r.Env, Cwd: r.Cwd, TmpDir: r.TmpDir, Interpreter: r.Interpreter, Timeout: r.Timeout}
	if r.Args == nil {
		w.Args = &value.Dict{}
	}
	if r.Async != nil {
		w.Async = &wire.Async{JobID: r.Async.JobID, Limit: r.Async.Limit, Dir: r.Async.Dir}
	}
	for sha, b := range r.Blobs {
		if c.known[sha] && r.Async == nil {
			continue
		}
		data := b.Data
		if data == nil && b.Path != "" {
			if b.Size > inlineBlob && r.Async == nil {
				continue
			}
			var err error
			if data, err = os.ReadFile(b.Path); err != nil {
				return nil, err
			}
		}
		if len(data) > inlineBlob && r.Async == nil {
			continue
		}
		if w.Blobs == nil {
			w.Blobs = map[string][]byte{}
		}
		w.Blobs[sha] = data
	}
	payload, err := w.Encode(c.scratch[:0])
	if err != nil {
		return nil, err
	}
	if cap(payload) <= 1<<20 {
		c.scratch = payload
	}
	k := &call{stream: c.stream(), size: len(payload), blobs: r.Blobs}
	if len(r.Blobs) > 0 {
		c.mu.Lock()
		for sha, b := range r.Blobs {
			if c.blobs[sha] == nil {
				c.blobs[sha] = &lent{Blob: b}
			}
			c.blobs[sha].uses++
		}
		c.mu.Unlock()
	}
	if err := c.conn.Send(wire.Request, k.stream, payload); err != nil {
		return nil, c.lost()
	}
	for sha := range w.Blobs {
		c.known[sha] = true
	}
	return k, nil
}

// settle forgets what a call needed.
func (c *client) settle(k *call) {
	if len(k.blobs) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for sha := range k.blobs {
		if l := c.blobs[sha]; l != nil {
			if l.uses--; l.uses == 0 {
				delete(c.blobs, sha)
			}
		}
	}
}

// await waits for a message, and for signs of life while none comes.
func (c *client) await(ctx context.Context, ch <-chan wire.Message) (wire.Message, error) {
	select {
	case m := <-ch:
		return m, nil
	default:
	}
	var tick <-chan time.Time
	if c.keepAlive > 0 {
		t := time.NewTicker(c.keepAlive / 3)
		defer t.Stop()
		tick = t.C
	}
	for {
		select {
		case m := <-ch:
			return m, nil
		case <-ctx.Done():
			return wire.Message{}, context.Cause(ctx)
		case <-c.dead:
			select {
			case m := <-ch:
				return m, nil
			default:
				return wire.Message{}, c.lost()
			}
		case <-tick:
			if silence := c.conn.Silence(); silence > c.keepAlive {
				c.proc.kill()
				return wire.Message{}, &LostError{Message: fmt.Sprintf("the host has not answered for %v", silence.Round(time.Second/10))}
			}
			if c.conn.Ping() != nil {
				return wire.Message{}, c.lost()
			}
		}
	}
}

// result turns an answer into a Result; an agent's own error is a failed task.
func (c *client) result(k *call, m wire.Message) Result {
	c.settle(k)
	if m.Stream != k.stream {
		c.proc.kill()
		return Result{Err: &LostError{Message: "the agent answers out of order"}}
	}
	a, err := wire.DecodeAnswer(m.Payload)
	if err != nil {
		c.proc.kill()
		return Result{Err: &LostError{Message: "the agent's answer cannot be read: " + err.Error()}}
	}
	if a.Error != "" {
		return Result{Value: failed(a.Error)}
	}
	return Result{Value: a.Value}
}

func failed(msg string) *value.Dict {
	return value.NewDict("changed", value.Bool(false), "failed", value.Bool(true), "msg", value.S(msg))
}

// run sends requests one after the other and gives the results in order, see Conn.Stream. It counts from i on.
func (c *client) run(ctx context.Context, i int, rs iter.Seq[*Request], out func(i int, r Result)) error {
	var pending []*call
	size := 0
	receive := func() error {
		m, err := c.await(ctx, c.results)
		if err != nil {
			if ctx.Err() != nil {
				c.cancel(pending)
			}
			for _, k := range pending {
				c.settle(k)
			}
			out(i, Result{Err: err})
			return err
		}
		k := pending[0]
		pending = pending[1:]
		size -= k.size
		r := c.result(k, m)
		out(i, r)
		i++
		return r.Err
	}
	for r := range rs {
		k, err := c.send(r)
		if err != nil {
			for len(pending) > 0 {
				if err := receive(); err != nil {
					return err
				}
			}
			var lost *LostError
			if errors.As(err, &lost) {
				out(i, Result{Err: err})
				return err
			}
			out(i, Result{Value: failed(err.Error())})
			i++
			continue
		}
		pending = append(pending, k)
		size += k.size
		for len(pending) >= maxOutstanding || size >= maxOutstandingBytes || len(pending) > 0 && len(c.results) > 0 {
			if err := receive(); err != nil {
				return err
			}
		}
	}
	for len(pending) > 0 {
		if err := receive(); err != nil {
			return err
		}
	}
	return nil
}

// cancel tells the agent to give the calls up and waits until it has; one that does not listen is ended.
func (c *client) cancel(pending []*call) {
	for _, k := range pending {
		c.conn.Send(wire.Cancel, k.stream, []byte("cancelled"))
	}
	ctx, stop := context.WithTimeout(context.Background(), cancelGrace)
	defer stop()
	for range pending {
		if _, err := c.await(ctx, c.results); err != nil {
			c.proc.kill()
			return
		}
	}
}

// start starts a process through the agent: the way to another account.
func (c *client) start(_ context.Context, s *wire.Spawn) (*process, error) {
	stream := c.conn.Open(c.stream())
	ended := make(chan wire.Message, 1)
	c.mu.Lock()
	c.waiting[stream.ID] = ended
	c.mu.Unlock()
	if err := c.conn.Send(wire.Request, stream.ID, s.Encode()); err != nil {
		return nil, c.lost()
	}
	exit := sync.OnceValue(func() *wire.Exit {
		defer stream.Release()
		m, err := c.await(context.Background(), ended)
		if err != nil {
			return &wire.Exit{Code: -1, Error: err.Error()}
		}
		e, err := wire.DecodeExit(m.Payload)
		if err != nil {
			return &wire.Exit{Code: -1, Error: err.Error()}
		}
		return e
	})
	return &process{in: halfStream{stream}, out: stream, exit: exit, notes: func() string { return "" },
		kill: func() { stream.Cancel("no longer needed") }}, nil
}

// halfStream closes only the way to the process.
type halfStream struct{ *wire.Stream }

func (h halfStream) Close() error { return h.CloseWrite() }

// file reads or writes a file of the host.
func (c *client) file(ctx context.Context, f *wire.File, move func(s *wire.Stream) error) error {
	stream := c.conn.Open(c.stream())
	defer stream.Release()
	ended := make(chan wire.Message, 1)
	c.mu.Lock()
	c.waiting[stream.ID] = ended
	c.mu.Unlock()
	if err := c.conn.Send(wire.Request, stream.ID, f.Encode()); err != nil {
		return c.lost()
	}
	moved := make(chan error, 1)
	go func() { moved <- move(stream) }()
	m, err := c.await(ctx, ended)
	if err != nil {
		stream.Cancel("cancelled")
		<-moved
		return err
	}
	a, err := wire.DecodeAnswer(m.Payload)
	if err == nil && a.Error != "" {
		err = &FileError{f.Path, a.Error}
	}
	if err != nil {
		stream.Release()
		if moveErr := <-moved; moveErr != nil && !errors.Is(moveErr, wire.ErrClosed) {
			return moveErr
		}
		return err
	}
	return <-moved
}

// lost is the error of an agent that is gone.
func (c *client) lost() error {
	c.conn.Close()
	c.proc.in.Close()
	ended := make(chan *wire.Exit, 1)
	go func() { ended <- c.proc.exit() }()
	var e *wire.Exit
	t := time.NewTimer(exitGrace)
	defer t.Stop()
	select {
	case e = <-ended:
	case <-t.C:
		c.proc.kill()
	}
	c.mu.Lock()
	cause := c.cause
	if c.goAway != "" {
		cause = errors.New(c.goAway)
		e = &wire.Exit{Code: -1}
	}
	c.mu.Unlock()
	return &LostError{Message: describeLoss(e, cause), Exit: e}
}

func describeLoss(e *wire.Exit, cause error) string {
	msg := "the connection to the agent was cut"
	var garbage *wire.GarbageError
	switch {
	case errors.As(cause, &garbage):
		msg = garbage.Error()
	case cause != nil && e != nil && e.Code < 0 && e.Error == "":
		msg = cause.Error()
	case e != nil && e.Error != "":
		msg = e.Error
	case e != nil && e.Code > 128:
		msg = fmt.Sprintf("the agent was killed by signal %d", e.Code-128)
	case e != nil && e.Code >= 0:
		msg = fmt.Sprintf("the agent ended with status %d", e.Code)
	}
	if e != nil {
		if said := strings.TrimSpace(e.Stderr); said != "" {
			msg += ": " + said
		}
	}
	return msg
}

// alive tells whether requests can still be answered.
func (c *client) alive() bool {
	select {
	case <-c.dead:
		return false
	default:
		return true
	}
}

// close ends the agent: it sees the end of its input, cleans up and exits. One that does not is killed.
func (c *client) close() {
	c.conn.Close()
	t := time.NewTimer(cancelGrace)
	defer t.Stop()
	select {
	case <-c.conn.Flushed():
	case <-t.C:
	}
	c.proc.in.Close()
	ended := make(chan struct{})
	go func() {
		<-c.dead
		c.proc.exit()
		close(ended)
	}()
	select {
	case <-ended:
	case <-t.C:
		c.proc.kill()
	}
}
