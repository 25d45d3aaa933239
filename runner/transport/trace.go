package transport

import (
	"context"

	"github.com/rehearse-dev/rehearse/internal/wire"
)

// Trace is told what is done to reach a host, in the words of ansible-core: a connection that is made, a command line that is
// really started, a file that is carried. It may be called from several goroutines. Secrets are in none of the texts.
type Trace func(text string)

func (t Trace) say(text string) {
	if t != nil {
		t(text)
	}
}

// traced tells about every command that is started on a link.
type traced struct {
	link
	prefix string // "EXEC ", or "SSH: EXEC " where the line goes to another machine
	trace  Trace
}

func (l traced) start(ctx context.Context, s *wire.Spawn) (*process, error) {
	line := s.Argv[0]
	if len(s.Argv) > 1 {
		line = shellJoin(s.Argv)
	}
	l.trace(l.prefix + line)
	return l.link.start(ctx, s)
}

// on gives the link with the trace, or as it is where nobody wants to know.
func (t Trace) on(l link, prefix string) link {
	if t == nil {
		return l
	}
	return traced{l, prefix, t}
}

// of leaves out a command whose task is not to be logged.
func (t Trace) of(c *Command) Trace {
	if c.NoLog {
		return nil
	}
	return t
}
