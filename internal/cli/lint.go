package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rehearse-dev/rehearse/internal/catalog"
	"github.com/rehearse-dev/rehearse/internal/durable"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/lint"
)

// lintFlags are the options of `rehearse lint`, named as ansible-lint's.
type lintFlags struct {
	config, format, profile, projectDir string
	sarif, ignore                       string
	parseable, generate                 bool
	skip, warn, enable, exclude, tags   []string
	fix                                 []string
	unsafe, strict, quiet, list         bool
}

func lintCommand(env *Env) *cobra.Command {
	var o lintFlags
	cmd := &cobra.Command{
		Use:   "lint [PATH...]",
		Short: "Find what is wrong or unwise in playbooks, roles and variables",
		Long: `Check the files of a project, or those below the paths, with the rules, the configuration (.ansible-lint), the
suppressions (# noqa, .ansible-lint-ignore) and the output of ansible-lint. "rehearse explain RULE" shows what a rule wants.

Exit status: 0 nothing to complain about (warnings do not count, unless --strict); 2 findings; 3 a configuration that
cannot be used; 5 no file to check; 8 all findings were mended by --fix.`,
		RunE: func(cmd *cobra.Command, args []string) error { return runLint(cmd, env, o, args) },
	}
	f := cmd.Flags()
	f.StringVarP(&o.config, "config-file", "c", "", "configuration file (default: .ansible-lint, upwards to the folder that has .git)")
	f.StringVarP(&o.format, "format", "f", "brief", "output: "+strings.Join(lint.Formats, ", "))
	f.StringVar(&o.sarif, "sarif-file", "", "write the findings as SARIF to this file, too")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "only the findings, no summary")
	f.BoolVarP(&o.list, "list-rules", "L", false, "list the rules and leave")
	f.StringVar(&o.profile, "profile", "", "run only the rules of a profile: min, basic, moderate, safety, shared, production")
	f.StringVar(&o.projectDir, "project-dir", "", "folder of the project (default: the one of the configuration file or .git)")
	f.StringSliceVarP(&o.skip, "skip-list", "x", nil, "rules or tags not to run")
	f.StringSliceVarP(&o.warn, "warn-list", "w", nil, "rules or tags whose findings are warnings")
	f.StringSliceVar(&o.enable, "enable-list", nil, "opt-in rules to run, too")
	f.StringSliceVarP(&o.tags, "tags", "t", nil, "run only these rules or tags")
	f.StringArrayVar(&o.exclude, "exclude", nil, "path or pattern to leave out")
	f.BoolVarP(&o.strict, "strict", "s", false, "warnings make the run fail, too")
	f.StringSliceVar(&o.fix, "fix", nil, "mend what can be mended safely: all, or the rules named")
	f.Lookup("fix").NoOptDefVal = "all"
	f.BoolVar(&o.unsafe, "unsafe", false, "with --fix: apply fixes that need a look afterwards, too")
	f.BoolVarP(&o.parseable, "parseable", "p", false, "the same as --format pep8")
	f.StringVarP(&o.ignore, "ignore-file", "i", "", "file of findings to ignore (default: .ansible-lint-ignore)")
	f.BoolVar(&o.generate, "generate-ignore", false, "write the present findings to the ignore file")
	f.CountP("verbose", "v", "accepted for ansible-lint's sake")
	f.BoolVar(new(bool), "force-color", false, "accepted for ansible-lint's sake")
	f.BoolVar(new(bool), "offline", false, "nothing is ever downloaded; accepted for ansible-lint's sake")
	f.BoolVar(new(bool), "nocolor", false, "the output has no colours; accepted for ansible-lint's sake")
	return cmd
}

func runLint(cmd *cobra.Command, env *Env, o lintFlags, args []string) error {
	if o.list {
		for _, r := range lint.Rules() {
			fmt.Fprintf(env.Stdout, "%s: %s\n", r.ID, r.Doc.Summary)
		}
		return nil
	}
	if o.parseable {
		o.format = "pep8"
	}
	if !slices.Contains(lint.Formats, o.format) {
		return &ExitError{Code: 3, Message: fmt.Sprintf("rehearse lint: no format %q: one of %s", o.format, strings.Join(lint.Formats, ", "))}
	}
	linter, config, err := openLinter(env, o)
	var bad *lint.ConfigError
	if errors.As(err, &bad) {
		return &ExitError{Code: 3, Message: "rehearse lint: " + bad.Error()}
	} else if err != nil {
		return err
	}
	for _, s := range config.Unsupported {
		fmt.Fprintf(env.Stderr, "rehearse lint: %s asks for %s, which is not supported yet\n", filepath.Base(config.Path), s)
	}
	for _, s := range config.YAML.Unsupported {
		fmt.Fprintf(env.Stderr, "rehearse lint: .yamllint asks for %s, which is not supported yet\n", s)
	}
	defer debug.SetGCPercent(debug.SetGCPercent(300)) // the trees are small and short-lived: collect less often
	targets, err := linter.Discover(args)
	if err != nil {
		return &ExitError{Code: 2, Message: "rehearse lint: " + err.Error()}
	}
	result := linter.Run(cmd.Context(), targets)
	fixed := 0
	if len(o.fix) > 0 {
		for _, f := range lint.Fixes(result.Findings, o.unsafe, o.fix) {
			if err := f.Save(); err != nil {
				return err
			}
			fixed++
		}
		if fixed > 0 {
			result = linter.Run(cmd.Context(), targets)
		}
	}
	if o.format == "sarif" {
		err = lint.WriteSARIF(env.Stdout, env.Dir, version(), result.Findings)
	} else {
		err = lint.Write(env.Stdout, o.format, result.Findings)
	}
	if err != nil {
		return err
	}
	if o.sarif == "" {
		o.sarif = config.SARIFFile
	}
	if err := writeSARIF(env, o.sarif, result.Findings); err != nil {
		return err
	}
	if env.Getenv("GITHUB_ACTIONS") == "true" && env.Getenv("GITHUB_WORKFLOW") != "" && o.format != "github" {
		if err := lint.Write(env.Stderr, "github", result.Findings); err != nil {
			return err
		}
	}
	if o.generate {
		if err := generateIgnore(env, o.ignore, result.Findings); err != nil {
			return err
		}
	}
	failures, warnings := lint.Counts(result.Findings)
	if !o.quiet {
		summary(env, result, failures, warnings, fixed, config)
	}
	switch {
	case result.Files == 0:
		return &ExitError{Code: 5, Message: "rehearse lint: no file to check: see the paths and exclude_paths"}
	case failures > 0, warnings > 0 && config.Strict:
		return &ExitError{Code: 2}
	case fixed > 0:
		return &ExitError{Code: 8}
	}
	return nil
}

// generateIgnore writes the ignore file: all findings that can be ignored, each path and rule once.
func generateIgnore(env *Env, path string, fs []lint.Finding) error {
	if path == "" {
		path = ".ansible-lint-ignore"
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(env.Dir, path)
	}
	var lines []string
	for _, f := range fs {
		lines = append(lines, f.File.Name+" "+f.Rule+"\n")
	}
	slices.Sort(lines)
	text := "# This file contains ignores rule violations for ansible-lint\n" + strings.Join(slices.Compact(lines), "")
	fmt.Fprintf(env.Stderr, "Writing ignore file to %s\n", path)
	if err := durable.Write(path, []byte(text), 0o644); err != nil {
		return fmt.Errorf("write ignore file: %w", err)
	}
	return nil
}

// writeSARIF writes the findings to a file, when there is a name for it.
func writeSARIF(env *Env, path string, fs []lint.Finding) error {
	if path == "" {
		return nil
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(env.Dir, path)
	}
	f, err := durable.Create(path, 0o666)
	if err != nil {
		return fmt.Errorf("write SARIF: %w", err)
	}
	defer f.Discard()
	if err := lint.WriteSARIF(f, env.Dir, version(), fs); err != nil {
		return err
	}
	if err := f.Commit(); err != nil {
		return fmt.Errorf("write SARIF: %w", err)
	}
	return nil
}

// openLinter finds project, configuration and module facts.
func openLinter(env *Env, o lintFlags) (*lint.Linter, *lint.Config, error) {
	fs := source.OS{}
	path := o.config
	if path == "" {
		path = lint.FindConfig(fs, env.Dir)
	} else if !filepath.IsAbs(path) {
		path = filepath.Join(env.Dir, path)
	}
	config, err := lint.LoadConfig(fs, path, env.Dir)
	if err != nil {
		return nil, nil, err
	}
	if o.ignore != "" {
		p := o.ignore
		if !filepath.IsAbs(p) {
			p = filepath.Join(env.Dir, p)
		}
		if err := config.ReadIgnores(fs, p); err != nil {
			return nil, nil, err
		}
	}
	config.SkipList = append(config.SkipList, o.skip...)
	config.WarnList = append(config.WarnList, o.warn...)
	config.EnableList = append(config.EnableList, o.enable...)
	for _, p := range o.exclude {
		if !filepath.IsAbs(p) {
			p = filepath.Join(env.Dir, p)
		}
		config.ExcludePaths = append(config.ExcludePaths, p)
	}
	if len(o.tags) > 0 {
		config.Tags = o.tags
	}
	config.Strict = config.Strict || o.strict
	if o.profile != "" {
		config.Profile = o.profile
	}
	dir := env.Dir
	if o.projectDir != "" {
		if dir = o.projectDir; !filepath.IsAbs(dir) {
			dir = filepath.Join(env.Dir, dir)
		}
	}
	return lint.New(lint.Options{FS: fs, Dir: dir, Config: config, Catalog: lintCatalog(env, dir), Extensions: jinjaExtensions(env)}), config, nil
}

// lintCatalog is the catalog of the project in dir: what is embedded, installed collections, the project's own modules.
// jinjaExtensions are the extensions of Jinja2 that the configuration turns on.
func jinjaExtensions(env *Env) []string {
	c, err := loadConfig(env)
	if err != nil {
		return nil // lintCatalog does without, too
	}
	return c.Strings("DEFAULT_JINJA2_EXTENSIONS")
}

func lintCatalog(env *Env, dir string) *catalog.Catalog {
	o := catalog.Options{FS: source.OS{}, Library: []string{filepath.Join(dir, "library"), filepath.Join(dir, "plugins", "modules")},
		Actions: []string{filepath.Join(dir, "action_plugins"), filepath.Join(dir, "plugins", "action")}}
	if c, err := loadConfig(env); err == nil {
		o.CollectionsPath = c.Strings("COLLECTIONS_PATHS")
		o.Configured = c.Strings("DEFAULT_MODULE_PATH")
		o.ConfiguredActions = c.Strings("DEFAULT_ACTION_PLUGIN_PATH")
	}
	o.CollectionsPath = append(o.CollectionsPath, dir, filepath.Join(dir, "collections"))
	return catalog.New(o)
}

func summary(env *Env, r lint.Result, failures, warnings, fixed int, c *lint.Config) {
	if len(r.Findings) > 0 {
		count := map[string]int{}
		var tags []string
		for _, f := range r.Findings {
			if count[f.Rule] == 0 {
				tags = append(tags, f.Rule)
			}
			count[f.Rule]++
		}
		slices.SortStableFunc(tags, func(a, b string) int { return count[b] - count[a] })
		fmt.Fprintf(env.Stderr, "# Rule Violation Summary\n\n")
		for _, t := range tags {
			fmt.Fprintf(env.Stderr, "%3d %s\n", count[t], t)
		}
		fmt.Fprintln(env.Stderr)
	}
	verdict := "Passed"
	if failures > 0 || warnings > 0 && c.Strict {
		verdict = "Failed"
	}
	fmt.Fprintf(env.Stderr, "%s: %d failure(s), %d warning(s) in %d files processed.", verdict, failures, warnings, r.Files)
	if fixed > 0 {
		fmt.Fprintf(env.Stderr, " Modified %d files.", fixed)
	}
	passed := lint.PassedProfile(r.Findings)
	if c.Profile != "" {
		fmt.Fprintf(env.Stderr, " Profile '%s' was required", c.Profile)
		if passed == c.Profile {
			fmt.Fprint(env.Stderr, ", and it passed.")
		} else if passed != "" {
			fmt.Fprintf(env.Stderr, ", but '%s' profile passed.", passed)
		} else {
			fmt.Fprint(env.Stderr, ".")
		}
	} else if passed != "" {
		fmt.Fprintf(env.Stderr, " Last profile that met the validation criteria was '%s'.", passed)
	}
	fmt.Fprintln(env.Stderr)
}
