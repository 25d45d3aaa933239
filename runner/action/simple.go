package action

import (
	"errors"
	"strconv"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

// Undefined gives the message of an error that an undefined variable caused, "" for any other.
func Undefined(err error) string {
	var e *jinja.Error
	if errors.As(err, &e) && e.Undefined != "" {
		for e.Cause != nil {
			var inner *jinja.Error
			if !errors.As(e.Cause, &inner) {
				break
			}
			e = inner
		}
		return e.Message
	}
	var u *value.Undefined
	if errors.As(err, &u) {
		return u.Message
	}
	return ""
}

var failSpec = &argspec.Spec{Options: []*argspec.Option{{Name: "msg", Type: "raw", Default: value.S("Failed as requested from task")}}}

var failAction = &Action{Name: "ansible.builtin.fail", NoHost: true, Spec: failSpec, Run: func(c *Context) (*value.Dict, error) {
	if err := c.only("msg"); err != nil {
		return nil, err
	}
	args, err := validate(c, failSpec)
	if err != nil {
		return nil, err
	}
	msg, _ := args.Raw("msg")
	return value.NewDict("failed", value.Bool(true), "msg", msg), nil
}}

var setFact = &Action{Name: "ansible.builtin.set_fact", NoHost: true, Run: func(c *Context) (*value.Dict, error) {
	facts := &value.Dict{}
	cacheable := false
	for k, v := range c.Args.RawAll() {
		name, _ := k.(value.Str)
		if name.S == "cacheable" {
			cacheable, _ = asBool(v)
			continue
		}
		if _, own := c.Task.Action.Args.GetValue(k); own {
			name.Trusted = true // written by the author, be it as k=v
		}
		if name.Trusted && jinja.IsTemplate(name.S, nil) {
			r, err := c.Templar.Resolve(name)
			if err != nil {
				return nil, err
			}
			if err := validName(r); err != nil {
				return nil, err
			}
			name = value.S(value.ToStr(r))
		} else if err := validName(k); err != nil {
			return nil, err
		}
		facts.Put(name.S, v)
	}
	if facts.Len() == 0 {
		return nil, fail("No key/value pairs provided, at least one is required for this action to succeed")
	}
	return value.NewDict("ansible_facts", facts, "_ansible_facts_cacheable", value.Bool(cacheable)), nil
}}

// VariableName refuses what cannot name a variable.
func VariableName(name string) error { return validName(value.S(name)) }

func validName(key value.Value) error {
	if playbook.ValidName(key) {
		return nil
	}
	f := fault.New(fault.Of(key), "%s", playbook.InvalidName(key))
	f.Help = "Variable names must be strings starting with a letter or underscore character, and contain only letters, numbers and underscores."
	return f
}

var addHost = &Action{Name: "ansible.builtin.add_host", NoHost: true, Once: true, Raw: true, Run: func(c *Context) (*value.Dict, error) {
	args := c.Args
	if raw, ok := args.Raw("_raw_params"); ok {
		d, isDict := raw.(*value.Dict)
		if !isDict {
			return nil, fail("Invalid raw parameters passed, requires a dictonary/mapping got a  <class '%s'>", raw.TypeName())
		}
		args = d.Copy()
		for k, v := range c.Args.RawAll() {
			if value.ToStr(k) != "_raw_params" {
				args.Set(k, v)
			}
		}
	}
	name, given := "", false
	for _, k := range []string{"name", "hostname", "host"} {
		if given = has(args, k); given {
			name = text(args, k)
			break
		}
	}
	if !given {
		return nil, fail("name, host or hostname needs to be provided")
	}
	c.Verbose(1, "creating host via 'add_host': hostname="+name)
	host, port := name, value.Value(nil)
	if h, p, ok := splitPort(name); ok {
		n, err := strconv.Atoi(p)
		if err != nil {
			return nil, err
		}
		host, port = h, value.Int(n)
	}
	groups := &value.List{}
	for _, k := range []string{"groupname", "groups", "group"} {
		v, ok := args.Raw(k)
		if !ok {
			continue
		}
		switch v := v.(type) {
		case *value.List:
			groups.Items = append(groups.Items, v.Items...)
		case value.Str:
			for g := range strings.SplitSeq(v.S, ",") {
				if g = strings.TrimSpace(g); g != "" {
					groups.Items = append(groups.Items, value.S(g))
				}
			}
		default:
			return nil, fail("Groups must be specified as a list.")
		}
		break
	}
	hostVars := &value.Dict{}
	for k, v := range args.RawAll() {
		switch s := value.ToStr(k); s {
		case "name", "groups", "groupname", "group", "hostname", "host":
		default:
			if s != "_raw_params" {
				hostVars.Set(k, v)
			}
		}
	}
	if port != nil {
		hostVars.Put("ansible_ssh_port", port)
	}
	return value.NewDict("changed", value.Bool(false), "add_host",
		value.NewDict("host_name", value.S(host), "groups", groups, "host_vars", hostVars)), nil
}}

func splitPort(name string) (host, port string, ok bool) {
	if rest, found := strings.CutPrefix(name, "["); found {
		h, p, ok := strings.Cut(rest, "]")
		if !ok {
			return name, "", false
		}
		return h, strings.TrimPrefix(p, ":"), strings.HasPrefix(p, ":")
	}
	if strings.Count(name, ":") != 1 {
		return name, "", false
	}
	h, p, _ := strings.Cut(name, ":")
	for _, r := range p {
		if r < '0' || r > '9' {
			return name, "", false
		}
	}
	return h, p, p != ""
}

var groupBy = &Action{Name: "ansible.builtin.group_by", NoHost: true, Run: func(c *Context) (*value.Dict, error) {
	if err := c.only("key", "parents"); err != nil {
		return nil, err
	}
	if !has(c.Args, "key") {
		return failed("the 'key' param is required when using group_by"), nil
	}
	parents := []value.Value{value.S("all")}
	if v, ok := c.Args.Raw("parents"); ok {
		if l, isList := v.(*value.List); isList {
			parents = l.Items
		} else {
			parents = []value.Value{v}
		}
	}
	clean := func(v value.Value) value.Value { return value.S(strings.ReplaceAll(value.ToStr(v), " ", "-")) }
	l := &value.List{}
	for _, p := range parents {
		l.Items = append(l.Items, clean(p))
	}
	key, _ := c.Args.Raw("key")
	return value.NewDict("changed", value.Bool(false), "add_group", clean(key), "parent_groups", l), nil
}}

var setStats = &Action{Name: "ansible.builtin.set_stats", NoHost: true, Run: func(c *Context) (*value.Dict, error) {
	if err := c.only("aggregate", "data", "per_host"); err != nil {
		return nil, err
	}
	data := &value.Dict{}
	stats := value.NewDict("data", data, "per_host", value.Bool(false), "aggregate", value.Bool(true))
	if v, ok := c.Args.Raw("data"); ok {
		d, isDict := v.(*value.Dict)
		if !isDict {
			return failed("The 'data' option needs to be a dictionary/hash"), nil
		}
		for k, v := range d.RawAll() {
			if err := VariableName(value.ToStr(k)); err != nil {
				return nil, err
			}
			data.Set(k, v)
		}
	}
	for _, k := range []string{"per_host", "aggregate"} {
		if v, ok := c.Args.Raw(k); ok {
			b, err := asBool(v)
			stats.Put(k, value.Bool(b && err == nil))
		}
	}
	return value.NewDict("changed", value.Bool(false), "ansible_stats", stats), nil
}}

func asBool(v value.Value) (bool, error) {
	b, err := argspec.Convert("bool", v)
	if err != nil {
		return false, err
	}
	return bool(b.(value.Bool)), nil
}
