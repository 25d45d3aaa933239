package wire

import (
	"errors"
	"io"
	"sync"
)

// ErrClosed is the error of writing into a connection that has ended.
var ErrClosed = errors.New("the connection is closed")

// pendingLimit is the number of unsent bytes above which senders of data wait.
const pendingLimit = 1 << 20

// writer gathers frames that come while another write is under way, or while it is held, into one write.
type writer struct {
	w    io.Writer
	done chan struct{}

	mu      sync.Mutex
	cond    sync.Cond
	pending []byte
	spare   []byte
	held    bool
	closed  bool
	err     error
}

func newWriter(w io.Writer) *writer {
	x := &writer{w: w, done: make(chan struct{})}
	x.cond.L = &x.mu
	go x.loop()
	return x
}

// send queues frames; with wait it blocks while too much is unsent.
func (x *writer) send(wait bool, frames ...Frame) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	for wait && len(x.pending) > pendingLimit && x.err == nil && !x.closed {
		x.held = false
		x.cond.Broadcast()
		x.cond.Wait()
	}
	if x.err != nil {
		return x.err
	}
	if x.closed {
		return ErrClosed
	}
	for i := range frames {
		x.pending = frames[i].Append(x.pending)
	}
	x.cond.Broadcast()
	return nil
}

// hold keeps what is queued back until release, or until it is worth a packet.
func (x *writer) hold() {
	x.mu.Lock()
	x.held = true
	x.mu.Unlock()
}

func (x *writer) release() {
	x.mu.Lock()
	x.held = false
	x.cond.Broadcast()
	x.mu.Unlock()
}

// heldLimit is the number of held bytes that are sent nevertheless.
const heldLimit = 24 << 10

func (x *writer) ready() bool {
	return len(x.pending) > 0 && (!x.held || x.closed || len(x.pending) >= heldLimit)
}

func (x *writer) loop() {
	defer close(x.done)
	x.mu.Lock()
	defer x.mu.Unlock()
	for {
		for !x.ready() && !x.closed {
			x.cond.Wait()
		}
		if len(x.pending) == 0 {
			return
		}
		out := x.pending
		x.pending = x.spare[:0]
		x.mu.Unlock()
		_, err := x.w.Write(out)
		x.mu.Lock()
		x.spare = nil
		if cap(out) <= 2*pendingLimit {
			x.spare = out
		}
		if err != nil {
			x.err = err
			x.pending = nil
			x.cond.Broadcast()
			return
		}
		x.cond.Broadcast()
	}
}

// close sends what is queued and ends the loop; wait for done to know that it has.
func (x *writer) close() {
	x.mu.Lock()
	x.closed = true
	x.cond.Broadcast()
	x.mu.Unlock()
}
