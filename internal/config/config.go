// Package config finds the settings of a run: command line, environment, ansible.cfg and built-in defaults, and knows
// where each came from. Which settings exist, with their types, defaults, sections and variables, is one table
// (settings.go). It imports source and value only.
package config

import (
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Kind tells where the value of a setting came from.
type Kind uint8

// Origins in rising order of precedence.
const (
	Default Kind = iota
	File
	Environment
	CommandLine
)

// Origin is where a setting was given: the file (with the span), the variable's or the option's name.
type Origin struct {
	Kind Kind
	Name string
	At   source.Location
}

// Setting is one setting as the table defines it.
type Setting struct {
	Name    string   // DEFAULT_FORKS
	Type    string   // bool, int, float, string, list, path, pathlist, pathspec, tmppath, dict, none
	Default string   // as text, "" for none; may hold {{ ANSIBLE_HOME }} and {{ CWD }}
	Env     []string // variables, first match wins
	Ini     []Ini
	Choices []string
	Doc     string
}

// Ini is the place of a setting in ansible.cfg.
type Ini struct{ Section, Key string }

// Value is a setting with what it was set to.
type Value struct {
	Setting *Setting
	Value   value.Value
	Origin  Origin
}

// Config is the resolved configuration. It is immutable.
type Config struct {
	Path string // of the ansible.cfg in use, "" for none
	Home string // ANSIBLE_HOME
	Dir  string // the working directory that relative defaults count from

	values   map[string]Value
	Warnings []string
}

// Env reads an environment variable; ok is false where it is not set.
type Env func(name string) (v string, ok bool)

// Get gives a setting; a name that the table lacks gives a zero Value, whose Value is nil.
func (c *Config) Get(name string) Value { return c.values[name] }

// String gives a text setting, "" where it is None.
func (c *Config) String(name string) string {
	switch v := c.values[name].Value.(type) {
	case value.Str:
		return v.S
	}
	return ""
}

// Bool gives a boolean setting.
func (c *Config) Bool(name string) bool { b, _ := c.values[name].Value.(value.Bool); return bool(b) }

// Int gives a number setting.
func (c *Config) Int(name string) int {
	switch v := c.values[name].Value.(type) {
	case value.Int:
		return int(v)
	case value.Float:
		return int(v)
	}
	return 0
}

// Strings gives a list setting.
func (c *Config) Strings(name string) []string {
	l, _ := c.values[name].Value.(*value.List)
	if l == nil {
		return nil
	}
	var out []string
	for _, v := range l.Items {
		if s, ok := v.(value.Str); ok {
			out = append(out, s.S)
		}
	}
	return out
}
