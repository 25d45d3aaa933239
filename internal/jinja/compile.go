package jinja

import (
	"fmt"
	"slices"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// code is a compiled template or expression: closures over frames. It is immutable and shared.
type code struct {
	tmpl   *Template
	name   string // template name for include and messages; "" for none
	root   *unit
	expr   exprFunc
	blocks []*block
	names  []string         // names that are looked up in the context, by index
	src    *source.Location // of a loaded template
	simple bool             // no closures are made that could outlive a frame
	loads  bool             // it extends, includes or imports
	fail   *Problem         // what the compiler rejects
}

// unit is a function with its frame size.
type unit struct {
	slots int
	body  stmtFunc
}

type block struct {
	name string
	*unit
}

type signal uint8

const (
	goOn signal = iota
	doBreak
	doContinue
	stopped // the parent template takes over
)

type (
	exprFunc func(f *frame) (value.Value, error)
	stmtFunc func(f *frame) (signal, error)
	// setFunc assigns a value to a target.
	setFunc func(f *frame, v value.Value) error
)

// compiler turns a tree into closures.
type compiler struct {
	e  *Engine
	t  *Template
	c  *code
	fn *function

	level        *levelInfo
	assign       []*assigned
	loopDepth    int  // loops of the current function around the level
	knownExtends bool // an extends at the root level was seen
	extendsSoFar int
}

// levelInfo is what Jinja2's Frame knows besides symbols.
type levelInfo struct {
	scope       *scope
	toplevel    bool
	rootlevel   bool
	soft        bool
	inLoop      bool
	blockFn     bool
	outputCheck bool
	caller      int // slot of a forwarded caller
}

// assigned collects the names that a set statement writes.
type assigned struct{ names []string }

// compileError aborts compilation.
type compileError struct{ Problem }

func (c *compiler) reject(n Node, assertion bool, format string, args ...any) {
	panic(compileError{Problem{Span: n.Range(), Message: fmt.Sprintf(format, args...), Assertion: assertion}})
}

// compile makes the code of a parsed template. Problems of the text, and what only the compiler can reject, are in
// code.fail.
func (e *Engine) compile(t *Template, name string) (c *code) {
	c = &code{tmpl: t, name: name, simple: true}
	if p := t.Err(); p != nil {
		c.fail = p
		return c
	}
	comp := &compiler{e: e, t: t, c: c}
	defer func() {
		if r := recover(); r != nil {
			ce, ok := r.(compileError)
			if !ok {
				panic(r)
			}
			c.fail = &ce.Problem
		}
	}()
	comp.template()
	return c
}

func (c *compiler) nameIndex(name string) int {
	if i := slices.Index(c.c.names, name); i >= 0 {
		return i
	}
	c.c.names = append(c.c.names, name)
	return len(c.c.names) - 1
}

func (c *compiler) template() {
	c.fn = &function{}
	s := newScope(c.fn, nil)
	c.level = &levelInfo{scope: s}
	if c.t.Expression {
		(&analysis{s}).expr(c.t.Expr)
		c.c.expr = c.expr(c.t.Expr)
		c.c.root = &unit{slots: c.fn.slots}
		return
	}
	hasExtends := false
	Inspect(c.t, func(n Node) bool {
		switch n.(type) {
		case *Extends:
			hasExtends = true
			c.c.loads = true
		case *Include, *Import, *FromImport:
			c.c.loads = true
		}
		return true
	})
	var self *symbol
	if len(undeclared(c.t.Body, "self")) > 0 {
		self = s.parameter("self")
	}
	(&analysis{s}).body(c.t.Body)
	c.level.toplevel, c.level.rootlevel = true, true
	c.level.outputCheck = hasExtends
	enter := c.enter(s)
	body := c.body(c.t.Body)
	root := c.c
	c.c.root = &unit{body: func(f *frame) (signal, error) {
		if self != nil {
			f.slots[self.slot] = &selfRef{f.run}
		}
		if err := enter(f); err != nil {
			return goOn, err
		}
		if sig, err := body(f); err != nil || sig != goOn {
			return sig, err
		}
		if p := f.run.parent; p != nil && hasExtends {
			f.run.parent = nil
			return goOn, f.run.inherit(p, f.out)
		}
		return goOn, nil
	}}
	c.c.root.slots = c.fn.slots
	for _, b := range c.t.Blocks {
		root.blocks = append(root.blocks, c.blockUnit(b))
	}
}

func (c *compiler) blockUnit(b *Block) *block {
	saveFn, saveLevel := c.fn, c.level
	defer func() { c.fn, c.level = saveFn, saveLevel }()
	c.fn = &function{}
	s := newScope(c.fn, nil)
	c.level = &levelInfo{scope: s, blockFn: true}
	var self, super *symbol
	for _, n := range undeclared(b.Body, "self", "super") {
		if n == "self" {
			self = s.parameter(n)
		} else {
			super = s.parameter(n)
		}
	}
	(&analysis{s}).body(b.Body)
	enter := c.enter(s)
	body := c.body(b.Body)
	out := &block{b.Name, &unit{}}
	out.body = func(f *frame) (signal, error) {
		if self != nil {
			f.slots[self.slot] = &selfRef{f.run}
		}
		if super != nil {
			f.slots[super.slot] = f.run.super(b.Name, out)
		}
		if err := enter(f); err != nil {
			return goOn, err
		}
		return body(f)
	}
	out.slots = c.fn.slots
	return out
}

// enter prepares the variables of a scope.
func (c *compiler) enter(s *scope) func(f *frame) error {
	type op struct {
		slot int
		name int
		from func(f *frame) value.Value
	}
	var ops []op
	for _, r := range s.refs {
		switch r.load {
		case loadUndefined:
			ops = append(ops, op{slot: r.slot, name: -1})
		case loadResolve:
			if r.slot >= 0 {
				ops = append(ops, op{slot: r.slot, name: c.nameIndex(r.name)})
			}
		case loadAlias:
			ops = append(ops, op{slot: r.slot, name: -1, from: c.rawLoad(r.from)})
		}
	}
	if len(ops) == 0 {
		return func(*frame) error { return nil }
	}
	return func(f *frame) error {
		for i := range ops {
			o := &ops[i]
			switch {
			case o.from != nil:
				f.slots[o.slot] = o.from(f)
			case o.name >= 0:
				f.slots[o.slot] = f.run.resolve(o.name)
			default:
				f.slots[o.slot] = nil
			}
		}
		return nil
	}
}

// depth is the number of frames between the current function and the one that owns a symbol.
func (c *compiler) depth(r *symbol) int {
	d := 0
	for fn := c.fn; fn != r.fn; fn = fn.up {
		d++
	}
	return d
}

// rawLoad reads a symbol: nil where it is missing.
func (c *compiler) rawLoad(r *symbol) func(f *frame) value.Value {
	slot, d := r.slot, c.depth(r)
	if slot < 0 {
		i := c.nameIndex(r.name)
		return func(f *frame) value.Value { return f.run.resolve(i) }
	}
	if d == 0 {
		return func(f *frame) value.Value { return f.slots[slot] }
	}
	return func(f *frame) value.Value {
		for range d {
			f = f.up
		}
		return f.slots[slot]
	}
}

func (c *compiler) rawStore(r *symbol) func(f *frame, v value.Value) {
	slot, d := r.slot, c.depth(r)
	if d == 0 {
		return func(f *frame, v value.Value) { f.slots[slot] = v }
	}
	return func(f *frame, v value.Value) {
		for range d {
			f = f.up
		}
		f.slots[slot] = v
	}
}

// inner opens a scope of its own inside the current one for the time of f.
func (c *compiler) inner(f func(l *levelInfo)) {
	save := c.level
	c.level = &levelInfo{scope: newScope(c.fn, save.scope), outputCheck: save.outputCheck, caller: -1}
	f(c.level)
	c.level = save
}

// closure opens a function of its own for the time of f.
func (c *compiler) closure(f func(l *levelInfo)) {
	save := c.fn
	c.c.simple = false
	c.fn = &function{up: save}
	c.inner(f)
	c.fn = save
}

func (c *compiler) body(list []Stmt) stmtFunc {
	var fs []stmtFunc
	for _, s := range list {
		if f := c.stmt(s); f != nil {
			fs = append(fs, f)
		}
	}
	switch len(fs) {
	case 0:
		return func(*frame) (signal, error) { return goOn, nil }
	case 1:
		return fs[0]
	case 2:
		a, b := fs[0], fs[1]
		return func(f *frame) (signal, error) {
			if sig, err := a(f); err != nil || sig != goOn {
				return sig, err
			}
			return b(f)
		}
	}
	return func(f *frame) (signal, error) {
		for _, s := range fs {
			if sig, err := s(f); err != nil || sig != goOn {
				return sig, err
			}
		}
		return goOn, nil
	}
}
