package wire

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// Message is a control frame, gathered if it was split. Payload belongs to the receiver.
type Message struct {
	Type    Type
	Stream  uint32
	Payload []byte
}

// Conn speaks frames over a pair of pipes. Serve reads until the end; any goroutine may send.
type Conn struct {
	dec    *Decoder
	w      *writer
	handle func(Message)

	start    time.Time
	lastRead atomic.Int64 // nanoseconds from start to the last frame that came in

	mu      sync.Mutex
	streams map[uint32]*Stream
	end     error // set when reading has ended
	parts   map[uint32][]byte
}

// NewConn makes a connection. handle is called by Serve for every control message but Ping and must not block.
func NewConn(r io.Reader, w io.Writer, handle func(Message)) *Conn {
	c := &Conn{dec: NewDecoder(bufio.NewReaderSize(r, 32<<10)), w: newWriter(w), handle: handle,
		streams: map[uint32]*Stream{}, parts: map[uint32][]byte{}, start: time.Now()}
	return c
}

// Silence is the time since the last frame came in.
func (c *Conn) Silence() time.Duration { return time.Since(c.start) - time.Duration(c.lastRead.Load()) }

// Send queues a control message, split where it is long. It does not wait for the other side.
func (c *Conn) Send(t Type, stream uint32, payload []byte) error {
	if len(payload) <= MaxPayload {
		return c.w.send(false, Frame{Type: t, Stream: stream, Payload: payload})
	}
	if len(payload) > MaxMessage {
		return fmt.Errorf("a %s of %d bytes is larger than the %d allowed", t, len(payload), MaxMessage)
	}
	var frames []Frame
	for len(payload) > MaxPayload {
		frames = append(frames, Frame{Type: t, Flags: FlagMore, Stream: stream, Payload: payload[:MaxPayload]})
		payload = payload[MaxPayload:]
	}
	return c.w.send(false, append(frames, Frame{Type: t, Stream: stream, Payload: payload})...)
}

// Hold keeps what is sent from now on back until Release, as long as it is little: many small results travel as one.
func (c *Conn) Hold() { c.w.hold() }

// Release sends what Hold kept back.
func (c *Conn) Release() { c.w.release() }

// Ping asks the other side for a sign of life.
func (c *Conn) Ping() error { return c.w.send(false, Frame{Type: Ping}) }

// Serve reads frames until the other side ends (nil), the bytes stop being frames, or reading fails. Afterwards every
// stream has failed with the reason.
func (c *Conn) Serve() error {
	err := c.serve()
	end := err
	if end == nil {
		end = io.ErrUnexpectedEOF
	}
	c.mu.Lock()
	c.end = end
	streams := c.streams
	c.streams = map[uint32]*Stream{}
	c.mu.Unlock()
	for _, s := range streams {
		s.fail(end)
	}
	return err
}

func (c *Conn) serve() error {
	for {
		f, err := c.dec.Next()
		if err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		c.lastRead.Store(int64(time.Since(c.start)))
		switch f.Type {
		case Ping:
			c.w.send(false, Frame{Type: Pong, Payload: f.Payload})
		case Pong:
		case Data:
			if s := c.stream(f.Stream); s != nil {
				if !s.receive(f.Payload, f.Flags&FlagEnd != 0) {
					return fmt.Errorf("stream %d got more data than its window allows", f.Stream)
				}
			}
		case Window:
			if len(f.Payload) != 4 {
				return &GarbageError{f.Payload}
			}
			if s := c.stream(f.Stream); s != nil {
				s.credit(int(binary.BigEndian.Uint32(f.Payload)))
			}
		default:
			if err := c.message(f); err != nil {
				return err
			}
		}
	}
}

func (c *Conn) message(f Frame) error {
	whole := append(c.parts[f.Stream], f.Payload...)
	if f.Flags&FlagMore != 0 {
		if len(whole) > MaxMessage {
			return fmt.Errorf("a message is larger than the %d bytes allowed", MaxMessage)
		}
		c.parts[f.Stream] = whole
		return nil
	}
	if len(c.parts) > 0 {
		delete(c.parts, f.Stream)
	}
	if f.Type == Cancel {
		if s := c.stream(f.Stream); s != nil {
			s.fail(&CancelError{string(whole)})
		}
	}
	c.handle(Message{f.Type, f.Stream, whole})
	return nil
}

// Close sends what is queued and stops sending; Flushed waits for it. Reading goes on until the pipe ends.
func (c *Conn) Close() { c.w.close() }

// Flushed is closed when, after Close, everything is written or writing has failed.
func (c *Conn) Flushed() <-chan struct{} { return c.w.done }

func (c *Conn) stream(id uint32) *Stream {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.streams[id]
}
