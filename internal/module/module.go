// Package module holds the modules that run without Python: one file each, with its argument specification and its Run.
// They know neither templates nor the controller. Results have the keys and values of ansible-core's modules. It may
// import value, argspec, pyre, source and small system packages only: the agent carries it to every host.
package module

import (
	"context"
	"io"
	"os"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/module/pyhost"
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

// Call is one invocation of a module on one host. Args are validated and complete when Run sees them. Several calls may
// run at once in one process: a module never changes the process's directory, umask or environment.
type Call struct {
	Ctx    context.Context
	Name   string // as messages show it; the module's own name when empty
	Args   *value.Dict
	Check  bool
	Diff   bool
	NoLog  bool              // the task hides its result: contents of files are not put into differences
	Env    map[string]string // of the task, on top of the process's own
	TmpDir string            // where a module's scratch files go; the system's when empty
	Cwd    string            // directory in which commands start; the process's own when empty
	// Blob opens controller-side content that the arguments refer to by its key.
	Blob      func(key string) (io.ReadSeeker, error)
	Verbosity int
	// MaxDiff is the size in bytes above which file contents are not shown as a difference; 0 means 104448.
	MaxDiff int

	// Interpreter is the Python of the host where the controller knows it (ansible_python_interpreter).
	Interpreter string
	// Python runs modules that are written in Python; nil where that is not possible. CacheDir is where their archives are kept.
	Python   *pyhost.Pool
	CacheDir string

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

func (c *Call) context() context.Context {
	if c.Ctx == nil {
		return context.Background()
	}
	return c.Ctx
}

// getenv looks at the task's environment, then the process's.
func (c *Call) getenv(name string) (string, bool) {
	if v, ok := c.Env[name]; ok {
		return v, true
	}
	return os.LookupEnv(name)
}

// str is a text argument; ok is false where it is null.
func (c *Call) str(name string) (s string, ok bool) {
	v, _ := c.Args.Raw(name)
	t, ok := v.(value.Str)
	return t.S, ok
}

func (c *Call) text(name string) string {
	s, _ := c.str(name)
	return s
}

func (c *Call) bool(name string) bool {
	v, _ := c.Args.Raw(name)
	b, _ := v.(value.Bool)
	return bool(b)
}

// integer is a number argument; ok is false where it is null.
func (c *Call) integer(name string) (n int64, ok bool) {
	v, _ := c.Args.Raw(name)
	switch v := v.(type) {
	case value.Int:
		return int64(v), true
	case value.Bool:
		if v {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

// list is a list argument; ok is false where it is null.
func (c *Call) list(name string) (items []value.Value, ok bool) {
	v, _ := c.Args.Raw(name)
	l, ok := v.(*value.List)
	if !ok {
		return nil, false
	}
	return l.Items, true
}

// texts is a list of texts.
func (c *Call) texts(name string) []string {
	items, _ := c.list(name)
	out := make([]string, len(items))
	for i, v := range items {
		out[i] = value.ToStr(v)
	}
	return out
}

// given tells whether an argument is there and not null.
func (c *Call) given(name string) bool {
	v, ok := c.Args.Raw(name)
	if !ok {
		return false
	}
	_, none := v.(value.None)
	return !none
}
