package lsp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"

	"github.com/rehearse-dev/rehearse/internal/source"
)

// Options are what the process gives the server; the zero value serves the files of the machine.
type Options struct {
	FS      source.FS           // files below the unsaved buffers; the machine's when nil
	Version string              // shown to the client
	Pause   time.Duration       // without edits, before the whole workspace is checked; 300 ms when 0
	Alive   func(pid int) bool  // tells whether the client's process still runs; the system's answer when nil
	Tick    <-chan time.Time    // when to ask Alive; every 3 s when nil
	Getenv  func(string) string // environment, for configuration; empty when nil
	// Patience is how long a hover waits for the project's playbooks to be loaded, to say who wins; 4 ms when 0.
	Patience time.Duration

	extra []method // further methods, for tests
}

// phase is the life of a connection.
type phase int32

const (
	waiting phase = iota // for initialize
	serving
	stopped // by shutdown: only exit is left
)

// Server is one connection's state. The reading goroutine alone changes phase, settings and view; everybody may load
// them.
type Server struct {
	opts    Options
	conn    jsonrpc2.Conn
	phase   atomic.Int32
	view    atomic.Pointer[View]
	ctx     context.Context // ends with the connection
	work    sync.WaitGroup  // goroutines of the server, waited for at the end
	ending  sync.RWMutex    // held for reading while work is started, for writing at the end
	exit    func(code int)
	running calls
	checks  *checks
}

// Serve talks to one client until it says exit, closes the stream or dies, and returns the exit status that the
// protocol asks for: 0 after shutdown and exit, else 1.
func Serve(ctx context.Context, in io.Reader, out io.Writer, opts Options) (int, error) {
	if opts.FS == nil {
		opts.FS = source.OS{}
	}
	if opts.Pause == 0 {
		opts.Pause = 300 * time.Millisecond
	}
	if opts.Patience == 0 {
		opts.Patience = 4 * time.Millisecond
	}
	if opts.Getenv == nil {
		opts.Getenv = func(string) string { return "" }
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	status := make(chan int, 1)
	s := &Server{opts: opts, ctx: ctx}
	s.exit = func(code int) {
		select {
		case status <- code:
		default:
		}
	}
	v := newView(opts.FS, opts.Getenv)
	v.background, v.patience = s.background, opts.Patience
	s.view.Store(v)
	st := newStream(in, out, func() error {
		if c, ok := in.(io.Closer); ok {
			return c.Close()
		}
		return nil
	})
	st.fail = func(err error) { s.log(protocol.MessageTypeError, "message not read: %v", err) }
	s.conn = jsonrpc2.NewConn(st, jsonrpc2.WithCodec(codec{}))
	s.checks = newChecks(s)
	s.work.Go(func() { s.checks.run(ctx) })
	s.conn.Go(ctx, s.handler())

	defer st.finish(5 * time.Second)
	defer func() {
		stop()
		s.ending.Lock() // nothing more is started
		s.work.Wait()
	}()
	select {
	case code := <-status:
		return code, nil
	case <-s.conn.Done():
		select { // exit may have been read just before the end of the stream
		case code := <-status:
			return code, nil
		default:
		}
		err := s.conn.Err()
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = errors.New("the client went away in the middle of a message")
		}
		if phase(s.phase.Load()) == stopped {
			return 0, err
		}
		return 1, err
	case <-ctx.Done():
		return 1, ctx.Err()
	}
}

// publish makes a view the current one. Only the reading goroutine calls it.
func (s *Server) publish(v *View) {
	if v.trouble != nil {
		s.log(protocol.MessageTypeError, "%v", v.trouble)
		v.trouble = nil // nobody else has seen the view yet
	}
	s.view.Store(v)
}

// background starts work that the server waits for at its end; then it starts nothing any more.
func (s *Server) background(f func()) {
	if s.ending.TryRLock() {
		s.work.Go(f)
		s.ending.RUnlock()
	}
}

// log writes to the client's log; nobody waits for it.
func (s *Server) log(level protocol.MessageType, format string, args ...any) {
	_ = s.conn.Notify(s.ctx, protocol.MethodWindowLogMessage, &protocol.LogMessageParams{Type: level, Message: fmt.Sprintf(format, args...)})
}
