package jinja

import (
	"fmt"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Replacer evaluates so that undefined parts of a result are shown instead of failing: "<< error 1 - 'x' is undefined >>".
// It numbers them over all that it evaluates.
type Replacer struct {
	// Failures shows what failed in another way, too; else such a failure is an error.
	Failures bool

	list []replaced
}

type replaced struct {
	number  int
	message string
	at      *source.Location
	text    any // the template that it came from: undefined parts of one template are told together
}

func (r *Replacer) add(message string, at *source.Location, text any) value.Value {
	r.list = append(r.list, replaced{len(r.list) + 1, message, at, text})
	return value.S(fmt.Sprintf("<< error %d - %s >>", len(r.list), message))
}

// templar is t with the replacements.
func (r *Replacer) templar(t *Templar) *Templar {
	sub := *t
	sub.lazyFn = nil
	sub.OnUndefined = func(u *value.Undefined) value.Value {
		if u.Cause != nil && !r.Failures {
			return u
		}
		var text any = u.At
		if site, ok := u.Site.(*Template); ok && u.Cause == nil {
			text = site.Source
		}
		return r.add(u.Error(), u.At, text)
	}
	return &sub
}

// Resolve is Resolve of t with replacements.
func (r *Replacer) Resolve(t *Templar, v value.Value) (value.Value, error) {
	out, err := r.templar(t).Resolve(v)
	return r.rest(out, err, v)
}

// Expr is Expr of t with replacements.
func (r *Replacer) Expr(t *Templar, src value.Str) (value.Value, error) {
	out, err := r.templar(t).Expr(src)
	return r.rest(out, err, src)
}

func (r *Replacer) rest(out value.Value, err error, v value.Value) (value.Value, error) {
	if err == nil || !r.Failures {
		return out, err
	}
	var at *source.Location
	if s, ok := v.(value.Str); ok {
		at = s.At
	}
	return r.add(err.Error(), at, at), nil
}

// Warnings tells about all replacements: one warning for those in a row that one template caused.
func (r *Replacer) Warnings() []Warning {
	var warnings []Warning
	for i := 0; i < len(r.list); {
		j, msg := i, ""
		for ; j < len(r.list) && r.list[j].text == r.list[i].text; j++ {
			msg += fmt.Sprintf("\nerror %d - %s", r.list[j].number, r.list[j].message)
		}
		plural := ""
		if j-i > 1 {
			plural = "s"
		}
		w := Warning{Message: fmt.Sprintf("Encountered %d template error%s.%s", j-i, plural, msg)}
		if at := r.list[i].at; at != nil {
			w.At = *at
		}
		warnings = append(warnings, w)
		i = j
	}
	return warnings
}
