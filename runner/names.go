package runner

import (
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// templateName evaluates the name of a task; what cannot be evaluated stays readable.
func (p *playRun) templateName(t *jinja.Templar, name value.Str) string {
	v, err := t.Resolve(name)
	if err != nil {
		return name.S
	}
	switch v.(type) {
	case value.Omit, value.None:
		return ""
	}
	return value.ToStr(v)
}
