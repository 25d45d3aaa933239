package lint

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// YAMLConfig are the settings of yamllint's checks: ansible-lint's own, changed by the project's .yamllint file.
type YAMLConfig struct {
	Rules       map[string]*yamlRuleConfig // the checks that run
	Ignore      []ignorePattern            // files that are left alone
	Unsupported []string                   // checks that the file asks for and that are not there
}

// yamlRuleConfig are the options of one check.
type yamlRuleConfig struct {
	nums    map[string]int
	allowed []string // truthy: allowed-values
	keys    bool     // truthy: check-keys
	dash    dash     // indentation: indent-sequences
	start   bool     // comments: require-starting-space
	words   bool     // line-length: allow-non-breakable-words
	ignore  []ignorePattern
}

// dash says how lists below a key are to be indented.
type dash uint8

const (
	dashIndented dash = iota
	dashFlush
	dashAny
	dashUnknown // as the first list of the file
)

// yamllintDefaults are yamllint's settings; ansible-lint changes some of them.
func yamllintDefaults() map[string]*yamlRuleConfig {
	nums := func(pairs ...any) *yamlRuleConfig {
		r := &yamlRuleConfig{nums: map[string]int{}}
		for i := 0; i < len(pairs); i += 2 {
			r.nums[pairs[i].(string)] = pairs[i+1].(int)
		}
		return r
	}
	m := map[string]*yamlRuleConfig{
		"braces":      nums("min-spaces-inside", 0, "max-spaces-inside", 0, "min-spaces-inside-empty", -1, "max-spaces-inside-empty", -1),
		"brackets":    nums("min-spaces-inside", 0, "max-spaces-inside", 0, "min-spaces-inside-empty", -1, "max-spaces-inside-empty", -1),
		"colons":      nums("max-spaces-before", 0, "max-spaces-after", 1),
		"commas":      nums("max-spaces-before", 0, "min-spaces-after", 1, "max-spaces-after", 1),
		"comments":    nums("min-spaces-from-content", 2),
		"empty-lines": nums("max", 2, "max-start", 0, "max-end", 0),
		"hyphens":     nums("max-spaces-after", 1),
		"indentation": nums("spaces", 0), "key-duplicates": nums("forbid-duplicated-merge-keys", 0),
		"line-length": nums("max", 80), "new-line-at-end-of-file": nums(), "trailing-spaces": nums(), "truthy": nums(),
	}
	m["document-start"], m["comments-indentation"] = nums("present", 1), nums()
	m["truthy"].allowed, m["truthy"].keys = []string{"true", "false"}, true
	m["comments"].start = true
	m["line-length"].words = true
	return m
}

func defaultYAML() YAMLConfig {
	m := yamllintDefaults()
	m["comments"].nums["min-spaces-from-content"] = 1
	m["line-length"].nums["max"] = 160
	m["braces"].nums["max-spaces-inside"] = 1
	m["octal-values"] = &yamlRuleConfig{nums: map[string]int{"forbid-implicit-octal": 1, "forbid-explicit-octal": 1}}
	delete(m, "document-start")
	delete(m, "comments-indentation")
	return YAMLConfig{Rules: m}
}

// load reads the project's .yamllint file.
func (c *YAMLConfig) load(fs source.FS, dir string) error {
	for _, name := range []string{".yamllint", ".yamllint.yaml", ".yamllint.yml"} {
		p := filepath.Join(dir, name)
		b, err := fs.ReadFile(p)
		if err != nil {
			continue
		}
		f := source.NewFile(p, b)
		t := yaml.Parse(f)
		if t.Err != nil {
			return &ConfigError{p, "invalid config: " + t.Err.Error()}
		}
		v, _ := t.Root().Value(f, yaml.Options{})
		d, ok := v.(*value.Dict)
		if !ok {
			return &ConfigError{p, "invalid config: not a mapping"}
		}
		c.Ignore = ignoreLines(d)
		if base, ok := d.Raw("extends"); ok && text(base) == "default" {
			for name, r := range yamllintDefaults() {
				c.Rules[name] = r
			}
		} else if ok && text(base) != "relaxed" {
			return &ConfigError{p, fmt.Sprintf("extends: %s is not supported: only default and relaxed are", value.Repr(base))}
		} else if ok {
			c.relax()
		}
		rules, _ := d.Raw("rules")
		rd, _ := rules.(*value.Dict)
		for k, v := range rd.RawAll() {
			if err := c.set(value.ToStr(k), v, p); err != nil {
				return err
			}
		}
		return nil
	}
	return nil
}

// relax is yamllint's configuration "relaxed".
func (c *YAMLConfig) relax() {
	for name, r := range yamllintDefaults() {
		c.Rules[name] = r
	}
	for _, name := range []string{"comments", "comments-indentation", "document-start", "truthy"} {
		delete(c.Rules, name)
	}
	c.Rules["indentation"].dash = dashUnknown
	c.Rules["braces"].nums["max-spaces-inside"], c.Rules["brackets"].nums["max-spaces-inside"] = 1, 1
}

// yamllintOther are yamllint's checks that are not there.
var yamllintOther = []string{"anchors", "document-end", "empty-values", "float-values", "key-ordering", "new-lines", "quoted-strings"}

func (c *YAMLConfig) set(name string, v value.Value, file string) error {
	off := value.Equal(v, value.Bool(false)) || text(v) == "disable"
	if slices.Contains(yamllintOther, name) {
		c.Unsupported = slices.DeleteFunc(c.Unsupported, func(s string) bool { return s == name })
		if !off && name != "anchors" && name != "new-lines" {
			c.Unsupported = append(c.Unsupported, name)
		}
		return nil
	}
	defaults := yamllintDefaults()
	defaults["octal-values"] = defaultYAML().Rules["octal-values"]
	if defaults[name] == nil {
		return &ConfigError{file, fmt.Sprintf("invalid config: no such rule: \"%s\"", name)}
	}
	if off {
		delete(c.Rules, name)
		return nil
	}
	r := c.Rules[name]
	if r == nil {
		r = defaults[name]
		c.Rules[name] = r
	}
	d, ok := v.(*value.Dict)
	if !ok {
		if text(v) != "enable" && !value.Equal(v, value.Bool(true)) {
			return &ConfigError{file, fmt.Sprintf("invalid config: rule \"%s\": should be either \"enable\", \"disable\" or a mapping", name)}
		}
		return nil
	}
	for k, v := range d.RawAll() {
		switch key := value.ToStr(k); key {
		case "level":
		case "ignore", "ignore-from-file":
			r.ignore = ignoreLines(d)
		case "allowed-values":
			r.allowed = nil
			if l, ok := v.(*value.List); ok {
				for _, item := range l.Items {
					r.allowed = append(r.allowed, text(item))
				}
			}
		case "check-keys":
			r.keys = truthy(v)
		case "require-starting-space":
			r.start = truthy(v)
		case "allow-non-breakable-words":
			r.words = truthy(v)
		case "indent-sequences":
			switch {
			case text(v) == "whatever":
				r.dash = dashAny
			case text(v) == "consistent":
				r.dash = dashUnknown
			case truthy(v):
				r.dash = dashIndented
			default:
				r.dash = dashFlush
			}
		default:
			switch n := v.(type) {
			case value.Int:
				r.nums[key] = int(n)
			case value.Bool:
				r.nums[key] = 0
				if n {
					r.nums[key] = 1
				}
			case value.Str:
				if n.S != "consistent" {
					c.Unsupported = append(c.Unsupported, name+": "+key)
				}
				r.nums[key] = 0
			}
			if strings.HasPrefix(key, "allow-") || key == "forbid" || key == "check-multi-line-strings" || key == "type" {
				if r.nums[key] != 0 {
					c.Unsupported = append(c.Unsupported, name+": "+key)
				}
			}
		}
	}
	return nil
}
