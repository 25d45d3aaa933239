package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/source"
)

// cfgFile is a parsed ansible.cfg: what Python's configparser sees, with places.
type cfgFile struct {
	file     *source.File
	sections map[string]map[string]entry
	order    []entry
}

type entry struct {
	section, key, text string
	at                 source.Location // the key
}

// get gives an option; options of [DEFAULT] hold in every section that exists.
func (f *cfgFile) get(section, key string) (entry, bool) {
	options, ok := f.sections[section]
	if !ok {
		return entry{}, false
	}
	if e, ok := options[strings.ToLower(key)]; ok {
		return e, true
	}
	e, ok := f.sections["DEFAULT"][strings.ToLower(key)]
	return e, ok
}

// parseCfg reads an INI file as configparser does with ";" as the sign of comments behind values: "#" and ";" start
// comments on lines of their own; indented lines go on with the value above; what is written twice is an error.
func parseCfg(file *source.File) (*cfgFile, error) {
	f := &cfgFile{file: file, sections: map[string]map[string]entry{"DEFAULT": {}}}
	bad := func(n int, format string, args ...any) error {
		return fmt.Errorf("Error reading config file (%s): %s [line %d]", file.Path, fmt.Sprintf(format, args...), n)
	}
	section, current := "", (*entry)(nil)
	seen := map[string]bool{}
	indent := 0
	flush := func() {
		if current != nil {
			current.text = strings.TrimRight(current.text, "\n")
			f.sections[current.section][current.key] = *current
			i := slices.IndexFunc(f.order, func(e entry) bool { return e.section == current.section && e.key == current.key })
			f.order[i] = *current
			current = nil
		}
	}
	for n := 1; n <= file.LineCount(); n++ {
		span := file.LineSpan(n)
		raw := file.Text(span)
		trimmed := strings.TrimSpace(raw)
		comment := strings.HasPrefix(trimmed, "#") || strings.HasPrefix(trimmed, ";")
		text := trimmed
		if comment {
			text = ""
		} else if i := inlineComment(raw); i >= 0 {
			text = strings.TrimSpace(raw[:i])
		}
		if text == "" {
			if !comment && trimmed == "" && current != nil {
				current.text += "\n"
			}
			continue
		}
		depth := len(raw) - len(strings.TrimLeft(raw, " \t"))
		if current != nil && depth > indent {
			current.text += "\n" + text
			continue
		}
		flush()
		indent = depth
		if strings.HasPrefix(text, "[") {
			end := strings.LastIndexByte(text, ']')
			if end < 0 {
				return f, bad(n, "File contains parsing errors: %q", text)
			}
			section = text[1:end]
			if seen[section] {
				return f, bad(n, "section '%s' already exists", section)
			}
			if section != "DEFAULT" {
				seen[section] = true
				f.sections[section] = map[string]entry{}
			}
			continue
		}
		if section == "" {
			return f, bad(n, "File contains no section headers: %q", text)
		}
		at := strings.IndexAny(text, "=:")
		if at <= 0 {
			return f, bad(n, "File contains parsing errors: %q", text)
		}
		key := strings.ToLower(strings.TrimSpace(text[:at]))
		if _, twice := f.sections[section][key]; twice {
			return f, bad(n, "option '%s' in section '%s' already exists", key, section)
		}
		start := span.Start + strings.Index(raw, strings.TrimSpace(text[:at]))
		current = &entry{section: section, key: key, text: strings.TrimSpace(text[at+1:]),
			at: source.Location{File: file, Span: source.Span{Start: start, End: start + len(key)}}}
		f.sections[section][key] = *current
		f.order = append(f.order, *current)
	}
	flush()
	return f, nil
}

// inlineComment finds a ";" that starts a comment: at the start of the line or behind a blank.
func inlineComment(line string) int {
	for i := 0; i < len(line); i++ {
		if line[i] == ';' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') {
			return i
		}
	}
	return -1
}

// Unknown lists the options of ansible.cfg that no setting of the table has, as "[section] key". Sections of plugins that
// are not in the table are left out.
func (c *Config) Unknown() []Origin {
	if c.file == nil {
		return nil
	}
	known, sections := map[Ini]bool{}, map[string]bool{}
	for i := range Settings {
		for _, e := range Settings[i].Ini {
			known[Ini{e.Section, strings.ToLower(e.Key)}] = true
			sections[e.Section] = true
		}
	}
	var out []Origin
	for _, e := range c.file.order {
		if sections[e.section] && !known[Ini{e.section, e.key}] {
			out = append(out, Origin{File, "[" + e.section + "] " + e.key, e.at})
		}
	}
	return out
}
