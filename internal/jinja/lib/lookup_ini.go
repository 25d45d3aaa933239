package lib

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/pytext"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// iniOptions are how the file is to be read.
type iniOptions struct {
	caseSensitive, allowNoValue, interpolation bool
}

// iniFile is what Python's configparser reads: sections in order, the values of DEFAULT showing through.
type iniFile struct {
	iniOptions
	sections []string
	keys     map[string][]string
	values   map[string]map[string]*string // nil text: a key without a value
}

func (f *iniFile) name(key string) string {
	key = value.RStrip(key, "")
	if f.caseSensitive {
		return key
	}
	return value.Lower(key)
}

func (f *iniFile) has(section string) bool { return f.values[section] != nil }

// parseINI follows configparser: # and ; begin comment lines, indented lines continue a value, = or : separates.
func parseINI(text, path string, o iniOptions) (*iniFile, error) {
	f := &iniFile{iniOptions: o, keys: map[string][]string{}, values: map[string]map[string]*string{}}
	section, key := "", ""
	indent := 0
	parsingError := func(line int, text string) error {
		return value.Errorf("ParsingError", "Source contains parsing errors: %s\n\t[line %2d]: %s", repr(path), line, repr(text+"\n"))
	}
	var lines []string // of the value that is read
	flush := func() {
		if key == "" || section == "" {
			return
		}
		if v := f.values[section][key]; v != nil {
			joined := value.RStrip(strings.Join(lines, "\n"), "")
			f.values[section][key] = &joined
		}
		lines = nil
	}
	for i, raw := range value.Splitlines(text, false) {
		line := value.Strip(raw, "")
		if strings.HasPrefix(line, "#") || strings.HasPrefix(line, ";") {
			continue
		}
		if line == "" {
			if key != "" && len(lines) > 0 {
				lines = append(lines, "")
			}
			continue
		}
		at := len(raw) - len(value.LStrip(raw, ""))
		if section != "" && key != "" && at > indent {
			if f.values[section][key] == nil {
				return nil, parsingError(i+1, raw)
			}
			lines = append(lines, line)
			continue
		}
		indent = at
		if strings.HasPrefix(line, "[") && strings.Contains(line, "]") {
			flush()
			section, key = line[1:strings.LastIndexByte(line, ']')], ""
			if f.has(section) && section != "DEFAULT" {
				return nil, value.Errorf("DuplicateSectionError", "While reading from %s [line %2d]: section %s already exists", repr(path), i+1, repr(section))
			}
			if !f.has(section) {
				f.values[section] = map[string]*string{}
				if section != "DEFAULT" {
					f.sections = append(f.sections, section)
				}
			}
			continue
		}
		if section == "" {
			return nil, value.Errorf("MissingSectionHeaderError", "File contains no section headers.\nfile: %s, line: %d\n%s", repr(path), i+1, repr(raw+"\n"))
		}
		flush()
		sep := strings.IndexAny(line, "=:")
		if sep < 0 && !o.allowNoValue || sep == 0 {
			return nil, parsingError(i+1, raw)
		}
		var v *string
		if sep < 0 {
			key = f.name(line)
		} else {
			key = f.name(line[:sep])
			s := value.Strip(line[sep+1:], "")
			v, lines = &s, []string{s}
		}
		if _, dup := f.values[section][key]; dup {
			return nil, value.Errorf("DuplicateOptionError", "While reading from %s [line %2d]: option %s in section %s already exists", repr(path), i+1, repr(key), repr(section))
		}
		f.keys[section] = append(f.keys[section], key)
		f.values[section][key] = v
	}
	flush()
	return f, nil
}

// get gives a value with its %(names)s replaced; ok is false where the key is not there.
func (f *iniFile) get(section, key string) (v value.Value, ok bool, err error) {
	s, ok := f.raw(section, f.name(key))
	if !ok {
		return nil, false, nil
	}
	if s == nil {
		return value.None{}, true, nil
	}
	if !f.interpolation {
		return value.S(*s), true, nil
	}
	text, err := f.interpolate(section, f.name(key), *s, 1)
	return value.S(text), true, err
}

func (f *iniFile) raw(section, key string) (*string, bool) {
	if s, ok := f.values[section][key]; ok {
		return s, true
	}
	s, ok := f.values["DEFAULT"][key]
	return s, ok
}

func (f *iniFile) interpolate(section, key, s string, depth int) (string, error) {
	if depth > 10 {
		return "", value.Errorf("InterpolationDepthError", "Recursion limit exceeded in value substitution: option %s in section %s contains an interpolation key which cannot be substituted in 10 steps. Raw value: %s", repr(key), repr(section), repr(s))
	}
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '%')
		if i < 0 {
			b.WriteString(s)
			return b.String(), nil
		}
		b.WriteString(s[:i])
		s = s[i:]
		switch {
		case strings.HasPrefix(s, "%%"):
			b.WriteByte('%')
			s = s[2:]
		case strings.HasPrefix(s, "%("):
			end := strings.Index(s, ")s")
			if end < 0 {
				return "", value.Errorf("InterpolationSyntaxError", "bad interpolation variable reference %s", repr(s))
			}
			name := f.name(s[2:end])
			v, ok := f.raw(section, name)
			if !ok || v == nil {
				return "", value.Errorf("InterpolationMissingOptionError", "Bad value substitution: option %s in section %s contains an interpolation key %s which is not a valid option name. Raw value: %s", repr(key), repr(section), repr(name), repr(s))
			}
			inner, err := f.interpolate(section, key, *v, depth+1)
			if err != nil {
				return "", err
			}
			b.WriteString(inner)
			s = s[end+2:]
		default:
			return "", value.Errorf("InterpolationSyntaxError", "'%%' must be followed by '%%' or '(', found: %s", repr(s))
		}
	}
}

func lookupINI(c *jinja.Call) (value.Value, error) {
	if err := kwargsDefined(c); err != nil {
		return nil, err
	}
	out := &value.List{}
	opts := c.Kwargs.Copy()
	for _, term := range c.Args {
		key, ok := str(term)
		if !ok {
			return nil, typeError("argument of type '%s' is not iterable", value.TypeName(term))
		}
		if strings.Contains(key, "=") || strings.Contains(value.Strip(key, ""), " ") {
			var err error
			if key, err = iniTerm(key, opts); err != nil {
				return nil, err
			}
		}
		inner := *c
		inner.Kwargs = opts
		if err := iniValue(&inner, key, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// iniNames are the options that a term may set inline.
var iniNames = [...]string{"type", "file", "section", "re", "encoding", "default", "case_sensitive", "allow_no_value", "interpolation"}

// iniTerm reads "key section=x file=y": words without an option belong to what stands before them.
func iniTerm(term string, opts *value.Dict) (key string, err error) {
	type part struct{ name, text string }
	var parts []*part
	current := "key"
	for i, phrase := range value.Split(term, "", -1) {
		if strings.Contains(phrase, "=") {
			for _, n := range iniNames {
				if strings.Contains(phrase, n+"=") {
					current = n
				}
			}
		}
		var found *part
		for _, p := range parts {
			if p.name == current {
				found = p
			}
		}
		if i == 0 || found == nil {
			parts = append(parts, &part{current, phrase})
		} else {
			found.text += " " + phrase
		}
	}
	key = term
	updated := false
	for _, p := range parts {
		name, v, has := strings.Cut(p.text, "=")
		switch {
		case has && strings.Contains(v, "="):
			return "", &jinja.Error{Class: "ValueError", Message: "Could not use " + repr(p.text) + ".", Cause: valueError("too many values to unpack (expected 2)")}
		case has:
			known := false
			for _, n := range iniNames {
				known = known || n == name
			}
			if !known {
				return "", ansibleError("%s is not a valid option.", repr(name))
			}
			opts.Put(name, value.S(v))
		case !updated:
			key, updated = p.text, true
		}
	}
	if !updated {
		return "", valueError("No key to look up was provided as first term within string inline options: %s", term)
	}
	return key, nil
}

func iniValue(c *jinja.Call, key string, out *value.List) error {
	switch v := option(c, "file", value.Str{}).(type) {
	case value.Str:
	case value.None:
		return value.Errorf("AnsibleParserError", "Invalid filename None.")
	default:
		return attributeError(v, "startswith")
	}
	var texts [4]string
	for i, o := range [...][2]string{{"type", "ini"}, {"file", "ansible.ini"}, {"section", "global"}, {"encoding", "utf-8"}} {
		s, err := textOption(c, o[0], o[1])
		if err != nil {
			return err
		}
		texts[i] = s
	}
	kind, name, section, encoding := texts[0], texts[1], texts[2], texts[3]
	var o iniOptions
	var isPattern bool
	for _, b := range []struct {
		name     string
		fallback bool
		to       *bool
	}{{"re", false, &isPattern}, {"case_sensitive", false, &o.caseSensitive}, {"allow_no_value", false, &o.allowNoValue}, {"interpolation", true, &o.interpolation}} {
		v, err := boolOption(c, b.name, b.fallback)
		if err != nil {
			return err
		}
		*b.to = v
	}
	if _, set := c.Kwargs.Get("allow_no_value"); !set {
		var err error
		if o.allowNoValue, err = boolOption(c, "allow_none", false); err != nil {
			return err
		}
	}
	p, found := findFile(c, "files", name)
	if !found {
		c.Warn("Unable to find '" + name + "' in expected paths (use -vvvvv to see paths)")
		return value.Errorf("AnsibleParserError", "Invalid filename None.")
	}
	text, err := readText(c, p)
	if err != nil {
		return err
	}
	if text, err = pytext.Decode([]byte(text), encoding); err != nil {
		return err
	}
	if kind == "properties" {
		section = "java_properties"
		text = "[java_properties]\n" + text
	}
	f, err := parseINI(text, "<???>", o)
	if err != nil {
		if e, ok := err.(*value.Error); ok && e.Class == "DuplicateOptionError" {
			return &jinja.Error{Class: "ValueError", Message: "Duplicate option in " + repr(name) + ".", Cause: err}
		}
		return err
	}
	if !f.has(section) && section != "DEFAULT" {
		return valueError("No section %s in %s.", repr(section), repr(name))
	}
	if isPattern {
		return iniMatches(f, section, key, out)
	}
	v, ok, err := f.get(section, key)
	if err != nil {
		return err
	}
	if !ok {
		v = option(c, "default", value.Str{})
	}
	switch x := v.(type) {
	case value.None:
	case *value.List:
		all, err := items(x)
		out.Items = append(out.Items, all...)
		return err
	default:
		out.Items = append(out.Items, v)
	}
	return nil
}

// iniMatches gives the values of all keys that match a pattern; those of DEFAULT come first.
func iniMatches(f *iniFile, section, pattern string, out *value.List) error {
	re, err := compile(value.S(pattern), nil, nil)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, s := range []string{"DEFAULT", section} {
		for _, k := range f.keys[s] {
			if seen[k] {
				continue
			}
			seen[k] = true
			m, err := re.Match(k)
			if err != nil {
				return pythonError(err)
			}
			if m == nil {
				continue
			}
			v, _, err := f.get(section, k)
			if err != nil {
				return err
			}
			out.Items = append(out.Items, v)
		}
	}
	return nil
}
