package jinja

import (
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// With gives the items of a with_NAME loop: it runs the lookup on the terms, which are templated first. action is the
// task's action as it is written, at the place of the loop.
func (t *Templar) With(name string, terms *value.List, action string, at source.Location) (value.Value, error) {
	outer := t.begin()
	defer t.end(outer)
	lim := t.lim
	src := value.Str{S: name, At: &at, Trusted: true}
	args := make([]value.Value, len(terms.Items))
	for i, x := range terms.Items {
		args[i] = t.lazy(x)
	}
	r := &run{e: t.engine, t: t, c: &code{tmpl: &Template{}}, ctx: &scopeContext{t: t, e: t.engine}, lim: lim, src: &at}
	v, err := r.lookup(name, args, nil, true, action)
	if err != nil {
		return t.replaced(err, src)
	}
	return t.final(v, src, true)
}
