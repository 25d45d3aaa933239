package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/rehearse-dev/rehearse/internal/wire"
)

// DialSSH connects and logs in; the agent starts with the first request that needs it. The error is an *Unreachable
// that says why. What the connections made in this process cannot do (a Match exec block, Kerberos, a security key, a
// forwarding) is left to the system's ssh, with the same agent at the other end.
func DialSSH(ctx context.Context, t Target) (Conn, error) {
	c := &sshConn{target: t}
	var err error
	if c.settings, err = resolve(&t); err != nil {
		return nil, &Unreachable{Host: t.Name, Message: failedToConnect + err.Error(), Cause: err}
	}
	c.agents = agentHost{name: t.Name, prefix: failedToConnect, base: c.link, children: c.parent, keepAlive: c.settings.keepAlive}
	c.agents.plan = plan{shell: t.Shell, timeout: c.settings.connect}
	if t.RemoteTmp != "" {
		c.agents.plan.dirs = []string{strings.TrimSuffix(t.RemoteTmp, "/") + "/rehearse"}
	}
	if _, err := c.link(ctx); err != nil {
		return nil, err
	}
	return c, nil
}

const failedToConnect = "Failed to connect to the host via ssh: "

type sshConn struct {
	target   Target
	settings *settings
	agents   agentHost

	mu   sync.Mutex
	open closableLink // nil until connected, and after the connection was lost
}

type closableLink interface {
	link
	alive() bool
	close()
}

// link gives the connection, made anew where it was lost.
func (c *sshConn) link(ctx context.Context) (link, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open != nil && c.open.alive() {
		return c.traced(), nil
	}
	if c.open != nil {
		c.open.close()
		c.open = nil
	}
	user := c.target.User
	if user == "" {
		user = "None"
	}
	c.target.Trace.say("ESTABLISH SSH CONNECTION FOR USER: " + user)
	if c.settings.system != "" {
		l, err := newSystemSSH(&c.target, c.settings)
		if err != nil {
			return nil, &Unreachable{Host: c.target.Name, Message: failedToConnect + err.Error(), Cause: err}
		}
		c.open = l
		return c.traced(), nil
	}
	l, err := dialSSH(ctx, &c.target, c.settings)
	for try := 1; err != nil && try <= c.target.Retries && ctx.Err() == nil && !refused(err); try++ {
		pause := time.NewTimer(time.Duration(min(1<<(try-1), 31)-1) * time.Second) // as ansible-core waits
		select {
		case <-pause.C:
		case <-ctx.Done():
		}
		pause.Stop()
		l, err = dialSSH(ctx, &c.target, c.settings)
	}
	if err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, &Unreachable{Host: c.target.Name, Message: failedToConnect + err.Error(), Cause: err}
	}
	c.open = l
	return c.traced(), nil
}

// traced is the open link; the system's ssh tells itself what it starts.
func (c *sshConn) traced() link {
	if l, ok := c.open.(*systemSSH); ok {
		l.trace = c.target.Trace
		return l
	}
	return c.target.Trace.on(c.open, "SSH: EXEC ")
}

// refused tells that another try would not end otherwise.
func refused(err error) bool {
	return strings.Contains(err.Error(), "Permission denied") || strings.Contains(err.Error(), "Host key verification failed")
}

// parent is the link to other accounts: the agent of the login account.
func (c *sshConn) parent(ctx context.Context) (link, error) {
	l, err := c.agents.agent(ctx, nil)
	if err != nil {
		return nil, err
	}
	return c.target.Trace.on(l, "EXEC "), nil
}

func (c *sshConn) Run(ctx context.Context, r *Request) Result { return single(ctx, r, c.Stream) }

func (c *sshConn) Stream(ctx context.Context, rs iter.Seq[*Request], out func(i int, r Result)) error {
	return c.agents.stream(ctx, rs, out, func(b *Become) (runner, error) {
		a, err := c.agents.agent(ctx, b)
		if err != nil {
			return nil, err
		}
		return a.run, nil
	})
}

// Exec runs the command by a session of its own. With Become the session has a terminal on which the password is typed,
// as ansible has it; what is said before the command starts is not part of its output.
func (c *sshConn) Exec(ctx context.Context, cmd *Command) (*Output, error) {
	l, err := c.link(ctx)
	if err != nil {
		return nil, err
	}
	if cmd.NoLog {
		l = c.open
	}
	line := cmd.Line
	if cmd.Exe != "" {
		line = shellJoin([]string{cmd.Exe, "-c", cmd.Line})
	}
	if len(cmd.Env) > 0 {
		var env strings.Builder
		for k, v := range cmd.Env {
			env.WriteString(k + "=" + shellQuote(v) + " ")
		}
		line = env.String() + line
	}
	s := &wire.Spawn{Argv: []string{line}, TTY: cmd.TTY, Keep: stderrLimit}
	if cmd.Become != nil {
		wrap, err := cmd.Become.spawn()
		if err != nil {
			return nil, err
		}
		shell := c.target.Shell
		if shell == "" {
			shell = "/bin/sh"
		}
		s = wrap([]string{shell, "-c", "echo " + becomeSuccess + "; " + line})
		s.Argv, s.Keep = []string{shellJoin(s.Argv)}, stderrLimit
		if v := s.Env["LC_ALL"]; v != "" {
			s.Argv[0] = "LC_ALL=" + v + " " + s.Argv[0]
		}
	}
	out, err := execute(ctx, l, s, cmd)
	if err != nil {
		var become *BecomeError
		if errors.As(err, &become) || ctx.Err() != nil {
			return nil, err
		}
		return nil, c.agents.failure(err).Err
	}
	return out, nil
}

func (c *sshConn) Put(ctx context.Context, dest string, mode uint32, b Blob, become *Become) error {
	c.target.Trace.say("PUT " + b.name() + " TO " + dest)
	return c.agents.put(ctx, dest, mode, b, become)
}

func (c *sshConn) Fetch(ctx context.Context, src string, w io.Writer, become *Become) error {
	c.target.Trace.say("FETCH " + src)
	return c.agents.fetch(ctx, src, w, become)
}

func (c *sshConn) Reset() error { return c.Close() }

func (c *sshConn) Close() error {
	c.agents.close()
	c.mu.Lock()
	l := c.open
	c.open = nil
	c.mu.Unlock()
	if l != nil {
		l.close()
	}
	return nil
}

// alive tells whether the connection still stands as far as is known.
func (l *sshLink) alive() bool {
	select {
	case <-l.gone:
		return false
	default:
		return true
	}
}

func (l *sshLink) close() {
	l.client.Close()
	closeAll(l.via)
}

// start runs a command line (the words of Argv, quoted where there are several) in a session of its own. The order to
// run it is sent without waiting for an answer: the first output is answer enough, and it saves a round trip.
func (l *sshLink) start(ctx context.Context, s *wire.Spawn) (*process, error) {
	guard := time.AfterFunc(l.timeout, l.close)
	stop := context.AfterFunc(ctx, l.close)
	ch, requests, err := l.client.OpenChannel("session", nil)
	silent := !guard.Stop()
	if !stop() {
		return nil, context.Cause(ctx)
	}
	if silent {
		return nil, fmt.Errorf("the host did not open a session within %v", l.timeout)
	}
	if err != nil {
		var refused *ssh.OpenChannelError
		if errors.As(err, &refused) {
			return nil, fmt.Errorf("the host refuses to open a session: %s", refused.Message)
		}
		return nil, fmt.Errorf("the connection was cut: %w", err)
	}
	p := &sshProcess{link: l, channel: ch, ended: make(chan struct{})}
	p.exitStatus.Code = -1
	p.stderr.limit = max(4<<10, int(s.Keep))
	go p.follow(requests)
	if l.forward {
		ch.SendRequest("auth-agent-req@openssh.com", false, nil)
	}
	if s.TTY {
		// A terminal that does not echo: what is typed is for the command only.
		ch.SendRequest("pty-req", false, ssh.Marshal(struct {
			Term                         string
			Columns, Rows, Width, Height uint32
			Modes                        string
		}{"dumb", 80, 24, 0, 0, "\x35\x00\x00\x00\x00\x00"})) // ECHO 0, end
	}
	line := s.Argv[0]
	if len(s.Argv) > 1 {
		line = "exec " + shellJoin(s.Argv)
	}
	if _, err := ch.SendRequest("exec", false, ssh.Marshal(struct{ Command string }{line})); err != nil {
		ch.Close()
		return nil, fmt.Errorf("the connection was cut: %w", err)
	}
	var in io.WriteCloser = &sessionInput{channel: ch}
	var out io.Reader = ch
	if s.TTY {
		in = terminalInput{ch}
	}
	if len(s.Prompts) > 0 && s.TTY {
		out = &promptReader{r: ch, w: ch, prompts: s.Prompts, password: s.Password, process: p}
	}
	return &process{in: in, out: out, exit: p.exit, notes: p.notes, kill: p.kill}, nil
}

// sessionInput closes only the way to the command. Where a write is still under way, which the other end may never take,
// the whole channel is closed: that ends the write, and CloseWrite is not made for another goroutine's write.
type sessionInput struct {
	writing sync.Mutex
	channel ssh.Channel
}

func (s *sessionInput) Write(p []byte) (int, error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	return s.channel.Write(p)
}

func (s *sessionInput) Close() error {
	if !s.writing.TryLock() {
		return s.channel.Close()
	}
	defer s.writing.Unlock()
	return s.channel.CloseWrite()
}

// terminalInput has no end of its own: a terminal that is closed for writing would swallow the password that is still to
// be typed.
type terminalInput struct{ ssh.Channel }

func (terminalInput) Close() error { return nil }

type sshProcess struct {
	link    *sshLink
	channel ssh.Channel
	ended   chan struct{}

	mu         sync.Mutex
	stderr     limited
	exitStatus wire.Exit
}

// limited keeps the first bytes that are written to it.
type limited struct {
	bytes.Buffer
	limit int
}

// follow takes what the session says about its end.
func (p *sshProcess) follow(requests <-chan *ssh.Request) {
	var errors sync.WaitGroup
	errors.Go(func() {
		buf := make([]byte, 4096)
		for {
			n, err := p.channel.Stderr().Read(buf)
			p.mu.Lock()
			if room := p.stderr.limit - p.stderr.Len(); room > 0 {
				p.stderr.Write(buf[:min(n, room)])
			}
			p.mu.Unlock()
			if err != nil {
				return
			}
		}
	})
	for r := range requests {
		p.mu.Lock()
		switch r.Type {
		case "exit-status":
			var m struct{ Status uint32 }
			if ssh.Unmarshal(r.Payload, &m) == nil {
				p.exitStatus.Code = int64(m.Status)
			}
		case "exit-signal":
			var m struct {
				Signal     string
				CoreDumped bool
				Message    string
				Language   string
			}
			if ssh.Unmarshal(r.Payload, &m) == nil {
				p.exitStatus.Code = int64(128 + signals[m.Signal])
			}
		}
		p.mu.Unlock()
		if r.WantReply {
			r.Reply(false, nil)
		}
	}
	errors.Wait()
	close(p.ended)
}

var signals = map[string]int{"HUP": 1, "INT": 2, "QUIT": 3, "ILL": 4, "ABRT": 6, "FPE": 8, "KILL": 9, "USR1": 10, "SEGV": 11,
	"USR2": 12, "PIPE": 13, "ALRM": 14, "TERM": 15}

func (p *sshProcess) exit() *wire.Exit {
	<-p.ended
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.exitStatus
	e.Stderr = p.stderr.String()
	if e.Code < 0 {
		e.Error = "the connection to the host was cut"
	}
	return &e
}

func (p *sshProcess) notes() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stderr.String()
}

// kill ends the command and does not wait. The host's sshd may be the one that hangs, so that the channel is given a
// moment to close, and then the connection goes.
func (p *sshProcess) kill() {
	p.channel.SendRequest("signal", false, ssh.Marshal(struct{ Signal string }{"KILL"}))
	p.channel.Close()
	time.AfterFunc(time.Second, func() {
		select {
		case <-p.ended:
		default:
			p.link.close()
		}
	})
}

// promptReader answers the prompt of sudo or su on a terminal, up to the success marker. All that comes can be read.
type promptReader struct {
	r        io.Reader
	w        io.Writer
	prompts  []string
	password string
	process  *sshProcess

	seen    []byte
	started bool
}

func (p *promptReader) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	if p.started {
		return n, err
	}
	p.seen = append(p.seen, b[:n]...)
	if bytes.Contains(p.seen, []byte(becomeSuccess)) {
		p.started, p.seen = true, nil
		return n, err
	}
	p.process.mu.Lock()
	defer p.process.mu.Unlock()
	p.process.exitStatus.Terminal = string(p.seen[:min(len(p.seen), 4<<10)])
	for _, prompt := range p.prompts {
		if bytes.Count(p.seen, []byte(prompt)) <= int(p.process.exitStatus.Asked) {
			continue
		}
		p.process.exitStatus.Asked++
		if p.process.exitStatus.Asked > 1 || p.password == "" {
			go p.process.kill()
		} else {
			go io.WriteString(p.w, p.password+"\n")
		}
		break
	}
	return n, err
}
