package module

import (
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
	v, ok := parseINI(out)
	if !ok {
		return bad("error loading facts as JSON or ini - please check content: " + path)
	}
	return v
}

// parseINI reads text as Python's configparser does: sections with options in lower case, DEFAULT among all of them,
// continuation lines, %(name)s from the same section.
func parseINI(text string) (*value.Dict, bool) {
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
				return nil, false
			}
			name := trimmed[1:end]
			option = ""
			if name == "DEFAULT" {
				section = defaults
				continue
			}
			if _, ok := sections.Get(name); ok {
				return nil, false
			}
			section = &value.Dict{}
			sections.Put(name, section)
			continue
		}
		at := strings.IndexAny(trimmed, "=:")
		if section == nil || at <= 0 {
			return nil, false
		}
		option = strings.ToLower(strings.TrimSpace(trimmed[:at]))
		if _, ok := section.Get(option); ok {
			return nil, false
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
			text, ok := interpolate(s, value.ToStr(k), 0)
			if !ok {
				return nil, false
			}
			s.Set(k, value.S(text))
		}
	}
	return sections, true
}

// interpolate replaces %(name)s and %% in a value.
func interpolate(section *value.Dict, name string, depth int) (string, bool) {
	v, ok := section.Get(name)
	if !ok || depth > 10 {
		return "", false
	}
	text := value.ToStr(v)
	if !strings.Contains(text, "%") {
		return text, true
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
				return "", false
			}
			inner, ok := interpolate(section, strings.ToLower(rest[1:end]), depth+1)
			if !ok {
				return "", false
			}
			b.WriteString(inner)
			i += end + 2
		default:
			return "", false
		}
	}
	return b.String(), true
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
