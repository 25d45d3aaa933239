package jinja

import (
	"context"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Templar evaluates with the variables of one host and task. It is for one goroutine at a time.
type Templar struct {
	Ctx context.Context // stops evaluation; nil means never
	// OnUndefined, when set, replaces an undefined value in results; where it gives one back, that fails as usual.
	OnUndefined func(*value.Undefined) value.Value

	// Search lists the directories of templates that include, import and extends name; empty means the engine's own.
	Search []string

	// Notes takes warnings; nil means the engine's.
	Notes *Notes

	engine *Engine
	scope  Scope
	lim    *limits // of the evaluation that is going on
	own    limits
	lazyFn func(value.Value) value.Value
	trip   bool // a filter, test or method runs: an undefined item that it meets ends it
}

// tripped unwinds a filter that met an undefined item.
type tripped struct{ u *value.Undefined }

// Templar joins the engine with a scope.
func (e *Engine) Templar(s Scope) *Templar {
	t := &Templar{engine: e, scope: s}
	return t
}

// Engine is the engine that the templar belongs to.
func (t *Templar) Engine() *Engine { return t.engine }

// Scope gives the untemplated variables.
func (t *Templar) Scope() Scope { return t.scope }

// Extend gives a templar that sees local before the variables of t.
func (t *Templar) Extend(local Scope) *Templar {
	return &Templar{Ctx: t.Ctx, OnUndefined: t.OnUndefined, Search: t.Search, Notes: t.Notes, engine: t.engine, scope: layered{local, t.scope}, lim: t.lim}
}

type layered struct{ first, rest Scope }

// Lookup looks into the first scope, then into the rest.
func (l layered) Lookup(name string) (value.Value, bool) {
	if v, ok := l.first.Lookup(name); ok {
		return v, true
	}
	return l.rest.Lookup(name)
}

// Names lists the variables of both.
func (l layered) Names() []string {
	var names []string
	for _, s := range []Scope{l.first, l.rest} {
		if n, ok := s.(Lister); ok {
			names = append(names, n.Names()...)
		}
	}
	return names
}

// begin starts an evaluation, or joins the one that is going on; end, which gets what begin gave, ends it.
func (t *Templar) begin() (outer bool) {
	if t.lim != nil {
		return false
	}
	t.own = limits{ctx: t.Ctx, max: t.engine.cfg.MaxSteps}
	t.lim = &t.own
	return true
}

func (t *Templar) end(outer bool) {
	if outer {
		u := t.lim.gone
		t.lim = nil
		t.tell(u)
	}
}

// Lookup gives a variable: containers are lazily templated, a text is templated, a failed template is an *Undefined.
func (t *Templar) Lookup(name string) (value.Value, bool) { return t.variable(name) }

func (t *Templar) variable(name string) (value.Value, bool) {
	v, ok := t.scope.Lookup(name)
	if !ok {
		return nil, false
	}
	return t.lazy(v), true
}

// lazy gives the form of a raw value that templates see.
func (t *Templar) lazy(v value.Value) value.Value {
	switch x := v.(type) {
	case value.Str:
		if x.Trusted {
			if IsTemplate(x.S, nil) {
				return t.template(x)
			}
		} else if t.engine.cfg.Untrusted != nil {
			if err := t.distrust(x); err != nil {
				return &value.Undefined{Message: err.Error(), Cause: err, At: x.At}
			}
		}
		return v
	case *value.List:
		if x.Gone != nil {
			t.gone(x.Gone)
		}
		if x.Lazy == nil && len(x.Items) > 0 {
			return x.WithLazy(t.lazyFunc())
		}
	case *value.Dict:
		if x.Lazy == nil && x.Len() > 0 {
			return x.WithLazy(t.lazyFunc())
		}
	case *value.Tuple:
		for i, y := range x.Items {
			if z := t.lazy(y); !sameValue(y, z) {
				c := &value.Tuple{Items: append([]value.Value(nil), x.Items...), Names: x.Names}
				c.Items[i] = z
				for j := i + 1; j < len(c.Items); j++ {
					c.Items[j] = t.lazy(c.Items[j])
				}
				return c
			}
		}
	case *value.Vault:
		if d := t.engine.cfg.Decrypt; d != nil {
			p, err := d(x)
			if err != nil {
				at := source.Location{}
				if x.At != nil {
					at = *x.At
				}
				u := asUndefined(&Error{Class: "UndecryptableVaultError", Message: "Attempt to use undecryptable variable.", Cause: err, Origin: at, At: at})
				u.Owner = x // unvault and vault_encrypted look at the ciphertext
				return u
			}
			if s, ok := p.(value.Str); ok {
				p = x.Mark(s)
			}
			return t.lazy(p)
		}
	}
	return v
}

// distrust reports a text that looks like a template but may not be evaluated.
func (t *Templar) distrust(s value.Str) error {
	if !IsTemplate(s.S, nil) {
		return nil
	}
	return t.engine.cfg.Untrusted(s)
}

// sameValue tells whether two values are the same object; texts count as the same.
func sameValue(a, b value.Value) bool {
	switch a.(type) {
	case value.Str:
		_, ok := b.(value.Str)
		return ok
	case value.Bytes:
		return true
	}
	return a == b
}

func (t *Templar) lazyFunc() func(value.Value) value.Value {
	if t.lazyFn == nil {
		t.lazyFn = func(v value.Value) value.Value {
			w := t.lazy(v)
			if t.trip {
				if u, ok := w.(*value.Undefined); ok && !u.Lax() {
					panic(tripped{u})
				}
			}
			return w
		}
	}
	return t.lazyFn
}

// lazy wraps a container that a template made, before a filter or method gets it.
func (r *run) lazy(v value.Value) value.Value {
	// what templates make holds no templates: variables are lazy already; but it may hold undefined values
	if r.t == nil {
		return v
	}
	switch x := v.(type) {
	case *value.List:
		if x.Lazy == nil {
			for _, y := range x.Items {
				if _, ok := y.(*value.Undefined); ok {
					return x.WithLazy(r.t.lazyFunc())
				}
			}
		}
	case *value.Dict:
		if x.Lazy == nil {
			for _, y := range x.RawAll() {
				if _, ok := y.(*value.Undefined); ok {
					return x.WithLazy(r.t.lazyFunc())
				}
			}
		}
	}
	return v
}

// IsTemplate tells whether a text looks like a template: it holds an opening delimiter or has a "#jinja2:" header.
func IsTemplate(s string, o *Options) bool {
	if strings.HasPrefix(s, header) {
		return true
	}
	if o == nil || o.BlockStart == "" && o.VariableStart == "" && o.CommentStart == "" {
		for i := strings.IndexByte(s, '{'); i >= 0 && i+1 < len(s); {
			switch s[i+1] {
			case '{', '%', '#':
				return true
			}
			j := strings.IndexByte(s[i+1:], '{')
			if j < 0 {
				return false
			}
			i += 1 + j
		}
		return false
	}
	y := o.syntax()
	return strings.Contains(s, y.VariableStart) || strings.Contains(s, y.BlockStart) || strings.Contains(s, y.CommentStart)
}

// template evaluates a trusted text that looks like a template; a failure is an *Undefined that carries it.
func (t *Templar) template(s value.Str) value.Value {
	trip := t.trip
	t.trip = false
	v, err := t.render(s, nil, true)
	t.trip = trip
	if err != nil {
		return t.failed(err, s, false)
	}
	return t.placed(v, s)
}

// placed gives a result the place of the text that it came from, where it has none of its own.
func (t *Templar) placed(v value.Value, s value.Str) value.Value {
	if s.At == nil {
		return v
	}
	switch x := v.(type) {
	case value.Str:
		if x.At == nil {
			x.At = s.At
			return x
		}
	case *value.Undefined:
		if x.At == nil {
			c := *x
			c.At = s.At
			return &c
		}
	}
	return v
}

// render evaluates a text as a template.
func (t *Templar) render(s value.Str, o *Options, escape bool) (value.Value, error) {
	e := t.engine
	text := s.S
	var c *code
	if o != nil || strings.HasPrefix(text, header) {
		opts, rest, err := overrides(text, o, e.cfg.Options)
		if err != nil {
			return nil, &Error{Class: "AnsibleTemplateSyntaxError", Message: "Syntax error in template.", Cause: err, Origin: place(s), At: place(s)}
		}
		text = rest
		y := opts.syntax()
		if *y != *e.syntax {
			sub := e.overlay(opts)
			c = sub.code(text, false, escape)
			e = sub
		}
	}
	if c == nil {
		c = e.code(text, false, escape)
	}
	if err := e.codeError(c); err != nil {
		return nil, err
	}
	outer := t.begin()
	defer t.end(outer)
	lim := t.lim
	a := &activation{}
	r := a.prepare(e, t, c, lim, s.At)
	around := lim.src
	lim.src = s.At
	r.ctx.keep = c.shares()
	if len(c.blocks) > 0 {
		r.ctx.addBlocks(c)
	}
	out := &a.out
	*out = r.newOutput()
	err := a.exec(c.root)
	lim.src = around
	if out.mark != nil {
		return out.mark, nil
	}
	if err != nil {
		return nil, err
	}
	v, err := out.result(r)
	if err != nil {
		return nil, err
	}
	if x, ok := v.(value.Str); ok {
		if n := trailingNewlines(s.S) - trailingNewlines(x.S); n > 0 {
			line := "\n" // the header's own line break does not count here
			if o != nil && o.NewlineSequence != "" {
				line = o.NewlineSequence
			}
			x.S += strings.Repeat(line, n)
			x.Embedded = false
			v = x
		}
	}
	return v, nil
}

func place(s value.Str) source.Location {
	if s.At != nil {
		return *s.At
	}
	return source.Location{}
}

// failed wraps a failure of a template as the undefined value that stands for its result.
func (t *Templar) failed(err error, s value.Str, expression bool) *value.Undefined {
	if u, ok := err.(*value.Undefined); ok {
		if u.At == nil && s.At != nil {
			c := *u
			c.At = s.At
			return &c
		}
		return u
	}
	return &value.Undefined{Message: err.Error(), Cause: t.wrap(err, s, expression), At: s.At}
}

// wrap gives an error the message that ansible-core 2.19 puts in front.
func (t *Templar) wrap(err error, s value.Str, expression bool) error {
	kind := "template"
	if expression {
		kind = "expression"
	}
	class, msg := "AnsibleTemplateError", "Error rendering "+kind+"."
	at := place(s)
	if e, ok := err.(*Error); ok {
		if strings.HasPrefix(e.Class, "Ansible") && e.Class != "AnsibleVariableTypeError" || e.Class == "UndecryptableVaultError" || e.Class == distrusted {
			if !e.Origin.Known() {
				c := *e
				c.Origin = at
				c.finish(t, s)
				return &c
			}
			return e
		}
		switch e.Class {
		case "TemplateSyntaxError", "TemplateAssertionError":
			class, msg = "AnsibleTemplateSyntaxError", "Syntax error in "+kind+"."
			if expression && IsTemplate(s.S, nil) {
				msg += " Template delimiters are not supported in expressions."
			}
		case "RecursionError":
			msg = "Recursive loop detected in " + kind + "."
		}
		c := *e
		c.finish(t, s)
		if e.Class == "AnsibleVariableTypeError" {
			c.At = source.Location{}
		}
		err = &c
		return &Error{Class: class, Message: msg, Cause: err, Origin: at, At: c.At, site: e.site, span: e.span}
	}
	if e, ok := err.(*value.Error); ok && e.Class == "RecursionError" {
		msg = "Recursive loop detected in " + kind + "."
	}
	return &Error{Class: class, Message: msg, Cause: err, Origin: at, At: at}
}

// Resolve templates v deeply: every trusted text inside is evaluated, and the result finalised as ansible-core 2.19
// does it (tuples become lists, omitted items are dropped, undefined is an error with its place). A value that comes to
// `omit` as a whole is value.Omit.
func (t *Templar) Resolve(v value.Value) (value.Value, error) {
	switch x := v.(type) {
	case value.Str:
		if !x.Trusted && t.engine.cfg.Untrusted != nil {
			break
		}
		if !x.Trusted || !IsTemplate(x.S, nil) {
			return v, nil
		}
	case value.Int, value.Bool, value.None, value.Float:
		return v, nil
	}
	outer := t.begin()
	defer t.end(outer)
	s, _ := v.(value.Str)
	at := s.At
	if l, ok := v.(*value.List); ok {
		at = l.At
	} else if d, ok := v.(*value.Dict); ok {
		at = d.At
	}
	w, err := t.finalize(t.lazy(v), at)
	if err != nil {
		return nil, t.fail(err, s, false)
	}
	return w, nil
}

// final finalises the result of a template; a failure is an *Error.
func (t *Templar) final(v value.Value, s value.Str, expression bool) (value.Value, error) {
	w, err := t.finalize(v, s.At)
	if err != nil {
		return nil, t.fail(err, s, expression)
	}
	return w, nil
}

func (t *Templar) finalize(v value.Value, at *source.Location) (value.Value, error) {
	return finalizer{replace: t.OnUndefined, warn: t.warning(), at: at}.run(v, false, 0)
}

// fail turns what went wrong into the *Error that callers see.
func (t *Templar) fail(err error, s value.Str, expression bool) error {
	if u, ok := err.(*value.Undefined); ok {
		if u.Cause != nil {
			return t.wrap(u.Cause, s, expression)
		}
		return t.undefinedError(u, s)
	}
	return t.wrap(err, s, expression)
}

// Expr evaluates a bare expression, as `when` and `until` hold it, to its native value, finalised.
func (t *Templar) Expr(src value.Str) (value.Value, error) {
	if !src.Trusted {
		return nil, untrusted(src)
	}
	outer := t.begin()
	defer t.end(outer)
	return t.expression(src, true, false)
}

// distrusted is the class of that error.
const distrusted = "TemplateTrustCheckFailedError"

// Distrusted is the error of a text that looks like a template and that no author wrote.
func Distrusted(s value.Str) error { return untrusted(s) }

func untrusted(s value.Str) error {
	return &Error{Class: distrusted, Message: "Encountered untrusted template or expression.", Origin: place(s), At: place(s), Text: s.S,
		Help: "Templates and expressions must be defined by trusted sources such as playbooks or roles, not untrusted sources such as module results."}
}

// expression evaluates a bare expression and finalises its result.
func (t *Templar) expression(src value.Str, escape, conditional bool) (value.Value, error) {
	c := t.engine.code(src.S, true, false)
	if err := t.engine.codeError(c); err != nil {
		return nil, t.wrap(err, src, true)
	}
	outer := t.begin()
	defer t.end(outer)
	lim := t.lim
	a := &activation{}
	a.prepare(t.engine, t, c, lim, src.At).conditional = conditional
	if err := lim.enter(); err != nil {
		return nil, t.fail(err, src, true)
	}
	around := lim.src
	lim.src = src.At
	v, err := c.expr(&a.frame)
	lim.depth--
	lim.src = around
	if err != nil {
		return t.replaced(err, src)
	}
	return t.final(t.placed(v, src), src, true)
}

// replaced gives what OnUndefined puts in the place of a failed evaluation, or the error.
func (t *Templar) replaced(err error, src value.Str) (value.Value, error) {
	if t.OnUndefined != nil {
		u := t.failed(t.fail(err, src, true), src, true)
		if own, ok := err.(*value.Undefined); ok {
			u = own
			if u.At == nil {
				c := *own
				c.At = src.At
				u = &c
			}
		}
		v := t.OnUndefined(u)
		if _, still := v.(*value.Undefined); !still {
			return v, nil
		}
	}
	return nil, t.fail(err, src, true)
}

// Text renders a template file: its text with a "#jinja2:" header, if any, and overrides of the options (nil for
// none).
func (t *Templar) Text(src value.Str, o *Options) (string, error) {
	if !src.Trusted || !IsTemplate(src.S, o) {
		return src.S, nil
	}
	outer := t.begin()
	defer t.end(outer)
	v, err := t.render(src, o, false)
	if err != nil {
		return "", t.fail(err, src, false)
	}
	v, err = t.final(v, src, false)
	if err != nil {
		return "", err
	}
	if v == none {
		return "", nil
	}
	return value.TryStr(v)
}

// Container evaluates a text that is one template to its value, but leaves the texts inside a resulting list or dict
// as they are: still trusted, not templated yet.
func (t *Templar) Container(v value.Value) (value.Value, error) {
	s, ok := v.(value.Str)
	if !ok {
		return v, nil
	}
	if !s.Trusted || !IsTemplate(s.S, nil) {
		return v, nil
	}
	outer := t.begin()
	defer t.end(outer)
	r := t.lazy(s)
	switch x := r.(type) {
	case *value.List:
		if x.Lazy != nil {
			return x.Raw(), nil
		}
		return x, nil
	case *value.Dict:
		return x.RawCopy(), nil
	case *value.Tuple:
		return &value.List{Items: x.Items}, nil
	}
	return t.final(r, s, false)
}
