package jinja

import (
	"context"
	"fmt"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// The bounds of one evaluation. They are far above what a template that ends needs.
const (
	maxSteps  = 50_000_000 // loop iterations and macro calls, unless the configuration says otherwise
	maxDepth  = 180        // templates and macros inside each other
	maxOutput = 1 << 27    // bytes of text
	maxValues = 10_000_000 // items of a result, in all its containers
)

// limits counts what one evaluation has used; it is shared by everything that is evaluated inside it.
type limits struct {
	steps int
	max   int
	depth int
	ctx   context.Context
	src   *source.Location // where the template in action stands
	gone  *goneUse
	aside int // see Call.Aside
}

func tooMuch() error {
	return value.Errorf("MemoryError", "the template makes a text of more than %d bytes", maxOutput)
}

// step counts one step of a loop and stops evaluation where it has gone on for too long or is cancelled.
func (l *limits) step() error {
	l.steps++
	if l.steps&0xfff != 0 {
		return nil
	}
	if l.ctx != nil {
		if err := l.ctx.Err(); err != nil {
			return value.Errorf("TemplateRuntimeError", "the evaluation was stopped: %v", context.Cause(l.ctx))
		}
	}
	if l.steps > l.max {
		return value.Errorf("TemplateRuntimeError", "the template was stopped after %d steps: does a loop ever end?", l.max)
	}
	return nil
}

func (l *limits) enter() error {
	l.depth++
	if l.depth > maxDepth {
		return value.Errorf("RecursionError", "maximum recursion depth exceeded")
	}
	return nil
}

// frame holds the variables of one function in action.
type frame struct {
	slots []value.Value
	up    *frame
	run   *run
	out   *output
}

// run is one template in action, in one context.
type run struct {
	e           *Engine
	t           *Templar // nil in plain mode
	c           *code
	ctx         *scopeContext
	lim         *limits
	src         *source.Location // where the text stands
	cache       []value.Value    // resolved names by index; unset entries are nil
	version     int
	parent      *code // set by extends
	conditional bool
}

// missing stands for a name that is known not to be there.
type missingValue struct{}

func (missingValue) TypeName() string { return "missing" }

var missing value.Value = missingValue{}

// scopeContext is Jinja2's Context: the variables that templates of one inheritance chain share.
type scopeContext struct {
	t        *Templar
	e        *Engine
	plain    Scope                  // plain mode: the variables given to render
	locals   map[string]value.Value // of the place that included this template
	outer    *scopeContext          // of the template that included this one
	vars     map[string]value.Value // set at the top level
	exported map[string]bool
	blocks   map[string][]blockRef
	seen     map[string]value.Value // templated variables, so that each is evaluated once
	keep     bool                   // whether seen is needed
	version  int
}

type blockRef struct {
	c *code
	b *block
}

func (c *scopeContext) export(name string, v value.Value, public bool) {
	if c.vars == nil {
		c.vars = map[string]value.Value{}
		c.exported = map[string]bool{}
	}
	c.vars[name] = v
	if public {
		c.exported[name] = true
	} else {
		delete(c.exported, name)
	}
	c.version++
}

func (c *scopeContext) addBlocks(t *code) {
	if c.blocks == nil {
		c.blocks = map[string][]blockRef{}
	}
	for _, b := range t.blocks {
		c.blocks[b.name] = append(c.blocks[b.name], blockRef{t, b})
	}
}

// lookup finds a variable: nil where there is none.
func (c *scopeContext) lookup(name string) value.Value {
	if v, ok := c.vars[name]; ok {
		return v
	}
	if v, ok := c.locals[name]; ok {
		return v
	}
	if c.outer != nil {
		return c.outer.lookup(name)
	}
	if v, ok := c.seen[name]; ok {
		if v == missing {
			return nil
		}
		return v
	}
	v := c.variable(name)
	if c.keep {
		if c.seen == nil {
			c.seen = map[string]value.Value{}
		}
		c.seen[name] = v
		if v == nil {
			c.seen[name] = missing
		}
	}
	return v
}

func (c *scopeContext) variable(name string) value.Value {
	if c.t != nil {
		if v, ok := c.t.variable(name); ok {
			return v
		}
	} else if c.plain != nil {
		if v, ok := c.plain.Lookup(name); ok {
			return v
		}
	}
	return c.e.global(name)
}

// resolve gives the context's variable of index i of the code's names, or nil.
func (r *run) resolve(i int) value.Value {
	if r.version != r.ctx.version {
		clear(r.cache)
		r.version = r.ctx.version
	}
	if v := r.cache[i]; v != nil {
		if v == missing {
			return nil
		}
		return v
	}
	v := r.ctx.lookup(r.c.names[i])
	if v == nil {
		r.cache[i] = missing
		return nil
	}
	r.cache[i] = v
	return v
}

// newRun prepares to run code in a context.
func (r *run) with(c *code, ctx *scopeContext) *run {
	n := *r
	n.c, n.ctx, n.parent = c, ctx, nil
	if c.src != nil {
		n.src = c.src
	}
	n.cache = make([]value.Value, len(c.names))
	n.version = ctx.version
	return &n
}

// exec runs a unit with a new frame and writes to out.
func (r *run) exec(u *unit, out *output) error {
	if err := r.lim.enter(); err != nil {
		return err
	}
	f := frame{run: r, out: out}
	if u.slots > 0 {
		f.slots = make([]value.Value, u.slots)
	}
	_, err := u.body(&f)
	r.lim.depth--
	return err
}

// capture runs a body into an output of its own and gives what it made.
func (f *frame) capture(enter func(*frame) error, body stmtFunc) (value.Value, signal, error) {
	save := f.out
	out := f.run.newOutput()
	f.out = &out
	err := enter(f)
	sig := goOn
	if err == nil {
		sig, err = body(f)
	}
	f.out = save
	if err != nil || sig != goOn {
		return nil, sig, err
	}
	v, err := out.result(f.run)
	return v, sig, err
}

// position is "line 3", with the template's name where it has one.
func (r *run) position(s Span) string {
	p := fmt.Sprintf("line %d", r.c.tmpl.Line(s.Start))
	if r.c.name != "" {
		p += " in " + value.Quote(r.c.name)
	}
	return p
}

// locate gives an error its place, unless it has one. Undefined values keep theirs.
func (r *run) locate(err error, s Span) error {
	switch e := err.(type) {
	case nil:
		return nil
	case *value.Error:
		return &Error{Class: e.Class, Message: e.Message, site: r.c.tmpl, span: s, source: r.src, name: r.c.name}
	case *Error:
		if e.site == nil && !e.At.Known() {
			c := *e
			c.site, c.span, c.source, c.name = r.c.tmpl, s, r.src, r.c.name
			return &c
		}
	}
	return err
}

// undefinedHint makes an undefined value with a message of its own.
func (r *run) undefinedHint(hint, name string, s Span) value.Value {
	return &value.Undefined{Name: name, Message: hint, Hint: hint, Kind: r.e.undefinedKind(), Span: s, Site: r.c.tmpl}
}

// undefinedAttr makes the undefined value of an attribute or item that is not there.
func (r *run) undefinedAttr(owner, key value.Value, s Span) value.Value {
	u := &value.Undefined{Owner: owner, Kind: r.e.undefinedKind(), Span: s, Site: r.c.tmpl}
	str, text := key.(value.Str)
	if text {
		u.Name = str.S
	} else {
		u.Name = value.Repr(key)
		u.Key = key
	}
	truthy, _ := value.Truth(key)
	d, _ := owner.(*value.Dict)
	switch {
	case d != nil && d.Class == "HostVars":
		u.Message = "hostvars[" + value.Repr(key) + "]"
	case r.e.ansible && truthy:
		u.Message = fmt.Sprintf("object of type %s has no attribute %s", value.Quote(value.NativeName(owner)), value.Repr(key))
	case text:
		u.Message = fmt.Sprintf("%s has no attribute %s", value.Quote(value.JinjaTypeName(owner)), value.Quote(str.S))
	default:
		u.Message = fmt.Sprintf("%s has no element %s", value.JinjaTypeName(owner), value.Repr(key))
	}
	return u
}

// output collects what a body prints.
type output struct {
	native  bool // a lone value is kept as it is
	ansible bool
	n       int
	first   value.Value // the lone value, while n is 1; nil for a text, which is in buf
	buf     []byte
	mark    *value.Undefined // Ansible mode: the first undefined value
	// replace, when set, stands in for undefined values that become a part of a text.
	replace func(*value.Undefined) value.Value
}

// newOutput makes an output of the run's kind.
func (r *run) newOutput() output {
	o := output{native: r.nativeOut(), ansible: r.e.ansible}
	if r.t != nil {
		o.replace = r.t.OnUndefined
	}
	return o
}

func (o *output) text(s string) {
	o.settle()
	o.n++
	o.buf = append(o.buf, s...)
}

// settle turns a kept value into text, as another one comes.
func (o *output) settle() {
	if o.first != nil {
		v := o.first
		o.first = nil
		o.write(v)
	}
}

func (o *output) write(v value.Value) {
	if o.ansible {
		if o.mark != nil {
			return
		}
		if _, ok := v.(value.Omit); ok {
			return
		}
		w, err := finalizer{replace: o.replace}.run(v, true, 0)
		if err != nil {
			o.mark = asUndefined(err)
			return
		}
		v = w
	}
	switch v := v.(type) {
	case value.Str:
		o.buf = append(o.buf, v.S...)
	case value.Bytes:
		o.buf = append(o.buf, v...)
	default:
		s, err := value.TryStr(v)
		if err != nil && o.mark == nil {
			o.mark = asUndefined(err)
		}
		o.buf = append(o.buf, s...)
	}
}

// value prints a value.
func (o *output) value(r *run, v value.Value) error {
	if len(o.buf) > maxOutput {
		return tooMuch()
	}
	if !o.native {
		switch v := v.(type) {
		case value.Str:
			o.buf = append(o.buf, v.S...)
			return nil
		}
		s, err := value.TryStr(v)
		if err != nil {
			return err
		}
		o.buf = append(o.buf, s...)
		return nil
	}
	if o.ansible {
		switch x := v.(type) {
		case value.None:
			return nil
		case *value.Undefined:
			if !x.Lax() {
				if o.replace != nil {
					break
				}
				o.settle() // an undefined item of what was printed before comes first
				if o.mark == nil {
					o.mark = x
				}
			}
		case *module:
			o.settle()
			return x.printInto(o)
		}
	}
	o.settle()
	o.n++
	if o.n == 1 {
		o.first = v
		return nil
	}
	o.write(v)
	return nil
}

// result is what was printed: in native mode a lone value as it is.
func (o *output) result(r *run) (value.Value, error) {
	if !o.native {
		return value.Str{S: string(o.buf)}, nil
	}
	if o.ansible {
		if o.mark != nil {
			return o.mark, nil
		}
		if o.n == 0 {
			return value.None{}, nil
		}
		if o.first != nil {
			return o.first, nil
		}
		return value.Str{S: string(o.buf)}, nil
	}
	if o.mark != nil {
		return nil, o.mark
	}
	switch {
	case o.n == 0:
		return value.None{}, nil
	case o.first != nil:
		s, ok := o.first.(value.Str)
		if !ok {
			return o.first, nil
		}
		return literal(s.S), nil
	}
	return literal(string(o.buf)), nil
}

// literal is NativeEnvironment's reading of a text as a Python literal.
func literal(s string) value.Value {
	if v, err := value.LiteralEval(s); err == nil {
		return v
	}
	return value.Str{S: s}
}

// asUndefined wraps an error as the undefined value that carries it.
func asUndefined(err error) *value.Undefined {
	if u, ok := err.(*value.Undefined); ok {
		return u
	}
	return &value.Undefined{Message: err.Error(), Cause: err}
}

// debug is the text of the debug extension.
func (r *run) debug() string {
	d := &value.Dict{}
	ctx := &value.Dict{}
	for _, n := range r.c.names {
		if v := r.ctx.lookup(n); v != nil {
			ctx.Put(n, v)
		}
	}
	d.Put("context", ctx)
	d.Put("filters", value.Strings(r.e.names("filter")))
	d.Put("tests", value.Strings(r.e.names("test")))
	return value.Repr(d)
}
