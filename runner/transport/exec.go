package transport

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/wire"
)

// stderrLimit is how much of the error output of a raw command is kept.
const stderrLimit = 64 << 20

// becomeSuccess is printed by the other account before the command runs.
const becomeSuccess = "REHEARSE-BECOME-SUCCESS"

// execute runs a command to its end over a link. With Become its output begins behind the success marker, and its
// input is given to it only then: before, a password may have to be typed there.
func execute(ctx context.Context, l link, s *wire.Spawn, c *Command) (*Output, error) {
	p, err := l.start(ctx, s)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, p.kill)
	defer stop()
	out := bufio.NewReader(p.out)
	reached := true
	if c.Become != nil {
		if reached, err = becomes(p, out, c.Become); err != nil {
			return nil, err
		}
	}
	go func() {
		if c.Stdin != nil && reached {
			io.Copy(p.in, c.Stdin)
		}
		p.in.Close()
	}()
	text, _ := io.ReadAll(io.LimitReader(out, source.MaxOutput+1))
	if len(text) > source.MaxOutput {
		p.kill()
	}
	e := p.exit()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if len(text) > source.MaxOutput {
		return nil, fmt.Errorf("the command printed more than %d bytes and was stopped", source.MaxOutput)
	}
	if !reached {
		why := c.Become.explain(&BootstrapError{Exit: e}).Error()
		if strings.HasPrefix(why, "Missing ") || strings.HasPrefix(why, "Incorrect ") {
			return nil, &BecomeError{why}
		}
	}
	if e.Error != "" {
		return nil, errors.New(e.Error)
	}
	return &Output{Stdout: text, Stderr: []byte(e.Stderr), Code: int(e.Code)}, nil
}

// becomes reads up to the success marker; false means that the output ended before it.
func becomes(p *process, out *bufio.Reader, b *Become) (bool, error) {
	var mu sync.Mutex
	silent := false
	guard := time.AfterFunc(b.timeout(), func() {
		mu.Lock()
		silent = true
		mu.Unlock()
		p.kill()
	})
	defer guard.Stop()
	for {
		line, err := out.ReadString('\n')
		if strings.Contains(line, becomeSuccess) {
			return true, nil
		}
		if err != nil {
			mu.Lock()
			defer mu.Unlock()
			if silent {
				return false, &Unreachable{Message: b.silence()}
			}
			return false, nil
		}
	}
}
