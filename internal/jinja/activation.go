package jinja

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// activation is all that one template needs to run, in one piece of memory.
type activation struct {
	run   run
	ctx   scopeContext
	frame frame
	out   output
	cache [4]value.Value
	slots [4]value.Value
}

func (a *activation) prepare(e *Engine, t *Templar, c *code, lim *limits, src *source.Location) *run {
	a.ctx.t, a.ctx.e = t, e
	r := &a.run
	r.e, r.t, r.c, r.ctx, r.lim, r.src = e, t, c, &a.ctx, lim, src
	if n := len(c.names); n <= len(a.cache) {
		r.cache = a.cache[:n]
	} else {
		r.cache = make([]value.Value, n)
	}
	a.frame.run, a.frame.out = r, &a.out
	if n := c.root.slots; n <= len(a.slots) {
		a.frame.slots = a.slots[:n]
	} else {
		a.frame.slots = make([]value.Value, n)
	}
	return r
}

func (a *activation) exec(u *unit) error {
	if err := a.run.lim.enter(); err != nil {
		return err
	}
	_, err := u.body(&a.frame)
	a.run.lim.depth--
	return err
}

// shares tells whether more than one run may use the context of the code.
func (c *code) shares() bool { return len(c.blocks) > 0 || c.loads }

func trailingNewlines(s string) int { return len(s) - len(strings.TrimRight(s, "\n")) }
