package agent

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/creack/pty"

	"github.com/rehearse-dev/rehearse/internal/wire"
)

// keepLimit is how much of the error output of a process is kept where nothing else is asked for.
const keepLimit = 4 << 10

// Process is a started process: the way to another account, with pipes for input and output and, where it wants to ask
// for a password, a terminal of its own.
type Process struct {
	Stdin  io.WriteCloser
	Stdout io.ReadCloser

	cmd      *exec.Cmd
	terminal *os.File
	watch    sync.WaitGroup

	prompts  []string
	password string
	refused  func()

	mu     sync.Mutex
	stderr notes
	screen notes // what the terminal showed
	asked  int
}

// notes is the first part of what came, and the part in which a prompt is still looked for.
type notes struct {
	text   bytes.Buffer
	limit  int
	unread []byte
}

// Start starts a process. refused is called when it asks again, or asks without a password being known: it
// would wait for ever.
func Start(s *wire.Spawn, refused func()) (*Process, error) {
	if len(s.Argv) == 0 {
		return nil, errors.New("no command")
	}
	p := &Process{prompts: s.Prompts, password: s.Password, refused: refused}
	p.stderr.limit, p.screen.limit = max(keepLimit, int(s.Keep)), keepLimit
	cmd := exec.Command(s.Argv[0], s.Argv[1:]...)
	cmd.Env = os.Environ()
	for k, v := range s.Env {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	ownSession(cmd)
	var err error
	if p.Stdin, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if p.Stdout, err = cmd.StdoutPipe(); err != nil {
		return nil, err
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if s.TTY {
		master, slave, err := pty.Open()
		if err != nil {
			return nil, fmt.Errorf("open a terminal: %w", err)
		}
		defer slave.Close()
		p.terminal = master
		giveTerminal(cmd, slave)
	}
	if err := cmd.Start(); err != nil {
		if p.terminal != nil {
			p.terminal.Close()
		}
		return nil, err
	}
	p.cmd = cmd
	p.watch.Go(func() { p.follow(stderr, &p.stderr, p.Stdin) })
	if p.terminal != nil {
		// The terminal is not waited for: it ends only with the last process that has it.
		go p.follow(p.terminal, &p.screen, p.terminal)
	}
	return p, nil
}

// follow notes what comes from r, and types the password into w where the prompt comes.
func (p *Process) follow(r io.Reader, to *notes, w io.Writer) {
	buf := make([]byte, 4096)
	for {
		n, err := r.Read(buf)
		if n > 0 {
			p.note(buf[:n], to, w)
		}
		if err != nil {
			return
		}
	}
}

func (p *Process) note(b []byte, to *notes, w io.Writer) {
	p.mu.Lock()
	if room := to.limit - to.text.Len(); room > 0 {
		to.text.Write(b[:min(len(b), room)])
	}
	var answer, refuse bool
	to.unread = append(to.unread, b...)
	longest := 0
	for _, prompt := range p.prompts {
		longest = max(longest, len(prompt))
		if i := bytes.Index(to.unread, []byte(prompt)); i >= 0 {
			to.unread = to.unread[i+len(prompt):]
			p.asked++
			answer = p.asked == 1 && p.password != ""
			refuse = !answer
		}
	}
	if n := len(to.unread) - longest; n > 0 {
		to.unread = append([]byte(nil), to.unread[n:]...)
	}
	p.mu.Unlock()
	if answer {
		io.WriteString(w, p.password+"\n")
	}
	if refuse && p.refused != nil {
		p.refused()
	}
}

// Wait waits for the end and tells how it went. Stdout must have been read to its end, or not be wanted.
func (p *Process) Wait() *wire.Exit {
	p.watch.Wait()
	err := p.cmd.Wait()
	if p.terminal != nil {
		// What the terminal still holds is read by its follower; a short while is enough, it is all in the kernel.
		p.terminal.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		defer p.terminal.Close()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	e := &wire.Exit{Code: int64(exitCode(p.cmd.ProcessState)), Stderr: p.stderr.text.String(),
		Terminal: p.screen.text.String(), Asked: int64(p.asked)}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		e.Error = err.Error()
	}
	return e
}

// Notes is what the process has said so far on its error output and its terminal.
func (p *Process) Notes() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stderr.text.String() + p.screen.text.String()
}

// Kill ends the process and its session: by signal where that is allowed, else (sudo runs as root) by closing its
// input, output and terminal.
func (p *Process) Kill() {
	killSession(p.cmd.Process)
	p.Stdin.Close()
	p.Stdout.Close()
	if p.terminal != nil {
		p.terminal.Close()
	}
}
