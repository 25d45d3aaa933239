package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/transport"
)

// pipe is a connection that answers when it must: it takes as many requests as it gets, up to a window, before it answers the
// first one.
type pipe struct {
	log    *[]string
	window int
	lose   string // the request at which the host is lost
}

func (p *pipe) note(format string, args ...any) {
	*p.log = append(*p.log, fmt.Sprintf(format, args...))
}

func (p *pipe) Run(_ context.Context, r *transport.Request) transport.Result {
	p.note("run %s", r.Module)
	return transport.Result{Value: value.NewDict("of", value.S(r.Module))}
}

func (p *pipe) Stream(_ context.Context, rs iter.Seq[*transport.Request], out func(int, transport.Result)) error {
	var queue []string
	i := 0
	answer := func() error {
		name := queue[0]
		queue = queue[1:]
		res := transport.Result{Value: value.NewDict("of", value.S(name))}
		if name == p.lose {
			res = transport.Result{Err: &transport.Unreachable{Message: "lost"}}
		}
		out(i, res)
		i++
		return res.Err
	}
	for r := range rs {
		p.note("send %s", r.Module)
		queue = append(queue, r.Module)
		for len(queue) >= p.window {
			if err := answer(); err != nil {
				return err
			}
		}
	}
	for len(queue) > 0 {
		if err := answer(); err != nil {
			return err
		}
	}
	return nil
}

func (p *pipe) Exec(context.Context, *transport.Command) (*transport.Output, error) { return nil, nil }
func (p *pipe) Put(context.Context, string, uint32, transport.Blob, *transport.Become) error {
	return nil
}
func (p *pipe) Fetch(context.Context, string, io.Writer, *transport.Become) error { return nil }
func (p *pipe) Reset() error                                                      { return nil }
func (p *pipe) Close() error                                                      { return nil }

func TestStream(t *testing.T) {
	for _, test := range []struct {
		name   string
		items  string // what each item does: r request, s nothing, w waits and requests, m several requests, o over another connection
		window int
		lose   string
		want   string
	}{
		{"requests do not wait", "rrr", 10, "", "send 0, send 1, send 2, end 0, end 1, end 2"},
		{"nor do they when answers come early", "rrr", 2, "", "send 0, send 1, end 0, send 2, end 1, end 2"},
		{"items without a request keep their place", "rsrs", 10, "", "send 0, send 2, end 0, end 1, end 2, end 3"},
		{"nothing to send", "ss", 10, "", "end 0, end 1"},
		{"one that reads the result before it waits", "rrwr", 10, "", "send 0, send 1, end 0, end 1, wait 2, send 2, send 3, end 2, end 3"},
		{"several requests are not mixed with others", "rrmr", 10, "", "send 0, send 1, end 0, end 1, run 2a, run 2b, end 2, send 3, end 3"},
		{"several requests at the beginning", "mr", 10, "", "run 0a, run 0b, end 0, send 1, end 1"},
		{"another connection", "rrorr", 10, "", "send 0, send 1, end 0, end 1, other send 2, end 2, send 3, send 4, end 3, end 4"},
		{"a lost host", "rrrr", 2, "1", "send 0, send 1, end 0, send 2, end 1 lost, end 2 lost, end 3 lost"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var log []string
			conn := &pipe{&log, test.window, test.lose}
			var otherLog []string
			other := &pipe{&otherLog, test.window, ""}
			j := &job{ctx: t.Context()}
			order := 0
			j.stream(len(test.items), func(i int) *turn { return &turn{index: i} }, func(turn *turn) *result {
				name := fmt.Sprint(turn.index)
				ask := func(c transport.Conn, name string) string {
					r := turn.ask(j.ctx, c, &transport.Request{Module: name})
					if r.Err != nil {
						return " lost"
					}
					if of, _ := r.Value.Get("of"); of != value.S(name) {
						t.Errorf("%s got the answer of %v", name, of)
					}
					return ""
				}
				state := ""
				switch test.items[turn.index] {
				case 'r':
					state = ask(conn, name)
				case 'w':
					turn.await()
					log = append(log, "wait "+name)
					state = ask(conn, name)
				case 'm':
					turn.solo()
					ask(conn, name+"a")
					ask(conn, name+"b")
				case 'o':
					state = ask(other, name)
					log = append(log, "other "+strings.Join(otherLog, " "))
				}
				return &result{dict: value.NewDict("state", value.S(state))}
			}, func(turn *turn) {
				if turn.index != order {
					t.Errorf("turn %d ended as number %d", turn.index, order)
				}
				order++
				state, _ := turn.res.dict.Get("state")
				log = append(log, fmt.Sprintf("end %d%s", turn.index, value.ToStr(state)))
			})
			if got := strings.Join(log, ", "); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestUnannouncedSecondRequestFails(t *testing.T) {
	var log []string
	conn := &pipe{&log, 10, ""}
	j := &job{ctx: t.Context()}
	var errs []error
	j.stream(2, func(i int) *turn { return &turn{index: i} }, func(turn *turn) *result {
		turn.ask(j.ctx, conn, &transport.Request{Module: "first"})
		errs = append(errs, turn.ask(j.ctx, conn, &transport.Request{Module: "second"}).Err)
		return &result{}
	}, func(*turn) {})
	if len(errs) != 2 || errs[0] == nil || slices.Contains(log, "send second") {
		t.Errorf("got %v, %v", errs, log)
	}
}

func TestInterruptedStreamBeginsNothingMore(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	j := &job{ctx: ctx}
	begun := 0
	j.stream(5, func(i int) *turn { begun++; return &turn{index: i} }, func(turn *turn) *result {
		if turn.index == 1 {
			cancel(errors.New("interrupted"))
		}
		return &result{}
	}, func(*turn) {})
	if begun != 2 {
		t.Errorf("%d items were begun", begun)
	}
}
