package action

import (
	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

var assertSpec = &argspec.Spec{Options: []*argspec.Option{
	{Name: "that", Type: "raw", Required: true},
	{Name: "fail_msg", Type: "raw", Aliases: []string{"msg"}, Default: value.S("Assertion failed")},
	{Name: "success_msg", Type: "raw", Default: value.S("All assertions passed")},
	{Name: "quiet", Type: "bool", Default: value.Bool(false)},
}}

var assertAction = &Action{Name: "ansible.builtin.assert", NoHost: true, Spec: assertSpec, Run: assert,
	Finalize: func(t *jinja.Templar, name string, v value.Value) (value.Value, error) {
		if name != "that" {
			return t.Resolve(v)
		}
		// conditions stay as written; only a text that is one template for the whole list is taken apart
		s, ok := v.(value.Str)
		if !ok || !s.Trusted || !wholeTemplate(s.S) {
			return v, nil
		}
		if l, err := t.Container(s); err == nil {
			if _, isList := l.(*value.List); isList {
				return l, nil
			}
		}
		return v, nil
	}}

func assert(c *Context) (*value.Dict, error) {
	args, err := validate(c, assertSpec)
	if err != nil {
		return nil, err
	}
	v, _ := args.Raw("that")
	var conditions []value.Value
	switch v := v.(type) {
	case *value.List:
		conditions = v.Items
	default:
		conditions = []value.Value{v}
	}
	for _, key := range []string{"fail_msg", "success_msg"} {
		m, _ := args.Raw(key)
		if err := textOrTexts(key, m); err != nil {
			return nil, err
		}
	}
	d := &value.Dict{}
	if !boolean(args, "quiet") {
		d.Put("_ansible_verbose_always", value.Bool(true))
	}
	for _, that := range conditions {
		ok, err := c.Templar.Cond(that)
		if err != nil {
			return nil, fault.From(err)
		}
		if !ok {
			msg, _ := args.Raw("fail_msg")
			d.Put("failed", value.Bool(true))
			d.Put("evaluated_to", value.Bool(false))
			d.Put("assertion", that)
			d.Put("msg", msg)
			return d, nil
		}
	}
	msg, _ := args.Raw("success_msg")
	d.Put("changed", value.Bool(false))
	d.Put("msg", msg)
	return d, nil
}

func textOrTexts(key string, v value.Value) error {
	switch v := v.(type) {
	case value.Str:
		return nil
	case *value.List:
		for _, item := range v.Items {
			if _, ok := item.(value.Str); !ok {
				return fail("argument '%s' is of type %s and we were unable to convert to str_or_list_of_str: a string or list of strings is required", key, v.TypeName())
			}
		}
		return nil
	}
	return fail("argument '%s' is of type %s and we were unable to convert to str_or_list_of_str: a string or list of strings is required", key, v.TypeName())
}
