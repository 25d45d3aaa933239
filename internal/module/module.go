// Package module holds the modules that run without Python: one file each, with its argument specification and its Run.
// They know neither templates nor the controller. Results have the keys and values of ansible-core's modules. It may
// import value, argspec, pyre, source and small system packages only: the agent carries it to every host.
package module

import (
	"context"
	"io"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Module is a native module.
type Module struct {
	Name    string // ansible.builtin.copy
	Spec    *argspec.Spec
	Doc     string // one line
	Returns []Return
	Run     func(*Call) *value.Dict
}

// Return describes one key of a module's result.
type Return struct{ Name, Type, Doc string }

// Call is one invocation of a module on one host. Args are validated and complete when Run sees them.
type Call struct {
	Ctx    context.Context
	Name   string // as messages show it; the module's own name when empty
	Args   *value.Dict
	Check  bool
	Diff   bool
	NoLog  bool
	Env    map[string]string // of the task, on top of the process's own
	TmpDir string            // where temporary files that outlive a rename may go; the system's when empty
	Cwd    string            // directory of relative paths; the process's own when empty
	// Blob opens controller-side content that the arguments refer to by its key.
	Blob      func(key string) (io.ReadSeeker, error)
	Verbosity int

	warnings     []string
	deprecations []argspec.Deprecation
}

// Change runs f, which changes the system, except in check mode.
func (c *Call) Change(f func() error) error {
	if c.Check {
		return nil
	}
	return f()
}

// Warn adds a warning to the result.
func (c *Call) Warn(text string) { c.warnings = append(c.warnings, text) }
