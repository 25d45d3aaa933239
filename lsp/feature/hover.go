package feature

import (
	"context"
	"fmt"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/project"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// HoverText is what is said about the text at an offset.
type HoverText struct {
	Markdown string
	Span     source.Span
}

// Hover describes the module, option, keyword, filter, variable, role or handler at off; nil where there is nothing to
// say.
func Hover(ctx context.Context, in *Input, off int) *HoverText {
	if in.TooLarge {
		return nil
	}
	s, ok := subjectAt(in, off)
	if !ok {
		return nil
	}
	text := ""
	switch {
	case s.keyword != nil:
		text = keywordDoc(s.keyword)
	case s.entry != nil:
		text = moduleDoc(s.entry)
	case s.option != nil:
		text = optionDoc(s.option, s.module)
	case s.function != nil:
		text = functionDoc(s.function, s.role)
	case s.isSymbol && s.symbol == project.Variable:
		text = variableDoc(ctx, in, &s)
	case s.isSymbol && s.symbol == project.RoleName:
		text = roleDoc(in, s.name)
	case s.isSymbol && s.symbol == project.Handler && !s.def:
		text = handlerDoc(in, s.name)
	}
	if text == "" {
		return nil
	}
	return &HoverText{text, s.span}
}

func keywordDoc(k *playbook.Keyword) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s** *%s* — keyword of %s\n\n%s\n\n", k.Name, k.Type, places(k.In), k.Doc)
	if k.Default != nil && value.ToStr(k.Default) != "" {
		fmt.Fprintf(&b, "Default: `%s`\n\n", defaultText(k.Default))
	}
	if len(k.Choices) > 0 {
		b.WriteString("Choices: `" + strings.Join(k.Choices, "`, `") + "`\n\n")
	}
	if k.Inherit {
		b.WriteString("Inherited by what is inside")
		if k.Extend {
			b.WriteString(", added to what is said there")
		}
		b.WriteString(".\n\n")
	}
	if k.Static {
		b.WriteString("Never a template.\n\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

// places lists where a keyword may stand.
func places(p playbook.Place) string {
	var names []string
	for _, x := range []struct {
		place playbook.Place
		name  string
	}{
		{playbook.InPlay, "plays"}, {playbook.InImport, "import_playbook"}, {playbook.InRole, "roles"}, {playbook.InBlock, "blocks"},
		{playbook.InTask, "tasks"}, {playbook.InHandler, "handlers"}, {playbook.InLoopControl, "loop_control"},
	} {
		if p&x.place != 0 {
			names = append(names, x.name)
		}
	}
	return strings.Join(names, ", ")
}

func functionDoc(f *jinja.Function, r role) string {
	kind := map[role]string{filterName: "filter", testName: "test", lookupName: "lookup", variableName: "function"}[r]
	var b strings.Builder
	fmt.Fprintf(&b, "```python\n%s\n```\n", Signature(f))
	b.WriteString("*" + kind + "*")
	if f.FQCN != "" {
		b.WriteString(" `" + f.FQCN + "`")
	}
	b.WriteString("\n\n")
	if f.Doc != "" {
		b.WriteString(f.Doc + "\n\n")
	}
	for _, p := range f.Params {
		if p.Doc != "" {
			fmt.Fprintf(&b, "- `%s` — %s\n", p.Name, p.Doc)
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

func roleDoc(in *Input, name string) string {
	if in.Project == nil {
		return ""
	}
	dir, ok := in.Project.Roles()[name]
	if !ok {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "**%s** — role in `%s`\n\n", name, relative(in.Project, dir))
	items := roleVariables(in.Project, dir)
	for i, v := range items {
		if i == 30 {
			fmt.Fprintf(&b, "- … %d more\n", len(items)-i)
			break
		}
		fmt.Fprintf(&b, "- `%s`", v.Label)
		if v.Doc != "" {
			fmt.Fprintf(&b, " = %s", code(v.Doc))
		}
		b.WriteByte('\n')
	}
	return strings.TrimRight(b.String(), "\n")
}

func handlerDoc(in *Input, name string) string {
	if in.Project == nil {
		return ""
	}
	found := in.Project.Definitions(project.Handler, name)
	if len(found) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "**%s** — handler\n\n", name)
	for _, d := range found {
		b.WriteString("- " + placeOf(in.Project, d.At) + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

// placeOf shows a place as FILE:LINE below the project's root.
func placeOf(p *project.Snapshot, at source.Location) string {
	if !at.Known() {
		return ""
	}
	return fmt.Sprintf("%s:%d", relative(p, at.File.Path), at.Position().Line)
}

// code quotes a text as Markdown code, whatever it holds.
func code(s string) string {
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		return fence + " " + s + " " + fence
	}
	return fence + s + fence
}
