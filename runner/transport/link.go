package transport

import (
	"context"
	"io"

	"github.com/rehearse-dev/rehearse/agent"
	"github.com/rehearse-dev/rehearse/internal/wire"
)

// link starts processes on a host: on this machine, over SSH, or through the agent of another account. The errors are
// about the link itself; how a process ends is told by its exit.
type link interface {
	start(ctx context.Context, s *wire.Spawn) (*process, error)
}

// process is a started process. exit blocks until it has ended; notes is what it has said so far on its error output.
type process struct {
	in    io.WriteCloser
	out   io.Reader
	exit  func() *wire.Exit
	notes func() string
	kill  func()
}

// machine is the link to this machine.
type machine struct{}

func (machine) start(_ context.Context, s *wire.Spawn) (*process, error) {
	var p *agent.Process
	started := make(chan struct{})
	p, err := agent.Start(s, func() { <-started; p.Kill() })
	close(started)
	if err != nil {
		return nil, err
	}
	return &process{in: p.Stdin, out: p.Stdout, exit: p.Wait, kill: p.Kill, notes: p.Notes}, nil
}
