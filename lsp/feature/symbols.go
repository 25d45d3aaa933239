package feature

import (
	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// SymbolKind is what an entry of the outline stands for.
type SymbolKind uint8

// The kinds of symbols.
const (
	PlaySymbol SymbolKind = iota
	BlockSymbol
	TaskSymbol
	HandlerSymbol
	RoleSymbol
	ImportSymbol
	SectionSymbol
	VariableSymbol
)

// DocumentSymbol is one entry of a file's outline.
type DocumentSymbol struct {
	Name, Detail string
	Kind         SymbolKind
	Span         source.Span // all of it
	Selection    source.Span // its name, inside Span
	Children     []DocumentSymbol
}

// DocumentSymbols gives the outline: plays with their roles and tasks, blocks, handlers, or a file's variables.
func DocumentSymbols(in *Input) []DocumentSymbol {
	s := in.Syntax()
	if s == nil {
		return variables(in.Tree())
	}
	var out []DocumentSymbol
	for _, e := range s.Entries {
		switch e := e.(type) {
		case *playbook.PlaySyntax:
			out = append(out, play(e))
		case *playbook.ImportSyntax:
			name := e.Name()
			if name == "" {
				name = text(e.Path)
			}
			out = append(out, symbol(&e.Syntax, name, "import_playbook", ImportSymbol))
		}
	}
	out = append(out, items(s.Items)...)
	if out == nil {
		out = variables(s.Tree)
	}
	return out
}

func play(p *playbook.PlaySyntax) DocumentSymbol {
	hosts := text(p.Value("hosts"))
	name := p.Name()
	if name == "" {
		name = hosts
	}
	d := symbol(&p.Syntax, name, "hosts: "+hosts, PlaySymbol)
	for _, r := range p.Roles {
		d.Children = append(d.Children, symbol(&r.Syntax, r.Name.S, "role", RoleSymbol))
	}
	for _, section := range []struct {
		name  string
		items []playbook.Item
	}{{"pre_tasks", p.PreTasks}, {"tasks", p.Tasks}, {"post_tasks", p.PostTasks}, {"handlers", p.Handlers}} {
		if a := p.Attr(section.name); a != nil && len(section.items) > 0 {
			d.Children = append(d.Children, DocumentSymbol{
				Name: section.name, Kind: SectionSymbol, Span: join(a.Key.Span, a.Node.Span), Selection: a.Key.Span,
				Children: items(section.items),
			})
		}
	}
	return d
}

func items(list []playbook.Item) []DocumentSymbol {
	var out []DocumentSymbol
	for _, i := range list {
		switch i := i.(type) {
		case *playbook.BlockSyntax:
			name := i.Name()
			if name == "" {
				name = "block"
			}
			d := symbol(&i.Syntax, name, "block", BlockSymbol)
			d.Children = items(i.Block)
			for _, section := range []struct {
				name  string
				items []playbook.Item
			}{{"rescue", i.Rescue}, {"always", i.Always}} {
				if a := i.Attr(section.name); a != nil {
					d.Children = append(d.Children, DocumentSymbol{
						Name: section.name, Kind: SectionSymbol, Span: join(a.Key.Span, a.Node.Span), Selection: a.Key.Span,
						Children: items(section.items),
					})
				}
			}
			out = append(out, d)
		case *playbook.TaskSyntax:
			name, kind := i.Name(), TaskSymbol
			if name == "" {
				name = i.Action.Name
			}
			if i.Handler {
				kind = HandlerSymbol
			}
			out = append(out, symbol(&i.Syntax, name, i.Action.Name, kind))
		}
	}
	return out
}

func symbol(s *playbook.Syntax, name, detail string, kind SymbolKind) DocumentSymbol {
	d := DocumentSymbol{Name: name, Detail: detail, Kind: kind, Span: s.Node.Span, Selection: s.Node.Span}
	if a := s.Attr("name"); a != nil {
		d.Selection = a.Node.Span
	} else if len(s.Attrs) > 0 {
		d.Selection = s.Attrs[0].Key.Span
	}
	if d.Name == "" {
		d.Name = "(no name)"
	}
	return d
}

// variables is the outline of a file of variables: its top keys and the keys below them.
func variables(t *yaml.Tree) []DocumentSymbol {
	if t == nil {
		return nil
	}
	var out []DocumentSymbol
	for _, doc := range t.Docs {
		out = append(out, pairs(doc, 2)...)
	}
	return out
}

func pairs(n *yaml.Node, depth int) []DocumentSymbol {
	if n == nil || depth == 0 {
		return nil
	}
	var out []DocumentSymbol
	for _, p := range n.Pairs {
		if p.Key == nil || p.Key.Text == "" || p.Merge {
			continue
		}
		d := DocumentSymbol{Name: p.Key.Text, Kind: VariableSymbol, Span: p.Key.Span, Selection: p.Key.Span}
		if p.Value != nil {
			d.Span = join(p.Key.Span, p.Value.Span)
			if p.Value.Kind == yaml.Scalar {
				d.Detail = short(p.Value.Text)
			}
			d.Children = pairs(p.Value, depth-1)
		}
		out = append(out, d)
	}
	return out
}

func join(a, b source.Span) source.Span {
	return source.Span{Start: min(a.Start, b.Start), End: max(a.End, b.End)}
}

// short is the first line of a text, cut to what an outline shows.
func short(s string) string {
	const width = 60
	for i, r := range s {
		if r == '\n' || i > width {
			return s[:i] + "…"
		}
	}
	return s
}

// text shows a value of a static keyword.
func text(v value.Value) string {
	switch v := v.(type) {
	case nil:
		return ""
	case value.Str:
		return v.S
	}
	return value.ToStr(v)
}
