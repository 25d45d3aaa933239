package feature

import (
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/config"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/project"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// expression lists what may be the name at a cursor in a template expression.
func (l *list) expression(p *place, e *expression) {
	l.span, l.typed = e.name, e.prefix
	switch e.role {
	case variableName:
		l.locals(e)
		l.variables(p)
		l.functions(l.in.Functions.Globals, FunctionItem)
		if e.call != "" {
			l.arguments(e)
		}
	case filterName:
		l.functions(l.in.Functions.Filters, FilterItem)
	case testName:
		l.functions(l.in.Functions.Tests, TestItem)
	case lookupName:
		l.functions(l.in.Functions.Lookups, LookupItem)
	case attributeName:
		l.attributes(e.path)
	case statementName:
		for _, s := range statements {
			l.add(Item{Label: s, Kind: KeywordItem})
		}
	}
}

var statements = []string{
	"if", "elif", "else", "endif", "for", "endfor", "set", "endset", "block", "endblock", "include", "import", "from", "macro",
	"endmacro", "call", "endcall", "filter", "endfilter", "raw", "endraw", "extends", "with", "endwith", "autoescape", "endautoescape",
}

func (l *list) functions(table []*jinja.Function, kind ItemKind) {
	for _, f := range table {
		detail := Signature(f)
		name := f.Name
		if strings.Contains(l.typed, ".") && f.FQCN != "" {
			name = f.FQCN
		}
		rank := 1
		if kind == FunctionItem {
			rank = 5 // behind variables
		}
		l.add(Item{Label: name, Kind: kind, Detail: detail, Doc: f.Doc, Rank: rank})
	}
}

// Signature shows how a function is called: "default(value, default_value=”, boolean=False) -> any".
func Signature(f *jinja.Function) string {
	var b strings.Builder
	b.WriteString(f.Name)
	b.WriteByte('(')
	for i, p := range f.Params {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(parameter(&p))
	}
	b.WriteByte(')')
	if f.Result != "" {
		b.WriteString(" -> " + f.Result)
	}
	return b.String()
}

func parameter(p *jinja.Param) string {
	switch {
	case p.Star:
		return "*" + p.Name
	case p.StarStar:
		return "**" + p.Name
	case p.Default == nil:
		return p.Name
	case p.Default == jinja.Absent:
		return p.Name + "=…"
	}
	return p.Name + "=" + value.Repr(p.Default)
}

// arguments lists the keyword arguments of the call around the cursor.
func (l *list) arguments(e *expression) {
	f := l.in.Functions.find(e.callRole, e.call)
	if f == nil {
		return
	}
	for i, p := range f.Params {
		if i == 0 && e.piped || p.Star || p.StarStar {
			continue
		}
		l.add(Item{Label: p.Name + "=", Kind: OptionItem, Detail: p.Type, Doc: p.Doc, Rank: 2})
	}
}

// locals lists the names that the template itself makes: by set, for, macro, with and import.
func (l *list) locals(e *expression) {
	if !strings.Contains(e.source, "{%") {
		return
	}
	for _, x := range jinja.Locals(jinja.Parse(e.source, nil), e.index) {
		l.add(Item{Label: x.Name, Kind: VariableItem, Detail: "template " + x.Kind})
	}
}

// maxRanked is the number of names up to which the variables of the file's own role come first: beyond it nobody reads
// the list anyway.
const maxRanked = 400

// fillVariable says where a variable is defined and what it holds.
func fillVariable(in *Input, i *Item) {
	own := ""
	if in.File != nil {
		own = in.File.Role
	}
	for _, d := range in.definitions(i.Label) {
		i.Detail, i.Doc = d.Level, ""
		if !secret(i.Label, d.Value) {
			i.Doc = preview(d.Value)
		}
		if own != "" && d.Scope == own {
			break
		}
	}
}

// variables lists the variables that the expression may read: those of the project, of the task around, facts and
// magic variables.
func (l *list) variables(p *place) {
	seen := map[string]bool{}
	add := func(name, detail, doc string, rank int) {
		if !seen[name] {
			seen[name] = true
			l.add(Item{Label: name, Kind: VariableItem, Detail: detail, Doc: doc, Rank: rank})
		}
	}
	for _, v := range localVariables(p) {
		add(v.name, v.what, "", 0)
	}
	if s := l.in.Project; s != nil {
		own := ""
		if l.in.File != nil {
			own = l.in.File.Role
		}
		var matched []string
		for _, name := range s.Names(project.Variable) {
			if !seen[name] && match(name, l.typed) >= 0 {
				matched = append(matched, name)
			}
		}
		for _, name := range matched {
			if l.ctx.Err() != nil {
				return
			}
			rank := 2
			if own != "" && len(matched) <= maxRanked && slices.ContainsFunc(s.Definitions(project.Variable, name), func(d project.Occurrence) bool { return d.Scope == own }) {
				rank = 1
			}
			seen[name] = true
			l.add(Item{Label: name, Kind: VariableItem, Rank: rank, fill: fillVariable})
		}
	}
	for _, m := range magic {
		add(m.name, "magic", m.doc, 3)
	}
	for _, v := range config.HostVars() {
		add(v.Name, "connection", v.Doc, 5)
	}
	for _, f := range facts {
		add(f.name, "fact", f.doc, 4)
	}
}

// attributes lists the keys of a dictionary that the project defines, and of what Ansible makes.
func (l *list) attributes(path []string) {
	if len(path) == 0 {
		return
	}
	for _, a := range attributesOf(l.in, path) {
		l.add(Item{Label: a.name, Kind: VariableItem, Doc: a.doc, Detail: a.what})
	}
}
