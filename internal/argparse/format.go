package argparse

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Usage is the usage in lines of at most width-2 columns, with a newline at the end.
func (p *Parser) Usage(width int) string {
	const prefix = "usage: "
	width = max(width-2, 11)
	options, positional := p.optionParts(), p.positionalParts()
	all := append(append([]string{p.Prog}, options...), positional...)
	if one := strings.Join(all, " "); len(prefix)+len(one) <= width {
		return prefix + one + "\n"
	}
	var lines []string
	if head := len(prefix) + len(p.Prog); float64(head) <= 0.75*float64(width) {
		indent := strings.Repeat(" ", head+1)
		if len(options) > 0 {
			lines = fill(all[:1+len(options)], indent, len(prefix), width)
			lines[0] = lines[0][len(indent):]
			lines = append(lines, fill(positional, indent, len(indent), width)...)
		} else {
			lines = fill(all, indent, len(prefix), width)
			lines[0] = lines[0][len(indent):]
		}
	} else {
		indent := strings.Repeat(" ", len(prefix))
		rest := fill(all[1:], indent, len(indent), width)
		if len(rest) > 1 {
			rest = append(fill(options, indent, len(indent), width), fill(positional, indent, len(indent), width)...)
		}
		lines = append([]string{p.Prog}, rest...)
	}
	return prefix + strings.Join(lines, "\n") + "\n"
}

// fill puts parts into indented lines; start is the width of what stands before the first.
func fill(parts []string, indent string, start, width int) (lines []string) {
	var line []string
	used := start - 1
	for _, part := range parts {
		if used+1+len(part) > width && line != nil {
			lines = append(lines, indent+strings.Join(line, " "))
			line, used = nil, len(indent)-1
		}
		line = append(line, part)
		used += len(part) + 1
	}
	if line != nil {
		lines = append(lines, indent+strings.Join(line, " "))
	}
	return lines
}

// optionParts are the options in brackets, those that exclude one another in one pair where they stand together.
func (p *Parser) optionParts() (parts []string) {
	for i := 0; i < len(p.Options); i++ {
		set := p.together(i)
		var texts []string
		for _, o := range p.Options[i : i+max(set, 1)] {
			if o.Kind == Refused || o.Extra {
				continue
			}
			text := o.Flags[0]
			if o.valued() {
				text += " " + o.metavar()
			}
			texts = append(texts, text)
		}
		if len(texts) > 0 {
			parts = append(parts, "["+strings.Join(texts, " | ")+"]")
		}
		i += max(set, 1) - 1
	}
	return parts
}

// together counts the options from i on that are one set of exclusive ones; 0 where none begins there.
func (p *Parser) together(i int) int {
	for _, set := range p.Exclusive {
		if i+len(set) > len(p.Options) {
			continue
		}
		same := true
		for k, flag := range set {
			same = same && p.Options[i+k].Flags[0] == flag
		}
		if same {
			return len(set)
		}
	}
	return 0
}

func (p *Parser) commandNames() string {
	var names []string
	for _, c := range p.Commands {
		names = append(names, c.Name)
	}
	return "{" + strings.Join(names, ",") + "}"
}

func (p *Parser) positionalParts() []string {
	if p.Commands != nil {
		return []string{p.commandNames(), "..."}
	}
	if p.Positional == nil {
		return nil
	}
	switch name := p.Positional.Metavar; p.Positional.Nargs {
	case "?":
		return []string{"[" + name + "]"}
	case "*":
		return []string{"[" + name + " ...]"}
	case "+":
		return []string{name, "[" + name + " ...]"}
	default:
		return []string{name}
	}
}

// item is one line of the help: what it is about, and the text.
type item struct {
	indent     int
	head, text string
}

// Help is the whole help for a terminal of that many columns.
func (p *Parser) Help(width int) string {
	var b strings.Builder
	b.WriteString(p.Usage(width))
	width = max(width-2, 11)
	if p.About != "" {
		b.WriteString("\n" + strings.Join(wrap(p.About, width), "\n") + "\n")
	}
	var positional []item
	if p.Commands != nil {
		positional = append(positional, item{2, p.commandNames(), ""})
		for _, c := range p.Commands {
			positional = append(positional, item{4, c.Name, c.Help})
		}
	} else if p.Positional != nil {
		positional = append(positional, item{2, p.Positional.Metavar, p.Positional.Help})
	}
	section(&b, "positional arguments", "", positional, width)
	grouped := func(o *Option) bool {
		return slices.ContainsFunc(p.Groups, func(g Group) bool { return slices.Contains(g.Flags, o.Flags[0]) })
	}
	section(&b, "options", "", p.items(func(o *Option) bool { return !grouped(o) }), width)
	for _, g := range p.Groups {
		section(&b, g.Title, g.About, p.items(func(o *Option) bool { return slices.Contains(g.Flags, o.Flags[0]) }), width)
	}
	if p.Epilog != "" {
		b.WriteString("\n" + strings.Join(wrap(p.Epilog, width), "\n") + "\n")
	}
	return b.String()
}

func (p *Parser) items(which func(*Option) bool) (items []item) {
	options := slices.Clone(p.Options)
	if p.Sorted {
		slices.SortStableFunc(options, func(a, b *Option) int { return slices.Compare(a.Flags, b.Flags) })
	}
	for _, o := range options {
		if o.Extra || o.Kind == Refused || !which(o) {
			continue
		}
		flags := slices.Clone(o.Flags)
		if o.valued() {
			for i := range flags {
				flags[i] += " " + o.metavar()
			}
		}
		items = append(items, item{2, strings.Join(flags, ", "), o.Help})
	}
	return items
}

func section(b *strings.Builder, title, about string, items []item, width int) {
	if len(items) == 0 {
		return
	}
	const column = 24 // of the texts
	b.WriteString("\n" + title + ":\n")
	if about != "" {
		for _, line := range wrap(about, width-2) {
			b.WriteString("  " + line + "\n")
		}
		b.WriteString("\n")
	}
	for _, it := range items {
		b.WriteString(strings.Repeat(" ", it.indent) + it.head)
		if it.text == "" {
			b.WriteString("\n")
			continue
		}
		pad := column - it.indent - len(it.head)
		if pad < 2 {
			b.WriteString("\n")
			pad = column
		}
		for i, line := range wrap(it.text, width-column) {
			if i > 0 {
				pad = column
			}
			b.WriteString(strings.Repeat(" ", pad) + line + "\n")
		}
	}
}

// wrap breaks a text into lines of at most width columns, at spaces.
func wrap(text string, width int) (lines []string) {
	line, used := "", 0
	for word := range strings.FieldsSeq(text) {
		n := utf8.RuneCountInString(word)
		if used > 0 && used+1+n > max(width, 11) {
			lines = append(lines, line)
			line, used = "", 0
		}
		if used > 0 {
			line += " "
			used++
		}
		line += word
		used += n
	}
	return append(lines, line)
}
