package cli

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rehearse-dev/rehearse/internal/config"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
	"github.com/rehearse-dev/rehearse/runner/callback"
)

// configRun is one call of a config command.
type configRun struct {
	env     *Env
	file    string
	kind    string
	format  string
	changed bool
	// disabled comments out what init prints.
	disabled bool

	// plugins are those that are named, as "become/sudo"; chosen tells that only they are meant.
	plugins []string
	chosen  bool

	config *config.Config
}

func configCommand(env *Env) *cobra.Command {
	c := &configRun{env: env}
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Show the settings and where each comes from, as ansible-config does",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return &ExitError{2, "argument action: one of dump, list, validate, view is required"}
		},
	}
	var dumpFormat, listFormat, validateFormat string
	with := func(format *string, run func() error) func() error {
		return func() error {
			c.format = *format
			return run()
		}
	}
	dump := c.command("dump", "Show every setting with its value and origin", with(&dumpFormat, c.dump))
	dump.Flags().BoolVar(&c.changed, "only-changed", false, "leave out the settings that have their default")
	dump.Flags().BoolVar(&c.changed, "changed-only", false, "the same as --only-changed")
	dump.Flags().StringVarP(&dumpFormat, "format", "f", "display", "display, json or yaml")
	list := c.command("list", "Show every setting that there is, with type, default and the places that set it", with(&listFormat, c.list))
	list.Flags().StringVarP(&listFormat, "format", "f", "yaml", "json or yaml")
	validate := c.command("validate", "Name the keys of ansible.cfg, or the environment variables, that no setting has", with(&validateFormat, c.validate))
	validate.Flags().StringVarP(&validateFormat, "format", "f", "ini", "ini or env")
	var initFormat string
	initial := c.command("init", "Print an ansible.cfg with every setting and its default", with(&initFormat, c.initial))
	initial.Flags().StringVarP(&initFormat, "format", "f", "ini", "ini, env or vars")
	initial.Flags().BoolVar(&c.disabled, "disabled", false, "put every setting behind a comment sign")
	cmd.AddCommand(dump, list, validate, initial, c.command("view", "Show the ansible.cfg in use", c.view))
	return cmd
}

func (c *configRun) command(use, short string, run func() error) *cobra.Command {
	cmd := &cobra.Command{Use: use + " [PLUGIN...]", Short: short, Args: cobra.ArbitraryArgs, RunE: func(cmd *cobra.Command, args []string) error {
		if !slices.Contains(configKinds, c.kind) {
			return &ExitError{2, fmt.Sprintf("argument -t/--type: invalid choice: '%s' (choose from '%s')", c.kind, strings.Join(configKinds, "', '"))}
		}
		env := *c.env
		if c.file != "" {
			c.file = absIn(c.env.Dir, c.file)
			if f, err := os.Open(c.file); err != nil {
				return &ExitError{usageError, "[ERROR]: The provided configuration file is missing or not accessible: " + c.file}
			} else if err := f.Close(); err != nil {
				return err
			}
			env.Getenv = func(name string) string {
				if name == "ANSIBLE_CONFIG" {
					return c.file
				}
				return c.env.Getenv(name)
			}
		}
		var err error
		if c.config, err = loadConfig(&env); err != nil {
			return &ExitError{usageError, "[ERROR]: " + err.Error()}
		}
		if err := invalidSetting(c.config); err != nil {
			return err
		}
		c.choose(args)
		if n, err := cmd.Flags().GetCount("verbose"); err == nil && n > 0 {
			d := callback.NewDisplay(c.env.Stdout, c.env.Stderr, 0, false)
			d.Verbosity = n
			top(c.env, c.config, d)
			d.Flush()
		}
		return run()
	}}
	f := cmd.Flags()
	f.StringVarP(&c.file, "config", "c", "", "the ansible.cfg to look at instead of the one that is found")
	f.StringVarP(&c.kind, "type", "t", "base", "settings of ansible-core (base), of one kind of plugin, or all")
	f.CountP("verbose", "v", "say which ansible.cfg is read; -vv with the version")
	return cmd
}

// pluginKinds are the kinds of plugins that can have settings.
var pluginKinds = []string{"become", "cache", "callback", "cliconf", "connection", "httpapi", "inventory", "lookup", "netconf", "shell", "vars"}

// configKinds are what -t takes.
var configKinds = append([]string{"all", "base"}, pluginKinds...)

// choose keeps the plugins that are named; without -t they mean nothing, as with ansible-config.
func (c *configRun) choose(names []string) {
	if c.kind == "base" || c.kind == "all" {
		return
	}
	for _, name := range names {
		if id := c.kind + "/" + strings.TrimPrefix(name, "ansible.builtin."); slices.Contains(config.Plugins, id) {
			c.plugins = append(c.plugins, id)
		} else {
			fmt.Fprintf(c.env.Stderr, "[WARNING]: Skipping %s as we could not find matching plugin\n", name)
		}
	}
	c.chosen = len(names) > 0
}

// group is the settings of ansible-core or of one plugin.
type group struct {
	name     string // "" for ansible-core, else "connection/ssh"
	settings []*config.Setting
}

// groups are the settings that the options of the command line select, plugins by kind and name.
func (c *configRun) groups() (groups []*group) {
	byPlugin := map[string]*group{}
	for _, table := range [][]config.Setting{config.Settings, config.Others} {
		for i := range table {
			s := &table[i]
			g := byPlugin[s.Plugin]
			if g == nil {
				g = &group{name: s.Plugin}
				byPlugin[s.Plugin] = g
			}
			g.settings = append(g.settings, s)
		}
	}
	if c.kind == "base" || c.kind == "all" {
		groups = append(groups, byPlugin[""])
	}
	for _, id := range config.Plugins {
		if kind, _, _ := strings.Cut(id, "/"); c.kind != "all" && c.kind != kind || c.chosen && !slices.Contains(c.plugins, id) {
			continue
		}
		if g := byPlugin[id]; g != nil {
			groups = append(groups, g)
		} else {
			groups = append(groups, &group{name: id})
		}
	}
	return groups
}

// kinds are the kinds of plugins that -t selects.
func (c *configRun) kinds() []string {
	switch c.kind {
	case "base":
		return nil
	case "all":
		return pluginKinds
	}
	return []string{c.kind}
}

func (c *configRun) badFormat(known ...string) error {
	return &ExitError{2, fmt.Sprintf("argument --format/-f: invalid choice: '%s' (choose from '%s')", c.format, strings.Join(known, "', '"))}
}

func (c *configRun) print(v value.Value, sort bool) error {
	if c.format == "json" {
		four := 4
		b, err := value.ToJSON(v, value.JSONOptions{Indent: &four, SortKeys: sort})
		if err != nil {
			return err
		}
		fmt.Fprintf(c.env.Stdout, "%s\n", b)
		return nil
	}
	text, err := yaml.Dump(v, yaml.DumpOptions{AllowUnicode: true, SortKeys: sort})
	if err != nil {
		return err
	}
	fmt.Fprint(c.env.Stdout, text)
	return nil
}

func (c *configRun) view() error {
	if c.config.Path == "" {
		return &ExitError{1, "[ERROR]: Invalid or no config file was supplied"}
	}
	content, err := os.ReadFile(c.config.Path)
	if err != nil {
		return &ExitError{1, "[ERROR]: " + err.Error()}
	}
	return page(c.env, content)
}

// validate reports what looks like a setting and is none, in ansible-config's words (the open quote is theirs).
func (c *configRun) validate() error {
	var problems []string
	switch c.format {
	case "ini":
		sections := map[string]map[string]bool{}
		for _, g := range c.groups() {
			for _, s := range g.settings {
				for _, at := range s.Ini {
					if sections[at.Section] == nil {
						sections[at.Section] = map[string]bool{}
					}
					sections[at.Section][strings.ToLower(at.Key)] = true
				}
			}
		}
		told := map[string]bool{}
		for _, e := range c.config.Entries() {
			switch keys := sections[e.Section]; {
			case strings.HasPrefix(e.Section, "galaxy_server."):
			case keys == nil && !told[e.Section]:
				told[e.Section] = true
				problems = append(problems, fmt.Sprintf("Found unknown section '%s' in '%s.", e.Section, c.config.Path))
			case keys != nil && !keys[e.Key]:
				problems = append(problems, fmt.Sprintf("Found unknown key '%s' in section '%s' in '%s.", e.Key, e.Section, c.config.Path))
			}
		}
	case "env":
		known := map[string]bool{"ANSIBLE_CONFIG": true}
		for _, g := range c.groups() {
			for _, s := range g.settings {
				for _, name := range s.Env {
					known[name] = true
				}
			}
		}
		for _, kv := range os.Environ() {
			if name, _, _ := strings.Cut(kv, "="); strings.HasPrefix(name, "ANSIBLE_") && !known[name] &&
				!strings.HasPrefix(name, "ANSIBLE_TEST_") && !strings.HasPrefix(name, "ANSIBLE_LINT_") {
				problems = append(problems, fmt.Sprintf("Found unknown environment variable '%s'.", name))
			}
		}
	default:
		return c.badFormat("ini", "env")
	}
	if len(problems) > 0 {
		for _, p := range problems {
			fmt.Fprintf(c.env.Stderr, "[ERROR]: %s\n", p)
		}
		return &ExitError{Code: 1}
	}
	fmt.Fprintln(c.env.Stdout, "All configurations seem valid!")
	return nil
}
