package jinja

import (
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Warning is a message about a text that could not be templated as a whole.
type Warning struct {
	Message string
	At      source.Location
}

// Name templates the name of a task, or another text for display, in which undefined parts are shown instead of
// failing: "<< error 1 - 'x' is undefined >>". The warnings tell about them.
func (t *Templar) Name(v value.Str) (string, []Warning) {
	replacer := &Replacer{Failures: true}
	r, err := replacer.Resolve(t, v)
	for i := range replacer.list {
		if replacer.list[i].at == nil {
			replacer.list[i].at = v.At
		}
	}
	s := v.S
	if err == nil {
		if text, err := value.TryStr(r); err == nil {
			s = text
		}
	}
	return s, replacer.Warnings()
}
