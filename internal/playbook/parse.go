package playbook

import (
	"fmt"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// Parse reads one file. It never fails: what is wrong is in Problems, in ansible-core 2.19's words where it has any.
func Parse(f *source.File, kind FileKind) *File { return ParseTree(yaml.Parse(f), kind) }

// ParseTree is Parse for a tree that exists already.
func ParseTree(tree *yaml.Tree, kind FileKind) *File {
	p := &parser{file: &File{Source: tree.File, Tree: tree, Kind: kind}}
	p.file.Problems = append(p.file.Problems, tree.Problems...)
	root := tree.Root().Resolve()
	switch kind {
	case PlaybookFile:
		p.playbook(root)
	case TasksFile, HandlersFile:
		p.file.Items = p.tasksFile(root, kind == HandlersFile)
	case MetaFile:
		p.meta(root)
	case VarsFile:
		p.vars(root)
	}
	return p.file
}

type parser struct {
	file  *File
	open  map[*yaml.Node]bool // the blocks around
	count int                 // of tasks and blocks
}

// itemLimit is how many tasks and blocks a file may have: aliases of lists of aliases make a small one endless.
const itemLimit = 200_000

// Rules of the parser's own problems.
const (
	ruleSyntax    = "syntax-check[malformed]"
	ruleKeyword   = "syntax-check[unknown-keyword]"
	ruleAction    = "syntax-check[action]"
	ruleSpecific  = "syntax-check[specific]"
	ruleEmpty     = "syntax-check[empty-playbook]"
	ruleVariables = "syntax-check[variable-name]"
	// ansible-core leaves with status 1 and not 4 for these.
	ruleMissing  = "load-failure[missing-file]"
	ruleRoleName = "load-failure[role-not-found]"
	ruleOther    = "load-failure[specific]"
)

func (p *parser) problem(rule string, s diag.Severity, at source.Span, format string, args ...any) {
	p.file.Problems = append(p.file.Problems, diag.Diagnostic{
		Rule: rule, Severity: s, At: source.Location{File: p.file.Source, Span: at}, Message: fmt.Sprintf(format, args...),
	})
}

func (p *parser) fail(rule string, at source.Span, format string, args ...any) {
	p.problem(rule, diag.Error, at, format, args...)
}

// head is the place where ansible-core says that a mapping stands: its start. The span ends with the first key, so
// that an editor does not underline the whole of it.
func head(n *yaml.Node) source.Span {
	if n.Kind == yaml.Mapping && len(n.Pairs) > 0 {
		return source.Span{Start: n.Span.Start, End: max(n.Span.Start, n.Pairs[0].Key.Span.End)}
	}
	return n.Span
}

func (p *parser) value(n *yaml.Node) value.Value {
	v, problems := n.Value(p.file.Source, yaml.Options{Trusted: true})
	p.file.Problems = append(p.file.Problems, problems...)
	if v == nil {
		return value.None{}
	}
	return v
}

// isNull tells whether nothing is written there, or a null.
func isNull(n *yaml.Node) bool {
	if n == nil {
		return true
	}
	if n = n.Resolve(); n == nil {
		return true
	}
	if n.Kind != yaml.Scalar || n.Style != yaml.Plain || n.Tag != "" {
		return false
	}
	switch n.Text {
	case "", "~", "null", "Null", "NULL":
		return true
	}
	return false
}

// nested are the keywords whose values are objects of their own, so that they are not converted to values.
func nested(name string) bool {
	switch name {
	case "tasks", "pre_tasks", "post_tasks", "handlers", "roles", "block", "rescue", "always":
		return true
	}
	return false
}

// attrs reads the entries of a mapping that stands at a place. Merge keys are expanded, in PyYAML's order: merged entries first.
func (p *parser) attrs(n *yaml.Node, place Place) []Attr {
	var attrs []Attr
	for _, pair := range flatten(n) {
		a := Attr{Name: pair.Key.Text, Key: pair.Key, Node: pair.Value, File: p.file.Source}
		if pair.Key.Kind != yaml.Scalar {
			p.fail(ruleSyntax, pair.Key.Span, "A key of a mapping must be a text here.")
			continue
		}
		if a.Keyword = FindKeyword(a.Name); a.Keyword != nil && !a.Keyword.Allowed(place) {
			a.Keyword = nil // `user` is a keyword of plays and a module in tasks
		}
		if !nested(a.Name) {
			a.Value = p.value(pair.Value)
		}
		replaced := false
		for i := range attrs {
			if attrs[i].Name == a.Name {
				if !pair.Merge {
					p.problem(yaml.RuleDuplicateKey, diag.Warning, pair.Key.Span, "Found duplicate mapping key '%s'.", a.Name)
				}
				attrs[i], replaced = a, true
			}
		}
		if !replaced {
			attrs = append(attrs, a)
		}
	}
	return attrs
}

// flatten lists the entries of a mapping; Merge is set for those that came through a merge key. A mapping that merges itself adds
// nothing by that.
func flatten(n *yaml.Node) []yaml.Pair { return merging{}.pairs(n) }

// merging keeps the entries of mappings that were merged before; nil is one that is being read.
type merging map[*yaml.Node][]yaml.Pair

func (m merging) pairs(n *yaml.Node) []yaml.Pair {
	if n = n.Resolve(); n == nil || n.Kind != yaml.Mapping {
		return nil
	}
	if known, ok := m[n]; ok {
		return known
	}
	var merged, own []yaml.Pair
	at := map[string]int{} // of the merged keys
	for _, pair := range n.Pairs {
		if !pair.Merge {
			key := pair.Key.Resolve()
			if key == nil {
				key = pair.Key
			}
			own = append(own, yaml.Pair{Key: key, Value: pair.Value})
			continue
		}
		m[n] = nil
		var from []*yaml.Node
		if v := pair.Value.Resolve(); v != nil && v.Kind == yaml.Sequence {
			for i := len(v.Items) - 1; i >= 0; i-- { // the first of the list wins
				from = append(from, v.Items[i])
			}
		} else {
			from = append(from, v)
		}
		for _, f := range from {
			for _, q := range m.pairs(f) {
				q.Merge = true
				if i, ok := at[q.Key.Text]; ok && q.Key.Kind == yaml.Scalar {
					merged[i] = q
					continue
				}
				if q.Key.Kind == yaml.Scalar {
					at[q.Key.Text] = len(merged)
				}
				merged = append(merged, q)
			}
		}
	}
	if merged == nil {
		return own
	}
	for i := range own { // an own key that replaces a merged one is no duplicate
		if _, ok := at[own[i].Key.Text]; ok {
			own[i].Merge = true
		}
	}
	m[n] = append(merged, own...)
	return m[n]
}

func (p *parser) syntax(n *yaml.Node, place Place) Syntax {
	return Syntax{File: p.file.Source, Node: n, Attrs: p.attrs(n, place)}
}

// pyType is Python's name of a node's type as ansible-core shows it in its messages.
func pyType(v value.Value) string {
	switch v.(type) {
	case *value.Dict:
		return "<class 'ansible.module_utils._internal._datatag._AnsibleTaggedDict'>"
	case *value.List:
		return "<class 'ansible.module_utils._internal._datatag._AnsibleTaggedList'>"
	case value.Str:
		return "<class 'ansible.module_utils._internal._datatag._AnsibleTaggedStr'>"
	case value.Int, *value.BigInt:
		return "<class 'ansible.module_utils._internal._datatag._AnsibleTaggedInt'>"
	case value.Float:
		return "<class 'ansible.module_utils._internal._datatag._AnsibleTaggedFloat'>"
	case value.Bool:
		return "<class 'bool'>"
	case value.None, nil:
		return "<class 'NoneType'>"
	case value.Date:
		return "<class 'ansible.module_utils._internal._datatag._AnsibleTaggedDate'>"
	case value.DateTime:
		return "<class 'ansible.module_utils._internal._datatag._AnsibleTaggedDateTime'>"
	}
	return "<class '" + v.TypeName() + "'>"
}

// texts checks the keywords that must be texts and not lists or mappings.
func (p *parser) texts(s *Syntax) {
	for i := range s.Attrs {
		a := &s.Attrs[i]
		if a.Keyword == nil || a.Keyword.Type != Text || a.Name == "action" || a.Name == "local_action" {
			continue
		}
		switch a.Value.(type) {
		case *value.List, *value.Dict:
			p.fail(ruleSyntax, head(s.Node), "The field '%s' is supposed to be a string type, however the incoming data structure is a %s",
				a.Name, pyType(a.Value))
		}
	}
}

// keywordAliases are the names under which ansible-core finds import_playbook.
func isImportPlaybook(name string) bool {
	switch name {
	case "import_playbook", "ansible.builtin.import_playbook", "ansible.legacy.import_playbook":
		return true
	}
	return false
}

// shortName strips the collection of a builtin module: "ansible.builtin.copy" and "ansible.legacy.copy" are "copy".
func shortName(name string) string {
	for _, prefix := range [...]string{"ansible.builtin.", "ansible.legacy."} {
		if rest, ok := strings.CutPrefix(name, prefix); ok && !strings.Contains(rest, ".") {
			return rest
		}
	}
	return name
}
