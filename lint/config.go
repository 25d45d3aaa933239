package lint

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// Config is the content of a .ansible-lint file, of the ignore file, and of the command line.
type Config struct {
	Path                           string // "" without a file
	SkipList                       []string
	WarnList                       []string
	EnableList                     []string
	ExcludePaths                   []string // relative to Dir
	Dir                            string   // the folder that paths in the file are relative to
	Tags                           []string // run only these rules
	Profile                        string
	Kinds                          []KindGlob
	MockModules                    []string
	TaskPrefix                     string // task_name_prefix
	Strict                         bool
	MaxTasks, MaxBlockDepth        int
	SupportedAlso                  []string // supported_ansible_also
	AllowCollections, AllowModules []string // only_builtins_allow_*
	LoopVarPrefix, VarPattern      string
	SARIFFile                      string              // where SARIF is to be written, too
	RuleExcludes                   map[string][]string // rules.<id>.exclude_paths
	Ignores                        map[string][]Ignore // the ignore file: path to its rules
	YAML                           YAMLConfig
	// Unsupported names what the file asks for and this linter does not do.
	Unsupported []string
}

// KindGlob is one entry of the `kinds` setting.
type KindGlob struct {
	Kind Kind
	Glob string
}

// Ignore is one line of the ignore file. Skip hides the finding instead of making it a warning.
type Ignore struct {
	Rule string
	Skip bool
}

// DefaultConfig is what holds without a configuration file.
func DefaultConfig() *Config {
	return &Config{WarnList: []string{"experimental", "jinja[spacing]", "fqcn[deep]"}, TaskPrefix: "{stem} | ", MaxTasks: 100, MaxBlockDepth: 20, YAML: defaultYAML()}
}

// ConfigError is a configuration file that cannot be used; the exit status is 3.
type ConfigError struct{ Path, Message string }

func (e *ConfigError) Error() string {
	return "Invalid configuration file " + e.Path + ". " + e.Message
}

// configNames are the files that are looked for, in this order, in each folder.
var configNames = []string{".ansible-lint", ".ansible-lint.yml", ".ansible-lint.yaml", ".config/ansible-lint.yml", ".config/ansible-lint.yaml"}

// FindConfig looks for a configuration file in dir and upwards, not beyond a folder that has a .git. It gives "" where
// there is none.
func FindConfig(fs source.FS, dir string) string {
	for {
		for _, name := range configNames {
			p := filepath.Join(dir, filepath.FromSlash(name))
			if info, err := fs.Stat(p); err == nil && !info.IsDir() {
				return p
			}
		}
		if _, err := fs.Stat(filepath.Join(dir, ".git")); err == nil {
			return ""
		}
		up := filepath.Dir(dir)
		if up == dir {
			return ""
		}
		dir = up
	}
}

// settingType is the type of a setting.
type settingType uint8

const (
	boolean settingType = iota
	number
	word
	nullableWord
	words
	mapping
	maps
)

// settings are the keys of a configuration file. Those with a note are accepted but change nothing here yet.
var settings = []struct {
	name string
	typ  settingType
	note string
}{
	{"display_relative_path", boolean, ""}, {"enable_list", words, ""}, {"exclude_paths", words, ""},
	{"extra_vars", mapping, ""}, {"kinds", maps, ""}, {"loop_var_prefix", word, ""},
	{"max_block_depth", number, ""}, {"max_tasks", number, ""}, {"mock_modules", words, ""},
	{"mock_roles", words, ""}, {"offline", boolean, ""},
	{"only_builtins_allow_collections", words, ""}, {"only_builtins_allow_modules", words, ""},
	{"profile", nullableWord, ""}, {"progressive", boolean, ""}, {"project_dir", nullableWord, ""}, {"quiet", boolean, ""},
	{"rules", mapping, ""}, {"rulesdir", words, "custom rules written in Python"}, {"sarif_file", nullableWord, ""},
	{"skip_action_validation", boolean, ""}, {"skip_list", words, ""}, {"strict", boolean, ""},
	{"supported_ansible_also", words, ""}, {"tags", words, ""}, {"task_name_prefix", word, ""}, {"use_default_rules", boolean, ""},
	{"var_naming_pattern", word, ""}, {"verbosity", number, ""}, {"warn_list", words, ""},
	{"write_exclude_list", words, ""}, {"write_list", words, ""},
}

// LoadConfig reads the configuration file at path ("" finds none) and the ignore file in dir.
func LoadConfig(fs source.FS, path, dir string) (*Config, error) {
	c := DefaultConfig()
	c.Dir = dir
	if path != "" && path != "/dev/null" {
		b, err := fs.ReadFile(path)
		if err != nil {
			return nil, &ConfigError{path, err.Error()}
		}
		c.Path = path
		c.Dir = filepath.Dir(path)
		if filepath.Base(c.Dir) == ".config" && !strings.HasPrefix(filepath.Base(path), ".") {
			c.Dir = filepath.Dir(c.Dir)
		}
		if err := c.read(source.NewFile(path, b)); err != nil {
			return nil, err
		}
	}
	if err := c.readIgnores(fs, dir); err != nil {
		return nil, err
	}
	return c, c.YAML.load(fs, dir)
}

func (c *Config) read(f *source.File) error {
	bad := func(format string, args ...any) error { return &ConfigError{f.Path, fmt.Sprintf(format, args...)} }
	t := yaml.Parse(f)
	if t.Err != nil {
		return bad("%s", t.Err.Error())
	}
	v, problems := t.Root().Value(f, yaml.Options{})
	for _, p := range problems {
		if p.Severity == 0 {
			return bad("%s", p.Message)
		}
	}
	d, ok := v.(*value.Dict)
	if !ok {
		return bad("$ %s is not of type 'object'.", value.Repr(v))
	}
	for k, v := range d.RawAll() {
		if err := c.set(value.ToStr(k), v, bad); err != nil {
			return err
		}
	}
	return nil
}

func (c *Config) set(name string, v value.Value, bad func(string, ...any) error) error {
	i := slices.IndexFunc(settings, func(s struct {
		name string
		typ  settingType
		note string
	}) bool {
		return s.name == name
	})
	if i < 0 {
		return bad("$ Additional properties are not allowed (%s was unexpected).", value.Repr(value.S(name)))
	}
	s := settings[i]
	wrong := func(want string) error { return bad("$.%s %s is not of type '%s'.", name, value.Repr(v), want) }
	var list []string
	switch s.typ {
	case boolean:
		if _, ok := v.(value.Bool); !ok {
			return wrong("boolean")
		}
	case number:
		if _, ok := v.(value.Int); !ok {
			return wrong("integer")
		}
	case word, nullableWord:
		if _, ok := v.(value.Str); !ok && !(s.typ == nullableWord && value.Equal(v, value.None{})) {
			return wrong("string")
		}
	case mapping:
		if _, ok := v.(*value.Dict); !ok {
			return wrong("object")
		}
	case words, maps:
		l, ok := v.(*value.List)
		if !ok {
			return wrong("array")
		}
		for i, item := range l.Items {
			if _, isMap := item.(*value.Dict); s.typ == maps && !isMap {
				return bad("$.%s[%d] %s is not of type 'object'.", name, i, value.Repr(item))
			}
			if s.typ == words {
				w, ok := item.(value.Str)
				if !ok {
					return bad("$.%s[%d] %s is not of type 'string'.", name, i, value.Repr(item))
				}
				list = append(list, w.S)
			}
		}
	}
	if s.note != "" && truthy(v) {
		c.Unsupported = append(c.Unsupported, name+": "+s.note)
	}
	switch name {
	case "skip_list":
		c.SkipList = current(list)
	case "warn_list":
		c.WarnList = append(current(list), c.WarnList...)
	case "enable_list":
		c.EnableList = current(list)
	case "tags":
		c.Tags = current(list)
	case "exclude_paths":
		c.ExcludePaths = list
	case "mock_modules":
		c.MockModules = list
	case "max_tasks":
		c.MaxTasks = int(v.(value.Int))
	case "max_block_depth":
		c.MaxBlockDepth = int(v.(value.Int))
	case "only_builtins_allow_collections":
		c.AllowCollections = list
	case "only_builtins_allow_modules":
		c.AllowModules = list
	case "loop_var_prefix":
		c.LoopVarPrefix = text(v)
		if _, err := regexp.Compile(strings.ReplaceAll(c.LoopVarPrefix, "{role}", "x")); err != nil {
			return bad("$.loop_var_prefix is not a pattern: %v.", err)
		}
	case "var_naming_pattern":
		c.VarPattern = text(v)
		if _, err := regexp.Compile(c.VarPattern); err != nil {
			return bad("$.var_naming_pattern is not a pattern: %v.", err)
		}
	case "supported_ansible_also":
		c.SupportedAlso = list
	case "sarif_file":
		c.SARIFFile = text(v)
	case "task_name_prefix":
		c.TaskPrefix = text(v)
	case "strict":
		c.Strict = truthy(v)
	case "profile":
		if p := text(v); p != "" {
			if !slices.Contains(profileNames, p) {
				return bad("$.profile %s is not one of %s.", value.Repr(v), strings.Join(profileNames, ", "))
			}
			c.Profile = p
		}
	case "kinds":
		for _, item := range v.(*value.List).Items {
			for k, g := range item.(*value.Dict).RawAll() {
				kind := value.ToStr(k)
				if !slices.Contains(kinds, kind) {
					return bad("$.kinds %q is no kind of file.", kind)
				}
				c.Kinds = append(c.Kinds, KindGlob{Kind(kind), text(g)})
			}
		}
	case "rules":
		return c.setRules(v.(*value.Dict), bad)
	}
	return nil
}

func (c *Config) setRules(d *value.Dict, bad func(string, ...any) error) error {
	c.RuleExcludes = map[string][]string{}
	for k, v := range d.RawAll() {
		id := value.ToStr(k)
		opts, ok := v.(*value.Dict)
		if !ok {
			return bad("$.rules.%s %s is not of type 'object'.", id, value.Repr(v))
		}
		for name, v := range opts.RawAll() {
			l, ok := v.(*value.List)
			if value.ToStr(name) != "exclude_paths" || !ok {
				return bad("$.rules.%s Additional properties are not allowed (%s was unexpected).", id, value.Repr(name))
			}
			for _, item := range l.Items {
				c.RuleExcludes[id] = append(c.RuleExcludes[id], text(item))
			}
		}
	}
	return nil
}

// current replaces old names of rules by their present ones.
func current(names []string) []string {
	out := make([]string, 0, len(names))
	for _, n := range names {
		for _, n := range strings.Split(n, ",") {
			if now, ok := renamed[n]; ok {
				n = now
			}
			out = append(out, n)
		}
	}
	return out
}

// readIgnores reads the ignore file of a project, if it has one.
func (c *Config) readIgnores(fs source.FS, dir string) error {
	for _, name := range []string{".ansible-lint-ignore", filepath.Join(".config", "ansible-lint-ignore.txt")} {
		p := filepath.Join(dir, name)
		if info, err := fs.Stat(p); err == nil && !info.IsDir() {
			return c.ReadIgnores(fs, p)
		}
	}
	return nil
}

// ReadIgnores reads an ignore file: "path rule" or "path rule skip" in each line.
func (c *Config) ReadIgnores(fs source.FS, path string) error {
	b, err := fs.ReadFile(path)
	if err != nil {
		return &ConfigError{path, err.Error()}
	}
	c.Ignores = map[string][]Ignore{}
	for _, line := range strings.Split(string(b), "\n") {
		entry, _, _ := strings.Cut(line, "#")
		fields := strings.Fields(entry)
		switch {
		case len(fields) == 0:
		case len(fields) == 2, len(fields) == 3 && fields[2] == "skip":
			c.Ignores[fields[0]] = append(c.Ignores[fields[0]], Ignore{fields[1], len(fields) == 3})
		default:
			return &ConfigError{path, fmt.Sprintf("Unable to parse line '%s': want \"path rule\" or \"path rule skip\".", line)}
		}
	}
	return nil
}

// runs tells whether a rule is to be run at all.
func (c *Config) runs(r *Rule) bool {
	if r.always() {
		return true
	}
	if r.OptIn && !slices.Contains(c.EnableList, r.ID) {
		return false
	}
	if c.Profile != "" && !inProfile(r.ID, c.Profile) && !slices.Contains(c.EnableList, r.ID) {
		return false
	}
	if slices.Contains(c.SkipList, r.ID) || slices.ContainsFunc(r.Tags, func(t string) bool { return slices.Contains(c.SkipList, t) }) {
		return false
	}
	return len(c.Tags) == 0 || slices.ContainsFunc(c.Tags, func(t string) bool { return r.Has(t) || slices.Contains(r.Tags, t) || strings.HasPrefix(t, r.ID+"[") })
}

// skips tells whether a finding is left out.
func (c *Config) skips(tag string, r *Rule) bool {
	if r.always() {
		return false
	}
	if slices.Contains(c.SkipList, tag) {
		return true
	}
	if len(c.Tags) == 0 || slices.Contains(c.Tags, tag) || slices.Contains(c.Tags, r.ID) {
		return false
	}
	return !slices.ContainsFunc(r.Tags, func(t string) bool { return slices.Contains(c.Tags, t) })
}

func (c *Config) level(tag string, r *Rule) Level {
	if slices.Contains(c.WarnList, tag) || slices.Contains(c.WarnList, r.ID) ||
		slices.ContainsFunc(r.Tags, func(t string) bool { return slices.Contains(c.WarnList, t) }) {
		return LevelWarning
	}
	return LevelError
}

func (c *Config) ignores(name, tag string) bool {
	return slices.ContainsFunc(c.Ignores[name], func(i Ignore) bool { return i.Rule == tag })
}

func (c *Config) ignoreSkips(name, tag string) bool {
	return slices.Contains(c.Ignores[name], Ignore{tag, true})
}

func (c *Config) ruleExcludes(r *Rule, f *File) bool {
	for _, g := range c.RuleExcludes[r.ID] {
		if matchPath(g, f.Name) {
			return true
		}
	}
	return false
}

// matchPath matches a pattern of exclude_paths: a folder, or a glob in which "*" passes slashes, too.
func matchPath(glob, name string) bool {
	glob = strings.TrimSuffix(filepath.ToSlash(glob), "/")
	if name == glob || strings.HasPrefix(name, glob+"/") {
		return true
	}
	if ok, _ := doublestar.Match(glob, name); ok {
		return true
	}
	ok, _ := doublestar.Match(strings.ReplaceAll(glob, "*", "**"), name)
	return ok
}

// excludeLines are the exclude_paths relative to dir, in the form of .gitignore lines.
func (c *Config) excludeLines(dir string) []string {
	var out []string
	rel, err := filepath.Rel(dir, c.Dir)
	if c.Dir == "" || err != nil {
		rel = "."
	}
	for _, p := range c.ExcludePaths {
		switch {
		case filepath.IsAbs(p):
			if r, err := filepath.Rel(dir, p); err == nil {
				p = "/" + filepath.ToSlash(r)
			}
		case rel != ".":
			p = filepath.ToSlash(filepath.Join(rel, p))
		default:
			p = strings.TrimPrefix(filepath.ToSlash(p), "./")
		}
		out = append(out, p)
	}
	return out
}
