package cli

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"github.com/rehearse-dev/rehearse/internal/catalog"
	"github.com/rehearse-dev/rehearse/internal/config"
	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/factcache"
	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/jinja/lib"
	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/pyplugin"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/vars"
	"github.com/rehearse-dev/rehearse/internal/vault"
	"github.com/rehearse-dev/rehearse/runner/fault"
	"github.com/rehearse-dev/rehearse/runner/pymodule"
)

// workspace is what every command that evaluates variables works on: settings, passwords, hosts, templates, variables,
// playbooks, modules.
type workspace struct {
	env       *Env
	config    *config.Config
	secrets   *vault.Secrets
	inventory *inventory.Inventory
	engine    *jinja.Engine
	store     *vars.Store
	loader    *playbook.Loader
	catalog   *catalog.Catalog
	diags     []diag.Diagnostic
	// collections are the folders that hold ansible_collections: beside the playbook, then those of the settings.
	collections []string
	plugins     *pyplugin.Host      // the project's plugins in Python
	functions   *pyplugin.Functions // its filters, tests and lookups
	// playbookDirs are the folders beside which collections are looked for.
	playbookDirs []string
	warn         func(message string)
	extra        []vars.Layer // -e
}

// workspaceOptions are the parts of the command line that shape a workspace.
type workspaceOptions struct {
	inventories []string
	extra       []string
	vaultIDs    []string
	vaultFiles  []string
	askVault    bool
	modulePath  []string
	fs          source.FS // the machine's when nil
	dir         string    // of the playbook; the working directory when empty
	magic       *value.Dict
	configured  func(*config.Config) // called as soon as the settings are known
	warn        func(message string, at source.Location)
	caution     func(*fault.Fault) // a warning with its help
	deprecate   func(jinja.Deprecation)
	verbose     func(level int, message string) // -v, -vv, ...
	notes       pyplugin.Handler                // what plugins in Python say; nil: it goes to the error stream
	verbosity   int
	columns     int
	cliargs     *value.Dict                                   // the command line for plugins in Python, under ansible's names of the options
	unreadEnds  bool                                          // the command ends with what could not be read of the variables
	noCache     bool                                          // inventory plugins do not read their cache
	found       func(*inventory.Inventory, []diag.Diagnostic) // shows what reading the inventory has found so far; may be nil
}

// openWorkspace reads configuration, passwords and inventory. Nothing else is read before it is needed.
func openWorkspace(env *Env, o workspaceOptions) (*workspace, error) {
	w := &workspace{env: env}
	if o.fs == nil {
		o.fs = source.OS{}
	}
	var err error
	if w.config, err = loadConfig(env); err != nil {
		return nil, err
	}
	if err := invalidSetting(w.config); err != nil {
		return nil, err
	}
	if o.configured != nil {
		o.configured(w.config)
	}
	warn := o.warn
	if warn == nil {
		warn = func(string, source.Location) {}
	}
	if w.secrets, err = vaultSecrets(env, w.config, o, func(s string) { warn(s, source.Location{}) }); err != nil {
		if broken(err) {
			return nil, err
		}
		return nil, &ExitError{Code: 1, Message: "[ERROR]: " + err.Error()}
	}
	dir := o.dir
	if dir == "" {
		dir = env.Dir
	}
	w.warn = func(s string) { warn(s, source.Location{}) }
	w.collections = append([]string{filepath.Join(dir, "collections")}, w.config.Strings("COLLECTIONS_PATHS")...)
	w.openPlugins(o, dir)
	syntax, unknown := jinja.Options{KeepTrailingNewline: true}.WithExtensions(w.config.Strings("DEFAULT_JINJA2_EXTENSIONS"))
	if len(unknown) > 0 {
		return nil, &ExitError{Code: 1, Message: fmt.Sprintf("[ERROR]: the setting jinja2_extensions names %s, which is not supported: there are %s",
			unknown[0], strings.Join(jinja.Extensions, ", "))}
	}
	w.engine = jinja.New(jinja.Config{
		Options: syntax,
		Filters: lib.Filters(), Tests: lib.Tests(), Lookups: lib.Lookups(), Globals: lib.Globals(),
		FS: o.fs, LookupEnv: env.LookupEnv, Dir: dir, Warn: o.templateWarning(), Deprecate: o.deprecate,
		Decrypt: w.decrypt, Shadow: w.functions.Shadow, Find: w.functions.Find,
		SettingOf: w.setting,
		Setting: func(name string) (value.Value, bool) {
			v := w.config.Get(name)
			if i := strings.LastIndexByte(name, '/'); i >= 0 {
				v = w.config.Plugin(name[:i], name[i+1:])
			}
			return v.Value, v.Setting != nil
		},
		Untrusted:               distrust(w.config.String("_TEMPLAR_UNTRUSTED_TEMPLATE_BEHAVIOR"), o.caution),
		AllowBrokenConditionals: w.config.Bool("ALLOW_BROKEN_CONDITIONALS"),
	})
	extra, err := vars.ParseExtra(o.fs, env.Dir, o.extra, w.secrets.Decrypt)
	if err != nil {
		return nil, extraVarsError(err)
	}
	w.extra = extra
	if w.inventory, w.diags, err = w.loadInventory(o); err != nil {
		if o.found != nil {
			o.found(w.inventory, w.diags)
		}
		return nil, err
	}
	if o.magic != nil {
		w.describeSources(o)
	}
	w.store = vars.New(vars.Options{Plugins: w.varsPlugins(o.fs, dir), FileStage: w.fileStage(), FS: o.fs, Inventory: w.inventory, Engine: w.engine, Dir: dir, Extra: extra,
		Merge: w.config.String("DEFAULT_HASH_BEHAVIOUR") == "merge", Decrypt: w.secrets.Decrypt, Magic: o.magic,
		Python:        sync.OnceValue(func() string { return controllerPython(env) }),
		DuplicateKeys: w.config.String("DUPLICATE_YAML_DICT_KEY"), Precedence: w.config.Strings("VARIABLE_PRECEDENCE"), NoInject: w.noInject(),
		Report: func(d diag.Diagnostic) {
			if d.Severity != diag.Error || o.magic == nil && !o.unreadEnds { // a run ends with the error itself
				warn(d.Message, d.At)
			}
		}})
	if w.fileStage() != "task" || w.config.String("RUN_VARS_PLUGINS") == "start" {
		w.store.ReadStage()
	}
	w.loader = &playbook.Loader{DuplicateKeys: w.config.String("DUPLICATE_YAML_DICT_KEY"), FS: o.fs, Engine: w.engine, RolesPath: w.config.Strings("DEFAULT_ROLES_PATH"),
		Collections: w.collections, Decrypt: w.secrets.Decrypt, Warn: warn,
		Scope: func(p *playbook.Play, t *playbook.Task) jinja.Scope {
			return w.store.Scope(vars.Query{Play: p, Task: t})
		}}
	if w.config.Set("DEFAULT_PRIVATE_ROLE_VARS") {
		private := w.config.Bool("DEFAULT_PRIVATE_ROLE_VARS")
		w.loader.PrivateRoleVars = &private
	}
	library := append([]string(nil), o.modulePath...)
	library = append(library, filepath.Join(dir, "library"))
	rejected, err := w.rejectedModules(o.fs)
	if err != nil {
		return nil, err
	}
	w.catalog = catalog.New(catalog.Options{FS: o.fs, Rejected: rejected, CollectionsPath: w.collections,
		Library: library, Configured: w.config.Strings("DEFAULT_MODULE_PATH"),
		Actions: []string{filepath.Join(dir, "action_plugins")}, ConfiguredActions: w.config.Strings("DEFAULT_ACTION_PLUGIN_PATH"),
		Path: env.Getenv("PATH")})
	if o.verbose != nil {
		w.loader.OnImport = func(path string) { o.verbose(2, "statically imported: "+path) }
	}
	w.loader.Installed = w.catalog.Installed
	w.loader.OnPlaybook = func(path string) { // also those that are imported bring their modules and plugins
		w.catalog.AddLibrary(filepath.Join(path, "library"))
		w.catalog.AddActions(filepath.Join(path, "action_plugins"))
		if path != dir {
			w.addPlugins(path)
		}
	}
	w.loader.OnRole = func(path string) {
		w.catalog.AddLibrary(filepath.Join(path, "library"))
		w.catalog.AddActions(filepath.Join(path, "action_plugins"))
		w.addPlugins(path)
		w.roleVarsPlugins(o.fs, path)
	}
	return w, nil
}

// decrypt opens a vaulted scalar with the passwords of the command line and the configuration.
func (w *workspace) decrypt(v *value.Vault) (value.Value, error) {
	plain, err := w.secrets.Decrypt([]byte(v.Ciphertext))
	if err != nil {
		return nil, err
	}
	return value.Str{S: string(plain), At: v.At, Trusted: true}, nil
}

// close ends what the workspace has started.
func (w *workspace) close() { w.plugins.Close() }

// templateWarning shows what templates warn of, with their advice where the display has a place for it.
func (o *workspaceOptions) templateWarning() func(jinja.Caution) {
	return func(w jinja.Caution) {
		if o.caution != nil {
			f := fault.New(w.At, "%s", w.Message)
			f.Help = w.Help
			o.caution(f)
		} else if o.warn != nil {
			o.warn(w.Message, w.At)
		}
	}
}

// distrust says what happens to a text that looks like a template but is not evaluated: nothing, a warning or an error.
func distrust(behaviour string, caution func(*fault.Fault)) func(value.Str) error {
	switch {
	case behaviour == "warning" && caution != nil:
		return func(s value.Str) error {
			caution(fault.From(jinja.Distrusted(s)))
			return nil
		}
	case behaviour == "error":
		return jinja.Distrusted
	}
	return nil
}

// describeSources adds the magic variables that name the settings' file and the inventory's sources.
func (w *workspace) describeSources(o workspaceOptions) {
	o.magic.Put("ansible_config_file", value.None{})
	if w.config.Path != "" {
		o.magic.Put("ansible_config_file", value.S(w.config.Path))
	}
	sources := o.inventories
	if len(sources) == 0 {
		sources = w.config.Strings("DEFAULT_HOST_LIST")
	}
	list := &value.List{}
	for _, s := range sources {
		if !strings.Contains(s, ",") && !filepath.IsAbs(s) {
			s = filepath.Join(w.env.Dir, s)
		}
		list.Items = append(list.Items, value.S(s))
	}
	o.magic.Put("ansible_inventory_sources", list)
}

// controllerPython is the interpreter that ansible-core is installed for, or else the one on PATH.
func controllerPython(env *Env) string {
	if in, err := pymodule.Find(env.Getenv); err == nil && in.Python != "" {
		return in.Python
	}
	path, err := exec.LookPath("python3")
	if err != nil {
		return "/usr/bin/python3"
	}
	return path
}

// loadInventory reads the inventory that the options or the configuration name.
func (w *workspace) loadInventory(o workspaceOptions) (*inventory.Inventory, []diag.Diagnostic, error) {
	if o.fs == nil {
		o.fs = source.OS{}
	}
	sources := o.inventories
	if len(sources) == 0 {
		sources = w.config.Strings("DEFAULT_HOST_LIST")
	}
	return inventory.Load(o.fs, sources, inventory.Options{
		Dir: w.env.Dir, Engine: w.engine, Decrypt: w.secrets.Decrypt, Verbose: o.verbose, Plugins: w.plugins, NoCache: o.noCache, Found: o.found, Extra: w.extraVars(), UseExtra: w.config.Plugin("inventory/constructed", "use_extra_vars").Value == value.Value(value.Bool(true)),
		HideStderr: w.config.Plugin("inventory/script", "always_show_stderr").Value == value.Value(value.Bool(false)),
		VarsOf: func(i *inventory.Inventory, h *inventory.Host, sources []string) *value.Dict {
			return vars.Beside(o.fs, i, h, sources, w.secrets.Decrypt)
		},
		Facts:   w.cachedFacts(o.fs, o.warn),
		Enabled: w.config.Strings("INVENTORY_ENABLED"), IgnoreExtensions: w.config.Strings("INVENTORY_IGNORE_EXTS"),
		IgnorePatterns: w.config.Strings("INVENTORY_IGNORE_PATTERNS"), TransformGroups: w.config.String("TRANSFORM_INVALID_GROUP_CHARS"),
		PatternMismatch: w.config.String("HOST_PATTERN_MISMATCH"), Merge: w.config.String("DEFAULT_HASH_BEHAVIOUR") == "merge", UnparsedFailed: w.config.Bool("INVENTORY_UNPARSED_IS_FAILED"),
		AnyUnparsedFailed: w.config.Bool("INVENTORY_ANY_UNPARSED_IS_FAILED"),
		NoUnparsedWarning: w.config.Get("INVENTORY_UNPARSED_WARNING").Value == value.Value(value.Bool(false)),
	})
}

// cachedFacts reads the facts that earlier runs have kept; the cache is opened when the first host is asked for.
func (w *workspace) cachedFacts(fsys source.FS, warn func(string, source.Location)) func(host string) *value.Dict {
	said := func(text string) {
		if warn != nil {
			warn(text, source.Location{})
		}
	}
	open := sync.OnceValue(func() factcache.Cache {
		c, err := factcache.Open(w.config, fsys, w.plugins, said)
		if err != nil {
			said(err.Error())
		}
		return c
	})
	return func(host string) *value.Dict {
		c := open()
		if c == nil {
			return nil
		}
		d, err := c.Get(host)
		if err != nil {
			said(err.Error())
		}
		return d
	}
}

func (w *workspace) noInject() bool {
	v := w.config.Get("INJECT_FACTS_AS_VARS").Value
	return v == value.Value(value.Bool(false))
}
