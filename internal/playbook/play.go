package playbook

import (
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

func (p *parser) playbook(root *yaml.Node) {
	name := p.file.Source.Path
	switch {
	case isNull(root):
		p.fail(ruleEmpty, source.Span{}, "Empty playbook, nothing to do: %s", name)
		return
	case root.Kind != yaml.Sequence:
		p.fail(ruleSyntax, head(root), "A playbook must be a list of plays, got a %s instead: %s", pyType(p.value(root)), name)
		return
	case len(root.Items) == 0:
		p.fail(ruleEmpty, root.Span, "A playbook must contain at least one play: %s", name)
		return
	}
	for _, item := range root.Items {
		n := item.Resolve()
		if n == nil || n.Kind != yaml.Mapping {
			p.fail(ruleSyntax, item.Span, "playbook entries must be either valid plays or 'import_playbook' statements")
			continue
		}
		imported := false
		for _, pair := range flatten(n) {
			imported = imported || isImportPlaybook(pair.Key.Text)
		}
		if imported {
			p.file.Entries = append(p.file.Entries, p.importPlaybook(n))
		} else {
			p.file.Entries = append(p.file.Entries, p.play(n))
		}
	}
}

func (p *parser) importPlaybook(n *yaml.Node) *ImportSyntax {
	i := &ImportSyntax{Syntax: p.syntax(n, InImport)}
	keys := 0
	for j := range i.Attrs {
		a := &i.Attrs[j]
		if isImportPlaybook(a.Name) {
			keys++
			a.Name, a.Keyword = "import_playbook", FindKeyword("import_playbook")
			if i.Path = a.Value; isNull(a.Node) {
				p.fail(ruleSpecific, head(n), "The field 'import_playbook' is required but was not set.")
			}
			continue
		}
		if a.Keyword == nil {
			p.fail(ruleKeyword, a.Key.Span, "'%s' is not a valid attribute for a PlaybookInclude", a.Name)
		}
	}
	if keys > 1 {
		p.fail(ruleSyntax, head(n), "Found conflicting import_playbook actions: ansible.builtin.import_playbook, import_playbook")
	}
	p.common(&i.Syntax, "PlaybookInclude")
	return i
}

func (p *parser) play(n *yaml.Node) *PlaySyntax {
	play := &PlaySyntax{Syntax: p.syntax(n, InPlay)}
	if play.Attr("user") != nil && play.Attr("remote_user") != nil {
		p.fail(ruleSyntax, head(n), "both 'user' and 'remote_user' are set for this play. The use of 'user' is deprecated, and should be removed")
	}
	for i := range play.Attrs {
		a := &play.Attrs[i]
		if a.Keyword == nil || a.Keyword.Private {
			p.fail(ruleKeyword, a.Key.Span, "'%s' is not a valid attribute for a Play", a.Name)
			continue
		}
		switch a.Name {
		case "pre_tasks":
			play.PreTasks = p.blocks(a, n, false)
		case "tasks":
			play.Tasks = p.blocks(a, n, false)
		case "post_tasks":
			play.PostTasks = p.blocks(a, n, false)
		case "handlers":
			play.Handlers = p.blocks(a, n, true)
		case "roles":
			play.Roles = p.roles(a, n)
		case "hosts":
			p.hosts(a)
		case "vars_prompt":
			p.prompts(a)
		}
	}
	if play.Attr("hosts") == nil {
		p.fail(ruleSpecific, head(n), "The field 'hosts' is required but was not set.")
	}
	p.common(&play.Syntax, "Play")
	return play
}

func (p *parser) hosts(a *Attr) {
	at := a.Node.Span
	if at.Len() == 0 {
		at = a.Key.Span
	}
	switch v := a.Value.(type) {
	case value.Str:
		if v.S == "" {
			p.fail(ruleSpecific, at, "Hosts list cannot be empty. Please check your playbook")
		}
	case *value.Vault:
	case *value.List:
		if v.Len() == 0 {
			p.fail(ruleSpecific, at, "Hosts list cannot be empty. Please check your playbook")
		}
		for i, item := range v.Items {
			switch item.(type) {
			case value.Str:
			case value.None:
				p.fail(ruleSpecific, itemSpan(a.Node, i), "Hosts list cannot contain values of 'None'. Please check your playbook")
			default:
				p.fail(ruleSpecific, itemSpan(a.Node, i), "Hosts list contains an invalid host value: '%s'", value.ToStr(item))
			}
		}
	case value.None:
		p.fail(ruleSpecific, at, "Hosts list cannot be empty. Please check your playbook")
	case *value.Dict:
		if v.Len() == 0 {
			p.fail(ruleSpecific, at, "Hosts list cannot be empty. Please check your playbook")
		} else {
			p.fail(ruleSpecific, at, "Hosts list must be a sequence or string. Please check your playbook.")
		}
	default:
		p.fail(ruleSpecific, at, "Hosts list must be a sequence or string. Please check your playbook.")
	}
}

func itemSpan(n *yaml.Node, i int) source.Span {
	if n = n.Resolve(); n != nil && i < len(n.Items) {
		return n.Items[i].Span
	}
	return source.Span{}
}

func (p *parser) prompts(a *Attr) {
	list, ok := a.Value.(*value.List)
	if !ok {
		if _, null := a.Value.(value.None); null {
			return
		}
		list = value.NewList(a.Value)
	}
	for _, item := range list.Items {
		d, ok := item.(*value.Dict)
		if !ok {
			p.fail(ruleSyntax, a.Node.Span, "Invalid variable file contents.")
			continue
		}
		if _, ok := d.Raw("name"); !ok {
			p.fail(ruleSyntax, a.Node.Span, "Invalid vars_prompt data structure, missing 'name' key")
		}
		for k := range d.RawAll() {
			switch key := value.ToStr(k); key {
			case "name", "prompt", "default", "private", "confirm", "encrypt", "salt_size", "salt", "unsafe":
			default:
				p.fail(ruleKeyword, a.Node.Span, "Invalid vars_prompt data structure, found unsupported key '%s'", key)
			}
		}
	}
}

// varsAttr checks the vars keyword of an object.
func (p *parser) varsAttr(s *Syntax, class string) {
	a := s.Attr("vars")
	if a == nil {
		return
	}
	at := a.Node.Span
	if r := a.Node.Resolve(); r != nil {
		at = head(r)
	}
	switch v := a.Value.(type) {
	case value.None:
	case *value.Dict:
		for k := range v.RawAll() {
			if !ValidName(k) {
				p.fail("load-failure[variable-name]", keySpan(a.Node, k), "%s", InvalidName(k))
			}
		}
	default:
		p.fail(ruleSyntax, at, "Vars in a %s must be specified as a dictionary.", class)
	}
}

func keySpan(n *yaml.Node, key value.Value) source.Span {
	for _, pair := range flatten(n) {
		if pair.Key.Text == value.ToStr(key) {
			return pair.Key.Span
		}
	}
	return n.Span
}

// vars reads a file of variables.
func (p *parser) vars(root *yaml.Node) {
	if isNull(root) {
		return
	}
	d, ok := p.value(root).(*value.Dict)
	if !ok {
		p.fail(ruleSyntax, head(root), "Variable files must contain either a dictionary of variables, or a list of dictionaries.")
		return
	}
	p.file.Vars = d
}
