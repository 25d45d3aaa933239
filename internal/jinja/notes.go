package jinja

import (
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Notes takes what an evaluation has to say beside its result.
type Notes struct {
	Warn      func(Caution)
	Deprecate func(Deprecation)
}

// Caution is something odd in the template at At, with advice in Help.
type Caution struct {
	Message, Help string
	At            source.Location
}

// Deprecation is a feature that the template at At uses and that a later version of ansible-core no longer has.
type Deprecation struct {
	value.Deprecation
	At source.Location
}

// warn shows a warning.
func (e *Engine) warn(t *Templar, w Caution) {
	if t != nil && t.Notes != nil && t.Notes.Warn != nil {
		t.Notes.Warn(w)
	} else if e.cfg.Warn != nil {
		e.cfg.Warn(w)
	}
}

// deprecate shows that something goes away.
func (e *Engine) deprecate(t *Templar, d Deprecation) {
	if t != nil && t.Notes != nil && t.Notes.Deprecate != nil {
		t.Notes.Deprecate(d)
	} else if e.cfg.Deprecate != nil {
		e.cfg.Deprecate(d)
	}
}

// goneUse is a list of uses of values that go away, the latest first.
type goneUse struct {
	of   *value.Deprecation
	at   *source.Location
	next *goneUse
}

// gone notes that the template in action uses a value that goes away. ansible-core 2.19 tells of the first use in an
// evaluation, when that ends.
func (t *Templar) gone(d *value.Deprecation) {
	if t.lim == nil || t.lim.src == nil || t.lim.aside > 0 { // nobody wrote it out
		return
	}
	for u := t.lim.gone; u != nil; u = u.next {
		if u.of == d {
			return
		}
	}
	t.lim.gone = &goneUse{d, t.lim.src, t.lim.gone}
}

// Aside begins what goes through whole values without using all that is in them, until end is called: handing variables to
// another program uses none of those that go away.
func (c *Call) Aside() (end func()) {
	if c.Templar == nil || c.Templar.lim == nil {
		return func() {}
	}
	lim := c.Templar.lim
	lim.aside++
	return func() { lim.aside-- }
}

// tell shows what gone has noted.
func (t *Templar) tell(u *goneUse) {
	if u == nil {
		return
	}
	t.tell(u.next)
	d := Deprecation{Deprecation: *u.of}
	if u.at != nil {
		d.At = *u.at
	}
	t.engine.deprecate(t, d)
}

// warning is where warnings go, nil where nobody listens.
func (t *Templar) warning() func(Caution) {
	if t.Notes != nil && t.Notes.Warn != nil {
		return t.Notes.Warn
	}
	return t.engine.cfg.Warn
}
