package fault

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/internal/source"
)

// Widths of ansible-core's excerpts: two lines before the place, at most 120 columns with the line number.
const (
	linesBefore = 2
	width       = 120
	cut         = "..."
)

// context is the "Origin:" paragraph of a fault, or "" where nothing is known of its place.
func (f *Fault) context() string {
	if f.At.Known() {
		return Origin(f.At, f.Redacted)
	}
	if f.Text != "" {
		return "Origin: <unknown>\n\n" + shorten(f.Text)
	}
	return ""
}

// Place prints a location as path:line:column with an absolute path; without the column where only lines are known.
func Place(at source.Location) string {
	path := at.File.Path
	if !strings.HasPrefix(path, "<") {
		if abs, err := filepath.Abs(path); err == nil {
			path = abs
		}
	}
	p := at.Position()
	if at.File.LinesOnly {
		return fmt.Sprintf("%s:%d", path, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", path, p.Line, p.Column)
}

// Origin is the paragraph that shows a place: its name, up to two lines before it, its line, and a marker below.
func Origin(at source.Location, redacted bool) string {
	if len(at.File.Content) == 0 { // a thing with a name but no text: a plugin, a program's output
		return "Origin: " + at.File.Path
	}
	if at.File.Describe != nil {
		name, text, _ := strings.Cut(at.File.Describe(at.Span), "\n")
		return "Origin: " + name + "\n\n" + shorten(text)
	}
	if strings.HasPrefix(at.File.Path, "<") {
		return "Origin: " + at.File.Path + "\n\n" + shorten(at.File.Text(at.Span))
	}
	head := "Origin: " + Place(at)
	if redacted {
		return head + "\n\n(source not shown: content redacted)"
	}
	if at.File.Secret || strings.HasPrefix(string(at.File.Content), "$ANSIBLE_VAULT") {
		return head + "\n\n(source not shown: content encrypted)"
	}
	if whole(at) {
		return "Origin: " + at.File.Path
	}
	p := at.Position()
	if p.Line > lineCount(at.File.Content) {
		return head + "\n\n(source not shown: file truncated)"
	}
	label := len(fmt.Sprint(p.Line))
	room := width - label - 1
	usable := room
	var out []string
	for n := max(1, p.Line-linesBefore); n <= p.Line; n++ {
		line := strings.ReplaceAll(at.File.Text(at.File.LineSpan(n)), "\t", " ")
		if runes := []rune(line); len(runes) > room {
			line = string(runes[:room-len(cut)]) + cut
			usable = room - len(cut)
		}
		s := fmt.Sprintf("%*d", label, n)
		if line != "" {
			s += " " + line
		}
		out = append(out, s)
	}
	if at.File.LinesOnly {
		last := out[len(out)-1]
		out = append(out, strings.Repeat(" ", label)+" "+strings.Repeat("^", max(0, utf8.RuneCountInString(last)-label-1)))
	} else if p.Column <= usable {
		marker := fmt.Sprintf("column %d", p.Column)
		pad := p.Column - 1
		if pad+2+len(marker) > room {
			marker = strings.Repeat(" ", pad-len(marker)-1) + marker + " ^"
		} else {
			marker = strings.Repeat(" ", pad) + "^ " + marker
		}
		out = append(out, strings.Repeat(" ", label)+" "+marker)
	}
	return head + "\n\n" + strings.Join(out, "\n")
}

// whole tells that a location is a file that is one text, a template: ansible-core gives no line then.
func whole(at source.Location) bool {
	switch filepath.Ext(at.File.Path) {
	case ".yml", ".yaml", ".json":
		return false
	}
	return at.Span.Start == 0 && at.Span.End == len(at.File.Content) && at.Span.End > 0
}

// shorten collapses white space and cuts at a word, as Python's textwrap.shorten with width 120 does.
func shorten(s string) string {
	words := strings.Fields(s)
	joined := strings.Join(words, " ")
	if utf8.RuneCountInString(joined) <= width {
		return joined
	}
	const placeholder = " [...]"
	out := ""
	for _, w := range words {
		next := w
		if out != "" {
			next = out + " " + w
		}
		if utf8.RuneCountInString(next)+len(placeholder) > width {
			break
		}
		out = next
	}
	if out == "" {
		return strings.TrimLeft(placeholder, " ")
	}
	return out + placeholder
}

// lineCount is the number of lines that a file has when it is read line by line: what follows the last line break counts
// only where it is not empty.
func lineCount(content []byte) int {
	n := bytes.Count(content, []byte("\n"))
	if len(content) > 0 && content[len(content)-1] != '\n' {
		n++
	}
	return n
}
