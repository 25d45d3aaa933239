package lint

import (
	"regexp"
	"strings"
	"sync"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/pylayout"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// jinjaSpacingTask looks at every text of a task: its arguments, k=v ones each by itself, and its keywords.
func jinjaSpacingTask(p *pass, t *Task) {
	for i := range t.Attrs {
		a := &t.Attrs[i]
		switch {
		case a.Name == "block" || a.Name == "rescue" || a.Name == "always":
		case t.Action != nil && a.Node == t.Action.Node && a.Node.Resolve() != nil && a.Node.Resolve().Kind == yaml.Scalar:
			for _, v := range t.Args.RawAll() {
				if s, ok := v.(value.Str); ok {
					jinjaSpacing(p, "", s.S, a.Node)
				}
			}
		default:
			jinjaSpacingNode(p, a.Name, a.Node)
		}
	}
}

// jinjaSpacingNode looks at every text below a node. key is the key that it stands under, "" in a list.
func jinjaSpacingNode(p *pass, key string, n *yaml.Node) {
	n = n.Resolve()
	if n == nil || n.Tag == "!unsafe" || n.Tag == "!vault" || n.Tag == "!vault-encrypted" {
		return
	}
	switch n.Kind {
	case yaml.Mapping:
		for _, pair := range n.Pairs {
			jinjaSpacingNode(p, pair.Key.Text, pair.Value)
		}
	case yaml.Sequence:
		for _, item := range n.Items {
			jinjaSpacingNode(p, "", item)
		}
	case yaml.Scalar:
		if n.ResolvedTag() == yaml.TagStr {
			jinjaSpacing(p, key, n.Text, n)
		}
	}
}

// jinjaSpacing reports a text whose tags Black would lay out otherwise. n is the text's node, or the one that holds it.
func jinjaSpacing(p *pass, key, text string, n *yaml.Node) {
	implicit := conditions[key] && p.file.Kind == KindPlaybook // ansible-lint leaves the conditions of task files alone
	cooked := text
	if implicit = implicit && !(strings.HasPrefix(text, "{{") && strings.HasSuffix(text, "}}")); implicit {
		cooked = "{{ " + text + " }}"
	}
	if !hasDelimiter(cooked) || strings.ContainsRune(cooked, '\r') {
		return
	}
	spaced, edits := respace(cooked)
	if spaced == cooked || indentOnly(cooked, spaced) || broken(spaced, p.linter.syntax) && !broken(cooked, p.linter.syntax) {
		return
	}
	if broken(cooked, p.linter.syntax) {
		return // jinja[invalid] says so
	}
	shown := spaced
	if implicit {
		shown = spaced[3 : len(spaced)-3]
	}
	pos := n.At().Position()
	f := p.report("jinja[spacing]", "Jinja2 spacing could be improved: "+text+" -> "+shown, n.Span, pos.Line, pos.Column)
	if fixes, ok := spacingEdits(p, n, text, edits, implicit); ok {
		f.fix("Lay the template out as Black does", fixes...)
	}
}

// spacingEdits turns edits of a text into edits of the file; false where the text does not stand in the file as it is.
func spacingEdits(p *pass, n *yaml.Node, text string, edits []diag.Edit, implicit bool) ([]diag.Edit, bool) {
	if n.Text != text {
		return nil, false
	}
	content := p.file.Source.Content
	var out []diag.Edit
	for _, e := range edits {
		if implicit {
			e.New = strings.TrimSuffix(strings.TrimPrefix(e.New, " "), " ")
			e.Span = source.Span{Start: max(e.Span.Start-3, 0), End: min(e.Span.End-3, len(text))}
		}
		if strings.Contains(e.New, "\n") {
			return nil, false
		}
		start, end := n.FileOffset(e.Span.Start), n.FileOffset(e.Span.End)
		if start > end || string(content[start:end]) != text[e.Span.Start:e.Span.End] {
			return nil, false
		}
		out = append(out, diag.Edit{Span: source.Span{Start: start, End: end}, New: e.New})
	}
	return out, true
}

func broken(text string, o *jinja.Options) bool {
	for _, problem := range jinja.Parse(text, o).Problems {
		if !problem.Assertion {
			return true
		}
	}
	return false
}

// tagIndent is what ansible-lint does not count: the indentation of block tags.
var tagIndent = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^[ \t]+(\{%)`) })

func indentOnly(a, b string) bool {
	return tagIndent().ReplaceAllString(a, "$1") == tagIndent().ReplaceAllString(b, "$1")
}

// respace lays out the tags of a template. The text comes back as it is when a tag spans lines or holds what is not
// Python, as ansible-lint has it.
func respace(src string) (string, []diag.Edit) {
	text, toks, problems := jinja.Lex(src, nil)
	if len(problems) > 0 {
		return src, nil
	}
	var b strings.Builder
	var edits []diag.Edit
	line, last, ended := 1, 1, true // the lines of this and the last piece; whether that one held a line break
	put := func(piece string) {
		if line > last && !ended {
			b.WriteByte('\n')
		}
		b.WriteString(piece)
		last, ended = line, strings.Contains(piece, "\n")
	}
	ended = false
	inside := func(start, end int, glued bool) bool {
		laid, ok := spaced(text[start:end], glued)
		if !ok {
			return false
		}
		put(laid)
		if laid != text[start:end] {
			edits = append(edits, diag.Edit{Span: source.Span{Start: start, End: end}, New: laid})
		}
		return true
	}
	for i := 0; i < len(toks); i++ {
		t := toks[i]
		whole := text[t.Start:t.End]
		switch t.Kind {
		case jinja.TokEOF:
		case jinja.TokStripped:
			edits = append(edits, diag.Edit{Span: source.Span{Start: int(t.Start), End: int(t.End)}})
		case jinja.TokComment:
			open, shut := 2, strings.LastIndex(whole, "#}")
			if len(whole) > open && (whole[open] == '-' || whole[open] == '+') && shut > open {
				open++
			}
			if shut > open && (whole[shut-1] == '-' || whole[shut-1] == '+') {
				shut--
			}
			put(whole[:open])
			if !inside(int(t.Start)+open, int(t.Start)+shut, true) {
				return src, nil
			}
			put(whole[shut:])
		case jinja.TokVarBegin, jinja.TokBlockBegin:
			put(whole)
			i++
			glued := true // the last piece is not white space
			for verb := t.Kind == jinja.TokBlockBegin; verb && (toks[i].Kind == jinja.TokSpace || toks[i].Kind == jinja.TokName); i++ {
				word := text[toks[i].Start:toks[i].End]
				put(word)
				line += strings.Count(word, "\n")
				verb = toks[i].Kind == jinja.TokSpace
				glued = !verb
			}
			start := int(toks[i].Start)
			for toks[i].Kind != jinja.TokVarEnd && toks[i].Kind != jinja.TokBlockEnd {
				if toks[i].Kind == jinja.TokEOF {
					return src, nil
				}
				i++
			}
			if !inside(start, int(toks[i].Start), glued) {
				return src, nil
			}
			whole = text[toks[i].Start:toks[i].End]
			put(whole)
		default:
			put(whole)
		}
		line += strings.Count(whole, "\n")
	}
	return b.String(), edits
}

// spaced lays out the inside of a tag: one space at each end, but more at its beginning are kept. glued tells whether
// it follows something that is not a space.
func spaced(s string, glued bool) (string, bool) {
	if strings.Contains(s, "\n") {
		return "", false
	}
	trimmed := strings.TrimLeftFunc(s, value.IsSpace)
	laid, err := pylayout.Format(trimmed)
	if err != nil {
		return "", false
	}
	laid = strings.Repeat(" ", len(s)-len(trimmed)) + laid
	if glued && !strings.HasPrefix(laid, " ") {
		laid = " " + laid
	}
	if !strings.HasSuffix(laid, " ") {
		laid += " "
	}
	return laid, true
}
