package playbook

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// roles reads the roles: of a play.
func (p *parser) roles(a *Attr, owner *yaml.Node) []*RoleSyntax {
	n := a.Node.Resolve()
	if isNull(n) {
		return nil
	}
	if n.Kind != yaml.Sequence {
		v := p.value(n)
		p.fail(ruleSyntax, head(owner), "A malformed role declaration was encountered: ds (%s) should be a list but was a %s", value.ToStr(v), pyType(v))
		return nil
	}
	var roles []*RoleSyntax
	for _, item := range n.Items {
		if r := p.role(item, false); r != nil {
			roles = append(roles, r)
		}
	}
	return roles
}

// role reads one entry of roles or dependencies: a name or a mapping. Entries of dependencies may be in the form of
// requirement files, with src instead of a name.
func (p *parser) role(item *yaml.Node, dependency bool) *RoleSyntax {
	n := item.Resolve()
	if n == nil {
		return nil
	}
	at := func(n *yaml.Node) source.Location { return source.Location{File: p.file.Source, Span: n.Span} }
	switch n.Kind {
	case yaml.Scalar:
		s, ok := p.value(n).(value.Str)
		if !ok {
			p.fail(ruleSpecific, n.Span, "Invalid role definition.")
			return nil
		}
		if strings.Contains(s.S, ",") {
			p.fail(ruleOther, n.Span, "Invalid old style role requirement: %s", s.S)
			return nil
		}
		return &RoleSyntax{Syntax: Syntax{File: p.file.Source, Node: n}, Name: s, NameAt: at(n), Params: &value.Dict{}}
	case yaml.Mapping:
	default:
		p.fail(ruleSpecific, head(n), "Invalid role definition.")
		return nil
	}
	r := &RoleSyntax{Syntax: p.syntax(n, InRole), Params: &value.Dict{}}
	name := r.Attr("role")
	if name == nil {
		name = r.Attr("name")
	}
	if src := r.Attr("src"); name == nil && dependency && src != nil {
		name = src
	}
	if name != nil {
		r.Name, _ = name.Value.(value.Str)
		r.NameAt = at(name.Node)
		if name.Name == "src" {
			r.Name.S = sourceName(r.Name.S)
		}
	}
	if r.Name.S == "" {
		p.fail(ruleOther, head(n), "role definitions must contain a role name")
		return nil
	}
	for i := range r.Attrs {
		a := &r.Attrs[i]
		if a.Keyword == nil {
			r.Params.Put(a.Name, a.Value)
		}
	}
	p.common(&r.Syntax, "RoleInclude")
	return r
}

// sourceName is the role's name in the address of its repository or archive.
func sourceName(src string) string {
	if !strings.Contains(src, "://") && !strings.Contains(src, "@") {
		return src
	}
	name := src[strings.LastIndexByte(src, '/')+1:]
	name = strings.TrimSuffix(name, ".git")
	name = strings.TrimSuffix(name, ".tar.gz")
	name, _, _ = strings.Cut(name, ",")
	return name
}

// meta reads a role's meta/main.yml.
func (p *parser) meta(root *yaml.Node) {
	if isNull(root) {
		return
	}
	if root.Kind != yaml.Mapping {
		p.fail(ruleSyntax, head(root), "the 'meta/main.yml' for role %s is not a dictionary", p.file.Source.Path)
		return
	}
	m := &Meta{Syntax: p.syntax(root, InRole)}
	p.file.Meta = m
	for i := range m.Attrs {
		a := &m.Attrs[i]
		switch a.Name {
		case "dependencies":
			n := a.Node.Resolve()
			if isNull(n) {
				continue
			}
			if n.Kind != yaml.Sequence {
				p.fail(ruleSyntax, head(root), "Expected role dependencies to be a list.")
				continue
			}
			for _, item := range n.Items {
				if r := p.role(item, true); r != nil {
					m.Dependencies = append(m.Dependencies, r)
				}
			}
		case "allow_duplicates":
			m.AllowDuplicates = looseBool(a.Value)
		case "argument_specs":
			m.ArgumentSpecs, _ = a.Value.(*value.Dict)
		case "collections":
			m.Collections = texts(a.Value)
		case "galaxy_info":
		default:
			if a.Keyword == nil || a.Keyword.In&everywhere != everywhere {
				p.fail(ruleKeyword, a.Key.Span, "'%s' is not a valid attribute for a RoleMetadata", a.Name)
			}
		}
	}
}

// looseBool is Ansible's boolean of a value that is not templated; anything else than a true word is false.
func looseBool(v value.Value) bool {
	switch v := v.(type) {
	case value.Bool:
		return bool(v)
	case value.Int:
		return v == 1
	case value.Str:
		switch strings.ToLower(strings.TrimSpace(v.S)) {
		case "y", "yes", "on", "1", "true", "t":
			return true
		}
	}
	return false
}

// texts lists the texts of a list, or a lone text.
func texts(v value.Value) []string {
	switch v := v.(type) {
	case value.Str:
		return []string{v.S}
	case *value.List:
		var out []string
		for _, item := range v.Items {
			if s, ok := item.(value.Str); ok {
				out = append(out, s.S)
			}
		}
		return out
	}
	return nil
}
