package runner

import (
	"os/exec"

	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/vars"
)

// templar evaluates with the variables of a task on a host.
func (p *playRun) templar(scope *vars.Scope, h *inventory.Host, s *spec) *jinja.Templar {
	t := p.engine.Templar(scope)
	t.Ctx = p.ctx
	return t
}

// playbookPython is the Python of the ansible-core on this machine, or the machine's own.
func (r *run) playbookPython() string {
	if in, err := r.installation(); err == nil && in.Python != "" {
		return in.Python
	}
	if p, err := exec.LookPath("python3"); err == nil {
		return p
	}
	return "/usr/bin/python3"
}
