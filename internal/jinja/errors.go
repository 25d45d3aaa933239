package jinja

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/nearest"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Error is a failed evaluation. Message is what ansible-core 2.19 prints; At is the exact place of the failing
// expression where it is known, else of the text that was templated.
type Error struct {
	Class     string // Python's or Jinja's class: "UndefinedError", "TemplateSyntaxError", "ZeroDivisionError", ...
	Message   string
	At        source.Location
	Origin    source.Location // where the text that was templated is written (its whole scalar)
	Undefined string          // name of the undefined variable or attribute
	Nearest   string          // "did you mean"
	Cause     error
	Help      string // what the user can do
	Handling  bool   // it was raised while another error was handled, not because of it
	Text      string // what was templated, for messages where no place of it is known

	site   *Template // the text that the span points into
	span   Span
	source *source.Location // where that text stands
	name   string           // the template's name
}

// Error gives the message with the causes behind it: "outer: inner", as ansible-core 2.19 prints them.
func (e *Error) Error() string {
	if e.Cause != nil {
		if e.Message == "" {
			return e.Cause.Error()
		}
		return lessQuoted(e.Message) + ": " + strings.TrimSpace(e.Cause.Error())
	}
	return e.Message
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Span is the place of the failing expression in the template's text; ok is false where it is not known.
func (e *Error) Span() (s Span, ok bool) { return e.span, e.site != nil }

// Line is the line, from 1, of the failing expression in the template's text; 0 where it is not known.
func (e *Error) Line() int {
	if e.site == nil {
		return 0
	}
	return e.site.Line(e.span.Start)
}

// Template is the name of the included or imported template in which it failed; "" for the text itself.
func (e *Error) Template() string { return e.name }

// finish fills in the places.
func (e *Error) finish(t *Templar, s value.Str) {
	if e.At.Known() || e.site == nil {
		return
	}
	src := e.source
	if src == nil && e.name == "" && (e.site.Source == s.S || strings.HasSuffix(s.S, e.site.Source)) {
		src = s.At
	}
	if src == nil {
		return
	}
	e.At = exact(*src, e.site.Source, e.span)
}

// undefinedError is what the use of an undefined value raises at the top.
func (t *Templar) undefinedError(u *value.Undefined, s value.Str) *Error {
	e := &Error{Class: "AnsibleUndefinedVariable", Message: u.Message, Undefined: u.Name, Origin: place(s)}
	if u.At != nil {
		e.Origin = *u.At
	}
	if site, ok := u.Site.(*Template); ok {
		e.site, e.span = site, u.Span
		if site.at != nil {
			e.At = exact(*site.at, site.Source, u.Span)
		} else if e.Origin.Known() {
			e.At = exact(e.Origin, site.Source, u.Span)
		}
	} else {
		e.At = e.Origin
	}
	switch {
	case u.Owner != nil:
		if d, ok := u.Owner.(*value.Dict); ok {
			var names []string
			for _, k := range d.Keys() {
				if k, ok := k.(value.Str); ok {
					names = append(names, k.S)
				}
			}
			e.Nearest = nearest.Name(u.Name, names)
		}
	case u.Name != "":
		if l, ok := t.scope.(Lister); ok {
			e.Nearest = nearest.Name(u.Name, l.Names())
		}
	}
	return e
}

// Render renders a template of a plain engine: its name is for messages and relative includes.
func (e *Engine) Render(src, name string, vars Scope) (string, error) {
	v, err := e.RenderValue(src, name, vars)
	if err != nil {
		return "", err
	}
	return value.TryStr(v)
}

// RenderValue is Render that gives the native result where the options ask for it.
func (e *Engine) RenderValue(src, name string, vars Scope) (value.Value, error) {
	c := e.compile(parse(src, e.syntax, false, false), name)
	if err := e.codeError(c); err != nil {
		return nil, err
	}
	ctx := &scopeContext{e: e, plain: vars, keep: true}
	ctx.addBlocks(c)
	r := &run{e: e, c: c, ctx: ctx, lim: &limits{max: e.cfg.MaxSteps}, cache: make([]value.Value, len(c.names))}
	out := output{native: e.cfg.Options.Native}
	if err := r.exec(c.root, &out); err != nil {
		return nil, plainError(err)
	}
	v, err := out.result(r)
	return v, plainError(err)
}

// Eval evaluates a bare expression with a plain engine.
func (e *Engine) Eval(src string, vars Scope) (value.Value, error) {
	c := e.code(src, true, false)
	if err := e.codeError(c); err != nil {
		return nil, err
	}
	ctx := &scopeContext{e: e, plain: vars}
	r := &run{e: e, c: c, ctx: ctx, lim: &limits{max: e.cfg.MaxSteps}, cache: make([]value.Value, len(c.names))}
	f := frame{run: r, slots: make([]value.Value, c.root.slots)}
	v, err := c.expr(&f)
	return v, plainError(err)
}

// plainError gives an undefined value's use its class.
func plainError(err error) error {
	switch e := err.(type) {
	case *value.Undefined:
		site, _ := e.Site.(*Template)
		return &Error{Class: "UndefinedError", Message: e.Message, Undefined: e.Name, site: site, span: e.Span}
	case *value.Error:
		return &Error{Class: e.Class, Message: e.Message}
	}
	return err
}
