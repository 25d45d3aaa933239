package inventory

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func wantsAuto(r *reading, path string) bool {
	return r.readable(path) && (strings.HasSuffix(path, ".yml") || strings.HasSuffix(path, ".yaml"))
}

// wantsConfig is for the plugins that a file selects with its `plugin` key.
func wantsConfig(r *reading, path string) bool {
	return r.readable(path) && slices.Contains([]string{"", ".config", ".yml", ".yaml", ".json"}, filepath.Ext(path))
}

// parseAuto hands a file to the plugin that it names.
func parseAuto(r *reading, path string) error {
	v, _, err := r.yamlData(path)
	if err != nil {
		return err
	}
	d, _ := v.(*value.Dict)
	name, _ := d.Raw("plugin")
	text, _ := name.(value.Str)
	if text.S == "" {
		return fmt.Errorf("no root 'plugin' key found, '%s' is not a valid YAML inventory plugin config file", path)
	}
	p := findPlugin(text.S)
	if p == nil {
		known, wanted, err := r.parsePython(text.S, path, true)
		switch {
		case !known:
			return fmt.Errorf("inventory config '%s' specifies unknown plugin '%s'", path, text.S)
		case !wanted:
			return fmt.Errorf("inventory source '%s' could not be verified by inventory plugin '%s'", path, text.S)
		}
		return err
	}
	if !p.wants(r, path) {
		return fmt.Errorf("inventory source '%s' could not be verified by inventory plugin '%s'", path, text.S)
	}
	return p.parse(r, path)
}

// config reads the file of a plugin that is selected by its `plugin` key.
func (r *reading) config(path, plugin string) (*value.Dict, error) {
	v, _, err := r.yamlData(path)
	if err != nil {
		return nil, err
	}
	if truth, err := value.Truth(v); err == nil && !truth {
		return nil, fmt.Errorf("%s is empty", path)
	}
	d, ok := v.(*value.Dict)
	if !ok {
		return nil, fmt.Errorf("'%s' object has no attribute 'get'", v.TypeName())
	}
	name, has := d.Raw("plugin")
	got := "none found"
	if has {
		got = value.ToStr(name)
	}
	if got != plugin && got != "ansible.builtin."+plugin && got != "ansible.legacy."+plugin {
		return nil, fmt.Errorf("Incorrect plugin name in file: %s", got)
	}
	if r.o.Engine == nil {
		return nil, errors.New("the " + plugin + " inventory plugin needs a template engine, which this command does not have")
	}
	return d, nil
}
