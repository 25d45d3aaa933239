package cli

import (
	"strconv"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/config"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// list prints the facts of the selected settings, in the structure of ansible-config list.
func (c *configRun) list() error {
	if c.format != "json" && c.format != "yaml" {
		return c.badFormat("json", "yaml")
	}
	all, plugins := &value.Dict{}, &value.Dict{}
	if c.kind == "base" || c.kind == "all" {
		servers := &value.Dict{}
		for _, name := range c.config.Strings("GALAXY_SERVER_LIST") {
			if name != "" {
				servers.Put(name, galaxyOptions(name))
			}
		}
		all.Put("GALAXY_SERVERS", servers)
	}
	key := func(kind string) string {
		if c.kind == "all" {
			return strings.ToUpper(kind)
		}
		return kind
	}
	byKind := map[string]*value.Dict{}
	for _, kind := range c.kinds() {
		byKind[kind] = &value.Dict{}
		plugins.Put(key(kind), byKind[kind])
	}
	for _, g := range c.groups() {
		to := all
		if kind, plugin, ok := strings.Cut(g.name, "/"); ok {
			to = &value.Dict{}
			byKind[kind].Put(plugin, to)
		}
		for _, s := range g.settings {
			to.Put(s.Name, describe(s))
		}
	}
	if c.kind != "base" {
		all.Put("PLUGINS", plugins)
	}
	return c.print(all, true)
}

// describe lists the facts of a setting.
func describe(s *config.Setting) *value.Dict {
	d := value.NewDict("type", value.S(s.Type))
	if s.NoDefault {
		d.Put("default", value.None{})
	} else {
		d.Put("default", typedDefault(s))
	}
	if s.Required {
		d.Put("required", value.Bool(true))
	}
	names := func(key string, items []string) {
		l := &value.List{}
		for _, n := range items {
			l.Items = append(l.Items, value.NewDict("name", value.S(n)))
		}
		if len(l.Items) > 0 {
			d.Put(key, l)
		}
	}
	names("env", s.Env)
	names("vars", s.Vars)
	names("cli", s.CLI)
	names("keyword", s.Keywords)
	if len(s.Ini) > 0 {
		l := &value.List{}
		for _, at := range s.Ini {
			l.Items = append(l.Items, value.NewDict("section", value.S(at.Section), "key", value.S(at.Key)))
		}
		d.Put("ini", l)
	}
	if len(s.Choices) > 0 {
		d.Put("choices", value.Strings(s.Choices))
	}
	return d
}

// typedDefault is the default in the form of the setting's type.
func typedDefault(s *config.Setting) value.Value {
	switch s.Type {
	case "bool":
		return value.Bool(s.Default == "True")
	case "int":
		if n, err := strconv.Atoi(s.Default); err == nil {
			return value.Int(n)
		}
	case "float":
		if x, err := strconv.ParseFloat(s.Default, 64); err == nil {
			return value.Float(x)
		}
	case "raw":
		if s.Default == "True" || s.Default == "False" {
			return value.Bool(s.Default == "True")
		}
		if n, err := strconv.Atoi(s.Default); err == nil {
			return value.Int(n)
		}
	case "list":
		if s.Default == "" {
			return &value.List{Items: []value.Value{}}
		}
		return value.Strings(strings.Split(s.Default, ","))
	case "dict", "dictionary":
		if d, err := value.FromJSON([]byte(s.Default)); err == nil {
			return d
		}
	}
	return value.S(s.Default)
}
