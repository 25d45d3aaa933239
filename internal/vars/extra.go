package vars

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// ParseExtra reads the -e options: @FILE, YAML or JSON in braces, or k=v words. The layers come in the order of the options;
// later ones win.
func ParseExtra(fsys source.FS, options []string, decrypt func([]byte) ([]byte, error)) ([]Layer, error) {
	var layers []Layer
	for _, o := range options {
		if o == "" {
			continue
		}
		l, err := parseExtra(fsys, o, decrypt)
		if err != nil {
			return nil, err
		}
		layers = append(layers, l...)
	}
	return layers, nil
}

func parseExtra(fsys source.FS, option string, decrypt func([]byte) ([]byte, error)) ([]Layer, error) {
	invalid := fmt.Errorf("Invalid extra vars data supplied. '%s' could not be made into a dictionary", option)
	switch {
	case strings.HasPrefix(option, "@"):
		s := &Store{o: Options{FS: fsys, Decrypt: decrypt}}
		f := s.readFile(option[1:])
		if f.err != nil {
			return nil, fmt.Errorf("read extra vars file %s: %w", option[1:], f.err)
		}
		if len(f.docs) != 1 {
			return nil, invalid
		}
		return f.layers(ExtraVars, ""), nil
	case option[0] == '/' || option[0] == '.':
		return nil, fmt.Errorf("Please prepend extra_vars filename '%s' with '@'", option)
	}
	file := source.NewFile("<CLI option '-e'>", []byte(option))
	file.Describe = func(s source.Span) string {
		text := file.Text(s)
		var plain string
		if json.Unmarshal([]byte(text), &plain) == nil {
			text = plain
		}
		return file.Path + "\n" + text
	}
	if option[0] == '[' || option[0] == '{' {
		tree := yaml.Parse(file)
		if tree.Err != nil {
			return nil, tree.Err
		}
		v, problems := tree.Root().Value(file, yaml.Options{Trusted: true})
		for _, p := range problems {
			if p.Severity == diag.Error {
				return nil, errors.New(p.Message)
			}
		}
		d, ok := v.(*value.Dict)
		if !ok {
			return nil, invalid
		}
		if json.Valid(file.Content) { // JSON may hold encoded texts
			d, _ = value.Legacy(d, func([]string) bool { return true }).(*value.Dict)
		}
		return []Layer{{Level: ExtraVars, Vars: d, File: file, Node: tree.Root()}}, nil
	}
	pairs, raw, err := argspec.ParseKV(option)
	if err != nil {
		return nil, err
	}
	at := source.Location{File: file, Span: source.Span{Start: 0, End: len(option)}}
	d := &value.Dict{}
	for k, v := range pairs.RawAll() {
		d.Set(k, value.Authored(value.ToStr(v), &at))
	}
	if raw != "" {
		d.Put("_raw_params", value.Authored(raw, &at))
	}
	return []Layer{{Level: ExtraVars, Vars: d, File: file, place: func(string) source.Location { return at }}}, nil
}
