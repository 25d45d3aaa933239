package lib

import (
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Short names for the defaults of parameters; static data, so that the tables cost nothing at start.
const (
	no   = value.Bool(false)
	yes  = value.Bool(true)
	zero = value.Int(0)
)

// failf makes an AnsibleFilterError, which is what most of Ansible's own plugins raise.
func failf(format string, args ...any) error {
	return value.Errorf("AnsibleFilterError", format, args...)
}

// because is Python's `raise AnsibleError(message) from cause`.
func because(message string, cause error) error {
	return &jinja.Error{Class: "AnsibleError", Message: message, Cause: cause}
}

func typeError(format string, args ...any) error  { return value.TypeError(format, args...) }
func valueError(format string, args ...any) error { return value.ValueError(format, args...) }

// attributeError is what calling a method on a value of the wrong type gives.
func attributeError(v value.Value, name string) error {
	return value.Errorf("AttributeError", "'%s' object has no attribute '%s'", value.TypeName(v), name)
}

// isNone tells whether an argument is None or was left out.
func isNone(v value.Value) bool {
	switch v.(type) {
	case nil, value.None:
		return true
	}
	return v == jinja.Absent
}

// truthy is Python's bool() of an argument; one that was left out is false.
func truthy(v value.Value) (bool, error) {
	if v == nil || v == jinja.Absent {
		return false, nil
	}
	return value.Truth(v)
}

// on is truthy for arguments that are never undefined.
func on(v value.Value) bool {
	b, _ := truthy(v)
	return b
}

// str gives the text of a Str.
func str(v value.Value) (string, bool) {
	s, ok := v.(value.Str)
	return s.S, ok
}

// soft is Jinja's soft_str: str() of anything.
func soft(v value.Value) (string, error) { return value.TryStr(v) }

// textArg gives a text argument; none stands for what was left out.
func textArg(v value.Value, none string) (string, error) {
	if isNone(v) {
		return none, nil
	}
	if s, ok := str(v); ok {
		return s, nil
	}
	return "", typeError("expected str, got %s", value.TypeName(v))
}

// intArg gives an argument that Python takes as an index.
func intArg(v value.Value) (int, error) {
	if n, ok := value.Index(v); ok {
		return int(n), nil
	}
	return 0, typeError("'%s' object cannot be interpreted as an integer", value.TypeName(v))
}

// isSequence is Ansible's is_sequence: a list or tuple, not a text.
func isSequence(v value.Value) bool {
	switch v.(type) {
	case *value.List, *value.Tuple, *value.Range:
		return true
	}
	return false
}

// items lists a list or tuple; an undefined item is the error.
func items(v value.Value) ([]value.Value, error) {
	out, err := value.Collect(v)
	if err != nil {
		return nil, err
	}
	return out, defined(out...)
}

// defined gives the first undefined value as the error.
func defined(values ...value.Value) error {
	for _, v := range values {
		if u, ok := v.(*value.Undefined); ok {
			return u
		}
	}
	return nil
}

// entry gives a dict's value under a text key; an undefined value is the error.
func entry(d *value.Dict, key value.Value) (v value.Value, ok bool, err error) {
	v, ok = d.GetValue(key)
	if !ok {
		return nil, false, nil
	}
	return v, true, defined(v)
}

// asDict gives a mapping.
func asDict(v value.Value) (*value.Dict, bool) {
	d, ok := v.(*value.Dict)
	return d, ok
}

func list(items []value.Value) *value.List { return &value.List{Items: items} }

func tuple(items ...value.Value) *value.Tuple { return &value.Tuple{Items: items} }

// iterator gives a generator over a slice that is made when the first item is asked for.
func iterator(kind string, make func() ([]value.Value, error)) *value.Iterator {
	var all []value.Value
	started := false
	return &value.Iterator{Kind: kind, Next: func() (value.Value, error) {
		if !started {
			started = true
			var err error
			if all, err = make(); err != nil {
				return nil, err
			}
		}
		if len(all) == 0 {
			return nil, nil
		}
		v := all[0]
		all = all[1:]
		return v, nil
	}}
}

// toText is Ansible's to_text(nonstring="simplerepr"): str() of what is no text, "" of None's kind excepted.
func toText(v value.Value) (string, error) {
	switch v := v.(type) {
	case value.Str:
		return v.S, nil
	case value.Bytes:
		return string(v), nil
	}
	return value.TryStr(v)
}

// pyClass names the class of a value as Python prints a type: <class 'int'>.
func pyClass(v value.Value) string { return "<class '" + value.TypeName(v) + "'>" }

// repr is Python's repr of a text.
func repr(s string) string { return value.Quote(s) }

// kwargs gives the StarStar argument.
func kwargs(v value.Value) *value.Dict {
	if d, ok := v.(*value.Dict); ok {
		return d
	}
	return &value.Dict{}
}

// stars gives the Star argument.
func stars(v value.Value) []value.Value {
	if t, ok := v.(*value.Tuple); ok {
		return t.Items
	}
	return nil
}
