// Package lint finds what is wrong or unwise in an Ansible project. Its rules, their names, severities, suppressions and
// configuration are those of ansible-lint 26.10, so that a project's .ansible-lint, `# noqa` comments and ignore file
// mean what they meant; every finding has an exact span and, where one is safe, a fix.
//
// A Linter is made once for a project. Check is a function of one file: it reads nothing but that file, the module
// catalog and the configuration, which is what the language server calls for a buffer. Run does all files in parallel.
// A rule is one file (rule_NAME.go) with its documentation and examples; all rules run in one walk of a file.
//
// The package imports playbook, catalog, argspec, jinja, yaml, value, diag and source.
package lint

import (
	"context"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/rehearse-dev/rehearse/internal/catalog"
	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// Options say what a Linter works on.
type Options struct {
	FS      source.FS        // the machine's when nil
	Dir     string           // absolute; paths are shown relative to it
	Config  *Config          // nil means the defaults
	Catalog *catalog.Catalog // nil means the embedded facts alone

	// Extensions are the extensions of Jinja2 that the setting jinja2_extensions turns on.
	Extensions []string
}

// Linter checks the files of one project. It is safe for concurrent use.
type Linter struct {
	fs      source.FS
	dir     string
	config  *Config
	catalog *catalog.Catalog
	syntax  *jinja.Options // of templates
	rules   []*Rule        // those that are not skipped

	mu       sync.Mutex
	modules  map[string]*module // resolved names
	reals    map[string]string  // paths without symbolic links
	roles    map[string][]Target
	roleDirs map[string]bool

	local localModules

	varOnce    sync.Once
	varPattern *regexp.Regexp // of var_naming_pattern
}

// New makes a Linter.
func New(o Options) *Linter {
	l := &Linter{fs: o.FS, dir: o.Dir, config: o.Config, catalog: o.Catalog, modules: map[string]*module{}, reals: map[string]string{}, roles: map[string][]Target{}, roleDirs: map[string]bool{}}
	if l.fs == nil {
		l.fs = source.OS{}
	}
	syntax, _ := jinja.Options{}.WithExtensions(o.Extensions)
	l.syntax = &syntax
	if l.config == nil {
		l.config = DefaultConfig()
	}
	if l.catalog == nil {
		l.catalog = catalog.New(catalog.Options{})
	}
	for _, r := range Rules() {
		if l.config.runs(r) {
			l.rules = append(l.rules, r)
		}
	}
	return l
}

// Templates are the options with which the project's templates are read.
func (l *Linter) Templates() *jinja.Options { return l.syntax }

// File is one file to check.
type File struct {
	Path    string // absolute
	Name    string // as shown: relative to the project's directory, with slashes
	Kind    Kind
	Source  *source.File
	Tree    *yaml.Tree     // nil for files that are no YAML
	Syntax  *playbook.File // for playbooks, tasks and handlers
	noqa    *suppressions
	problem error // why it could not be read
	lintOff *yamllintComments
}

// Level says how much a finding counts.
type Level string

// The levels: an error makes the run fail, a warning does not.
const (
	LevelError   Level = "error"
	LevelWarning Level = "warning"
)

// Finding is one thing that a rule found. The embedded Diagnostic has the exact span; Line and Column are what
// ansible-lint prints for it (Column 0: none), which is coarser: a whole task, often.
type Finding struct {
	diag.Diagnostic
	RuleInfo *Rule
	File     *File
	Line     int
	Column   int
	Details  string
	Level    Level
	Ignored  bool // named by the ignore file
}

// Open reads and parses a file of the given kind; content is nil to read it from the file system.
func (l *Linter) Open(path string, kind Kind, content []byte) *File {
	name := l.show(path)
	f := &File{Path: path, Name: name, Kind: kind}
	if content == nil {
		var err error
		if content, err = l.fs.ReadFile(path); err != nil {
			f.problem = err
			f.Source = source.NewFile(f.Name, nil)
			return f
		}
	}
	f.Source = source.NewFile(f.Name, content)
	l.parse(f)
	return f
}

// FileOf makes a File of a text that is parsed already.
func (l *Linter) FileOf(path string, kind Kind, tree *yaml.Tree) *File {
	f := &File{Path: path, Name: l.show(path), Kind: kind, Source: tree.File, Tree: tree}
	l.parse(f)
	return f
}

func (l *Linter) parse(f *File) {
	if !f.Kind.isYAML(f.Path) {
		return
	}
	if f.Tree == nil {
		f.Tree = yaml.Parse(f.Source)
	}
	if f.Kind == KindYAML {
		f.Kind = guess(f.Tree)
	}
	switch f.Kind {
	case KindPlaybook:
		f.Syntax = playbook.ParseTree(f.Tree, playbook.PlaybookFile)
	case KindTasks:
		f.Syntax = playbook.ParseTree(f.Tree, playbook.TasksFile)
	case KindHandlers:
		f.Syntax = playbook.ParseTree(f.Tree, playbook.HandlersFile)
	}
	f.noqa = readNoqa(f)
}

// show is a path relative to the linter's directory, with slashes; a path outside of it stays absolute.
func (l *Linter) show(path string) string {
	if rel, err := filepath.Rel(l.dir, path); err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return filepath.ToSlash(rel)
	}
	return filepath.ToSlash(path)
}

// Check runs all rules over one file. The findings are sorted as ansible-lint sorts them.
func (l *Linter) Check(f *File) []Finding {
	p := &pass{linter: l, file: f}
	p.run()
	return l.keep(p.findings)
}

// keep leaves out what comments and configuration suppress, sets levels and sorts.
func (l *Linter) keep(fs []Finding) []Finding {
	kept := fs[:0]
	for _, d := range fs {
		f := d.File
		if l.config.skips(d.Rule, d.RuleInfo) || f.noqa.line(d.Line, d.Rule) || l.config.ruleExcludes(d.RuleInfo, f) {
			continue
		}
		d.Level = l.config.level(d.Rule, d.RuleInfo)
		if l.config.ignores(f.Name, d.Rule) {
			if l.config.ignoreSkips(f.Name, d.Rule) {
				continue
			}
			d.Ignored, d.Level = true, LevelWarning
		}
		if d.Level == LevelWarning {
			d.Severity = max(d.Severity, diag.Warning)
		}
		kept = append(kept, d)
	}
	sortFindings(kept)
	return slices.CompactFunc(kept, func(a, b Finding) bool { return compareFindings(a, b) == 0 })
}

// Diagnostics is Check for the language server: an error is only what Ansible itself refuses; any other finding is a warning,
// or information where the configuration has it in warn_list.
func (l *Linter) Diagnostics(f *File) []diag.Diagnostic {
	var out []diag.Diagnostic
	for _, d := range l.Check(f) {
		switch {
		case d.Level == LevelWarning:
			d.Severity = max(d.Severity, diag.Info)
		case !refusedByAnsible(d.Rule):
			d.Severity = max(d.Severity, diag.Warning)
		}
		out = append(out, d.Diagnostic)
	}
	return out
}

// refusedByAnsible tells whether a file with such a finding cannot be run.
func refusedByAnsible(rule string) bool {
	id, _, _ := strings.Cut(rule, "[")
	return id == "syntax-check" || id == "load-failure" || rule == "jinja[invalid]"
}

// Result is what Run found.
type Result struct {
	Findings []Finding
	Files    int // how many were checked
}

// Run checks files in parallel, and after them the files that they bring in, as often as there are new ones.
func (l *Linter) Run(ctx context.Context, targets []Target) Result {
	result := Result{Findings: l.checkRoles(targets)}
	seen := map[Target]bool{}
	for len(targets) > 0 && ctx.Err() == nil {
		var batch []Target
		for _, t := range targets {
			t.Path = filepath.Clean(t.Path)
			if !seen[t] && t.Kind != KindRole {
				seen[t] = true
				batch = append(batch, t)
			}
		}
		found, children := make([][]Finding, len(batch)), make([][]Target, len(batch))
		var next atomic.Int64
		var wg sync.WaitGroup
		for range min(runtime.GOMAXPROCS(0), len(batch)) {
			wg.Go(func() {
				for i := int(next.Add(1)) - 1; i < len(batch) && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
					f := l.Open(batch[i].Path, batch[i].Kind, nil)
					found[i], children[i] = l.Check(f), l.Children(f)
				}
			})
		}
		wg.Wait()
		result.Files += len(batch)
		result.Findings = append(result.Findings, slices.Concat(found...)...)
		targets = slices.Concat(children...)
	}
	sortFindings(result.Findings)
	result.Findings = slices.CompactFunc(result.Findings, func(a, b Finding) bool { return compareFindings(a, b) == 0 })
	return result
}

// Config is the configuration that the linter was made with.
func (l *Linter) Config() *Config { return l.config }
