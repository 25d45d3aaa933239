package jinja

import (
	"fmt"

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
	r, warnings := t.Replace(v)
	s, err := value.TryStr(r)
	if err != nil {
		return v.S, warnings
	}
	return s, warnings
}

// Replace is Resolve in which undefined parts are shown instead of failing.
func (t *Templar) Replace(v value.Value) (value.Value, []Warning) {
	type failure struct {
		number int
		u      *value.Undefined
	}
	var failures []failure
	sub := *t
	sub.lazyFn = nil
	sub.OnUndefined = func(u *value.Undefined) value.Value {
		n := len(failures) + 1
		failures = append(failures, failure{n, u})
		return value.S(fmt.Sprintf("<< error %d - %s >>", n, u.Error()))
	}
	r, err := sub.Resolve(v)
	var warnings []Warning
	for i := 0; i < len(failures); {
		at := failures[i].u.At
		if at == nil {
			if s, ok := v.(value.Str); ok {
				at = s.At
			}
		}
		j := i
		msg := ""
		for ; j < len(failures) && (failures[j].u.At == failures[i].u.At); j++ {
			msg += fmt.Sprintf("\nerror %d - %s", failures[j].number, failures[j].u.Error())
		}
		plural := ""
		if j-i > 1 {
			plural = "s"
		}
		w := Warning{Message: fmt.Sprintf("Encountered %d template error%s.%s", j-i, plural, msg)}
		if at != nil {
			w.At = *at
		}
		warnings = append(warnings, w)
		i = j
	}
	if err != nil {
		return value.S(fmt.Sprintf("<< error 1 - %s >>", err.Error())), append(warnings, Warning{Message: "Encountered 1 template error.\nerror 1 - " + err.Error()})
	}
	return r, warnings
}
