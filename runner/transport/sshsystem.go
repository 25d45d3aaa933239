package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"time"

	"github.com/rehearse-dev/rehearse/internal/wire"
)

// systemSSH starts one ssh of the system for each agent.
type systemSSH struct {
	argv  []string
	trace Trace
}

func newSystemSSH(t *Target, s *settings) (*systemSSH, error) {
	name := t.Executable
	if name == "" {
		name = "ssh"
	}
	exe, err := exec.LookPath(name)
	if err != nil {
		return nil, fmt.Errorf("%s needs the system's ssh, which is not installed", s.system)
	}
	if t.Key != "" {
		return nil, fmt.Errorf("%s needs the system's ssh, which takes no key as text from here: use a file", s.system)
	}
	if t.Password != "" {
		return nil, fmt.Errorf("%s needs the system's ssh, which takes no password from here: use a key", s.system)
	}
	argv := []string{exe, "-T", "-o", "BatchMode=yes"}
	argv = append(argv, t.Args...)
	if t.ConfigFile != "" {
		argv = append(argv, "-F", t.ConfigFile)
	}
	if t.AnyHostKey {
		argv = append(argv, "-o", "StrictHostKeyChecking=no")
	}
	if t.Port != 0 {
		argv = append(argv, "-o", "Port="+strconv.Itoa(t.Port))
	}
	if t.KeyFile != "" {
		argv = append(argv, "-o", "IdentityFile="+s.expand(t.KeyFile))
	}
	if t.User != "" {
		argv = append(argv, "-o", "User="+t.User)
	}
	argv = append(argv, "-o", "ConnectTimeout="+strconv.Itoa(max(1, int(s.connect/time.Second))))
	return &systemSSH{argv: append(argv, "--", s.alias)}, nil
}

func (l *systemSSH) alive() bool { return true }
func (l *systemSSH) close()      {}

func (l *systemSSH) start(ctx context.Context, s *wire.Spawn) (*process, error) {
	if len(s.Prompts) > 0 {
		return nil, errors.New("a raw command as another account does not work through the system's ssh")
	}
	line := s.Argv[0]
	if len(s.Argv) > 1 {
		line = "exec " + shellJoin(s.Argv)
	}
	return l.trace.on(machine{}, "SSH: EXEC ").start(ctx, &wire.Spawn{Argv: append(append([]string(nil), l.argv...), line), Keep: s.Keep})
}

// throughCommand is a connection that a ProxyCommand makes.
func throughCommand(line string) (net.Conn, error) {
	cmd := exec.Command("/bin/sh", "-c", "exec "+line)
	c := &commandConn{cmd: cmd}
	cmd.Stderr = &c.said
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("ProxyCommand %s: %w", line, err)
	}
	c.Reader, c.WriteCloser = out, in
	return c, nil
}

// commandConn is the input and output of a running command. said is what it printed besides; it is complete after Close.
type commandConn struct {
	io.Reader
	io.WriteCloser
	cmd  *exec.Cmd
	said bytes.Buffer
	end  sync.Once
}

// Close ends the command. Any goroutine may call it, any number of times.
func (c *commandConn) Close() error {
	c.end.Do(func() {
		c.WriteCloser.Close()
		c.cmd.Process.Kill()
		c.cmd.Wait()
	})
	return nil
}

type commandAddr struct{}

func (commandAddr) Network() string { return "command" }
func (commandAddr) String() string  { return "0.0.0.0:0" }

func (*commandConn) LocalAddr() net.Addr              { return commandAddr{} }
func (*commandConn) RemoteAddr() net.Addr             { return commandAddr{} }
func (*commandConn) SetDeadline(time.Time) error      { return os.ErrNoDeadline }
func (*commandConn) SetReadDeadline(time.Time) error  { return os.ErrNoDeadline }
func (*commandConn) SetWriteDeadline(time.Time) error { return os.ErrNoDeadline }
