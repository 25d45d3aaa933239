package action

import (
	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

var debugSpec = &argspec.Spec{
	Options: []*argspec.Option{
		{Name: "msg", Type: "raw", Default: value.S("Hello world!")},
		{Name: "var", Type: "raw"},
		{Name: "verbosity", Type: "int", Default: value.Int(0)},
	},
	Relations: argspec.Relations{MutuallyExclusive: [][]string{{"msg", "var"}}},
}

var debugAction = &Action{Name: "ansible.builtin.debug", NoHost: true, Run: debug, Spec: debugSpec}

func debug(c *Context) (*value.Dict, error) {
	args, err := validate(c, debugSpec)
	if err != nil {
		return nil, err
	}
	if integer(args, "verbosity") > c.Verbosity {
		return value.NewDict("skipped_reason", value.S("Verbosity threshold not met."), "skipped", value.Bool(true), "failed", value.Bool(false)), nil
	}
	d := &value.Dict{}
	if has(args, "var") {
		v, _ := c.Args.Raw("var")
		expr, ok := v.(value.Str)
		if !ok {
			return nil, fail("argument 'var' is of type %s and we were unable to convert to str: '%s' is not a string and conversion is not allowed", v.TypeName(), value.ToStr(v))
		}
		var replacer jinja.Replacer
		r, err := replacer.Expr(c.Templar, expr)
		if err != nil {
			return nil, fault.Wrap(err, fault.Of(v), "Error while resolving `var` expression.")
		}
		c.replaced(&replacer)
		if _, omitted := r.(value.Omit); omitted {
			r = value.S("<<Omit>>")
			c.WarnAt(fault.New(fault.Of(v), "The result of the `var` expression could not be omitted; a placeholder was used instead."))
		}
		d.Put(expr.S, r)
	} else {
		msg, _ := args.Raw("msg")
		d.Put("msg", msg)
	}
	d.Put("_ansible_verbose_always", value.Bool(true))
	d.Put("failed", value.Bool(false))
	return d, nil
}

// replaced warns of what a template could not give.
func (c *Context) replaced(r *jinja.Replacer) {
	for _, w := range r.Warnings() {
		c.WarnAt(fault.New(w.At, "%s", w.Message))
	}
}
