package transport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"time"

	"github.com/rehearse-dev/rehearse/agent"
	"github.com/rehearse-dev/rehearse/internal/wire"
)

// localTimeout is how long each step of the way to another account of this machine may take.
const localTimeout = 30 * time.Second

type local struct {
	agents agentHost
	trace  Trace
	host   agent.Host
}

// Local runs modules in this process, without a fork; another account is reached through a child agent. trace may be nil.
func Local(trace Trace) Conn {
	l := &local{trace: trace}
	here := func(context.Context) (link, error) { return trace.on(machine{}, "EXEC "), nil }
	l.agents = agentHost{name: "localhost", prefix: "The local agent was lost: ", base: here, children: here, keepAlive: localTimeout}
	l.agents.plan = plan{timeout: localTimeout}
	return l
}

func (l *local) Run(ctx context.Context, r *Request) Result {
	if r.Become == nil && r.Async == nil && r.Leave == "" {
		return l.call(ctx, r)
	}
	return single(ctx, r, l.Stream)
}

func (l *local) Stream(ctx context.Context, rs iter.Seq[*Request], out func(i int, r Result)) error {
	return l.agents.stream(ctx, rs, out, func(b *Become) (runner, error) {
		if b == nil {
			return l.calls, nil
		}
		c, err := l.agents.agent(ctx, b)
		if err != nil {
			return nil, err
		}
		return c.run, nil
	})
}

func (l *local) calls(ctx context.Context, i int, rs iter.Seq[*Request], out func(i int, r Result)) error {
	for r := range rs {
		var res Result
		if r.Async != nil {
			// The job goes on after this process: it belongs to an agent of its own.
			c, err := l.agents.agent(ctx, nil)
			if err != nil {
				return err
			}
			if err := c.run(ctx, i, func(yield func(*Request) bool) { yield(r) }, out); err != nil {
				return err
			}
			i++
			continue
		}
		if res = l.call(ctx, r); res.Err != nil {
			out(i, res)
			return res.Err
		}
		out(i, res)
		i++
	}
	return nil
}

// call runs a module in this process.
func (l *local) call(ctx context.Context, r *Request) Result {
	if err := ctx.Err(); err != nil {
		return Result{Err: context.Cause(ctx)}
	}
	args, err := plainDict(r.Args)
	if err != nil {
		return Result{Value: failed(err.Error())}
	}
	a := l.host.Invoke(ctx, &wire.Call{Module: r.Module, Args: args, Check: r.Check, Diff: r.Diff, NoLog: r.NoLog, Verbosity: r.Verbosity,
		MaxDiff: r.MaxDiff, Env: r.Env, Cwd: r.Cwd, TmpDir: r.TmpDir, Interpreter: r.Interpreter, Timeout: r.Timeout}, func(sha string) (io.ReadSeeker, error) {
		b, ok := r.Blobs[sha]
		if !ok {
			return nil, errors.New("content " + sha + " is not part of the request")
		}
		if b.Data != nil || b.Path == "" {
			return bytes.NewReader(b.Data), nil
		}
		return os.Open(b.Path)
	})
	if a.Error != "" {
		if ctx.Err() != nil {
			return Result{Err: context.Cause(ctx)}
		}
		return Result{Value: failed(a.Error)}
	}
	return Result{Value: a.Value}
}

func (l *local) Exec(ctx context.Context, c *Command) (*Output, error) {
	shell := c.Exe
	if shell == "" {
		shell = "/bin/sh"
	}
	s := &wire.Spawn{Argv: []string{shell, "-c", c.Line}, Env: c.Env, Keep: stderrLimit}
	if c.Cwd != "" {
		s.Argv[2] = "cd " + shellQuote(c.Cwd) + " && " + c.Line
	}
	if c.Become != nil {
		wrap, err := c.Become.spawn()
		if err != nil {
			return nil, err
		}
		env := s.Env
		s.Argv[2] = "echo " + becomeSuccess + "; " + s.Argv[2]
		s = wrap(s.Argv)
		s.Keep = stderrLimit
		for k, v := range env {
			if s.Env == nil {
				s.Env = map[string]string{}
			}
			s.Env[k] = v
		}
	}
	return execute(ctx, l.trace.of(c).on(machine{}, "EXEC "), s, c)
}

func (l *local) Put(ctx context.Context, dest string, mode uint32, b Blob, become *Become) error {
	l.trace.say("PUT " + b.name() + " TO " + dest)
	if become != nil {
		return l.agents.put(ctx, dest, mode, b, become)
	}
	r, err := b.open()
	if err != nil {
		return err
	}
	defer r.Close()
	if err := agent.WriteFile(dest, mode, r); err != nil {
		return &FileError{dest, err.Error()}
	}
	return nil
}

func (l *local) Fetch(ctx context.Context, src string, w io.Writer, become *Become) error {
	l.trace.say("FETCH " + src)
	if become != nil {
		return l.agents.fetch(ctx, src, w, become)
	}
	if err := agent.ReadFile(src, w); err != nil {
		return &FileError{src, err.Error()}
	}
	return nil
}

func (l *local) Reset() error { return l.Close() }

func (l *local) Close() error {
	l.agents.close()
	return l.host.Close()
}
