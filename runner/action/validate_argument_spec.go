package action

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/value"
)

var validateArgumentSpec = &Action{Name: "ansible.builtin.validate_argument_spec", NoHost: true, Run: func(c *Context) (*value.Dict, error) {
	context, ok := c.Args.Raw("validate_args_context")
	if !ok {
		context = &value.Dict{}
	}
	raw, ok := c.Args.Raw("argument_spec")
	if !ok {
		return nil, broken("\"argument_spec\" arg is required in args: %s", value.Repr(c.Args))
	}
	data, ok := raw.(*value.Dict)
	if !ok {
		return nil, broken("Incorrect type for argument_spec, expected dict and got <class '%s'>", raw.TypeName())
	}
	given := &value.Dict{}
	if v, ok := c.Args.Raw("provided_arguments"); ok {
		if given, ok = v.(*value.Dict); !ok {
			return nil, broken("Incorrect type for provided_arguments, expected dict and got <class '%s'>", v.TypeName())
		}
	}
	all := &value.Dict{}
	for k := range data.RawAll() {
		name := value.ToStr(k)
		v, ok := c.Templar.Lookup(name)
		if !ok {
			continue
		}
		x, err := value.Force(v)
		if err != nil {
			return nil, err
		}
		all.Put(name, x)
	}
	for k, v := range given.RawAll() {
		all.Set(k, v)
	}
	options, err := optionsOf(data)
	if err != nil {
		return nil, err
	}
	spec := &argspec.Spec{Options: options}
	d := value.NewDict("validate_args_context", context)
	if _, problems := spec.Validate(all); len(problems) > 0 {
		var msgs []string
		for _, p := range problems {
			msgs = append(msgs, p.Message)
		}
		d.Put("failed", value.Bool(true))
		d.Put("msg", value.S("Validation of arguments failed:\n"+strings.Join(msgs, "\n")))
		d.Put("argument_spec_data", data)
		d.Put("argument_errors", value.Strings(msgs))
		return d, nil
	}
	d.Put("changed", value.Bool(false))
	d.Put("msg", value.S("The arg spec validation passed"))
	return d, nil
}}
