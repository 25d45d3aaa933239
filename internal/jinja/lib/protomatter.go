package lib

import (
	"fmt"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// ansible-core carries an internal collection whose plugins look behind its values. Playbooks that test ansible-core use
// them.

var protomatterParam = params{{Name: "value", Type: "any"}}

var protomatterFilters = []*jinja.Function{
	{Name: "apply_trust", FQCN: "ansible._protomatter.apply_trust", Doc: "Text that may be templated.", Result: "same", Params: protomatterParam, Call: applyTrust},
	{Name: "dump_object", FQCN: "ansible._protomatter.dump_object", Undefined: true, Doc: "Value in a form that JSON has.", Result: "any", Params: protomatterParam, Call: dumpObject},
	{Name: "finalize", FQCN: "ansible._protomatter.finalize", Doc: "Value as a template would give it.", Result: "any", Params: protomatterParam, Call: finalizeValue},
	{Name: "origin", FQCN: "ansible._protomatter.origin", Doc: "Where the value is written.", Result: "str", Params: protomatterParam, Call: origin},
	{Name: "python_literal_eval", FQCN: "ansible._protomatter.python_literal_eval", Doc: "Value that a Python literal stands for.", Result: "any", Call: literalEval,
		Params: params{{Name: "value", Type: "str"}, {Name: "ignore_errors", Default: no, Type: "bool", Doc: "give the text back where it is no literal"}}},
	{Name: "tag_names", FQCN: "ansible._protomatter.tag_names", Doc: "Names of the marks that a value has.", Result: "list", Params: protomatterParam, Call: tagNames},
	{Name: "true_type", FQCN: "ansible._protomatter.true_type", Undefined: true, Doc: "Name of the class of a value inside ansible-core.", Result: "str", Params: protomatterParam, Call: trueType},
	{Name: "unmask", FQCN: "ansible._protomatter.unmask", Doc: "Value with summaries of warnings and errors as they are.", Result: "same", Call: unmask,
		Params: params{{Name: "value", Type: "any"}, {Name: "type_names", Type: "list", Doc: "names of the summaries' types"}}},
}

var protomatterTests = []*jinja.Function{
	{Name: "tagged", FQCN: "ansible._protomatter.tagged", Doc: "The value has marks.", Result: "bool", Params: protomatterParam, Call: tagged},
	{Name: "tagged_with", FQCN: "ansible._protomatter.tagged_with", Doc: "The value has that mark.", Result: "bool", Call: taggedWith,
		Params: params{{Name: "value", Type: "any"}, {Name: "tag_name", Type: "str", Doc: "name of the mark"}}},
}

func applyTrust(c *jinja.Call) (value.Value, error) {
	if s, ok := c.Args[0].(value.Str); ok {
		s.Trusted = true
		return s, nil
	}
	return c.Args[0], nil
}

func dumpObject(c *jinja.Call) (value.Value, error) {
	if u, ok := c.Args[0].(*value.Undefined); ok {
		return value.NewDict("exception", value.S(u.Error())), nil
	}
	return c.Args[0], nil
}

func finalizeValue(c *jinja.Call) (value.Value, error) { return c.Resolve(c.Args[0]) }

func origin(c *jinja.Call) (value.Value, error) {
	at := location(c.Args[0])
	if at == "" {
		return value.None{}, nil
	}
	return value.S(at), nil
}

// location is the place of a value as ansible-core prints an origin; "" where it is not known.
func location(v value.Value) string {
	switch v.(type) {
	case value.Str, *value.List, *value.Dict:
		if at := value.Place(v); at.Known() {
			return placeOf(at)
		}
	}
	return ""
}

// placeOf writes a place as PATH:LINE:COLUMN.
func placeOf(at source.Location) string {
	if len(at.File.Content) == 0 {
		return at.File.Path // a value that stands in no file
	}
	p := at.Position()
	return fmt.Sprintf("%s:%d:%d", at.File.Path, p.Line, p.Column)
}

func literalEval(c *jinja.Call) (value.Value, error) {
	s, ok := str(c.Args[0])
	var v value.Value
	err := error(value.Errorf("AnsibleTypeError", "The `value` to eval must be a string."))
	if ok {
		if v, ok = argspec.Literal(s); ok {
			return v, nil
		}
		err = valueError("malformed node or string: %s", repr(s))
	}
	if on(c.Args[1]) {
		return c.Args[0], nil
	}
	return nil, err
}

// marks lists the marks that a value has, by the names of ansible-core's classes.
func marks(v value.Value) []string {
	var out []string
	if location(v) != "" {
		out = append(out, "Origin")
	}
	if s, ok := v.(value.Str); ok && s.Trusted {
		out = append(out, "TrustedAsTemplate")
	}
	if _, ok := v.(*value.Vault); ok {
		out = append(out, "VaultedValue")
	}
	return out
}

func tagNames(c *jinja.Call) (value.Value, error) { return value.Strings(marks(c.Args[0])), nil }

func tagged(c *jinja.Call) (value.Value, error) { return value.Bool(len(marks(c.Args[0])) > 0), nil }

func taggedWith(c *jinja.Call) (value.Value, error) {
	name := value.ToStr(c.Args[1])
	switch name {
	case "Origin", "TrustedAsTemplate", "VaultedValue", "Deprecated", "SourceWasEncrypted":
	default:
		return nil, valueError("Unknown tag name %s.", repr(name))
	}
	for _, m := range marks(c.Args[0]) {
		if m == name {
			return yes, nil
		}
	}
	return no, nil
}

func trueType(c *jinja.Call) (value.Value, error) {
	switch v := c.Args[0].(type) {
	case *value.Undefined:
		return value.S("UndefinedMarker"), nil
	case *value.List:
		return value.S("_AnsibleLazyTemplateList"), nil
	case *value.Dict:
		return value.S("_AnsibleLazyTemplateDict"), nil
	case value.Str:
		if len(marks(v)) > 0 {
			return value.S("_AnsibleTaggedStr"), nil
		}
	}
	return value.S(value.NativeName(c.Args[0])), nil
}

func unmask(c *jinja.Call) (value.Value, error) {
	names := c.Args[1]
	if s, ok := str(names); ok {
		names = value.Strings([]string{s})
	}
	all, err := items(names)
	if err != nil {
		return nil, err
	}
	for _, n := range all {
		switch name := value.ToStr(n); name {
		case "WarningSummary", "DeprecationSummary", "ErrorSummary", "EncryptedString":
		default:
			return nil, ansibleError("Unknown type name(s): %s", name)
		}
	}
	return c.Args[0], nil
}
