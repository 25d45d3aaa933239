package transport

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/wire"
)

// stderrLimit is how much of the error output of a raw command is kept.
const stderrLimit = 64 << 20

// execute runs a command to its end over a link.
func execute(ctx context.Context, l link, s *wire.Spawn, c *Command) (*Output, error) {
	p, err := l.start(ctx, s)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, p.kill)
	defer stop()
	go func() {
		if c.Stdin != nil {
			io.Copy(p.in, c.Stdin)
		}
		p.in.Close()
	}()
	out, _ := io.ReadAll(p.out)
	e := p.exit()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if c.Become != nil && e.Code != 0 {
		text := c.Become.explain(&BootstrapError{Exit: e}).Error()
		if strings.HasPrefix(text, "Missing ") || strings.HasPrefix(text, "Incorrect ") {
			return nil, &BecomeError{text}
		}
	}
	if e.Error != "" {
		return nil, errors.New(e.Error)
	}
	return &Output{Stdout: out, Stderr: []byte(e.Stderr), Code: int(e.Code)}, nil
}
