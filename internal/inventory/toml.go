package inventory

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func wantsTOML(r *reading, path string) bool {
	return r.readable(path) && filepath.Ext(path) == ".toml"
}

// parseTOML reads a TOML inventory. The order of the file is kept.
func parseTOML(r *reading, path string) error {
	f, err := r.read(path)
	if err != nil {
		return err
	}
	var raw map[string]any
	meta, err := toml.Decode(string(f.Content), &raw)
	if err != nil {
		return fmt.Errorf("TOML file '%s' is invalid: %w", path, err)
	}
	at := source.Location{File: f}
	d := &value.Dict{}
	for _, key := range meta.Keys() { // in the order of the file
		copyPath(d, raw, key, &at)
	}
	if d.Len() == 0 {
		return errors.New("Parsed empty TOML file")
	}
	if p, ok := d.Raw("plugin"); ok {
		if truth, err := value.Truth(p); err == nil && truth {
			return errors.New("Plugin configuration TOML file, not TOML inventory")
		}
	}
	for k, v := range d.RawAll() {
		if err := r.tomlGroup(value.ToStr(k), v, at); err != nil {
			return err
		}
	}
	return nil
}

// copyPath puts the value at a key path into an ordered dict, making the tables on the way.
func copyPath(d *value.Dict, raw map[string]any, path []string, at *source.Location) {
	var v any = raw
	for n, key := range path {
		table, ok := v.(map[string]any)
		if !ok {
			return
		}
		v = table[key]
		if _, isTable := v.(map[string]any); isTable {
			next, _ := d.Raw(key)
			sub, ok := next.(*value.Dict)
			if !ok {
				sub = &value.Dict{}
				d.Put(key, sub)
			}
			d = sub
			continue
		}
		if n == len(path)-1 {
			d.Put(key, authored(tomlNative(v), at))
		}
	}
}

// tomlNative converts what the decoder gives. Local dates and times have no zone; a time of day stays a text.
func tomlNative(v any) value.Value {
	switch v := v.(type) {
	case time.Time:
		switch v.Location().String() {
		case "date-local":
			return value.Date{T: time.Date(v.Year(), v.Month(), v.Day(), 0, 0, 0, 0, time.UTC)}
		case "datetime-local":
			return value.DateTime{T: time.Date(v.Year(), v.Month(), v.Day(), v.Hour(), v.Minute(), v.Second(), v.Nanosecond(), time.UTC)}
		case "time-local":
			return value.S(v.Format("15:04:05.999999"))
		}
		return value.DateTime{T: v, Aware: true}
	case []any:
		l := &value.List{}
		for _, x := range v {
			l.Items = append(l.Items, tomlNative(x))
		}
		return l
	case []map[string]any:
		l := &value.List{}
		for _, x := range v {
			l.Items = append(l.Items, tomlNative(x))
		}
		return l
	case map[string]any:
		d := &value.Dict{}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			d.Put(k, tomlNative(v[k]))
		}
		return d
	}
	return value.FromGo(v)
}

func (r *reading) tomlGroup(name string, data value.Value, at source.Location) error {
	d, ok := data.(*value.Dict)
	if !ok {
		r.inv.warn("Skipping '%s' as this is not a valid group definition", name)
		return nil
	}
	g, err := r.inv.AddGroup(name)
	if err != nil {
		return err
	}
	name = g.Name
	wrong := func(section, want string, v value.Value) error {
		return fmt.Errorf("Invalid \"%s\" entry for \"%s\" group, requires a %s, found \"<class '%s'>\" instead.", section, name, want, v.TypeName())
	}
	for k, v := range d.RawAll() {
		switch key := value.ToStr(k); key {
		case "vars":
			vars, ok := v.(*value.Dict)
			if !ok {
				return wrong(key, "dict", v)
			}
			for k, v := range vars.RawAll() {
				if err := r.inv.SetVar(name, value.ToStr(k), v, at); err != nil {
					return err
				}
			}
		case "children":
			list, ok := v.(*value.List)
			if !ok {
				return wrong(key, "list", v)
			}
			for _, c := range list.Items {
				sub := value.ToStr(c)
				if err := r.tomlGroup(sub, &value.Dict{}, at); err != nil {
					return err
				}
				if _, err := r.inv.AddChild(name, sub); err != nil {
					return err
				}
			}
		case "hosts":
			hosts, ok := v.(*value.Dict)
			if !ok {
				return wrong(key, "dict", v)
			}
			for k, v := range hosts.RawAll() {
				names, port, err := expandPattern(value.ToStr(k))
				if err != nil {
					return err
				}
				vars, ok := v.(*value.Dict)
				if !ok {
					return fmt.Errorf("Invalid data from file, expected dictionary and got:\n\n%s", value.ToStr(v))
				}
				if err := r.populate(names, name, port, vars, at, nil); err != nil {
					return err
				}
			}
		default:
			r.inv.warn("Skipping unexpected key \"%s\" in group \"%s\", only \"vars\", \"children\" and \"hosts\" are valid", key, name)
		}
	}
	return nil
}
