package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rehearse-dev/rehearse/internal/wire"
)

// Arg is the first argument that makes a program (the agent, or rehearse itself) an agent on its standard input and
// output; the second and last is the marker that its output begins with.
const Arg = "--serve-agent"

// queueLimit is the number of requests that may wait; the controller keeps below it.
const queueLimit = 4096

// Dispatch runs what the arguments of a process ask for, if they make it an agent or a job of one: every program that is
// to be its own agent calls it first.
func Dispatch(args []string) (exit int, ok bool) {
	switch {
	case len(args) == 3 && args[1] == Arg:
		return Main(args[2]), true
	case len(args) == 2 && args[1] == JobArg:
		return JobMain(), true
	}
	return 0, false
}

// Main serves standard input and output until the end of input and gives the exit status.
func Main(marker string) int {
	in, out := os.Stdin, os.Stdout
	// What a careless library prints must not get between the frames.
	os.Stdout = os.Stderr
	if null, err := os.Open(os.DevNull); err == nil {
		os.Stdin = null
	}
	if _, err := io.WriteString(out, marker+" ok\n"); err != nil {
		return 1
	}
	// A signal, or an output that nobody reads any more, must not keep the agent from cleaning up. They are caught, not
	// ignored: what is ignored here would be ignored by every command that a module starts.
	surviveFileLimit()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	stopped := make(chan string, 1)
	go func() {
		for s := range signals {
			if s != syscall.SIGPIPE {
				stopped <- "the agent was stopped by signal: " + s.String()
				return
			}
		}
	}()
	if err := serve(in, out, stopped); err != nil {
		fmt.Fprintf(os.Stderr, "rehearse agent: %v\n", err)
		return 1
	}
	return 0
}

// Serve answers requests in the order in which they come. It returns at the end of input, after it has stopped what
// was running, ended child processes and removed its files.
func Serve(in io.Reader, out io.Writer) error { return serve(in, out, nil) }

// serve is Serve that a text on stopped ends, too: it is said to the controller.
func serve(in io.Reader, out io.Writer, stopped <-chan string) error {
	ctx, stop := context.WithCancelCause(context.Background())
	defer stop(nil)
	s := &server{ctx: ctx, active: map[uint32]context.CancelCauseFunc{}, children: map[uint32]*Process{}}
	s.cond.L = &s.mu
	if exe, err := os.Executable(); err == nil && strings.HasPrefix(filepath.Base(exe), "agent-") {
		s.host.CacheDir = filepath.Dir(exe)
		defer tidy(exe, time.Now())
	}
	s.conn = wire.NewConn(in, out, s.take)
	home, _ := os.UserHomeDir()
	welcome := &wire.Welcome{PID: int64(os.Getpid()), UID: int64(os.Getuid()), OS: runtime.GOOS, Arch: runtime.GOARCH, Home: home}
	if err := s.conn.Send(wire.Hello, 0, welcome.Encode()); err != nil {
		return err
	}
	var work sync.WaitGroup
	work.Go(s.work)
	ended := make(chan error, 1)
	go func() { ended <- s.conn.Serve() }()
	var err error
	select {
	case err = <-ended:
	case why := <-stopped:
		err = errors.New(why)
	}
	if err != nil {
		s.conn.Send(wire.GoAway, 0, []byte(err.Error()))
		s.conn.Release()
	}
	stop(errors.New("the controller is gone"))
	s.mu.Lock()
	s.ended = true
	s.cond.Broadcast()
	for _, p := range s.children {
		p.Kill()
	}
	s.mu.Unlock()
	work.Wait()
	s.relays.Wait()
	s.host.Close()
	s.blobs.remove()
	s.conn.Close()
	t := time.NewTimer(grace)
	defer t.Stop()
	select {
	case <-s.conn.Flushed():
	case <-t.C: // nobody reads
	}
	return err
}

type server struct {
	conn   *wire.Conn
	ctx    context.Context
	host   Host
	blobs  blobs
	relays sync.WaitGroup // goroutines of child processes
	flush  *time.Timer    // lets held results go
	wants  uint32         // the last stream that was opened here: even numbers

	mu       sync.Mutex
	cond     sync.Cond
	queue    []item
	active   map[uint32]context.CancelCauseFunc // requests that wait or run
	children map[uint32]*Process
	ended    bool
}

type item struct {
	ctx     context.Context
	stream  uint32
	payload []byte
	data    *wire.Stream // of a spawn, read or write
}

var errCancelled = errors.New("cancelled")

// take is called by the reader for each message; it only queues.
func (s *server) take(m wire.Message) {
	switch m.Type {
	case wire.Request:
		ctx, cancel := context.WithCancelCause(s.ctx)
		it := item{ctx: ctx, stream: m.Stream, payload: m.Payload}
		if k := wire.Kind(m.Payload); k == wire.KindSpawn || k == wire.KindRead || k == wire.KindWrite {
			it.data = s.conn.Open(m.Stream) // now, because its data may follow at once
		}
		s.mu.Lock()
		full := len(s.queue) >= queueLimit
		s.active[m.Stream] = cancel
		if !full {
			s.queue = append(s.queue, it)
			s.cond.Broadcast()
		}
		s.mu.Unlock()
		if full {
			s.finish(m.Stream)
			s.answer(m.Stream, &wire.Answer{Error: "too many requests wait"})
		}
	case wire.Cancel:
		s.mu.Lock()
		cancel, child := s.active[m.Stream], s.children[m.Stream]
		s.mu.Unlock()
		if cancel != nil {
			cancel(errCancelled)
		}
		if child != nil {
			child.Kill()
		}
	}
}

// patience is how long a result may be held back for others to travel with it.
const patience = 4 * time.Millisecond

// work runs the requests one after the other. Results are held back for a moment while more requests wait, so that many
// small ones travel together.
func (s *server) work() {
	s.flush = time.AfterFunc(time.Hour, s.conn.Release)
	defer s.flush.Stop()
	var held time.Time
	for {
		s.mu.Lock()
		if len(s.queue) == 0 {
			s.conn.Release()
		}
		for len(s.queue) == 0 && !s.ended {
			s.cond.Wait()
		}
		if s.ended {
			s.mu.Unlock()
			return
		}
		it := s.queue[0]
		s.queue = s.queue[1:]
		more := len(s.queue) > 0
		s.mu.Unlock()
		if now := time.Now(); more && now.Sub(held) > patience {
			held = now
			s.conn.Hold()
			s.flush.Reset(patience)
		}
		s.serve(it)
	}
}

func (s *server) finish(stream uint32) {
	s.mu.Lock()
	cancel := s.active[stream]
	delete(s.active, stream)
	s.mu.Unlock()
	if cancel != nil {
		cancel(nil)
	}
}

func (s *server) answer(stream uint32, a *wire.Answer) {
	if s.ctx.Err() != nil { // the agent ends: the host is lost, the task has not failed
		return
	}
	if err := s.conn.Send(wire.Result, stream, a.Encode()); err != nil && !errors.Is(err, wire.ErrClosed) {
		s.conn.Send(wire.Result, stream, (&wire.Answer{Error: err.Error()}).Encode())
	}
}

func (s *server) serve(it item) {
	kind := wire.Kind(it.payload)
	if kind == wire.KindSpawn {
		s.spawn(it)
		return
	}
	defer s.finish(it.stream)
	if it.ctx.Err() != nil {
		s.answer(it.stream, &wire.Answer{Error: context.Cause(it.ctx).Error()})
		return
	}
	switch kind {
	case wire.KindCall:
		s.answer(it.stream, s.call(it))
	case wire.KindRead, wire.KindWrite:
		s.answer(it.stream, s.file(it))
	default:
		s.answer(it.stream, &wire.Answer{Error: "the agent does not know this kind of request"})
	}
}

func (s *server) call(it item) *wire.Answer {
	c, err := wire.DecodeCall(it.payload)
	if err != nil {
		return &wire.Answer{Error: err.Error()}
	}
	for sha, content := range c.Blobs {
		if err := s.blobs.add(sha, content); err != nil {
			return &wire.Answer{Error: err.Error()}
		}
	}
	blob := func(sha string) (io.ReadSeeker, error) { return s.blob(it.ctx, sha, c.TmpDir) }
	if c.Async != nil {
		return startJob(c)
	}
	return s.host.Invoke(it.ctx, c, blob)
}

// blob opens content, which the controller is asked for where it is not here.
func (s *server) blob(ctx context.Context, sha, tmp string) (io.ReadSeeker, error) {
	if r, err := s.blobs.open(sha); r != nil || err != nil {
		return r, err
	}
	s.wants += 2
	stream := s.conn.Open(s.wants)
	defer stream.Release()
	stop := context.AfterFunc(ctx, func() { stream.Cancel("no longer needed") })
	defer stop()
	if err := s.conn.Send(wire.Want, s.wants, (&wire.Blob{SHA256: sha}).Encode()); err != nil {
		return nil, err
	}
	s.conn.Release()
	if err := s.blobs.receive(sha, tmp, stream); err != nil {
		return nil, err
	}
	return s.blobs.open(sha)
}

func (s *server) file(it item) *wire.Answer {
	f, err := wire.DecodeFile(it.payload)
	if err != nil {
		return &wire.Answer{Error: err.Error()}
	}
	defer it.data.Release()
	stop := context.AfterFunc(it.ctx, func() { it.data.Cancel(context.Cause(it.ctx).Error()) })
	defer stop()
	s.conn.Release()
	if f.Kind == wire.KindWrite {
		err = WriteFile(f.Path, uint32(f.Mode), it.data)
	} else if err = ReadFile(f.Path, it.data); err == nil {
		err = it.data.CloseWrite()
	}
	if err != nil {
		return &wire.Answer{Error: err.Error()}
	}
	return &wire.Answer{}
}

// spawn starts a process and leaves it to goroutines that end with it.
func (s *server) spawn(it item) {
	exit := func(e *wire.Exit) {
		s.finish(it.stream)
		s.conn.Send(wire.Result, it.stream, e.Encode())
		s.conn.Release()
	}
	r, err := wire.DecodeSpawn(it.payload)
	if err != nil {
		exit(&wire.Exit{Code: -1, Error: err.Error()})
		return
	}
	var p *Process
	started := make(chan struct{})
	p, err = Start(r, func() { <-started; p.Kill() })
	close(started)
	if err != nil {
		it.data.Release()
		exit(&wire.Exit{Code: -1, Error: err.Error()})
		return
	}
	s.mu.Lock()
	s.children[it.stream] = p
	gone := s.ended
	s.mu.Unlock()
	if gone || it.ctx.Err() != nil {
		p.Kill()
	}
	s.relays.Go(func() {
		io.Copy(p.Stdin, it.data)
		p.Stdin.Close()
	})
	s.relays.Go(func() {
		io.Copy(it.data, p.Stdout)
		it.data.CloseWrite()
		e := p.Wait()
		it.data.Release() // ends the copy to its input
		s.mu.Lock()
		delete(s.children, it.stream)
		s.mu.Unlock()
		exit(e)
	})
}
