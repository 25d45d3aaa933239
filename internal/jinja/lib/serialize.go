package lib

import (
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
	"unicode/utf8"
)

// jsonOptions reads the keyword arguments of json.dumps.
func jsonOptions(o *value.JSONOptions, names *value.Dict) error {
	for k, v := range names.All() {
		if err := defined(v); err != nil {
			return err
		}
		switch name := value.ToStr(k); name {
		case "indent":
			if isNone(v) {
				o.Indent, o.IndentStr = nil, ""
			} else if err := jsonIndent(o, v); err != nil {
				return err
			}
		case "sort_keys":
			o.SortKeys = on(v)
		case "ensure_ascii":
			o.UTF8 = !on(v)
		case "skipkeys":
			o.SkipKeys = on(v)
		case "allow_nan":
			o.NoNaN = !on(v)
		case "separators":
			if isNone(v) {
				continue
			}
			parts, err := unpack(v, 2)
			if err != nil {
				return err
			}
			if o.ItemSep, err = textArg(parts[0], ""); err != nil {
				return err
			}
			if o.KeySep, err = textArg(parts[1], ""); err != nil {
				return err
			}
		case "check_circular":
		default:
			return typeError("JSONEncoder.__init__() got an unexpected keyword argument %s", repr(name))
		}
	}
	return nil
}

// isoFormat gives JSON what it has no form for: dates as texts, sets as lists.
func isoFormat(v value.Value) (value.Value, bool, error) {
	switch v := v.(type) {
	case value.Date:
		return value.S(value.ToStr(v)), true, nil
	case value.DateTime:
		return value.S(v.Iso("T")), true, nil
	case *value.Set:
		return list(v.Items()), true, nil
	case *value.Range:
		all, err := value.Collect(v)
		return list(all), true, err
	}
	return nil, false, nil
}

func dumpJSON(v value.Value, o value.JSONOptions) (value.Value, error) {
	o.Default = isoFormat
	data, err := value.ToJSON(v, o)
	return value.S(string(data)), err
}

func toJSON(c *jinja.Call) (value.Value, error) {
	if on(c.Args[1]) {
		if c.Args[2] != nil {
			return nil, valueError("Only one of `vault_to_text` or `profile` can be specified.")
		}
		if c.Args[3] != nil {
			return nil, valueError("Only one of `preprocess_unsafe` or `profile` can be specified.")
		}
		if name, _ := str(c.Args[1]); name != "tagless" && name != "legacy" {
			return nil, failf("the JSON profile %s is not supported here; use tagless", value.Repr(c.Args[1]))
		}
	}
	o := value.JSONOptions{}
	if err := jsonOptions(&o, kwargs(c.Args[4])); err != nil {
		return nil, err
	}
	return dumpJSON(c.Args[0], o)
}

func toNiceJSON(c *jinja.Call) (value.Value, error) {
	o := value.JSONOptions{SortKeys: on(c.Args[2])}
	if !isNone(c.Args[1]) {
		if err := jsonIndent(&o, c.Args[1]); err != nil {
			return nil, err
		}
	} else {
		o.ItemSep = ","
	}
	names := kwargs(c.Args[3]).Copy()
	names.Delete(value.S("separators"))
	names.Delete(value.S("profile"))
	names.Delete(value.S("vault_to_text"))
	names.Delete(value.S("preprocess_unsafe"))
	if err := jsonOptions(&o, names); err != nil {
		return nil, err
	}
	return dumpJSON(c.Args[0], o)
}

func fromJSON(c *jinja.Call) (value.Value, error) {
	var text []byte
	switch v := c.Args[0].(type) {
	case value.Str:
		text = []byte(v.S)
	case value.Bytes:
		text = v
	default:
		return nil, typeError("the JSON object must be str, bytes or bytearray, not %s", value.NativeName(c.Args[0]))
	}
	v, err := value.FromJSON(text)
	if err != nil {
		return nil, err
	}
	if profile, ok := str(c.Args[1]); ok && (profile == "legacy" || profile == "inventory_legacy") {
		s, _ := c.Args[0].(value.Str)
		v = value.Legacy(v, func(path []string) bool { return s.Trusted && (profile == "legacy" || value.InventoryTrust(path)) })
	}
	if setting := c.Engine.Config().Setting; setting != nil {
		if strict, ok := setting("MODULE_STRICT_UTF8_RESPONSE"); !ok || value.Equal(strict, value.Bool(true)) {
			return v, strictUTF8(v)
		}
	}
	return v, nil
}

// strictUTF8 refuses a text in v with a byte that is not UTF-8, which Python has as a lone surrogate.
func strictUTF8(v value.Value) error {
	switch v := v.(type) {
	case value.Str:
		at := 0
		for s := v.S; s != ""; at++ {
			r, n := utf8.DecodeRuneInString(s)
			if r == utf8.RuneError && n == 1 {
				return &jinja.Error{Class: "AnsibleRuntimeError", Message: "Refusing to deserialize an invalid UTF8 string value.",
					Help:  "This check can be disabled with the `MODULE_STRICT_UTF8_RESPONSE` setting.",
					Cause: value.Errorf("UnicodeEncodeError", "'utf-8' codec can't encode character '\\udc%02x' in position %d: surrogates not allowed", s[0], at)}
			}
			s = s[n:]
		}
	case *value.List:
		for _, x := range v.Items {
			if err := strictUTF8(x); err != nil {
				return err
			}
		}
	case *value.Dict:
		for k, x := range v.RawAll() {
			if err := strictUTF8(k); err != nil {
				return err
			}
			if err := strictUTF8(x); err != nil {
				return err
			}
		}
	}
	return nil
}

// dumpYAML is yaml.dump with the keyword arguments that a template gave.
func dumpYAML(v value.Value, o yaml.DumpOptions, names *value.Dict) (value.Value, error) {
	o.AllowUnicode, o.SortKeys = true, true
	for k, v := range names.All() {
		if err := defined(v); err != nil {
			return nil, err
		}
		name := value.ToStr(k)
		switch name {
		case "indent", "width":
			if isNone(v) {
				continue
			}
			n, err := intArg(v)
			if err != nil {
				if f, ok := v.(value.Float); ok && name == "width" && float64(f) > 1e9 {
					n = 1 << 30 // width=inf
				} else {
					return nil, err
				}
			}
			if name == "indent" {
				o.Indent = n
			} else {
				o.Width = n
			}
		case "sort_keys":
			o.SortKeys = on(v)
		case "explicit_start":
			o.ExplicitStart = on(v)
		case "explicit_end":
			o.ExplicitEnd = on(v)
		case "allow_unicode":
			o.AllowUnicode = on(v)
		case "default_style":
			if s, ok := str(v); ok && s != "" {
				o.DefaultStyle = s[0]
			}
		case "canonical":
			o.Canonical = on(v)
		case "encoding", "version", "tags", "line_break":
			if !isNone(v) {
				return nil, failf("to_yaml: the option %s is not supported here", repr(name))
			}
		default:
			return nil, typeError("dump_all() got an unexpected keyword argument %s", repr(name))
		}
	}
	if _, ok := v.(*value.Range); ok {
		return nil, value.Errorf("RepresenterError", "('cannot represent an object', %s)", value.Repr(v))
	}
	text, err := yaml.Dump(v, o)
	if err != nil {
		return nil, err
	}
	return value.S(text), nil
}

func flowStyle(v value.Value) yaml.FlowStyle {
	switch {
	case isNone(v):
		return yaml.FlowAuto
	case on(v):
		return yaml.FlowAlways
	}
	return yaml.FlowNever
}

func toYAML(c *jinja.Call) (value.Value, error) {
	return dumpYAML(c.Args[0], yaml.DumpOptions{Flow: flowStyle(c.Args[2])}, kwargs(c.Args[3]))
}

func toNiceYAML(c *jinja.Call) (value.Value, error) {
	o := yaml.DumpOptions{Flow: flowStyle(c.Args[3])}
	if !isNone(c.Args[1]) {
		n, err := intArg(c.Args[1])
		if err != nil {
			return nil, err
		}
		o.Indent = n
	}
	return dumpYAML(c.Args[0], o, kwargs(c.Args[4]))
}

// loadYAML reads every document of a text.
func loadYAML(c *jinja.Call) ([]value.Value, error) {
	s, _ := str(c.Args[0])
	file := source.NewFile("<unicode string>", []byte(s))
	tree := yaml.Parse(file)
	if len(tree.Problems) > 0 {
		return nil, value.Errorf("YAMLError", "%s", tree.Problems[0].Message)
	}
	var docs []value.Value
	for _, doc := range tree.Docs {
		v, problems := doc.Value(file, yaml.Options{})
		for _, p := range problems {
			if p.Severity == 0 {
				return nil, value.Errorf("YAMLError", "%s", p.Message)
			}
		}
		docs = append(docs, v)
	}
	return docs, nil
}

func fromYAML(c *jinja.Call) (value.Value, error) {
	if _, ok := str(c.Args[0]); !ok {
		if !isNone(c.Args[0]) {
			c.Deprecated("The from_yaml filter ignored non-string input of type "+repr(value.NativeName(c.Args[0]))+".", "2.23")
		}
		return c.Args[0], nil
	}
	docs, err := loadYAML(c)
	switch {
	case err != nil:
		return nil, err
	case len(docs) == 0:
		return value.None{}, nil
	case len(docs) > 1:
		return nil, value.Errorf("YAMLError", "expected a single document in the stream, but found another document")
	}
	return docs[0], nil
}

func fromYAMLAll(c *jinja.Call) (value.Value, error) {
	if isNone(c.Args[0]) {
		return list(nil), nil
	}
	if _, ok := str(c.Args[0]); !ok {
		c.Deprecated("The from_yaml_all filter ignored non-string input of type "+repr(value.NativeName(c.Args[0]))+".", "2.23")
		return c.Args[0], nil
	}
	docs, err := loadYAML(c)
	return list(docs), err
}
