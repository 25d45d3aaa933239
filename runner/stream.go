package runner

import (
	"context"
	"errors"
	"iter"

	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/vars"
	"github.com/rehearse-dev/rehearse/runner/transport"
)

// turn is one item's way through a loop. In a streamed loop it is a coroutine: it runs up to its request, rests while other
// items run up to theirs, and goes on with its answer. Turns begin and end in the order of the items, and only one runs
// at any time.
type turn struct {
	index    int
	item     value.Value
	over     *value.Dict // the item's variables
	extended *value.Dict
	scope    *vars.Scope
	res      *result

	first  bool // every earlier turn has ended
	alone  bool // its requests do not go through the stream
	yield  func(step) bool
	next   func() (step, bool)
	answer transport.Result
}

// step is what a turn waits for: an answer, or, without a request, the end of the earlier turns.
type step struct {
	conn transport.Conn
	req  *transport.Request
}

// ask sends a request through the stream.
func (t *turn) ask(ctx context.Context, c transport.Conn, r *transport.Request) transport.Result {
	if t.alone {
		return c.Run(ctx, r)
	}
	if !t.yield(step{c, r}) {
		return transport.Result{Err: context.Canceled}
	}
	return t.answer
}

// await waits for the end of the earlier turns.
func (t *turn) await() {
	if t != nil && !t.first && t.res == nil {
		t.yield(step{})
	}
}

// solo waits for the end of the earlier turns and keeps later ones from starting before this one has ended: the action
// is going to make several requests.
func (t *turn) solo() {
	if t != nil {
		t.await()
		t.alone = true
	}
}

// streamed are the actions that make one request, or say that they make more (Context.Several).
var streamed = map[string]bool{"ansible.builtin.copy": true, "ansible.builtin.template": true}

// factual are native modules whose results the next item may depend on.
var factual = map[string]bool{"ansible.builtin.setup": true, "ansible.builtin.package_facts": true, "ansible.builtin.service_facts": true,
	"ansible.builtin.mount_facts": true}

// streams tells whether the items of the task's loop may be sent without waiting for the result of the one before: where they
// are calls of native modules, and nothing is to happen between them.
func (j *job) streams(c *loopControl) bool {
	t := j.spec.target
	native := t.kind == plainTask && t.action == nil && t.native() != nil && j.pythonAction(t) == "" && !factual[t.fqcn]
	if !native && !(t.action != nil && streamed[t.fqcn]) {
		return false
	}
	if c.pause > 0 || len(c.breakWhen) > 0 || len(j.spec.until) > 0 {
		return false
	}
	for _, key := range []string{"retries", "until", "async", "poll", "timeout"} {
		if _, set := j.spec.keywords[key]; set {
			return false
		}
	}
	return j.defaultTimeout() == 0
}

// stream runs n turns. begin makes a turn, run is its way to a result, end takes the result in.
func (j *job) stream(n int, begin func(i int) *turn, run func(t *turn) *result, end func(t *turn)) {
	var pending []*turn // begun and not ended, in order
	var lost error      // the host is gone: later items of this loop need not find that out by themselves
	advance := func(t *turn) (step, bool) {
		t.first = len(pending) == 0 || pending[0] == t
		return t.next()
	}
	start := func(i int) (*turn, step, bool) {
		t := begin(i)
		t.next, _ = iter.Pull(func(yield func(step) bool) {
			t.yield = yield
			t.res = run(t)
		})
		s, more := advance(t)
		return t, s, more
	}
	// settle ends the turns at the head that have their result.
	settle := func() {
		for len(pending) > 0 && pending[0].res != nil {
			t := pending[0]
			pending = pending[1:]
			end(t)
		}
	}
	// resume gives the turn at the head its answer and lets it come to its end.
	resume := func(r transport.Result) {
		t := pending[0]
		t.answer = r
		if r.Err != nil && transport.IsUnreachable(r.Err) {
			lost = r.Err
		}
		for _, more := advance(t); more; _, more = advance(t) {
			t.answer = transport.Result{Err: errors.New("a second request of one item came unannounced")}
		}
		settle()
	}

	i := 0
	var held *turn // begun, and the next to go on
	var ready step
	for (i < n || held != nil) && (j.ctx.Err() == nil || held != nil) {
		t, s, more := held, ready, true
		if held = nil; t == nil {
			t, s, more = start(i)
			i++
		}
		pending = append(pending, t)
		for more && s.req == nil {
			s, more = advance(t)
		}
		switch {
		case !more:
			settle()
			continue
		case lost != nil:
			resume(transport.Result{Err: lost})
			continue
		}
		err := s.conn.Stream(j.ctx, func(yield func(*transport.Request) bool) {
			if !yield(s.req) {
				return
			}
			for i < n && j.ctx.Err() == nil {
				t, now, more := start(i)
				i++
				if more && (now.req == nil || now.conn != s.conn) {
					held, ready = t, now
					return
				}
				pending = append(pending, t)
				if !more {
					settle()
				} else if !yield(now.req) {
					return
				}
			}
		}, func(_ int, r transport.Result) { resume(r) })
		for len(pending) > 0 { // what was sent, or not even sent, and will not be answered
			if err == nil {
				err = errors.New("the request was not answered")
			}
			resume(transport.Result{Err: err})
		}
	}
}
