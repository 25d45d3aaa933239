package lint

import (
	"cmp"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// Rule is one rule: what it is called, what it says of itself, and what it looks at. Any of the functions may be nil.
type Rule struct {
	ID       string // "name"
	Severity string // ansible-lint's VERY_LOW to VERY_HIGH
	Tags     []string
	OptIn    bool // runs only when enable_list names it
	Subs     []Sub
	Doc      Doc

	Task   func(p *pass, t *Task)                         // each task, handler and block
	Play   func(p *pass, play *playbook.PlaySyntax)       // each play
	File   func(p *pass)                                  // each YAML file
	Role   func(p *pass)                                  // each role: the pass's file is its folder
	Scalar func(p *pass, n *yaml.Node, parent *yaml.Node) // each scalar of a YAML file, keys included
	Map    func(p *pass, n *yaml.Node, path []*yaml.Node) // each mapping of a YAML file
}

// Sub is one kind of finding of a rule. A rule without sub-rules has one Sub with its own name.
type Sub struct {
	Tag     string // "name[missing]"
	Summary string // ansible-lint's default message
}

// Doc is the page of a rule. Its sections are fixed; Examples are run by the tests.
type Doc struct {
	Summary  string // one line
	Problem  string // why it matters
	Examples []Example
	Fix      string // what --fix does; "" when there is no fix
	Differs  string // how it differs from ansible-lint; "" when it does not
}

// Example is a file and the findings in it. Want holds the tags in order of their place; an example that wants nothing
// is a right one.
type Example struct {
	Title string
	Path  string // decides the kind; "playbook.yml" when empty
	Text  string
	Files []string // others that must be there
	Want  []string
	Fixed string // the text after --fix, "" when nothing is fixed
}

// Has tells whether a name is the rule's own or that of one of its sub-rules.
func (r *Rule) Has(tag string) bool {
	return r.ID == tag || slices.ContainsFunc(r.Subs, func(s Sub) bool { return s.Tag == tag })
}

// FindRule finds a rule by its name or the name of a sub-rule, nil where there is none.
func FindRule(name string) *Rule {
	for _, r := range Rules() {
		if r.Has(name) {
			return r
		}
	}
	base, _, _ := strings.Cut(name, "[")
	for _, r := range Rules() {
		if r.ID == base {
			return r
		}
	}
	return nil
}

// pass is one walk over one file.
type pass struct {
	linter   *Linter
	file     *File
	rule     *Rule
	task     *Task // the task that is being looked at
	findings []Finding
}

// report adds a finding of the running rule. line and column are what ansible-lint prints: column 0 for none.
func (p *pass) report(tag, message string, at source.Span, line, column int) *Finding {
	if p.task != nil {
		if p.file.noqa.task(p.task, tag, p.rule.ID) {
			return &Finding{}
		}
		line = max(line, p.task.Line)
	}
	p.findings = append(p.findings, Finding{
		Diagnostic: diag.Diagnostic{Rule: tag, At: source.Location{File: p.file.Source, Span: at}, Message: message},
		RuleInfo:   p.rule, File: p.file, Line: max(line, 1), Column: column,
	})
	f := &p.findings[len(p.findings)-1]
	if p.task != nil {
		f.Details = "Task/Handler: " + p.task.String()
	}
	return f
}

// at reports at a node, with its own line and column.
func (p *pass) at(tag, message string, n *yaml.Node) *Finding {
	pos := n.At().Position()
	return p.report(tag, message, n.Span, pos.Line, pos.Column)
}

// onTask reports a finding for the whole task, underlining at.
func (p *pass) onTask(tag, message string, at source.Span) *Finding {
	return p.report(tag, message, at, p.task.Line, 0)
}

// fix adds a safe fix.
func (f *Finding) fix(title string, edits ...diag.Edit) {
	f.Fixes = append(f.Fixes, diag.Fix{Title: title, Safe: true, Edits: edits})
}

func (p *pass) run() {
	f := p.file
	p.syntax()
	if f.Tree == nil {
		return // no rule looks at other files yet
	}
	broken := f.Tree.Err != nil
	p.each(func(r *Rule) bool { return r.File != nil && !broken }, func(r *Rule) { r.File(p) })
	if broken {
		return
	}
	p.walkYAML()
	if f.Syntax == nil {
		return
	}
	for _, e := range f.Syntax.Entries {
		play, ok := e.(*playbook.PlaySyntax)
		if !ok {
			if imp, ok := e.(*playbook.ImportSyntax); ok && f.Kind == KindPlaybook {
				play = &playbook.PlaySyntax{Syntax: imp.Syntax}
			}
		}
		if play == nil {
			continue
		}
		if !skipTag(play.Value("tags")) {
			p.each(func(r *Rule) bool { return r.Play != nil }, func(r *Rule) { r.Play(p, play) })
		}
		for _, list := range [][]playbook.Item{play.Tasks, play.PreTasks, play.PostTasks} {
			p.items(list, false)
		}
		p.items(play.Handlers, true)
	}
	p.items(f.Syntax.Items, f.Kind == KindHandlers)
}

func (p *pass) each(has func(*Rule) bool, run func(*Rule)) {
	for _, r := range p.linter.rules {
		if has(r) {
			p.rule = r
			run(r)
		}
	}
	p.rule = nil
}

func (p *pass) items(items []playbook.Item, handler bool) {
	for _, item := range items {
		t := newTask(p, item, handler)
		if t == nil {
			continue
		}
		if !skipTag(t.Value("tags")) {
			p.task = t
			p.each(func(r *Rule) bool { return r.Task != nil }, func(r *Rule) { r.Task(p, t) })
			p.task = nil
		}
		if b, ok := item.(*playbook.BlockSyntax); ok {
			p.items(b.Block, handler)
			p.items(b.Rescue, handler)
			p.items(b.Always, handler)
		}
	}
}

// walkYAML visits every scalar and mapping of the file once, for all rules that look at them.
func (p *pass) walkYAML() {
	var scalars, maps []*Rule
	for _, r := range p.linter.rules {
		if r.Scalar != nil {
			scalars = append(scalars, r)
		}
		if r.Map != nil {
			maps = append(maps, r)
		}
	}
	if len(scalars)+len(maps) == 0 {
		return
	}
	var path []*yaml.Node
	var walk func(n, parent *yaml.Node)
	walk = func(n, parent *yaml.Node) {
		switch n.Kind {
		case yaml.Scalar:
			for _, r := range scalars {
				p.rule = r
				r.Scalar(p, n, parent)
			}
		case yaml.Mapping:
			for _, r := range maps {
				p.rule = r
				r.Map(p, n, path)
			}
			path = append(path, n)
			for _, pair := range n.Pairs {
				walk(pair.Key, n)
				walk(pair.Value, n)
			}
			path = path[:len(path)-1]
		case yaml.Sequence:
			path = append(path, n)
			for _, item := range n.Items {
				walk(item, n)
			}
			path = path[:len(path)-1]
		}
	}
	for _, d := range p.file.Tree.Docs {
		walk(d, nil)
	}
	p.rule = nil
}

// compareFindings is ansible-lint's order: file, line, rule, message, details, column.
func compareFindings(a, b Finding) int {
	return cmp.Or(cmp.Compare(a.File.Name, b.File.Name), cmp.Compare(a.Line, b.Line), cmp.Compare(a.RuleInfo.ID, b.RuleInfo.ID),
		cmp.Compare(a.Message, b.Message), cmp.Compare(a.Details, b.Details), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Rule, b.Rule))
}

func sortFindings(fs []Finding) { slices.SortStableFunc(fs, compareFindings) }
