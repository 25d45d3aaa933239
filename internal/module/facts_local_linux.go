package module

import (
	"errors"
	"fmt"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// localFacts are the host's own: programs and files named *.fact that hold JSON or INI.
func localFacts(f *factRun) *value.Dict {
	local := &value.Dict{}
	dir := f.text("fact_path")
	if dir != "" && exists(dir) {
		files := glob(dir + "/*.fact")
		sort.Strings(files)
		for _, path := range files {
			local.Put(strings.ReplaceAll(filepath.Base(path), ".fact", ""), f.localFact(path))
		}
	}
	return value.NewDict("local", local)
}

func (f *factRun) localFact(path string) value.Value {
	bad := func(text string) value.Value {
		f.warn(text)
		return value.S(text)
	}
	st, err := stat(path)
	if err != nil {
		return bad("Could not stat fact (" + path + "): " + pythonError(err))
	}
	var out string
	if st.Mode&0o100 != 0 {
		rc, stdout, stderr, err := f.command(nil, path)
		if err != nil {
			return bad("Could not execute fact script (" + path + "): " + pythonError(err))
		}
		if rc != 0 {
			return bad("Failure executing fact script (" + path + "), rc: " + strconv.Itoa(rc) + ", err: " + stderr)
		}
		out = stdout
	} else {
		out, _ = fileText(path)
	}
	if !utf8.ValidString(out) {
		return bad("error loading fact - output of running \"" + path + "\" was not utf-8")
	}
	if v, err := value.FromJSON([]byte(out)); err == nil {
		return v
	}
	v, err := parseINI(out)
	switch {
	case errors.Is(err, errINI):
		return bad("error loading facts as JSON or ini - please check content: " + path)
	case err != nil:
		return bad("error loading facts as ini - please check content: " + path + " (" + err.Error() + ")")
	}
	return v
}

// parseINI reads text as Python's configparser does: sections with options in lower case, DEFAULT among all of them,
// continuation lines, %(name)s from the same section. Text that is no INI gives errINI.
func parseINI(text string) (*value.Dict, error) {
	sections, defaults := &value.Dict{}, &value.Dict{}
	var section *value.Dict
	var option string
	var indent int
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimRight(line, "\r \t")
		trimmed := strings.TrimLeft(line, " \t")
		if trimmed == "" {
			continue
		}
		if trimmed[0] == '#' || trimmed[0] == ';' {
			continue
		}
		depth := len(line) - len(trimmed)
		if section != nil && option != "" && depth > indent {
			v, _ := section.Get(option)
			section.Put(option, value.S(value.ToStr(v)+"\n"+trimmed))
			continue
		}
		indent = depth
		if trimmed[0] == '[' {
			end := strings.LastIndexByte(trimmed, ']')
			if end < 2 {
				return nil, errINI
			}
			name := trimmed[1:end]
			option = ""
			if name == "DEFAULT" {
				section = defaults
				continue
			}
			if _, ok := sections.Get(name); ok {
				return nil, errINI
			}
			section = &value.Dict{}
			sections.Put(name, section)
			continue
		}
		at := strings.IndexAny(trimmed, "=:")
		if section == nil || at <= 0 {
			return nil, errINI
		}
		option = strings.ToLower(strings.TrimSpace(trimmed[:at]))
		if _, ok := section.Get(option); ok {
			return nil, errINI
		}
		section.Put(option, value.S(strings.TrimSpace(trimmed[at+1:])))
	}
	for _, name := range sections.Keys() {
		v, _ := sections.GetValue(name)
		s := v.(*value.Dict)
		for k, d := range defaults.RawAll() {
			if _, ok := s.GetValue(k); !ok {
				s.Set(k, d)
			}
		}
		for _, k := range s.Keys() {
			text, err := interpolate(s, value.ToStr(name), value.ToStr(k), 0)
			if err != nil {
				return nil, err
			}
			s.Set(k, value.S(text))
		}
	}
	return sections, nil
}

var errINI = errors.New("not an INI file")

// interpolate replaces %(name)s and %% in a value; the errors are those of Python's configparser.
func interpolate(section *value.Dict, in, name string, depth int) (string, error) {
	v, _ := section.Get(name)
	text := value.ToStr(v)
	if !strings.Contains(text, "%") {
		return text, nil
	}
	if depth > 10 {
		return "", fmt.Errorf("Recursion limit exceeded in value substitution: option '%s' in section '%s' contains an interpolation key which cannot be substituted in 10 steps. Raw value: %s", name, in, value.Repr(v))
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			b.WriteByte(text[i])
			continue
		}
		rest := text[i+1:]
		switch {
		case strings.HasPrefix(rest, "%"):
			b.WriteByte('%')
			i++
		case strings.HasPrefix(rest, "("):
			end := strings.Index(rest, ")s")
			if end < 0 {
				return "", fmt.Errorf("bad interpolation variable reference %s", value.Repr(value.S(text[i:])))
			}
			other := strings.ToLower(rest[1:end])
			if _, ok := section.Get(other); !ok {
				return "", fmt.Errorf("Bad value substitution: option '%s' in section '%s' contains an interpolation key '%s' which is not a valid option name. Raw value: %s",
					name, in, other, value.Repr(v))
			}
			inner, err := interpolate(section, in, other, depth+1)
			if err != nil {
				return "", err
			}
			b.WriteString(inner)
			i += end + 2
		default:
			return "", fmt.Errorf("'%%' must be followed by '%%' or '(', found: %s", value.Repr(value.S(text[i:])))
		}
	}
	return b.String(), nil
}

// facterFacts are those of Puppet's facter, where it is installed.
func facterFacts(f *factRun) *value.Dict {
	program := ""
	for _, name := range []string{"cfacter", "facter"} {
		if program == "" {
			program = f.findProgram(name)
		}
		if path := "/opt/puppetlabs/bin/" + name; program == "" && accessible(path, accessExecute) {
			program = path
		}
	}
	if program == "" {
		return nil
	}
	rc, out, _, err := f.command(nil, program, "--puppet", "--json")
	if err == nil && rc != 0 {
		rc, out, _, err = f.command(nil, program, "--json")
	}
	if err != nil || rc != 0 {
		return nil
	}
	return f.jsonFacts(out, "facter")
}

// ohaiFacts are those of Chef's ohai, where it is installed.
func ohaiFacts(f *factRun) *value.Dict {
	out, ok := f.output("ohai")
	if !ok {
		return nil
	}
	return f.jsonFacts(out, "ohai")
}

func (f *factRun) jsonFacts(out, name string) *value.Dict {
	v, err := value.FromJSON([]byte(out))
	d, ok := v.(*value.Dict)
	if err != nil || !ok {
		f.warn("Failed to parse " + name + " facts")
		return nil
	}
	return d
}
