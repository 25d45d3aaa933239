package cli

import (
	"fmt"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/config"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// shown is a value as it is printed; None for a setting without one. A default of a setting without a type has its own.
func shown(v config.Value) value.Value {
	switch {
	case v.Value == nil:
		return value.None{}
	case v.Setting != nil && v.Setting.Type == "raw" && v.Origin.Kind == config.Default:
		return typedDefault(v.Setting)
	}
	return v.Value
}

// dump prints the selected settings with value and origin.
func (c *configRun) dump() error {
	var out strings.Builder
	list := &value.List{}
	kindList := list
	groups := c.groups()
	if len(groups) > 0 && groups[0].name == "" {
		items, err := c.values(&out, groups[0])
		if err != nil {
			return err
		}
		list.Items = items
		c.galaxyServers(&out, list)
		groups = groups[1:]
		if c.kind == "all" {
			out.WriteByte('\n')
		}
	}
	for _, kind := range c.kinds() {
		if c.kind == "all" {
			kindList = &value.List{Items: []value.Value{}}
		}
		var text strings.Builder
		for _, g := range groups {
			plugin, ok := strings.CutPrefix(g.name, kind+"/")
			if !ok {
				continue
			}
			var lines strings.Builder
			items, err := c.values(&lines, g)
			if err != nil {
				return err
			}
			if len(items) > 0 {
				fmt.Fprintf(&text, "\n%s:\n%s\n%s", plugin, strings.Repeat("_", len(plugin)), &lines)
				kindList.Items = append(kindList.Items, value.NewDict(plugin, &value.List{Items: items}))
			}
		}
		if c.kind == "all" && (text.Len() > 0 || !c.changed) {
			fmt.Fprintf(&out, "\n%s:\n%s\n", strings.ToUpper(kind), strings.Repeat("=", len(kind)))
			list.Items = append(list.Items, value.NewDict(strings.ToUpper(kind)+"_PLUGINS", kindList))
		}
		out.WriteString(text.String())
	}
	switch c.format {
	case "display":
		if out.Len() == 0 {
			out.WriteByte('\n')
		}
		fmt.Fprint(c.env.Stdout, out.String())
		return nil
	case "json", "yaml":
		return c.print(list, true)
	}
	return c.badFormat("json", "yaml", "display")
}

// values are the settings of a group with their values, as lines and as a list.
func (c *configRun) values(out *strings.Builder, g *group) (items []value.Value, err error) {
	add := func(name, origin string, v value.Value) {
		fmt.Fprintf(out, "%s(%s) = %s\n", name, origin, value.ToStr(v))
		items = append(items, value.NewDict("name", value.S(name), "origin", value.S(origin), "value", v))
	}
	file := g.name != "" || c.config.Path == ""
	for _, s := range g.settings {
		if !file && s.Name > "CONFIG_FILE" {
			add("CONFIG_FILE", "", value.S(c.config.Path))
			file = true
		}
		v := c.config.Resolve(s)
		if v.Err != nil {
			return nil, &ExitError{1, "[ERROR]: " + v.Err.Error()}
		}
		origin := v.Origin.String()
		if s.Required && v.Value == nil {
			origin = "REQUIRED"
		}
		if !c.changed || v.Origin.Kind != config.Default {
			add(s.Name, origin, shown(v))
		}
	}
	return items, nil
}
