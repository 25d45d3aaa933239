package action

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

var inspectSpec = &argspec.Spec{Options: []*argspec.Option{{Name: "expression", Type: "list", Elements: "str", Required: true}}}

// inspectAction evaluates expressions that may fail: the debug action of ansible-core's internal collection, with which
// playbooks look at what templates do.
var inspectAction = &Action{Name: "ansible._protomatter.debug", NoHost: true, Spec: inspectSpec,
	Finalize: func(t *jinja.Templar, name string, v value.Value) (value.Value, error) {
		if name == "expression" {
			return v, nil
		}
		return t.Resolve(v)
	},
	Run: func(c *Context) (*value.Dict, error) {
		args, problems := inspectSpec.Validate(c.Args)
		if len(problems) > 0 {
			return nil, c.unfit(problems[0])
		}
		v, _ := args.Raw("expression")
		list, _ := v.(*value.List)
		raw, _ := c.Args.Raw("expression")
		switch raw := raw.(type) {
		case *value.List:
			list = raw // with the places of the expressions
		case value.Str:
			list = &value.List{}
			for part := range strings.SplitSeq(raw.S, ",") {
				list.Items = append(list.Items, value.Str{S: part, At: raw.At, Trusted: raw.Trusted})
			}
		}
		replacer := &jinja.Replacer{Failures: true}
		out := &value.List{}
		for _, item := range list.Items {
			src, ok := item.(value.Str)
			if !ok {
				return nil, fail("Elements value for option 'expression' is of type %s and we were unable to convert to str: '%s' is not a string and conversion is not allowed", item.TypeName(), value.ToStr(item))
			}
			v, err := replacer.Expr(c.Templar, src)
			if err != nil {
				return nil, err
			}
			out.Items = append(out.Items, v)
		}
		c.replaced(replacer)
		return value.NewDict("_ansible_verbose_always", value.Bool(true), "expression_result", out), nil
	}}
