package wire

import (
	"encoding/binary"
	"io"
	"sync"
)

// StreamWindow is the number of bytes of a stream that may be under way before the receiver has taken them.
const StreamWindow = 1 << 20

// CancelError is a stream that the other side gave up.
type CancelError struct{ Reason string }

func (e *CancelError) Error() string { return e.Reason }

// Stream carries raw bytes in both directions, each with its own window and end. Read and Write may be used by one
// goroutine each.
type Stream struct {
	ID   uint32
	conn *Conn

	mu      sync.Mutex
	cond    sync.Cond
	in      []byte // received, not read yet
	taken   int    // read, not yet reported to the sender
	inEnd   bool
	window  int // what may still be sent
	outEnd  bool
	failure error
}

// Open registers a stream; the number is the caller's to choose and must be free.
func (c *Conn) Open(id uint32) *Stream {
	s := &Stream{ID: id, conn: c, window: StreamWindow}
	s.cond.L = &s.mu
	c.mu.Lock()
	if c.end != nil {
		s.failure = c.end
	} else {
		c.streams[id] = s
	}
	c.mu.Unlock()
	return s
}

// receive takes data from the wire; false means that the sender ignored the window.
func (s *Stream) receive(p []byte, end bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.in)+s.taken+len(p) > StreamWindow {
		return false
	}
	if s.failure == nil && !s.inEnd {
		s.in = append(s.in, p...)
		s.inEnd = end
		s.cond.Broadcast()
	}
	return true
}

func (s *Stream) credit(n int) {
	s.mu.Lock()
	s.window += n
	s.cond.Broadcast()
	s.mu.Unlock()
}

func (s *Stream) fail(err error) {
	s.mu.Lock()
	if s.failure == nil {
		s.failure = err
	}
	s.cond.Broadcast()
	s.mu.Unlock()
}

// Read gives received bytes; io.EOF is the orderly end. What came before a failure can still be read.
func (s *Stream) Read(p []byte) (int, error) {
	s.mu.Lock()
	for len(s.in) == 0 && !s.inEnd && s.failure == nil {
		s.cond.Wait()
	}
	if len(s.in) == 0 {
		defer s.mu.Unlock()
		if s.inEnd {
			return 0, io.EOF
		}
		return 0, s.failure
	}
	n := copy(p, s.in)
	s.in = s.in[n:]
	if len(s.in) == 0 {
		s.in = nil
	}
	s.taken += n
	report := 0
	if s.taken >= StreamWindow/4 && !s.inEnd {
		report, s.taken = s.taken, 0
	}
	s.mu.Unlock()
	if report > 0 {
		s.conn.w.send(false, Frame{Type: Window, Stream: s.ID, Payload: binary.BigEndian.AppendUint32(nil, uint32(report))})
	}
	return n, nil
}

// Write sends p, waiting for the receiver where it must.
func (s *Stream) Write(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		s.mu.Lock()
		for s.window == 0 && s.failure == nil && !s.outEnd {
			s.cond.Wait()
		}
		if s.failure != nil || s.outEnd {
			err := s.failure
			s.mu.Unlock()
			if err == nil {
				err = ErrClosed
			}
			return n, err
		}
		k := min(len(p)-n, s.window, MaxPayload)
		s.window -= k
		s.mu.Unlock()
		if err := s.conn.w.send(true, Frame{Type: Data, Stream: s.ID, Payload: p[n : n+k]}); err != nil {
			return n, err
		}
		n += k
	}
	return n, nil
}

// CloseWrite says that nothing more will be written.
func (s *Stream) CloseWrite() error {
	s.mu.Lock()
	done := s.outEnd || s.failure != nil
	s.outEnd = true
	s.cond.Broadcast()
	s.mu.Unlock()
	if done {
		return nil
	}
	return s.conn.w.send(false, Frame{Type: Data, Flags: FlagEnd, Stream: s.ID})
}

// Cancel gives the stream up on both sides.
func (s *Stream) Cancel(reason string) {
	s.fail(&CancelError{reason})
	s.conn.w.send(false, Frame{Type: Cancel, Stream: s.ID, Payload: []byte(reason)})
	s.Release()
}

// Release forgets the stream; data that still comes for it is dropped.
func (s *Stream) Release() {
	s.conn.mu.Lock()
	delete(s.conn.streams, s.ID)
	s.conn.mu.Unlock()
	s.fail(ErrClosed)
}
