package vars

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// ExtraError is an -e option that gives no variables.
type ExtraError struct {
	Message string
	At      source.Location // in the file or the text; may be empty
	Syntax  bool            // what was read cannot be parsed; else the option itself is wrong
	Missing bool            // the file is not there
}

func (e *ExtraError) Error() string { return e.Message }

func syntaxError(err error, at source.Location) *ExtraError {
	var bad *yaml.Failure
	if errors.As(err, &bad) {
		at = bad.At
	}
	return &ExtraError{Message: err.Error(), At: at, Syntax: true}
}

// ParseExtra reads the -e options: @FILE, YAML or JSON in braces, or k=v words. The layers come in the order of the options;
// later ones win. Paths are relative to the directory dir. The error is an *ExtraError.
func ParseExtra(fsys source.FS, dir string, options []string, decrypt func([]byte) ([]byte, error)) ([]Layer, error) {
	var layers []Layer
	for _, o := range options {
		if o == "" {
			continue
		}
		l, err := parseExtra(fsys, dir, o, decrypt)
		if err != nil {
			return nil, err
		}
		layers = append(layers, l...)
	}
	return layers, nil
}

func parseExtra(fsys source.FS, dir, option string, decrypt func([]byte) ([]byte, error)) ([]Layer, error) {
	invalid := func(what string) error {
		return &ExtraError{Message: fmt.Sprintf("Invalid extra vars data supplied. '%s' could not be made into a dictionary", what)}
	}
	switch {
	case strings.HasPrefix(option, "@"):
		path := filepath.Clean(option[1:])
		if !filepath.IsAbs(path) && dir != "" {
			path = filepath.Join(dir, path)
		}
		s := &Store{o: Options{FS: fsys, Decrypt: decrypt}}
		f := s.readFile(path)
		switch {
		case errors.Is(f.err, fs.ErrNotExist):
			return nil, &ExtraError{Missing: true, Message: fmt.Sprintf("Unable to retrieve file contents.\nCould not find or access '%s' on the Ansible Controller.\n"+
				"If you are using a module and expect the file to exist on the remote, see the remote_src option: [Errno 2] No such file or directory: '%s'", path, path)}
		case errors.Is(f.err, errContents):
			return nil, invalid("@" + path)
		case f.err != nil:
			return nil, syntaxError(f.err, source.Location{})
		case len(f.docs) != 1:
			return nil, invalid("@" + path)
		}
		return f.layers(ExtraVars, ""), nil
	case option[0] == '/' || option[0] == '.':
		return nil, &ExtraError{Message: fmt.Sprintf("Please prepend extra_vars filename '%s' with '@'", option)}
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
		whole := source.Location{File: file, Span: source.Span{Start: 0, End: len(option)}}
		if tree.Err != nil {
			return nil, &ExtraError{Message: "YAML parsing failed: " + tree.Err.Error(), At: whole, Syntax: true}
		}
		v, problems := tree.Root().Value(file, yaml.Options{Trusted: true})
		for _, p := range problems {
			if p.Severity == diag.Error {
				return nil, &ExtraError{Message: p.Message, At: whole, Syntax: true}
			}
		}
		d, ok := v.(*value.Dict)
		if !ok {
			return nil, invalid(option)
		}
		if json.Valid(file.Content) { // JSON may hold encoded texts
			d, _ = value.Legacy(d, func([]string) bool { return true }).(*value.Dict)
		}
		return []Layer{{Level: ExtraVars, Vars: d, File: file, Node: tree.Root()}}, nil
	}
	pairs, raw, err := argspec.ParseKV(option)
	if err != nil {
		return nil, &ExtraError{Message: err.Error(), Syntax: true}
	}
	at := source.Location{File: file, Span: source.Span{Start: 0, End: len(option)}}
	d := &value.Dict{}
	for k, v := range pairs.RawAll() {
		d.Set(k, value.Authored(value.ToStr(v), &at))
	}
	if raw != "" {
		d.Put("_raw_params", value.Authored(raw, &at))
	}
	return []Layer{{Level: ExtraVars, Vars: d, File: file, place: func(name string) source.Location {
		if i := strings.Index(option, name); i >= 0 {
			return source.Location{File: file, Span: source.Span{Start: i, End: i + len(name)}}
		}
		return at
	}}}, nil
}
