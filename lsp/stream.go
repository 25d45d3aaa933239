package lsp

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"time"

	"go.lsp.dev/jsonrpc2"
)

// maxMessage is the largest message that is read; a longer one is skipped and reported, so that one absurd paste does
// not take the memory of the machine.
const maxMessage = 256 << 20

// stream frames messages with LSP's headers. Unlike the one of jsonrpc2 it outlives what it cannot read: a message that
// is not JSON-RPC is answered with an error (id null), a header without a length is skipped up to the next one that
// has it. It implements jsonrpc2.Stream and the raw frames that batches need.
//
// Writing never blocks: messages queue for one goroutine. A client that writes a lot before it reads would otherwise
// stop the server's reader, and with it itself.
type stream struct {
	in     *bufio.Reader
	out    io.Writer
	closer func() error
	body   []byte      // reused: a frame is valid until the next read
	fail   func(error) // told about what was skipped

	written chan struct{} // closed when the writing goroutine has ended

	mu     sync.Mutex
	more   *sync.Cond // the queue or closed changed
	queue  [][]byte
	closed bool
	err    error // the first failed write
}

func newStream(in io.Reader, out io.Writer, closer func() error) *stream {
	s := &stream{in: bufio.NewReaderSize(in, 64<<10), out: out, closer: closer, fail: func(error) {}, written: make(chan struct{})}
	s.more = sync.NewCond(&s.mu)
	go s.write()
	return s
}

// write sends what is queued until the stream is closed and the queue is empty, or a write fails.
func (s *stream) write() {
	defer close(s.written)
	for {
		s.mu.Lock()
		for len(s.queue) == 0 && !s.closed {
			s.more.Wait()
		}
		batch := s.queue
		s.queue = nil
		s.mu.Unlock()
		if len(batch) == 0 {
			return
		}
		for _, b := range batch {
			if _, err := s.out.Write(b); err != nil {
				s.mu.Lock()
				s.err, s.queue = err, nil
				s.mu.Unlock()
				return
			}
		}
	}
}

// finish sends what is still queued and ends the writing goroutine. A client that does not read is given up after a
// while.
func (s *stream) finish(patience time.Duration) {
	s.mu.Lock()
	s.closed = true
	s.more.Signal()
	s.mu.Unlock()
	select {
	case <-s.written:
	case <-time.After(patience):
	}
}

// ReadFrame returns the body of the next message that is JSON-RPC; it has answered all that came before.
func (s *stream) ReadFrame(ctx context.Context) ([]byte, int64, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		n, err := s.readHeader()
		if err != nil {
			return nil, 0, err
		}
		if n > maxMessage {
			if _, err := io.CopyN(io.Discard, s.in, int64(n)); err != nil {
				return nil, 0, err
			}
			s.reject(ctx, jsonrpc2.InvalidRequest, fmt.Sprintf("a message of %d bytes is longer than the %d that are read", n, maxMessage))
			continue
		}
		body, err := s.readBody(n)
		if err != nil {
			return nil, 0, err
		}
		if err := checkFrame(body); err != nil {
			s.reject(ctx, code(err), err.Error())
			continue
		}
		return body, int64(n), nil
	}
}

// readHeader reads up to the blank line and returns the length of the body. Header lines without a colon, a bad
// length and a header without any are reported and skipped.
func (s *stream) readHeader() (int, error) {
	length := -1
	for first := true; ; first = false {
		line, err := s.in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) { // no header is that long: drop the line
			s.fail(errors.New("a header line of more than 64 KiB was skipped"))
			for errors.Is(err, bufio.ErrBufferFull) {
				_, err = s.in.ReadSlice('\n')
			}
			line = []byte("x\n")
		}
		if err != nil {
			if errors.Is(err, io.EOF) && !(first && len(line) == 0) {
				err = io.ErrUnexpectedEOF
			}
			return 0, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			if length >= 0 {
				return length, nil
			}
			if !first {
				s.fail(errors.New("a header without Content-Length was skipped"))
			}
			first = true
			continue
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		if !bytes.EqualFold(bytes.TrimSpace(name), []byte("Content-Length")) {
			continue
		}
		n, err := strconv.Atoi(string(bytes.TrimSpace(value)))
		if err != nil || n < 0 {
			s.fail(fmt.Errorf("Content-Length %q is not a number of bytes", bytes.TrimSpace(value)))
			continue
		}
		length = n
	}
}

// readBody reads n bytes, growing with what really comes, not with what was announced.
func (s *stream) readBody(n int) ([]byte, error) {
	const step = 1 << 20
	if cap(s.body) > step && n < step { // a huge message is not kept for the rest of the session
		s.body = nil
	}
	s.body = s.body[:0]
	for len(s.body) < n {
		want := min(n-len(s.body), step)
		at := len(s.body)
		if cap(s.body) < at+want {
			s.body = append(s.body, make([]byte, want)...)
		}
		s.body = s.body[:at+want]
		if _, err := io.ReadFull(s.in, s.body[at:]); err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
	}
	return s.body, nil
}

// checkFrame tells whether the connection can make messages of body; what it cannot read would end it.
func checkFrame(body []byte) error {
	if t := bytes.TrimLeft(body, " \t\r\n"); len(t) > 0 && t[0] == '[' {
		_, err := jsonrpc2.ParseRequests(body)
		return err
	}
	_, err := jsonrpc2.DecodeMessage(body)
	return err
}

func code(err error) jsonrpc2.Code {
	var wire *jsonrpc2.Error
	if errors.As(err, &wire) {
		return wire.Code
	}
	return jsonrpc2.ParseError
}

// reject answers a message whose id is not known.
func (s *stream) reject(ctx context.Context, c jsonrpc2.Code, text string) {
	s.fail(errors.New(text))
	_, _ = s.Write(ctx, jsonrpc2.NewResponse(jsonrpc2.ID{}, nil, jsonrpc2.NewError(c, text)))
}

// Read decodes the next message.
func (s *stream) Read(ctx context.Context) (jsonrpc2.Message, int64, error) {
	body, n, err := s.ReadFrame(ctx)
	if err != nil {
		return nil, 0, err
	}
	m, err := jsonrpc2.DecodeMessage(body)
	return m, n, err
}

// Write sends one message.
func (s *stream) Write(ctx context.Context, m jsonrpc2.Message) (int64, error) {
	return s.send(func(b []byte) []byte { return jsonrpc2.AppendMessage(b, m) })
}

// WriteFrame sends an encoded body, such as the answers to a batch.
func (s *stream) WriteFrame(ctx context.Context, body []byte) (int64, error) {
	return s.send(func(b []byte) []byte { return append(b, body...) })
}

const header = "Content-Length: "

func (s *stream) send(body func([]byte) []byte) (int64, error) {
	const room = len(header) + 20 + 4
	b := body(make([]byte, room, room+512))
	head := strconv.AppendInt([]byte(header), int64(len(b)-room), 10)
	head = append(head, "\r\n\r\n"...)
	b = b[room-len(head):]
	copy(b, head)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return 0, s.err
	}
	s.queue = append(s.queue, b)
	s.more.Signal()
	return int64(len(b)), nil
}

// Close ends reading.
func (s *stream) Close() error { return s.closer() }
