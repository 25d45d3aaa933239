package runner

import (
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

// templateName evaluates the name of a task; what cannot be evaluated stays readable.
func (p *playRun) templateName(t *jinja.Templar, name value.Str) string {
	text, warnings := t.Name(name)
	for _, w := range warnings {
		p.display.Warning(fault.New(w.At, "%s", w.Message))
	}
	return text
}
