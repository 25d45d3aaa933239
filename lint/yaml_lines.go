package lint

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/source"
)

// lines runs the checks that look at single lines: their length, their end, and blank ones.
func (y *yamlCheck) lines() {
	trailing, length, empty := y.on("trailing-spaces"), y.on("line-length"), y.on("empty-lines")
	blank := 0 // blank lines up to the current one
	start, line := 0, 1
	for {
		end := bytes.IndexByte(y.src[start:], '\n')
		last := end < 0
		if last {
			end = len(y.src)
		} else {
			end += start
		}
		stop := end
		if !last && stop > start && y.src[stop-1] == '\r' {
			stop--
		}
		text := y.src[start:stop]
		if trailing && len(text) > 0 && (text[len(text)-1] == ' ' || text[len(text)-1] == '\t') {
			at := start + len(bytes.TrimRight(text, " \t\r\n\v\f"))
			y.report("trailing-spaces", "Trailing spaces", source.Span{Start: at, End: stop}, line)
		}
		if most := y.c.Rules["line-length"]; length && len(text) > most.nums["max"] {
			y.lineLength(text, start, line)
		}
		if empty && len(text) == 0 && !last {
			blank++
			more := end+1 < len(y.src) && (y.src[end+1] == '\n' || bytes.HasPrefix(y.src[end+1:], []byte("\r\n")))
			if !more {
				y.emptyLines(blank, start, line, end == len(y.src)-1)
			}
		} else if len(text) > 0 {
			blank = 0
		}
		if last {
			if len(text) > 0 && y.on("new-line-at-end-of-file") {
				f := y.report("new-line-at-end-of-file", "No new line character at the end of file", source.Span{Start: end, End: end}, line)
				if f != nil && f.File != nil {
					f.fix("End the file with a line break", diag.Edit{Span: source.Span{Start: end, End: end}, New: "\n"})
				}
			}
			break
		}
		start = end + 1
		line++
	}
}

// emptyLines reports too long a run of blank lines; line is the last of them.
func (y *yamlCheck) emptyLines(blank, start, line int, atEnd bool) {
	most := y.num("empty-lines", "max")
	if blank == line { // they begin the file
		most = y.num("empty-lines", "max-start")
	}
	if atEnd {
		if start == 0 {
			return // a file of one line break
		}
		most = y.num("empty-lines", "max-end")
	}
	if blank > most {
		y.report("empty-lines", fmt.Sprintf("Too many blank lines (%d > %d)", blank, most), source.Span{Start: start, End: start}, line)
	}
}

// lineLength reports a line that is too long, unless it is one long word.
func (y *yamlCheck) lineLength(text []byte, start, line int) {
	most := y.num("line-length", "max")
	n := utf8.RuneCount(text)
	if n <= most {
		return
	}
	if y.c.Rules["line-length"].words {
		s := strings.TrimLeft(string(text), " ")
		if strings.HasPrefix(s, "#") {
			s = strings.TrimLeft(s, "#")
			s = s[min(1, len(s)):]
		} else if strings.HasPrefix(s, "-") {
			s = s[min(2, len(s)):]
		}
		if !strings.Contains(s, " ") {
			return
		}
	}
	y.report("line-length", fmt.Sprintf("Line too long (%d > %d characters)", n, most), source.Span{Start: start, End: start + len(text)}, line)
}

// comments checks how comments begin and how far they stand from what is before them.
func (y *yamlCheck) comments() {
	y.commentsIndentation()
	if !y.on("comments") {
		return
	}
	gap := y.num("comments", "min-spaces-from-content")
	for _, c := range y.p.file.Tree.Comments {
		at, line := c.Span.Start, y.file.Line(c.Span.Start)
		if !c.OwnLine {
			before := at
			for before > 0 && (y.src[before-1] == ' ' || y.src[before-1] == '\t') {
				before--
			}
			if gap >= 0 && at-before < gap {
				y.report("comments", fmt.Sprintf("Too few spaces before comment: expected %d", gap), c.Span, line)
			}
		}
		text := strings.TrimLeft(string(y.src[at:c.Span.End]), "#")
		if !y.c.Rules["comments"].start || text == "" || text[0] == ' ' || at == 0 && text[0] == '!' {
			continue
		}
		y.report("comments", "Missing starting space in comment", c.Span, line)
	}
}

// commentsIndentation checks that comments on lines of their own stand where the content before or after them does.
func (y *yamlCheck) commentsIndentation() {
	if !y.on("comments-indentation") {
		return
	}
	before, last := -1, -1 // column and line of the comment before, when nothing is between
	for _, c := range y.p.file.Tree.Comments {
		if !c.OwnLine {
			before, last = -1, -1
			continue
		}
		at := c.Span.Start
		column, line := y.column(at), y.file.Line(at)
		next := 0
		for rest := y.src[c.Span.End:]; len(rest) > 0; {
			text, tail, _ := bytes.Cut(rest, []byte("\n"))
			rest = tail
			if t := bytes.TrimLeft(text, " \t\r"); len(t) > 0 && t[0] != '#' {
				next = len(text) - len(t)
				break
			}
		}
		prev := max(y.indentBefore(at), 0)
		if prev <= next {
			prev = next
		}
		if before >= 0 && y.onlyComments(last, line) {
			prev = before
		}
		if column != prev && column != next {
			y.report("comments-indentation", "Comment not indented like content", c.Span, line)
		}
		before, last = column, line
	}
}

// onlyComments tells whether nothing but comments and blank lines stands between two lines.
func (y *yamlCheck) onlyComments(from, to int) bool {
	for n := from + 1; n < to; n++ {
		t := strings.TrimSpace(y.file.Text(y.file.LineSpan(n)))
		if t != "" && t[0] != '#' {
			return false
		}
	}
	return true
}

// indentBefore is the indentation of the line on which the content before an offset begins; -1 where there is none.
func (y *yamlCheck) indentBefore(at int) int {
	for end := bytes.LastIndexByte(y.src[:at], '\n'); end > 0; {
		start := bytes.LastIndexByte(y.src[:end], '\n') + 1
		t := bytes.TrimLeft(y.src[start:end], " \t")
		if len(t) > 0 && t[0] != '#' && t[0] != '\r' {
			off := end - 1
			for off > start && (y.src[off] == ' ' || y.src[off] == '\r') {
				off--
			}
			if path := y.p.file.Tree.Path(off); len(path) > 0 {
				if n := path[len(path)-1]; n.Span.Start < start {
					return y.lineIndent(n.Whole().Start)
				}
			}
			return y.lineIndent(end - 1)
		}
		end = start - 1
	}
	return -1
}
