// Package config finds the settings of a run: command line, environment, ansible.cfg and built-in defaults, and knows
// where each came from. Which settings exist, with their types, defaults, sections and variables, is one table
// (settings_table.go), made from ansible-core 2.19 by gen/settings.py. The package imports source and value only.
package config

import (
	"os"
	"sync"

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
	Variable
)

// Origin is where a setting was given: the file (with the place), the variable's or the option's name.
type Origin struct {
	Kind Kind
	Name string
	At   source.Location
}

// String names the origin as ansible-config does: "default", "env: NAME", the file's path.
func (o Origin) String() string {
	switch o.Kind {
	case File:
		return o.Name
	case Environment:
		return "env: " + o.Name
	case CommandLine:
		return "cli: " + o.Name
	case Variable:
		return "var: " + o.Name
	}
	return "default"
}

// Setting is one setting as the table defines it.
type Setting struct {
	Name      string // DEFAULT_FORKS; the option's name for a plugin's setting
	Plugin    string // "connection/ssh"; "" for ansible-core's own settings
	Type      string // bool, int, float, str, list, path, pathlist, pathspec, tmppath, dict, none, raw
	Default   string // as text; may hold {{ANSIBLE_HOME}}
	NoDefault bool   // the default is None
	Required  bool   // one has to be given
	Env       []string
	Vars      []string // variables of hosts that set a plugin's option
	Keywords  []string // playbook keywords that set it
	CLI       []string // options of the command line that set it
	Ini       []Ini
	Choices   []string
	Removed   string // the version that will drop a deprecated setting, "" for others
}

// Ini is the place of a setting in ansible.cfg.
type Ini struct{ Section, Key string }

// Value is a setting with what it was set to. Value is nil for None.
type Value struct {
	Setting *Setting
	Value   value.Value
	Origin  Origin
	Err     error // the text that was given does not fit the type; Value is nil then
}

// Env reads an environment variable; ok is false where it is not set.
type Env func(name string) (v string, ok bool)

// Config is the resolved configuration. It is immutable and safe for concurrent use.
type Config struct {
	Path     string // of the ansible.cfg in use, "" for none
	Dir      string // the working directory that {{CWD}} and relative paths of variables count from
	Warnings []string

	env    Env
	home   string // of the user
	file   *cfgFile
	values sync.Map // *Setting -> Value
}

// Options steer Load.
type Options struct {
	FS  source.FS
	Env Env    // nil: the process's environment
	Dir string // working directory; "" is the process's
	// Near, when set, is the directory whose nearest ansible.cfg upwards is taken before the one in Dir: for editors and
	// linters that look at a project from outside.
	Near string
}

// Load finds and reads ansible.cfg. A file that cannot be read or parsed is an error; single settings with bad values are
// not: see Value.Err.
func Load(o Options) (*Config, error) {
	if o.FS == nil {
		o.FS = source.OS{}
	}
	if o.Env == nil {
		o.Env = os.LookupEnv
	}
	if o.Dir == "" {
		o.Dir, _ = os.Getwd()
	}
	c := &Config{Dir: o.Dir, env: o.Env}
	if h, ok := o.Env("HOME"); ok && h != "" {
		c.home = h
	} else if h, err := os.UserHomeDir(); err == nil {
		c.home = h
	}
	c.Path = c.find(o)
	if c.Path == "" {
		return c, nil
	}
	content, err := o.FS.ReadFile(c.Path)
	if err != nil {
		return c, err
	}
	c.file, err = parseCfg(source.NewFile(c.Path, content))
	return c, err
}

// Get gives one of ansible-core's settings; a name that the table lacks gives a zero Value.
func (c *Config) Get(name string) Value {
	if s := Find(name); s != nil {
		return c.resolve(s)
	}
	return Value{}
}

// Plugin gives the setting of a plugin: Plugin("connection/ssh", "retries").
func (c *Config) Plugin(plugin, name string) Value {
	if s := FindPlugin(plugin, name); s != nil {
		return c.resolve(s)
	}
	return Value{}
}

// FindOther finds an option of a plugin that is only listed, nil where there is none.
func FindOther(plugin, name string) *Setting {
	for i := range Others {
		if Others[i].Plugin == plugin && Others[i].Name == name {
			return &Others[i]
		}
	}
	return nil
}

// ResolveWith gives a setting its value where variables may set it, too: of those that are defined the last one of the setting's
// list wins, and they win over the environment and the file.
func (c *Config) ResolveWith(s *Setting, variable func(string) (value.Value, bool)) Value {
	out := c.resolve(s)
	for _, name := range s.Vars {
		v, ok := variable(name)
		if _, none := v.(value.None); !ok || none {
			continue
		}
		out = Value{Setting: s, Value: v, Origin: Origin{Kind: Variable, Name: name}}
		if text, ok := v.(value.Str); ok {
			out.Value, out.Err = c.Convert(s, text.S)
		}
	}
	return out
}

// Resolve gives a setting of a table its value.
func (c *Config) Resolve(s *Setting) Value { return c.resolve(s) }

// FindPlugin finds the setting of a plugin in the table, nil where there is none.
func FindPlugin(plugin, name string) *Setting {
	for i := len(Settings) - 1; i >= 0 && Settings[i].Plugin != ""; i-- {
		if Settings[i].Plugin == plugin && Settings[i].Name == name {
			return &Settings[i]
		}
	}
	for i := range collectionSettings {
		if s := &collectionSettings[i]; s.Plugin == plugin && s.Name == name {
			return s
		}
	}
	return nil
}

// Find finds one of ansible-core's settings in the table, nil where there is none.
func Find(name string) *Setting {
	low, high := 0, len(Settings)
	for high > 0 && Settings[high-1].Plugin != "" {
		high--
	}
	for low < high {
		mid := (low + high) / 2
		switch {
		case Settings[mid].Name == name:
			return &Settings[mid]
		case Settings[mid].Name < name:
			low = mid + 1
		default:
			high = mid
		}
	}
	return nil
}

// All gives every setting of ansible-core with its value, in the order of the table.
func (c *Config) All() []Value {
	var all []Value
	for i := range Settings {
		if Settings[i].Plugin == "" {
			all = append(all, c.resolve(&Settings[i]))
		}
	}
	return all
}

// String gives a text setting, "" where it is None.
func (c *Config) String(name string) string {
	switch v := c.Get(name).Value.(type) {
	case value.Str:
		return v.S
	case nil:
		return ""
	default:
		return value.ToStr(v)
	}
}

// Bool gives a boolean setting.
func (c *Config) Bool(name string) bool { b, _ := c.Get(name).Value.(value.Bool); return bool(b) }

// Int gives a number setting.
func (c *Config) Int(name string) int {
	switch v := c.Get(name).Value.(type) {
	case value.Int:
		return int(v)
	case value.Float:
		return int(v)
	}
	return 0
}

// Strings gives a list setting.
func (c *Config) Strings(name string) []string {
	l, _ := c.Get(name).Value.(*value.List)
	if l == nil {
		return nil
	}
	var out []string
	for _, v := range l.Items {
		out = append(out, value.ToStr(v))
	}
	return out
}

// Set tells whether somebody set the setting, so that it is not the default.
func (c *Config) Set(name string) bool { return c.Get(name).Origin.Kind != Default }
