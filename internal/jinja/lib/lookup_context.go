package lib

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"sort"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/pyre"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Lookups that ask the context: variables, environment, configuration, inventory, commands.

func lookupEnvironment(c *jinja.Call) (value.Value, error) {
	fallback := option(c, "default", value.Str{})
	out := &value.List{}
	for _, term := range c.Args {
		if err := defined(term); err != nil {
			return nil, err
		}
		s, ok := str(term)
		if !ok {
			return nil, attributeError(term, "split")
		}
		words := value.Split(s, "", -1)
		if len(words) == 0 {
			return nil, value.Errorf("IndexError", "list index out of range")
		}
		v, set := lookupEnv(c, words[0])
		if set {
			at := source.Location{File: source.NewFile("<environment variable "+repr(words[0])+">", nil)}
			out.Items = append(out.Items, value.Str{S: v, At: &at})
			continue
		}
		if u, ok := fallback.(*value.Undefined); ok && u.Error() == noHint { // undef() without words of its own
			out.Items = append(out.Items, c.Undefined("The environment variable "+repr(words[0])+" is not set."))
			continue
		}
		out.Items = append(out.Items, fallback)
	}
	return out, nil
}

// variableNames lists the variables of the context, in the order of their names.
func variableNames(c *jinja.Call) []string {
	if c.Templar == nil {
		return nil
	}
	l, ok := c.Templar.Scope().(jinja.Lister)
	if !ok {
		return nil
	}
	names := l.Names()
	sort.Strings(names)
	return names
}

func lookupVarnames(c *jinja.Call) (value.Value, error) {
	out := &value.List{}
	names := variableNames(c)
	for _, term := range c.Args {
		s, ok := str(term)
		if !ok {
			return nil, ansibleError("Invalid setting identifier, %q is not a string, it is a %s", value.ToStr(term), pyClass(term))
		}
		re, err := pyre.Compile(s, 0)
		if err != nil {
			return nil, ansibleError("Unable to use %q as a search parameter: %s", s, err)
		}
		for _, name := range names {
			m, err := re.Search(name)
			if err != nil {
				return nil, pythonError(err)
			}
			if m != nil {
				out.Items = append(out.Items, value.S(name))
			}
		}
	}
	return out, nil
}

func lookupVars(c *jinja.Call) (value.Value, error) {
	fallback := option(c, "default", value.None{})
	if err := defined(fallback); err != nil {
		return nil, err
	}
	out := &value.List{}
	for _, term := range c.Args {
		s, ok := str(term)
		if !ok {
			return nil, value.Errorf("AnsibleTypeError", "Variable name must be 'str' not %s.", repr(value.TypeName(term)))
		}
		v, found := variable(c, s)
		switch {
		case found:
		case isNone(fallback):
			return nil, c.Undefined("No variable named " + repr(s) + " was found.").(*value.Undefined)
		default:
			v = fallback
		}
		if err := defined(v); err != nil {
			return nil, err
		}
		resolved, err := c.Resolve(v)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, resolved)
	}
	return out, nil
}

func lookupConfig(c *jinja.Call) (value.Value, error) {
	missing, err := textOption(c, "on_missing", "error")
	if err != nil {
		return nil, err
	}
	switch missing {
	case "error", "skip", "warn":
	default:
		return nil, ansibleError("Invalid value %s for config 'on_missing' for 'config' lookup plugin.", repr(missing))
	}
	kind, err := textOption(c, "plugin_type", "")
	if err != nil {
		return nil, err
	}
	plugin, err := textOption(c, "plugin_name", "")
	if err != nil {
		return nil, err
	}
	if (kind == "") != (plugin == "") {
		return nil, ansibleError("Both plugin_type and plugin_name are required, cannot use one without the other.")
	}
	origin, err := boolOption(c, "show_origin", false)
	if err != nil {
		return nil, err
	}
	out := &value.List{}
	for _, term := range c.Args {
		name, ok := str(term)
		if !ok {
			return nil, ansibleError("Invalid setting identifier, %s is not a <class 'str'>, its a %s.", value.Repr(term), pyClass(term))
		}
		if setting := settingOf(c.Engine.Config()); setting != nil {
			full := name
			if kind != "" {
				full = kind + "/" + plugin + "/" + name
			}
			v, from, ok, known := setting(full, func(name string) (value.Value, bool) { return variable(c, name) })
			if !known {
				return nil, ansibleError("Unable to load %s plugin %s.", kind, repr(plugin))
			}
			if ok && v == nil {
				v = value.None{}
			}
			if ok && origin {
				out.Items = append(out.Items, &value.Tuple{Items: []value.Value{v, value.S(from)}})
				continue
			}
			if ok {
				out.Items = append(out.Items, v)
				continue
			}
		}
		why := "No config definition exists for " + repr(name)
		if kind != "" {
			why += " for " + repr(plugin) + " " + kind + " plugin"
		}
		why += "."
		switch missing {
		case "error":
			return nil, value.Errorf("AnsibleUndefinedConfigEntry", "%s", why)
		case "skip":
		case "warn":
			c.Warn("Skipping " + name + ".: " + why)
		}
	}
	return out, nil
}

// settingOf reads settings with their origin; where only values are known, nothing is said of it.
func settingOf(c *jinja.Config) func(string, func(string) (value.Value, bool)) (value.Value, string, bool, bool) {
	if c.SettingOf != nil || c.Setting == nil {
		return c.SettingOf
	}
	return func(name string, _ func(string) (value.Value, bool)) (value.Value, string, bool, bool) {
		v, ok := c.Setting(name)
		return v, "default", ok, true
	}
}

// shell runs a command on the controller in the playbook's directory and gives what it prints.
func shell(c *jinja.Call, command string) (output []byte, status int, err error) {
	ctx := c.Ctx
	if ctx == nil {
		ctx = context.Background()
	}
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", command)
	cmd.Dir = baseDir(c)
	cmd.Stderr = os.Stderr
	cmd.WaitDelay = 5 * time.Second
	out := source.Bounded{Limit: source.MaxOutput}
	cmd.Stdout = &out
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case out.Full() != nil:
		return nil, 0, out.Full()
	case errors.As(err, &exit):
		return out.Bytes(), exit.ExitCode(), nil
	}
	return out.Bytes(), 0, err
}

// succeeds is the output of a command that must end with status 0.
func succeeds(c *jinja.Call, plugin string, term value.Value) ([]byte, error) {
	command, err := soft(term)
	if err != nil {
		return nil, err
	}
	output, status, err := shell(c, command)
	if err == nil && status != 0 {
		err = ansibleError("lookup_plugin.%s(%s) returned %d", plugin, command, status)
	}
	return output, err
}

func lookupPipe(c *jinja.Call) (value.Value, error) {
	out := &value.List{}
	for _, term := range c.Args {
		output, err := succeeds(c, "pipe", term)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, value.S(value.RStrip(string(output), "")))
	}
	return out, nil
}

func lookupLines(c *jinja.Call) (value.Value, error) {
	out := &value.List{}
	for _, term := range c.Args {
		output, err := succeeds(c, "lines", term)
		if err != nil {
			return nil, err
		}
		output = bytes.ReplaceAll(bytes.ReplaceAll(output, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
		lines := strings.Split(string(output), "\n")
		if lines[len(lines)-1] == "" {
			lines = lines[:len(lines)-1]
		}
		for _, l := range lines {
			out.Items = append(out.Items, value.S(l))
		}
	}
	return out, nil
}

func lookupInventoryHostnames(c *jinja.Call) (value.Value, error) {
	v, ok := variable(c, "groups")
	if !ok {
		return nil, value.Errorf("KeyError", "'groups'")
	}
	groups, ok := asDict(v)
	if !ok {
		return nil, attributeError(v, "items")
	}
	if len(c.Args) == 0 {
		return list(nil), nil
	}
	var patterns []string
	for _, t := range c.Args {
		if _, ok := value.HashKey(t); !ok && !c.With {
			return nil, value.Unhashable(t)
		}
		s, err := soft(t)
		if err != nil {
			return nil, err
		}
		patterns = append(patterns, s)
	}
	found, err := matchHosts(groups, patterns)
	if err != nil {
		return list(nil), nil // a pattern that cannot be read finds nothing, as with ansible
	}
	return value.Strings(found), nil
}
