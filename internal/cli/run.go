package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/rehearse-dev/rehearse/internal/config"
	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner"
	"github.com/rehearse-dev/rehearse/runner/callback"
	"github.com/rehearse-dev/rehearse/runner/fault"
	"github.com/rehearse-dev/rehearse/runner/transport"
)

// runFlags are the options that run and adhoc have in common.
type runFlags struct {
	workspaceOptions
	verbosity                               int
	privateKey, user, connection            string
	timeout                                 int
	sshCommon, sshExtra, sftpExtra, scpArgs string
	askPass, askBecome                      bool
	passFile, becomePassFile                string
	become                                  bool
	becomeMethod, becomeUser                string
	check, diff                             bool
	limit                                   string
	listHosts, flushCache                   bool
	forks                                   int
	modulePaths                             []string
	output                                  string
	treeDir                                 string                 // --tree
	refusal                                 string                 // why the single task cannot be run
	deprecated                              []callback.Deprecation // options that are going
	cautions                                []string               // warnings about options
	stdout                                  string                 // callback that owns the screen where nobody chose one
}

func (f *runFlags) add(fl *pflag.FlagSet) {
	fl.CountVarP(&f.verbosity, "verbose", "v", "print more; repeat for more")
	fl.StringVar(&f.privateKey, "private-key", "", "use this file to authenticate the connection")
	fl.StringVarP(&f.user, "user", "u", "", "connect as this user")
	fl.StringVarP(&f.connection, "connection", "c", "", "connection type to use (default ssh)")
	fl.IntVarP(&f.timeout, "timeout", "T", 0, "connection timeout in seconds")
	fl.StringVar(&f.sshCommon, "ssh-common-args", "", "arguments for ssh, as in an ssh command line")
	fl.StringVar(&f.sshExtra, "ssh-extra-args", "", "further arguments for ssh")
	fl.StringVar(&f.sftpExtra, "sftp-extra-args", "", "not used: files travel over the one connection")
	fl.StringVar(&f.scpArgs, "scp-extra-args", "", "not used: files travel over the one connection")
	fl.BoolVarP(&f.askPass, "ask-pass", "k", false, "ask for the connection password")
	fl.StringVar(&f.passFile, "connection-password-file", "", "file with the connection password")
	fl.BoolVarP(&f.askBecome, "ask-become-pass", "K", false, "ask for the password of the other account")
	fl.StringVar(&f.becomePassFile, "become-password-file", "", "file with the password of the other account")
	fl.BoolVarP(&f.become, "become", "b", false, "run as another user")
	fl.StringVar(&f.becomeMethod, "become-method", "", "how to change the user: sudo or su (default sudo)")
	fl.StringVar(&f.becomeUser, "become-user", "", "user to run as (default root)")
	fl.BoolVarP(&f.check, "check", "C", false, "change nothing, predict what would change")
	fl.BoolVarP(&f.diff, "diff", "D", false, "show what changes in files")
	fl.StringArrayVarP(&f.inventories, "inventory", "i", nil, "inventory file or comma-separated hosts; may be repeated")
	fl.StringVarP(&f.limit, "limit", "l", "", "only the hosts that this pattern selects, too")
	fl.BoolVar(&f.listHosts, "list-hosts", false, "list the matching hosts and do nothing else")
	fl.BoolVar(&f.flushCache, "flush-cache", false, "forget the cached facts of all hosts")
	fl.StringArrayVarP(&f.extra, "extra-vars", "e", nil, "variables as key=value, YAML, JSON or @file; may be repeated")
	fl.StringArrayVar(&f.vaultIDs, "vault-id", nil, "vault identity; may be repeated")
	fl.StringArrayVar(&f.vaultFiles, "vault-password-file", nil, "file with the vault password")
	fl.BoolVarP(&f.askVault, "ask-vault-password", "J", false, "ask for the vault password")
	fl.IntVarP(&f.forks, "forks", "f", 0, "hosts to work on at a time (default 5)")
	fl.StringArrayVarP(&f.modulePaths, "module-path", "M", nil, "directories of modules, separated by colons")
	fl.StringVar(&f.output, "output", "text", "text, or json for one event per line")
	fl.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		switch name {
		case "key-file":
			name = "private-key"
		case "inventory-file":
			name = "inventory"
		case "vault-pass-file":
			name = "vault-password-file"
		case "ask-vault-pass":
			name = "ask-vault-password"
		case "conn-pass-file":
			name = "connection-password-file"
		case "become-pass-file":
			name = "become-password-file"
		}
		return pflag.NormalizedName(name)
	})
}

func runCommand(env *Env) *cobra.Command {
	f := &runFlags{}
	var tags, skip, only []string
	var fallback bool
	var o runner.Options
	cmd := &cobra.Command{
		Use:   "run [flags] PLAYBOOK...",
		Short: "Run playbooks",
		Long: "Run playbooks with the options, the output and the exit codes of ansible-playbook.\n\n" +
			"Exit codes: 0 all well, 1 an error, 2 a host failed, 4 a host was unreachable or a file cannot be parsed,\n" +
			"5 wrong options, 99 interrupted.",
		Args: cobra.MinimumNArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{"yml", "yaml"}, cobra.ShellCompDirectiveFilterFileExt
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Playbooks = args
			o.Tags, o.Skip = splitTags(tags), splitTags(skip)
			for _, p := range only {
				place, err := parsePlace(env.Dir, p)
				if err != nil {
					return &ExitError{Code: 5, Message: err.Error()}
				}
				o.Only = append(o.Only, place)
			}
			if fallback || env.Getenv("REHEARSE_FALLBACK") == "1" {
				o.Fallback = func(ctx context.Context, why string) int { return handOver(ctx, env, why) }
			}
			return f.run(cmd.Context(), env, o)
		},
	}
	fl := cmd.Flags()
	f.add(fl)
	fl.BoolVar(&fallback, "fallback", false, "hand the run to an installed ansible-playbook where something is not supported (REHEARSE_FALLBACK=1)")
	fl.StringArrayVarP(&tags, "tags", "t", nil, "only plays and tasks with these tags; may be repeated")
	fl.StringArrayVar(&skip, "skip-tags", nil, "only plays and tasks without these tags; may be repeated")
	fl.BoolVar(&o.ForceHandlers, "force-handlers", false, "run handlers even if a task fails")
	fl.BoolVar(&o.Syntax, "syntax-check", false, "check the playbook and do nothing else")
	fl.BoolVar(&o.ListTasks, "list-tasks", false, "list the tasks that would run")
	fl.BoolVar(&o.ListTags, "list-tags", false, "list all tags")
	fl.BoolVar(&o.Step, "step", false, "confirm each task")
	fl.StringVar(&o.StartAt, "start-at-task", "", "start at the task of this name")
	fl.StringArrayVar(&only, "task", nil, "run only the task at FILE:LINE; may be repeated")
	return cmd
}

func splitTags(list []string) []string {
	var out []string
	for _, item := range list {
		for t := range strings.SplitSeq(item, ",") {
			if t = strings.TrimSpace(t); t != "" {
				out = append(out, t)
			}
		}
	}
	return out
}

func parsePlace(dir, text string) (runner.Place, error) {
	i := strings.LastIndex(text, ":")
	p := runner.Place{}
	if i > 0 {
		if _, err := fmt.Sscanf(text[i+1:], "%d", &p.Line); err == nil && p.Line > 0 {
			p.Path = text[:i]
			if !filepath.IsAbs(p.Path) {
				p.Path = filepath.Join(dir, p.Path)
			}
			p.Path = filepath.Clean(p.Path)
			return p, nil
		}
	}
	return p, fmt.Errorf("--task takes FILE:LINE, not %q", text)
}

// display makes the output of a run for the streams of the process.
func (f *runFlags) display(env *Env) *callback.Display {
	width, live, color := 0, false, false
	if out, ok := env.Stdout.(*os.File); ok && term.IsTerminal(int(out.Fd())) {
		if w, _, err := term.GetSize(int(out.Fd())); err == nil {
			width = w
		}
		none := false
		boolEnv(env, &none, "ANSIBLE_NOCOLOR")
		color = !none && env.Getenv("NO_COLOR") == "" && env.Getenv("TERM") != "dumb"
		live = color && env.Getenv("ANSIBLE_DISPLAY_LIVE") != "0"
	}
	force := false
	if boolEnv(env, &force, "ANSIBLE_FORCE_COLOR"); force {
		color = true
	}
	d := callback.NewDisplay(direct(env.Stdout), env.Stderr, width, live)
	d.Color, d.Verbosity = color, f.verbosity
	return d
}

// colour follows the settings force_color and nocolor of a configuration file; those of the environment are known before.
func colour(d *callback.Display, c *config.Config) {
	if c.Bool("ANSIBLE_FORCE_COLOR") {
		d.Color = true
	} else if c.Bool("ANSIBLE_NOCOLOR") {
		d.Color = false
	}
	for _, name := range callback.Colors {
		if v := c.Get("COLOR_" + name); v.Origin.Kind != config.Default && v.Value != nil {
			if d.Palette == nil {
				d.Palette = map[string]string{}
			}
			d.Palette[name] = callback.Color(value.ToStr(v.Value))
		}
	}
}

// deprecations warns of the deprecated settings in use.
func deprecations(d *callback.Display, c *config.Config) {
	d.Deprecations = !off(c, "DEPRECATION_WARNINGS")
	for _, x := range c.Deprecations() {
		d.Deprecated(callback.Deprecation{Fault: fault.New(source.Location{}, "%s", x.Text), When: removedIn(x.Version)})
	}
}

// removedIn says when ansible-core drops a feature.
func removedIn(version string) string {
	return "This feature will be removed from ansible-core version " + version + "."
}

// run opens the workspace and hands over to the runner.
func (f *runFlags) run(parent context.Context, env *Env, o runner.Options) error {
	if err := controller(runtime.GOOS, "the runner"); err != nil {
		return err
	}
	ctx := env.context(parent)
	o.Display = f.display(env)
	defer o.Display.Flush()
	fail := func(code int, format string, args ...any) error {
		o.Display.Flush()
		o.Display.ShowErr("[ERROR]: "+fmt.Sprintf(format, args...), "")
		return &ExitError{Code: code}
	}
	for i, p := range o.Playbooks {
		if f.fs != nil {
			break // made up by the command itself
		}
		info, err := os.Stat(p)
		if err != nil {
			if strings.Count(p, ".") >= 2 && !strings.Contains(p, "/") {
				continue
			}
			return fail(1, "the playbook: %s could not be found", p)
		}
		if !(info.Mode().IsRegular() || info.Mode()&os.ModeNamedPipe != 0) {
			return fail(1, "the playbook: %s does not appear to be a file", p)
		}
		o.Playbooks[i] = p
	}
	if f.dir == "" && len(o.Playbooks) > 0 {
		f.dir = filepath.Dir(absIn(env.Dir, o.Playbooks[0]))
	}
	f.warn = func(msg string, at source.Location) { o.Display.Warning(fault.New(at, "%s", msg)) }
	f.caution = o.Display.Warning
	f.notes = displayNotes(o.Display)
	f.workspaceOptions.verbosity, f.columns = f.verbosity, o.Display.Columns
	f.found = func(inv *inventory.Inventory, found []diag.Diagnostic) { showInventory(o.Display, inv, found) }
	f.cliargs, f.noCache = f.commandLine(env, o), f.flushCache
	f.verbose = func(level int, msg string) { o.Display.Verbose(level-1, "", msg) }
	f.deprecate = func(d jinja.Deprecation) { o.Display.Deprecated(runner.Deprecated(d)) }
	f.configured = func(c *config.Config) {
		colour(o.Display, c)
		deprecations(o.Display, c)
		begin(env, c, o.Display)
		for _, text := range f.cautions {
			o.Display.Warn(text)
		}
	}
	for _, p := range f.modulePaths {
		f.modulePath = append(strings.Split(p, ":"), f.modulePath...) // a later one comes first
	}
	f.defaults(env, &o)
	if err := f.passwords(ctx, env, &o); err != nil {
		return err
	}
	for _, d := range f.deprecated {
		o.Display.Deprecated(d)
	}
	f.magic = f.magicVars(o)
	defer func() {
		if o.Display.Log != nil {
			o.Display.Log.Close()
		}
	}()
	w, err := openWorkspace(env, f.workspaceOptions)
	if err != nil {
		var e *ExitError
		if errors.As(err, &e) || broken(err) {
			return err
		}
		o.Display.Error(fault.From(err), true)
		return &ExitError{Code: 1}
	}
	defer w.close()
	for _, p := range o.Playbooks {
		dir := filepath.Dir(absIn(env.Dir, p))
		if w.addPlugins(dir); !slices.Contains(w.playbookDirs, dir) {
			w.playbookDirs = append(w.playbookDirs, dir)
		}
	}
	showInventory(o.Display, w.inventory, w.diags)
	o.Refresh = func() error {
		options := f.workspaceOptions
		options.noCache = true
		fresh, found, err := w.loadInventory(options)
		showInventory(o.Display, fresh, found)
		if err == nil {
			w.inventory.Become(fresh)
		}
		return err
	}
	f.apply(env, w, &o)
	o.Given = f.given(env, o)
	if o.Adhoc != "" {
		if done, err := f.adhocHosts(w, &o); done || err != nil {
			return err
		}
	} else if len(w.inventory.Group("all").Hosts()) == 0 && !off(w.config, "LOCALHOST_WARNING") {
		o.Display.Warn("provided hosts list is empty, only localhost is available. Note that the implicit localhost does not match 'all'")
	}
	if f.limit != "" {
		if o.Limit, err = inventory.ParseLimit(source.OS{}, f.limit); err != nil {
			return fail(1, "%s", err)
		}
		said := len(w.inventory.Warnings)
		all, err := w.inventory.Match("all")
		if err != nil {
			return fail(1, "%s", err)
		}
		if len(all) == 0 {
			all = append(all, w.inventory.Host("localhost"))
		}
		hosts, err := w.inventory.Within(all, o.Limit)
		if err != nil {
			return fail(1, "%s", err)
		}
		if len(hosts) == 0 && len(w.inventory.Group("all").Hosts()) > 0 {
			for _, text := range w.inventory.Warnings[said:] {
				o.Display.Warn(text)
			}
			return fail(1, "Specified inventory, host pattern and/or --limit leaves us with no hosts to target.")
		}
	}
	if err := f.callbacks(env, w, &o); err != nil {
		return err
	}
	if code := runner.Run(ctx, o); code != 0 {
		return &ExitError{Code: code}
	}
	return nil
}

func absIn(dir, p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(dir, p)
}

// magicVars are the variables that tell a playbook how it was started.
func (f *runFlags) magicVars(o runner.Options) *value.Dict {
	d := value.NewDict(
		"ansible_check_mode", value.Bool(f.check),
		"ansible_diff_mode", value.Bool(f.diff),
		"ansible_verbosity", value.Int(f.verbosity),
		"ansible_forks", value.Int(max(f.forks, 0)),
		"ansible_version", value.NewDict("string", value.S(runner.AnsibleVersion), "full", value.S(runner.AnsibleVersion), "major", value.Int(2), "minor", value.Int(19), "revision", value.Int(14)),
	)
	if f.forks == 0 {
		d.Put("ansible_forks", value.Int(5))
	}
	tags := o.Tags
	if len(tags) == 0 {
		tags = []string{"all"}
	}
	d.Put("ansible_run_tags", value.Strings(tags))
	d.Put("ansible_skip_tags", value.Strings(o.Skip))
	if f.limit != "" {
		d.Put("ansible_limit", value.S(f.limit))
	}
	return d
}

// apply turns flags, environment and configuration into the options of the run.
func (f *runFlags) apply(env *Env, w *workspace, o *runner.Options) {
	c := w.config
	o.FS, o.Config, o.Inventory, o.Engine, o.Store, o.Loader, o.Catalog = w.loader.FS, c, w.inventory, w.engine, w.store, w.loader, w.catalog
	o.Decrypt, o.Getenv, o.Stdin, o.Dir = w.secrets.Decrypt, env.Getenv, env.Stdin, env.Dir
	o.Plugins = w.plugins
	o.FlushCache = f.flushCache
	o.Check, o.Diff, o.Verbosity, o.ListHosts = f.check, f.diff || c.Bool("DIFF_ALWAYS"), f.verbosity, f.listHosts
	if len(o.Tags) == 0 {
		if o.Tags = c.Strings("TAGS_RUN"); len(o.Tags) == 0 {
			o.Tags = []string{"all"}
		}
	}
	if len(o.Skip) == 0 {
		o.Skip = c.Strings("TAGS_SKIP")
	}
	if o.Forks = f.forks; o.Forks == 0 {
		o.Forks = c.Int("DEFAULT_FORKS")
	}
	o.Connection, o.User, o.KeyFile = f.connection, f.user, f.privateKey
	if o.Connection == "" {
		o.Connection = c.String("DEFAULT_TRANSPORT")
	}
	if o.User == "" {
		o.User = c.String("DEFAULT_REMOTE_USER")
	}
	if o.KeyFile == "" {
		o.KeyFile = c.String("DEFAULT_PRIVATE_KEY_FILE")
	}
	o.Port = c.Int("DEFAULT_REMOTE_PORT")
	if o.Timeout = f.timeout; o.Timeout == 0 {
		o.Timeout = c.Int("DEFAULT_TIMEOUT")
	}
	o.SSHCommonArgs, o.SSHExtraArgs = f.sshCommon, f.sshExtra
	o.Become = f.become || c.Bool("DEFAULT_BECOME")
	o.BecomeUser, o.BecomeMethod = f.becomeUser, f.becomeMethod
	if o.BecomeUser == "" {
		o.BecomeUser = c.String("DEFAULT_BECOME_USER")
	}
	if o.BecomeMethod == "" {
		o.BecomeMethod = c.String("DEFAULT_BECOME_METHOD")
	}
	o.Terminal = env.terminal()
}

// cause is an error without the name of the file that it is about.
func cause(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}

// passwords reads what -k and -K ask for.
func (f *runFlags) passwords(ctx context.Context, env *Env, o *runner.Options) error {
	read := func(file string) (transport.Secret, error) {
		file = absIn(env.Dir, file)
		data, err := source.ReadSecret(file)
		if errors.Is(err, fs.ErrNotExist) {
			return "", &ExitError{Code: 1, Message: "[ERROR]: The password file " + file + " was not found"}
		} else if err != nil {
			return "", &ExitError{Code: 1, Message: fmt.Sprintf("[ERROR]: Could not read the password file %s: %v", file, cause(err))}
		}
		return transport.Secret(strings.TrimSpace(string(data))), nil
	}
	var err error
	if f.askPass {
		p, err := env.terminal().Secret(ctx, "SSH password: ")
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		o.ConnectionPassword = transport.Secret(p)
	} else if f.passFile != "" {
		if o.ConnectionPassword, err = read(f.passFile); err != nil {
			return err
		}
	}
	if f.askBecome {
		prompt := "BECOME password: "
		if f.askPass {
			prompt = "BECOME password[defaults to SSH password]: "
		}
		p, err := env.terminal().Secret(ctx, prompt)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if o.BecomePassword = transport.Secret(p); p == "" && f.askPass {
			o.BecomePassword = o.ConnectionPassword
		}
	} else if f.becomePassFile != "" {
		if o.BecomePassword, err = read(f.becomePassFile); err != nil {
			return err
		}
	}
	return nil
}

// callbacks makes the callbacks that configuration and --output name.
func (f *runFlags) callbacks(env *Env, w *workspace, o *runner.Options) error {
	c := w.config
	s, err := f.callbackSettings(env, c)
	if err != nil {
		return err
	}
	name := c.String("DEFAULT_STDOUT_CALLBACK")
	if f.stdout != "" && (name == "" || name == "default" || f.stdout == "oneline" || !c.Bool("DEFAULT_LOAD_CALLBACK_PLUGINS")) {
		name = f.stdout
	}
	switch f.output {
	case "", "text":
	case "json":
		name = "events"
	default:
		return &ExitError{Code: 5, Message: fmt.Sprintf("--output takes text or json, not %q", f.output)}
	}
	if listing(o) && !callback.Native(name) {
		name = "default" // ansible-core loads none for a listing, either
	}
	if f.needsPython(w, o, name) {
		return f.pythonCallbacks(w, o, name, s)
	}
	main, err := callback.NewStdout(name, o.Display, s)
	if err != nil {
		return &ExitError{Code: 1, Message: "[ERROR]: " + err.Error()}
	}
	o.Begun = func() { tellCallbacks(o.Display, name) }
	o.Callbacks = []callback.Callback{main}
	if o.Display.Live() {
		o.Callbacks = append(o.Callbacks, &callback.Progress{Display: o.Display, Now: time.Now})
	}
	enabled := c.Strings("CALLBACKS_ENABLED")
	if listing(o) {
		enabled = nil // nothing runs that they could tell of
	}
	for _, n := range enabled {
		if slices.Contains(callback.Stdout, strings.TrimPrefix(n, "ansible.builtin.")) {
			continue // those own the screen; naming one here does nothing
		}
		cb, err := callback.NewEnabled(n, o.Display, s)
		if err != nil {
			o.Display.Warn("Skipping callback plugin '" + n + "', unable to load")
			continue
		}
		o.Callbacks = append(o.Callbacks, cb)
	}
	if f.treeDir != "" {
		cb, err := callback.NewEnabled("tree", o.Display, s)
		if err != nil {
			return err
		}
		o.Callbacks = append(o.Callbacks, cb)
	}
	return nil
}

// off tells whether somebody has turned a setting off.
func off(c *config.Config, name string) bool {
	return c.Get(name).Value == value.Value(value.Bool(false))
}

// boolEnv reads a boolean environment variable; it tells whether one was set.
func boolEnv(env *Env, to *bool, names ...string) bool {
	for _, n := range names {
		switch strings.ToLower(env.Getenv(n)) {
		case "":
			continue
		case "1", "true", "yes", "on", "y", "t":
			*to = true
		default:
			*to = false
		}
		return true
	}
	return false
}
