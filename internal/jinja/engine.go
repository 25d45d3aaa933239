// Package jinja is a template engine that behaves as Jinja2 3.1, in two modes: plain, and as ansible-core 2.19 uses
// it. It has lossless tokens, a parser that recovers and reports several problems at once, a syntax tree with spans,
// and an evaluator compiled to closures. Filters, tests, lookups and globals come as tables of Function: see
// the package lib below it. The package imports source, diag, value and yaml at most.
package jinja

import (
	"context"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Options are those of jinja2.Environment. The zero value means Jinja2's defaults.
type Options struct {
	BlockStart, BlockEnd       string
	VariableStart, VariableEnd string
	CommentStart, CommentEnd   string
	LineStatementPrefix        string
	LineCommentPrefix          string
	TrimBlocks, LstripBlocks   bool
	KeepTrailingNewline        bool
	NewlineSequence            string
	Do, LoopControls, I18n     bool // extensions
	Debug                      bool // the {% debug %} extension
	Native                     bool // NativeEnvironment; always so in Ansible mode
}

// Config is what an Engine is made of.
type Config struct {
	Options   Options
	Filters   []*Function
	Tests     []*Function
	Lookups   []*Function
	Globals   []*Function            // functions such as lookup, query, now, range
	Constants map[string]value.Value // further globals

	// Find, when set, is asked for a filter, test or lookup ("filter", "test", "lookup") that the tables lack: a plugin
	// of the project or of an installed collection. It returns nil when there is none.
	Find func(kind, name string) (*Function, error)

	// Collections are searched for short names, in order.
	Collections []string

	Loader    Loader                                   // templates for include, import, extends
	FS        source.FS                                // files that lookups read
	Getenv    func(string) string                      // environment of lookups
	Dir       string                                   // base directory of relative paths
	Decrypt   func(*value.Vault) (value.Value, error)  // turns a vaulted scalar into its text
	Setting   func(name string) (value.Value, bool)    // a configuration setting by its upper-case name
	Warn      func(message string, at source.Location) // a warning of the display kind
	Deprecate func(message, version string, at source.Location)

	// AllowBrokenConditionals is Ansible's setting of that name: a conditional may give something else than a boolean.
	AllowBrokenConditionals bool
}

// Loader finds templates by name. parent is the name of the template that asks, "" at the top.
type Loader interface {
	Load(name, parent string) (text value.Str, err error)
}

// Engine is an environment: options and tables. It is immutable after its making and safe for concurrent use.
type Engine struct {
	cfg     Config
	ansible bool
}

// New makes an engine in Ansible mode, NewPlain one that behaves as jinja2.Environment.
func New(cfg Config) *Engine { return &Engine{cfg: cfg, ansible: true} }

// NewPlain makes an engine that behaves as jinja2.Environment.
func NewPlain(cfg Config) *Engine { return &Engine{cfg: cfg} }

// Config gives the configuration that the engine was made of.
func (e *Engine) Config() *Config { return &e.cfg }

// Ansible tells whether the engine is in Ansible mode.
func (e *Engine) Ansible() bool { return e.ansible }

// Scope gives variables by name, as they were written: not templated yet.
type Scope interface {
	Lookup(name string) (value.Value, bool)
}

// Lister is a Scope that can name its variables: for `vars`, "did you mean" and the varnames lookup.
type Lister interface {
	Names() []string
}

// Vars is a Scope over a map.
type Vars map[string]value.Value

// Lookup gives a variable.
func (v Vars) Lookup(name string) (value.Value, bool) { x, ok := v[name]; return x, ok }

// Names lists the variables.
func (v Vars) Names() []string {
	names := make([]string, 0, len(v))
	for n := range v {
		names = append(names, n)
	}
	return names
}

// Templar evaluates with the variables of one host and task. It is for one goroutine at a time.
type Templar struct {
	Ctx    context.Context // stops evaluation; nil means never
	engine *Engine
	scope  Scope
}

// Templar joins the engine with a scope.
func (e *Engine) Templar(s Scope) *Templar { return &Templar{engine: e, scope: s} }
