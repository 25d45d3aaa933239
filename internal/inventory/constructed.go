package inventory

import (
	"errors"
	"fmt"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// parseConstructed makes variables and groups from the variables of the hosts that are known so far.
func parseConstructed(r *reading, path string) error {
	d, err := r.config(path, "constructed")
	if err != nil {
		return err
	}
	c := &constructed{r: r, path: path}
	c.strict = c.flag(d, "strict", false)
	c.plugins = c.flag(d, "use_vars_plugins", false)
	c.extra = c.flag(d, "use_extra_vars", r.o.UseExtra)
	c.leading = c.flag(d, "leading_separator", true)
	c.compose, _ = raw(d, "compose").(*value.Dict)
	c.groups, _ = raw(d, "groups").(*value.Dict)
	if l, ok := raw(d, "keyed_groups").(*value.List); ok {
		c.keyed = l.Items
	}
	for _, h := range append([]*Host(nil), r.inv.hosts...) {
		if err := c.host(h); err != nil {
			return fmt.Errorf("Failed to parse '%s': %w", path, err)
		}
	}
	return nil
}

func raw(d *value.Dict, key string) value.Value {
	v, _ := d.Raw(key)
	return v
}

type constructed struct {
	r                               *reading
	path                            string
	strict, plugins, extra, leading bool
	compose, groups                 *value.Dict
	keyed                           []value.Value
}

func (c *constructed) flag(d *value.Dict, key string, def bool) bool {
	switch v := raw(d, key).(type) {
	case value.Bool:
		return bool(v)
	case value.Str:
		switch v.S {
		case "yes", "true", "True", "on", "1", "y", "t":
			return true
		}
		return false
	}
	return def
}

// vars are the variables of a host as the sources gave them, with those of its groups below.
func (c *constructed) vars(h *Host) jinja.Vars {
	vars := jinja.Vars{}
	put := func(d *value.Dict) {
		for k, v := range d.RawAll() {
			vars[value.ToStr(k)] = v
		}
	}
	for _, g := range h.GroupsOf() {
		put(g.Vars)
	}
	put(h.Vars)
	vars["inventory_hostname"] = value.S(h.Name)
	vars["inventory_hostname_short"] = value.S(h.ShortName())
	vars["group_names"] = value.Strings(h.GroupNames())
	if c.plugins && c.r.o.VarsOf != nil {
		put(c.r.o.VarsOf(c.r.inv, h, c.r.done))
	}
	if c.r.o.Facts != nil {
		put(c.r.o.Facts(h.Name))
	}
	return vars
}

// expr evaluates an expression with a host's variables.
func (c *constructed) expr(v value.Value, vars jinja.Vars) (value.Value, error) {
	s, ok := v.(value.Str)
	if !ok {
		return nil, fmt.Errorf("Expected an expression, got %s", value.TypeName(v))
	}
	if c.extra && c.r.o.Extra != nil {
		with := jinja.Vars{}
		for k, v := range vars {
			with[k] = v
		}
		for k, v := range c.r.o.Extra.RawAll() {
			with[value.ToStr(k)] = v
		}
		vars = with
	}
	return c.r.o.Engine.Templar(vars).Expr(s)
}

func (c *constructed) host(h *Host) error {
	vars := c.vars(h)
	for k, v := range c.compose.RawAll() {
		got, err := c.expr(v, vars)
		if err != nil {
			if c.strict {
				return fmt.Errorf("Could not set %s for host %s: %s", value.ToStr(k), h.Name, err)
			}
			continue
		}
		c.r.inv.checkName(k, source.Location{})
		c.r.inv.setHostVar(h, value.ToStr(k), got, source.Location{})
	}
	vars = c.vars(h)
	for k, v := range c.groups.RawAll() {
		name := c.r.inv.sanitize(value.ToStr(k))
		ok, err := c.r.o.Engine.Templar(vars).Cond(v)
		if err != nil {
			if c.strict {
				return fmt.Errorf("Could not add host %s to group %s: %s", h.Name, name, err)
			}
			continue
		}
		if !ok {
			continue
		}
		g, err := c.r.inv.AddGroup(name)
		if err != nil {
			return err
		}
		c.r.inv.Join(h, g)
	}
	for _, entry := range c.keyed {
		d, ok := entry.(*value.Dict)
		if !ok || d.Len() == 0 {
			continue
		}
		if err := c.key(h, d, vars); err != nil {
			return err
		}
	}
	return nil
}

func empty(v value.Value) bool {
	switch v := v.(type) {
	case nil, value.None:
		return true
	case value.Str:
		return v.S == ""
	}
	return false
}

// key makes the groups of one keyed_groups entry for a host.
func (c *constructed) key(h *Host, d *value.Dict, vars jinja.Vars) error {
	expr := raw(d, "key")
	key, err := c.expr(expr, vars)
	if err != nil {
		if c.strict {
			return fmt.Errorf("Could not generate group for host %s from %s entry: %s", h.Name, value.ToStr(expr), err)
		}
		return nil
	}
	def := raw(d, "default_value")
	_, nullDefault := def.(value.None)
	hasDefault := def != nil && !nullDefault
	trailing := raw(d, "trailing_separator")
	if trailing != nil && hasDefault {
		return errors.New("parameters are mutually exclusive for keyed groups: default_value|trailing_separator")
	}
	truth, err := value.Truth(key)
	if err != nil {
		return err
	}
	useDefault := empty(key) && hasDefault
	if !truth && !useDefault {
		_, list := key.(*value.List)
		_, dict := key.(*value.Dict)
		if c.strict && !list && !dict {
			return fmt.Errorf("No key or key resulted empty for %s in host %s, invalid entry", value.ToStr(expr), h.Name)
		}
		return nil
	}
	prefix, sep := "", "_"
	if v := raw(d, "prefix"); v != nil {
		prefix = value.ToStr(v)
	}
	if v := raw(d, "separator"); v != nil {
		sep = value.ToStr(v)
	}
	parent := ""
	if v := raw(d, "parent_group"); !empty(v) {
		got, err := c.r.o.Engine.Templar(vars).Resolve(v)
		if err != nil {
			if c.strict {
				return fmt.Errorf("Could not generate parent group %s for group %s: %s", value.Repr(v), value.Repr(key), err)
			}
			return nil
		}
		if !empty(got) {
			parent = value.ToStr(got)
		}
	}
	names, err := c.names(key, def, hasDefault, useDefault, sep, trailing)
	if err != nil {
		return err
	}
	for _, bare := range names {
		if prefix == "" && !c.leading {
			sep = ""
		}
		g, err := c.r.inv.AddGroup(c.r.inv.sanitize(prefix + sep + bare))
		if err != nil {
			return err
		}
		c.r.inv.Join(h, g)
		if parent == "" {
			continue
		}
		up, err := c.r.inv.AddGroup(c.r.inv.sanitize(parent))
		if err != nil {
			return err
		}
		if _, err := c.r.inv.Nest(up, g); err != nil {
			return err
		}
	}
	return nil
}

// names lists the bare names of the groups that a key stands for.
func (c *constructed) names(key, def value.Value, hasDefault, useDefault bool, sep string, trailing value.Value) ([]string, error) {
	if useDefault {
		return []string{value.ToStr(def)}, nil
	}
	var names []string
	switch key := key.(type) {
	case value.Str:
		return []string{key.S}, nil
	case *value.List:
		for i := range key.Items {
			item := key.Item(i)
			if empty(item) && hasDefault {
				item = def
			}
			names = append(names, value.ToStr(item))
		}
	case *value.Dict:
		for k, v := range key.All() {
			name := value.ToStr(k) + sep + value.ToStr(v)
			if empty(v) {
				if hasDefault {
					name = value.ToStr(k) + sep + value.ToStr(def)
				} else if trailing == value.Bool(false) {
					name = value.ToStr(k)
				}
			}
			names = append(names, name)
		}
	default:
		return nil, fmt.Errorf("Invalid group name format, expected a string or a list of them or dictionary, got: %s", pyTypeName(key))
	}
	return names, nil
}

// sanitize makes the name of a constructed group, as safeGroupName does.
func (i *Inventory) sanitize(name string) string { return i.safeGroupName(name) }
