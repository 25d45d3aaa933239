package config

import (
	"fmt"
	"math/big"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// lookup reads the environment; a zero Config has none.
func (c *Config) lookup(name string) (string, bool) {
	if c.env == nil {
		return "", false
	}
	return c.env(name)
}

// resolve finds the value of a setting: environment, file, default.
func (c *Config) resolve(s *Setting) Value {
	if v, ok := c.values.Load(s); ok {
		return v.(Value)
	}
	v := c.compute(s)
	c.values.Store(s, v)
	return v
}

func (c *Config) compute(s *Setting) Value {
	var text string
	found := false
	v := Value{Setting: s}
	for _, name := range s.Env { // the last one that is set wins
		if t, ok := c.lookup(name); ok {
			text, found = t, true
			v.Origin = Origin{Kind: Environment, Name: name}
		}
	}
	dir := c.Dir
	if !found && c.file != nil {
		for _, at := range s.Ini {
			if e, ok := c.file.get(at.Section, at.Key); ok {
				text, found = e.text, true
				v.Origin = Origin{Kind: File, Name: c.Path, At: e.at}
				dir = filepath.Dir(c.Path)
			}
		}
	}
	if found {
		v.Value, v.Err = c.convert(s, text, dir)
		if v.Err != nil && v.Origin.Kind == Environment && text == "" {
			found, v.Err, v.Origin = false, nil, Origin{}
		}
		if s, ok := v.Value.(value.Str); ok && v.Origin.Kind == File {
			v.Value = value.S(unquote(s.S))
		}
	}
	if !found && !s.NoDefault {
		text := s.Default
		if strings.Contains(text, "{{ANSIBLE_HOME}}") {
			text = strings.ReplaceAll(text, "{{ANSIBLE_HOME}}", c.String("ANSIBLE_HOME"))
		}
		v.Value, v.Err = c.convert(s, text, c.Dir)
	}
	if v.Err == nil && v.Value != nil && len(s.Choices) > 0 {
		v.Err = choices(s, v.Value)
	}
	if v.Err != nil {
		v.Err = fmt.Errorf("Config '%s' from '%s' has an invalid value: %w", s.Name, v.Origin, v.Err)
		v.Value = nil
	}
	return v
}

func choices(s *Setting, v value.Value) error {
	items := []value.Value{v}
	if l, ok := v.(*value.List); ok {
		items = l.Items
	}
	for _, item := range items {
		if !slices.Contains(s.Choices, value.ToStr(item)) {
			return fmt.Errorf("Invalid value %s for config '%s'. Valid values are: %s", value.Repr(item), s.Name, strings.Join(s.Choices, ", "))
		}
	}
	return nil
}

// Convert turns a text into the setting's type, as ansible-core does for variables and command lines.
func (c *Config) Convert(s *Setting, text string) (value.Value, error) {
	return c.convert(s, text, c.Dir)
}

// convert turns a text into the setting's type. Relative paths count from dir.
func (c *Config) convert(s *Setting, text, dir string) (value.Value, error) {
	invalid := fmt.Errorf("Invalid value provided for '%s': '%s'", s.Type, text)
	paths := func(parts []string) value.Value {
		l := &value.List{}
		for _, p := range parts {
			l.Items = append(l.Items, value.S(c.expand(p, dir)))
		}
		return l
	}
	switch s.Type {
	case "bool":
		switch strings.ToLower(strings.TrimSpace(text)) {
		case "y", "yes", "on", "1", "true", "t", "1.0":
			return value.Bool(true), nil
		}
		return value.Bool(false), nil
	case "int":
		if n, err := strconv.ParseInt(strings.ReplaceAll(strings.TrimSpace(text), "_", ""), 10, 64); err == nil {
			return value.Int(n), nil
		}
		if r, ok := new(big.Rat).SetString(strings.TrimSpace(text)); ok && r.IsInt() && !strings.Contains(text, "/") {
			return value.NewInt(new(big.Int).Set(r.Num())), nil
		}
		return nil, invalid
	case "float":
		f, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil {
			return nil, invalid
		}
		return value.Float(f), nil
	case "list":
		if text == "" && s.Default == "" {
			return &value.List{}, nil
		}
		l := &value.List{}
		for part := range strings.SplitSeq(text, ",") {
			l.Items = append(l.Items, value.S(unquote(strings.TrimSpace(part))))
		}
		return l, nil
	case "none":
		if text == "None" {
			return nil, nil
		}
		return nil, invalid
	case "path", "tmppath":
		return value.S(c.expand(text, dir)), nil
	case "pathspec":
		return paths(strings.Split(text, ":")), nil
	case "pathlist":
		parts := strings.Split(text, ",")
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		return paths(parts), nil
	case "dict":
		v, err := value.FromJSON([]byte(text))
		if d, ok := v.(*value.Dict); ok && err == nil {
			return d, nil
		}
		return nil, invalid
	}
	return value.S(text), nil
}

// unquote removes one pair of quotes around a text.
func unquote(s string) string {
	if n := len(s); n > 1 && s[0] == s[n-1] && (s[0] == '"' || s[0] == '\'') && s[n-2] != '\\' {
		return s[1 : n-1]
	}
	return s
}
