// Package jinja is a template engine that behaves as Jinja2 3.1, in two modes: plain, and as ansible-core 2.19 uses
// it. It has lossless tokens, a parser that recovers and reports several problems at once, a syntax tree with spans,
// and an evaluator compiled to closures. Filters, tests, lookups and globals come as tables of Function: see
// the package lib below it. The package imports source, diag, value and yaml at most.
package jinja

import (
	"errors"
	"io/fs"
	"sort"
	"strings"
	"sync"

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

	// Shadow, when set, is asked first for each filter, test and lookup: a plugin of the project that has the name of one in
	// the tables. It returns nil when there is none.
	Shadow func(kind, name string) *Function

	// Collections are searched for short names, in order.
	Collections []string

	Loader    Loader                                  // templates for include, import, extends
	FS        source.FS                               // files that lookups read
	LookupEnv func(string) (string, bool)             // environment of lookups; nil is the process's
	Dir       string                                  // base directory of relative paths
	Decrypt   func(*value.Vault) (value.Value, error) // turns a vaulted scalar into its text
	Setting   func(name string) (value.Value, bool)   // a configuration setting by its upper-case name, of a plugin by "become/sudo/become_flags"
	// SettingOf is the same with where the value comes from; variable reads the variables that may set it. plugin is false for
	// an option of a plugin that is not known.
	SettingOf func(name string, variable func(string) (value.Value, bool)) (v value.Value, origin string, ok, plugin bool)
	Warn      func(Caution) // a warning of the display kind
	Deprecate func(Deprecation)

	// Undefined is the kind of undefined values in plain mode; the zero value means jinja2.Undefined.
	Undefined value.UndefinedKind

	// Finalize, when set, changes what {{ }} prints, in plain mode.
	Finalize func(c *Call, v value.Value) (value.Value, error)

	// MaxSteps bounds the loop iterations and macro calls of one evaluation; 0 means 50 million.
	MaxSteps int

	// Untrusted, when set, is told of each text that looks like a template but is not evaluated, as no author wrote it; an error fails.
	Untrusted func(s value.Str) error

	// AllowBrokenConditionals is Ansible's setting of that name: a conditional may give something else than a boolean.
	AllowBrokenConditionals bool
}

// Loader finds templates by name. parent is the name of the template that asks, "" at the top.
type Loader interface {
	Load(name, parent string) (text value.Str, err error)
}

// Engine is an environment: options and tables. It is immutable after its making and safe for concurrent use.
type Engine struct {
	cfg      Config
	ansible  bool
	syntax   *syntax
	tables   map[string]map[string]*Function // "filter", "test", "lookup", "global"
	codes    codeCache
	overlays struct {
		mu      sync.Mutex
		engines map[Options]*Engine
	}
	undef value.UndefinedKind
}

// New makes an engine in Ansible mode.
func New(cfg Config) *Engine {
	cfg.Options.TrimBlocks = true
	cfg.Options.KeepTrailingNewline = false // line breaks at the end are put back after rendering
	cfg.Options.Native = true
	e := &Engine{cfg: cfg, ansible: true}
	e.prepare()
	return e
}

// NewPlain makes an engine that behaves as jinja2.Environment.
func NewPlain(cfg Config) *Engine {
	e := &Engine{cfg: cfg, undef: cfg.Undefined}
	if e.undef == value.UndefinedMarker {
		e.undef = value.UndefinedDefault
	}
	e.prepare()
	return e
}

func (e *Engine) prepare() {
	if e.cfg.MaxSteps == 0 {
		e.cfg.MaxSteps = maxSteps
	}
	e.syntax = e.cfg.Options.syntax()
	e.tables = map[string]map[string]*Function{}
	for _, t := range []struct {
		kind string
		list []*Function
	}{{"filter", e.cfg.Filters}, {"test", e.cfg.Tests}, {"lookup", e.cfg.Lookups}, {"global", e.cfg.Globals}} {
		m := make(map[string]*Function, 2*len(t.list))
		for _, f := range t.list {
			if _, taken := m[f.Name]; !taken && (f.FQCN == "" || strings.HasPrefix(f.FQCN, "ansible.builtin.")) {
				m[f.Name] = f
			}
			if f.FQCN != "" {
				m[f.FQCN] = f
			}
			for _, a := range f.Aliases {
				if _, taken := m[a]; !taken {
					m[a] = f
				}
			}
		}
		e.tables[t.kind] = m
	}
}

// find gives the filter, test or lookup of a name; nil where there is none.
func (e *Engine) find(kind, name string) (*Function, error) {
	t := e.tables[kind]
	if e.cfg.Shadow != nil {
		if f := e.cfg.Shadow(kind, name); f != nil {
			return f, nil
		}
	}
	if f := t[name]; f != nil {
		if f.Refused && e.cfg.Find != nil {
			if own, err := e.cfg.Find(kind, f.FQCN); own != nil && err == nil {
				return own, nil
			}
		}
		return f, nil
	}
	if e.ansible {
		if short, ok := strings.CutPrefix(name, "ansible.legacy."); ok {
			if f := t[short]; f != nil {
				return f, nil
			}
		}
		if short, ok := strings.CutPrefix(name, "ansible.builtin."); ok {
			if f := t[short]; f != nil && (f.FQCN == "" || strings.HasPrefix(f.FQCN, "ansible.builtin.")) {
				return f, nil
			}
		}
		if !strings.Contains(name, ".") {
			for _, c := range e.cfg.Collections {
				if f := t[c+"."+name]; f != nil {
					return f, nil
				}
			}
		}
	}
	if e.cfg.Find != nil {
		return e.cfg.Find(kind, name)
	}
	return nil, nil
}

// Function gives the filter, test, lookup or global ("filter", "test", "lookup", "global") of a name, or nil.
func (e *Engine) Function(kind, name string) *Function {
	f, _ := e.find(kind, name)
	return f
}

// names lists the short names of a table in order.
func (e *Engine) names(kind string) []string {
	var names []string
	for n := range e.tables[kind] {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// global gives a global name, or nil.
func (e *Engine) global(name string) value.Value {
	if v, ok := e.cfg.Constants[name]; ok {
		return v
	}
	if f := e.tables["global"][name]; f != nil {
		return &functionValue{f}
	}
	if name == "omit" && e.ansible {
		return value.Omit{}
	}
	if c := builtinClass(name); c != nil {
		return c
	}
	return nil
}

func (e *Engine) undefinedKind() value.UndefinedKind { return e.undef }

// codeCache keeps compiled texts. It is emptied when it has grown large.
type codeCache struct {
	mu    sync.RWMutex
	codes map[codeKey]*code
	bytes int
}

type codeKey struct {
	text       string
	expression bool
	escape     bool
}

// maxCached is the size of texts, in bytes, whose code is kept.
const maxCached = 16 << 20

// Forget drops compiled texts: names of filters and tests may mean something else now.
func (e *Engine) Forget() {
	e.codes.mu.Lock()
	e.codes.codes, e.codes.bytes = nil, 0
	e.codes.mu.Unlock()
	e.overlays.mu.Lock()
	e.overlays.engines = nil
	e.overlays.mu.Unlock()
}

// code compiles a text, or takes its code from the cache.
func (e *Engine) code(text string, expression, escape bool) *code {
	key := codeKey{text, expression, escape}
	e.codes.mu.RLock()
	c := e.codes.codes[key]
	e.codes.mu.RUnlock()
	if c != nil {
		return c
	}
	c = e.compile(parse(text, e.syntax, expression, escape), "")
	e.codes.mu.Lock()
	if e.codes.codes == nil || e.codes.bytes > maxCached {
		e.codes.codes, e.codes.bytes = map[codeKey]*code{}, 0
	}
	e.codes.codes[key] = c
	e.codes.bytes += len(text) + 64
	e.codes.mu.Unlock()
	return c
}

// codeError gives what is wrong with a template's text as an error, or nil.
func (e *Engine) codeError(c *code) error {
	if c.fail == nil {
		return nil
	}
	class := "TemplateSyntaxError"
	if c.fail.Assertion {
		class = "TemplateAssertionError"
	}
	return &Error{Class: class, Message: c.fail.Message, Nearest: c.fail.Nearest, site: c.tmpl, span: c.fail.Span, name: c.name, source: c.src}
}

// load finds and compiles a template by name.
func (e *Engine) load(name, parent string, from *source.Location) (*code, error) {
	if e.cfg.Loader == nil {
		return nil, value.TypeError("no loader for this environment specified")
	}
	text, err := e.cfg.Loader.Load(name, parent)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, notFound([]string{name})
		}
		return nil, err
	}
	return e.loaded(name, text), nil
}

// loaded compiles a template that a loader gave, or takes its code from the cache.
func (e *Engine) loaded(name string, text value.Str) *code {
	key := codeKey{name + "\x00" + text.S, false, false}
	e.codes.mu.RLock()
	c := e.codes.codes[key]
	e.codes.mu.RUnlock()
	if c == nil {
		c = e.compile(parse(text.S, e.syntax, false, false), name)
		c.src, c.tmpl.at = text.At, text.At
		e.codes.mu.Lock()
		if e.codes.codes == nil {
			e.codes.codes = map[codeKey]*code{}
		}
		e.codes.codes[key] = c
		e.codes.bytes += len(text.S) + 64
		e.codes.mu.Unlock()
	}
	return c
}

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
