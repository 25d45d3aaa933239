package jinja

import (
	"errors"
	"sort"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// nativeOut tells whether bodies keep a lone value.
func (r *run) nativeOut() bool { return r.e.ansible || r.e.cfg.Options.Native }

// inherit runs the parent template in this template's context.
func (r *run) inherit(parent *code, out *output) error {
	return r.with(parent, r.ctx).exec(parent.root, out)
}

// callBlock runs the block that the innermost child defines for the name.
func (r *run) callBlock(s *Block, locals func(f *frame) map[string]value.Value, f *frame) error {
	stack := r.ctx.blocks[s.Name]
	if len(stack) == 0 {
		return r.locate(value.Errorf("TemplateRuntimeError", "block %s is not there", value.Quote(s.Name)), s.Span)
	}
	if s.Required && len(stack) <= 1 {
		return r.locate(value.Errorf("TemplateRuntimeError", "Required block %s not found", value.Quote(s.Name)), s.Span)
	}
	ctx := r.ctx
	if locals != nil {
		ctx = r.ctx.derived(locals(f))
	}
	return r.with(stack[0].c, ctx).exec(stack[0].b.unit, f.out)
}

// derived is a context that sees locals first.
func (c *scopeContext) derived(locals map[string]value.Value) *scopeContext {
	return &scopeContext{t: c.t, e: c.e, plain: c.plain, locals: locals, outer: c, blocks: c.blocks}
}

// super is the variable "super" in a block.
func (r *run) super(name string, current *block) value.Value {
	stack := r.ctx.blocks[name]
	for i := range stack {
		if stack[i].b == current {
			if i+1 < len(stack) {
				return &blockValue{r, name, stack, i + 1}
			}
			break
		}
	}
	hint := "there is no parent block called " + value.Quote(name) + "."
	return &value.Undefined{Name: "super", Message: hint, Hint: hint, Kind: r.e.undefinedKind()}
}

// blockValue is super, super.super and self.name: a block to call.
type blockValue struct {
	r     *run
	name  string
	stack []blockRef
	depth int
}

// TypeName is Jinja2's name of the class.
func (*blockValue) TypeName() string { return "BlockReference" }

// Attr gives the block below.
func (b *blockValue) Attr(name string) (value.Value, bool) {
	if name != "super" {
		return nil, false
	}
	if b.depth+1 >= len(b.stack) {
		hint := "there is no parent block called " + value.Quote(b.name) + "."
		return &value.Undefined{Name: "super", Message: hint, Hint: hint, Kind: b.r.e.undefinedKind()}, true
	}
	return &blockValue{b.r, b.name, b.stack, b.depth + 1}, true
}

func (b *blockValue) call(*run, []value.Value, *value.Dict) (value.Value, error) {
	if err := b.r.lim.step(); err != nil {
		return nil, err
	}
	out := b.r.newOutput()
	ref := b.stack[b.depth]
	if err := b.r.with(ref.c, b.r.ctx).exec(ref.b.unit, &out); err != nil {
		return nil, err
	}
	return out.result(b.r)
}

// selfRef is the variable "self".
type selfRef struct{ r *run }

// TypeName is Jinja2's name of the class.
func (*selfRef) TypeName() string { return "TemplateReference" }

// PyStr is str(self), PyRepr repr(self).
func (s *selfRef) PyStr() (string, error) { return s.PyRepr() }

// PyRepr is repr(self).
func (s *selfRef) PyRepr() (string, error) {
	name := "None"
	if s.r.c.name != "" {
		name = value.Quote(s.r.c.name)
	}
	return "<TemplateReference " + name + ">", nil
}

// PyItem gives self.block.
func (s *selfRef) PyItem(key value.Value) (value.Value, error) {
	name, _ := key.(value.Str)
	if stack := s.r.ctx.blocks[name.S]; len(stack) > 0 {
		return &blockValue{s.r, name.S, stack, 0}, nil
	}
	return nil, value.Errorf("KeyError", "%s", value.Repr(key))
}

// notFound is TemplateNotFound or TemplatesNotFound.
func notFound(names []string) error {
	if len(names) == 1 {
		return value.Errorf("TemplateNotFound", "%s", names[0])
	}
	return value.Errorf("TemplatesNotFound", "none of the templates given were found: %s", strings.Join(names, ", "))
}

func isNotFound(err error) bool {
	var e *value.Error
	if errors.As(err, &e) {
		return e.Class == "TemplateNotFound" || e.Class == "TemplatesNotFound"
	}
	var f *Error
	return errors.As(err, &f) && (f.Class == "TemplateNotFound" || f.Class == "TemplatesNotFound")
}

// template loads the template that a value names.
func (r *run) template(v value.Value) (*code, error) {
	switch v := v.(type) {
	case value.Str:
		c, err := r.load(v.S)
		if err != nil {
			return nil, err
		}
		return c, r.e.codeError(c)
	case *module:
		return v.c, nil
	case *value.Undefined:
		if !v.Lax() {
			return nil, v
		}
		return nil, v
	}
	return nil, value.TypeError("a template's name must be a text, not %s", value.TypeName(v))
}

// selectTemplate loads the first template of a list of names that exists.
func (r *run) selectTemplate(v value.Value) (*code, error) {
	var items []value.Value
	switch v := v.(type) {
	case *value.List, *value.Tuple:
		var err error
		if items, err = value.Collect(v); err != nil {
			return nil, err
		}
		if len(items) == 0 {
			return nil, value.Errorf("TemplatesNotFound", "Tried to select from an empty list of templates.")
		}
	default:
		return r.template(v)
	}
	var names []string
	for _, x := range items {
		c, err := r.template(x)
		if err == nil {
			return c, nil
		}
		if u, ok := err.(*value.Undefined); ok && u.Lax() {
			names = append(names, u.Message)
			continue
		}
		if !isNotFound(err) {
			return nil, err
		}
		s, _ := value.TryStr(x)
		names = append(names, s)
	}
	return nil, value.Errorf("TemplatesNotFound", "none of the templates given were found: %s", strings.Join(names, ", "))
}

// subContext is the context of an included or imported template.
func (r *run) subContext(t *code, vars map[string]value.Value, withContext bool) *scopeContext {
	ctx := &scopeContext{t: r.ctx.t, e: r.ctx.e, plain: r.ctx.plain}
	if withContext {
		ctx.locals, ctx.outer = vars, r.ctx
	} else {
		ctx.t, ctx.plain = nil, nil
	}
	ctx.addBlocks(t)
	ctx.keep = true
	return ctx
}

// include renders a template in place.
func (r *run) include(t *code, vars map[string]value.Value, withContext bool, out *output) error {
	return r.with(t, r.subContext(t, vars, withContext)).exec(t.root, out)
}

// importModule runs a template for what it exports.
func (r *run) importModule(x exprFunc, locals func(f *frame) map[string]value.Value, withContext bool, f *frame, s Span) (*module, error) {
	v, err := x(f)
	if err != nil {
		return nil, err
	}
	t, err := r.template(v)
	if err != nil {
		return nil, r.locate(err, s)
	}
	var vars map[string]value.Value
	if withContext {
		vars = locals(f)
	}
	ctx := r.subContext(t, vars, withContext)
	m := &module{name: t.name, c: t, ctx: ctx}
	out := r.newOutput()
	sub := r.with(t, ctx)
	if err := sub.exec(t.root, &out); err != nil {
		return nil, err
	}
	m.r = sub
	m.body, err = out.result(sub)
	return m, err
}

// module is an imported template.
type module struct {
	name string
	c    *code
	ctx  *scopeContext
	r    *run
	body value.Value
}

// TypeName is Jinja2's name of the class.
func (*module) TypeName() string { return "TemplateModule" }

// ModuleName is where Jinja2 has the class.
func (*module) ModuleName() string { return "jinja2.environment" }

// Attr gives what the template exports.
func (m *module) Attr(name string) (value.Value, bool) {
	if !m.ctx.exported[name] {
		return nil, false
	}
	v, ok := m.ctx.vars[name]
	return v, ok && v != nil
}

// PyStr is the template's output.
func (m *module) PyStr() (string, error) {
	if m.body == (value.None{}) {
		return "", nil
	}
	return value.TryStr(m.body)
}

// PyRepr is repr(module).
func (m *module) PyRepr() (string, error) {
	if m.name == "" {
		return "<TemplateModule memory:0>", nil
	}
	return "<TemplateModule " + value.Quote(m.name) + ">", nil
}

func (m *module) printInto(o *output) error {
	s, err := m.PyStr()
	if err != nil {
		return err
	}
	o.n++
	o.buf = append(o.buf, s...)
	return nil
}

// Names lists the module's exports.
func (m *module) Names() []string {
	var names []string
	for n := range m.ctx.exported {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}
