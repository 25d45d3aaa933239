package runner

import (
	"errors"

	"github.com/rehearse-dev/rehearse/internal/pyplugin"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

// brokenBy is the error of a callback that ends the run, nil for none.
func (r *run) brokenBy() error {
	r.eventMu.Lock()
	defer r.eventMu.Unlock()
	return r.broken
}

// breakOff ends the run with the error of a plugin: one of ansible-core's own, or one that nobody expects.
func (r *run) breakOff(err error) int {
	var raised *pyplugin.Error
	if errors.As(err, &raised) && !raised.IsA("AnsibleError") {
		f := fault.New(source.Location{}, "Unexpected Exception, this is probably a bug.")
		f.Cause = fault.From(err)
		r.display.Error(f, true)
		return ExitUnexpected
	}
	r.display.Error(fault.From(err), true)
	return ExitError
}
