package transport

import (
	"context"
	"iter"
)

type local struct{ Conn }

// Local runs modules in this process, without a fork; another account is reached through a child agent.
func Local() Conn { return &local{} }

// DialSSH connects and logs in; the agent starts with the first request that needs it. The error is an *Unreachable
// that says why.
func DialSSH(ctx context.Context, t Target) (Conn, error) {
	return nil, &Unreachable{Host: t.Name, Message: "Failed to connect to the host via ssh: not built in"}
}

func (l *local) Stream(ctx context.Context, rs iter.Seq[*Request], out func(i int, r Result)) error {
	i := 0
	for r := range rs {
		res := l.Run(ctx, r)
		out(i, res)
		if res.Err != nil {
			return res.Err
		}
		i++
	}
	return nil
}
