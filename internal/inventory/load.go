package inventory

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/pyplugin"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// matchTimeout bounds the time of one match of a user's regular expression.
const matchTimeout = time.Second

// Options steer how sources are read. The zero value reads with ansible-core's defaults.
type Options struct {
	Ctx    context.Context // stops inventory scripts; nil means never
	Dir    string          // working directory that relative sources count from; "" is the process's
	Env    []string        // environment of inventory scripts; nil is the process's
	Engine *jinja.Engine   // for constructed and generator sources; nil: these are refused
	Python string          // ansible_python_interpreter of the implicit localhost; "" for none
	Extra  *value.Dict     // extra variables, for constructed sources with use_extra_vars
	// UseExtra is use_extra_vars of constructed sources that do not say it themselves.
	UseExtra bool
	Decrypt  func(ciphertext []byte) ([]byte, error)
	// Verbose gets messages that are shown from a verbosity on (3 is -vvv); may be nil.
	Verbose func(level int, message string)
	// Plugins runs inventory plugins that are written in Python; nil: there are none.
	Plugins *pyplugin.Host
	// Found is told what has been found so far before such a plugin speaks; may be nil.
	Found func(*Inventory, []diag.Diagnostic)
	// NoCache tells those plugins not to read their cache (--flush-cache, meta: refresh_inventory).
	NoCache bool
	// HideStderr drops what inventory scripts that succeed print on their error stream.
	HideStderr bool
	// VarsOf gives host_vars and group_vars for constructed sources with use_vars_plugins; may be nil.
	VarsOf func(i *Inventory, h *Host, sources []string) *value.Dict
	// Facts gives the cached facts of a host for constructed sources; may be nil.
	Facts func(host string) *value.Dict

	Enabled           []string // INVENTORY_ENABLED
	IgnoreExtensions  []string // INVENTORY_IGNORE_EXTS
	IgnorePatterns    []string // INVENTORY_IGNORE_PATTERNS
	YAMLExtensions    []string // yaml_valid_extensions
	TransformGroups   string   // TRANSFORM_INVALID_GROUP_CHARS
	PatternMismatch   string   // HOST_PATTERN_MISMATCH
	Merge             bool     // DEFAULT_HASH_BEHAVIOUR = merge
	UnparsedFailed    bool     // INVENTORY_UNPARSED_IS_FAILED
	AnyUnparsedFailed bool     // INVENTORY_ANY_UNPARSED_IS_FAILED
	NoUnparsedWarning bool     // INVENTORY_UNPARSED_WARNING = no
}

// DefaultEnabled are the plugins that are tried, in this order.
var DefaultEnabled = []string{"host_list", "script", "auto", "yaml", "ini", "toml"}

var defaultIgnored = []string{".pyc", ".pyo", ".swp", ".bak", "~", ".rpm", ".md", ".txt", ".rst", ".orig", ".cfg", ".retry"}

// YAMLExtensions are the extensions that the yaml plugin takes besides none.
var YAMLExtensions = []string{".yaml", ".yml", ".json"}

// reading is one call of Load.
type reading struct {
	fs   source.FS
	inv  *Inventory
	o    Options
	done []string // sources that were read, for constructed ones

	problems []diag.Diagnostic
}

// plugin reads one kind of source.
type plugin struct {
	name   string
	wants  func(r *reading, path string) bool
	parse  func(r *reading, path string) error
	config bool // a YAML file with `plugin:` selects it
}

// plugins lists the kinds of sources that we read.
func plugins() []plugin {
	return []plugin{
		{name: "host_list", wants: wantsList, parse: parseHostList},
		{name: "advanced_host_list", wants: wantsList, parse: parseAdvancedHostList},
		{name: "script", wants: wantsScript, parse: parseScript},
		{name: "auto", wants: wantsAuto, parse: parseAuto},
		{name: "yaml", wants: wantsYAML, parse: parseYAML},
		{name: "ini", wants: wantsINI, parse: parseINI},
		{name: "toml", wants: wantsTOML, parse: parseTOML},
		{name: "constructed", wants: wantsConfig, parse: parseConstructed, config: true},
		{name: "generator", wants: wantsConfig, parse: parseGenerator, config: true},
	}
}

func findPlugin(name string) *plugin {
	for _, prefix := range [...]string{"ansible.builtin.", "ansible.legacy."} {
		name = strings.TrimPrefix(name, prefix)
	}
	for _, p := range plugins() {
		if p.name == name {
			return &p
		}
	}
	return nil
}

// Load reads the sources in order. Faults of single sources are diagnostics: those of a plugin have the links of the chain
// of errors as Related, outermost first, with the places that ansible-core shows. Warnings and deprecations stand among them
// in their order. err is only for what stops the run.
func Load(fsys source.FS, sources []string, o Options) (*Inventory, []diag.Diagnostic, error) {
	inv := New()
	inv.python, inv.mode, inv.merge = o.Python, o.TransformGroups, o.Merge
	inv.strict, inv.quiet = o.PatternMismatch == "error", o.PatternMismatch == "ignore"
	if len(o.Enabled) == 0 {
		o.Enabled = DefaultEnabled
	}
	if len(o.IgnoreExtensions) == 0 {
		o.IgnoreExtensions = defaultIgnored
	}
	if len(o.YAMLExtensions) == 0 {
		o.YAMLExtensions = YAMLExtensions
	}
	r := &reading{fs: fsys, inv: inv, o: o}
	inv.found = func(d diag.Diagnostic) { r.problems = append(r.problems, d) }
	defer func() { inv.found = nil }()
	parsed := false
	for _, s := range sources {
		if s == "" {
			continue
		}
		if !strings.Contains(s, ",") {
			s = r.absolute(s)
		}
		inv.Sources = append(inv.Sources, s)
		ok, err := r.source(s)
		if err != nil {
			return inv, r.problems, err
		}
		parsed = parsed || ok
	}
	if parsed {
		if err := inv.Reconcile(); err != nil {
			return inv, r.problems, err
		}
	} else if o.UnparsedFailed {
		return inv, r.problems, errors.New("No inventory was parsed, please check your configuration and options.")
	} else if !o.NoUnparsedWarning {
		inv.warn("No inventory was parsed, only implicit localhost is available")
	}
	return inv, r.problems, nil
}

func (r *reading) absolute(path string) string {
	if rest, ok := strings.CutPrefix(path, "~"); ok && (rest == "" || rest[0] == '/') {
		if home, err := os.UserHomeDir(); err == nil {
			path = home + rest
		}
	}
	path = os.ExpandEnv(path)
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	if r.o.Dir != "" {
		return filepath.Join(r.o.Dir, path)
	}
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

func (r *reading) exists(path string) bool {
	_, err := r.fs.Stat(path)
	return err == nil
}

// ignored tells whether an entry of an inventory directory is passed over.
func (r *reading) ignored(name string) bool {
	if strings.HasPrefix(name, ".") || name == "host_vars" || name == "group_vars" || name == "vars_plugins" {
		return true
	}
	for _, ext := range r.o.IgnoreExtensions {
		if strings.HasSuffix(name, ext) {
			return true
		}
	}
	for _, p := range r.o.IgnorePatterns {
		if re, err := regexp.Compile(p); err == nil && re.MatchString(name) {
			return true
		}
	}
	return false
}

// source reads one source; a directory is read entry by entry.
func (r *reading) source(path string) (bool, error) {
	if info, err := r.fs.Stat(path); err == nil && info.IsDir() {
		entries, err := r.fs.ReadDir(path)
		if err != nil {
			return false, fmt.Errorf("read inventory directory %s: %w", path, err)
		}
		var names []string
		for _, e := range entries {
			if !r.ignored(e.Name()) {
				names = append(names, e.Name())
			}
		}
		slices.Sort(names)
		parsed := false
		for _, name := range names {
			ok, err := r.source(filepath.Join(path, name))
			if err != nil {
				return parsed, err
			}
			parsed = parsed || ok
		}
		if !parsed {
			return false, r.unparsed(path)
		}
		return true, nil
	}
	r.inv.current, r.inv.currentDir = path, ""
	if info, err := r.fs.Stat(path); err == nil && info.Mode().IsRegular() {
		r.inv.currentDir = filepath.Dir(path)
	}
	defer func() { r.inv.current, r.inv.currentDir = "", "" }()
	type failure struct {
		plugin string
		err    error
	}
	var failures []failure
	tried := false
	r.verbose(4, "setting up inventory plugins")
	for _, name := range r.o.Enabled {
		p := findPlugin(name)
		var err error
		if p == nil {
			known, wanted, perr := r.parsePython(name, path, false)
			if !known {
				r.inv.warn("Failed to load inventory plugin, skipping %s", name)
				continue
			}
			if err, tried = perr, true; !wanted {
				r.declined(name, path)
				continue
			}
		} else {
			tried = true
			if !p.wants(r, path) {
				r.declined(name, path)
				continue
			}
			err = p.parse(r, path)
		}
		if err == nil {
			r.done = append(r.done, path)
			r.verbose(3, "Parsed %s inventory source with %s plugin", path, name)
			return true, nil
		}
		failures = append(failures, failure{name, err})
	}
	if !tried {
		return false, errors.New("No inventory plugins available to generate inventory, make sure you have at least one enabled.")
	}
	if path == "/etc/ansible/hosts" && !r.exists(path) {
		return false, nil
	}
	for _, f := range failures {
		outer := fmt.Sprintf("Failed to parse inventory with '%s' plugin", f.plugin)
		origin := named(fmt.Sprintf("<inventory plugin '%s' with source '%s'>", f.plugin, path))
		var at source.Location
		var placed *placedError
		if errors.As(f.err, &placed) {
			switch at = placed.at; f.plugin {
			case "ini":
				origin = named(path)
			case "auto":
				origin = at
			}
		}
		r.problems = append(r.problems, diag.Diagnostic{
			Rule: "inventory", Severity: diag.Warning, At: at, Message: outer + ": " + f.err.Error(),
			Related: append([]diag.Related{{Message: outer + "."}}, links(f.err, origin)...),
		})
	}
	return false, r.unparsed(path)
}

// unparsed says that nothing could read a source: an error where the settings ask for one, else a warning.
func (r *reading) unparsed(path string) error {
	if r.o.AnyUnparsedFailed {
		return fmt.Errorf("Completely failed to parse inventory source %s", path)
	}
	r.problems = append(r.problems, diag.Diagnostic{Rule: "inventory", Severity: diag.Warning, Message: fmt.Sprintf("Unable to parse %s as an inventory source", path)})
	return nil
}

// declined tells that a plugin does not take the source.
func (r *reading) declined(plugin, path string) {
	switch plugin {
	case "host_list", "advanced_host_list", "auto":
	default:
		if !r.readable(path) {
			r.verbose(3, "Skipping due to inventory source not existing or not being readable by the current user")
		}
	}
	r.verbose(3, "%s declined parsing %s as it did not pass its verify_file() method", plugin, path)
}

// named is a place that has a name but no text.
func named(name string) source.Location { return source.Location{File: source.NewFile(name, nil)} }

// placedError is a fault at a place of an inventory file.
type placedError struct {
	at  source.Location
	err error
}

func (e *placedError) Error() string { return e.err.Error() }
func (e *placedError) Unwrap() error { return e.err }

// read gives the content of a source file, decrypted where it is vaulted.
func (r *reading) read(path string) (*source.File, error) {
	content, err := r.fs.ReadFile(path)
	if err != nil {
		return nil, err
	}
	secret := strings.HasPrefix(string(content[:min(len(content), 14)]), "$ANSIBLE_VAULT")
	if secret {
		if r.o.Decrypt == nil {
			return nil, errors.New("Attempting to decrypt but no vault secrets found.")
		}
		if content, err = r.o.Decrypt(content); err != nil {
			return nil, err
		}
	}
	f := source.NewFile(path, content)
	f.Secret = secret
	return f, nil
}

func (r *reading) verbose(level int, format string, args ...any) {
	if r.o.Verbose != nil {
		r.o.Verbose(level, fmt.Sprintf(format, args...))
	}
}

func wantsList(r *reading, path string) bool { return strings.Contains(path, ",") && !r.exists(path) }

func (r *reading) readable(path string) bool {
	info, err := r.fs.Stat(path)
	return err == nil && !info.IsDir()
}

// wordsError is a line of an INI inventory that cannot be split into words.
type wordsError struct {
	line string
	err  error
}

func (e *wordsError) Error() string {
	return fmt.Sprintf("Error parsing host definition '%s': %s", e.line, e.err)
}
