package pylayout

import "strings"

// Format lays out one line. The result has more lines than one where Black breaks the line: at a comma before a closing
// bracket, and between statements. It fails with ErrSyntax for what Black refuses, and for compound statements. A text
// that stands alone keeps its spaces: Black takes it for documentation and trims it, which changes a template.
func Format(src string) (string, error) { return format(src, false) }

func format(src string, documented bool) (string, error) {
	toks, err := split(src)
	if err != nil {
		return "", err
	}
	p := &parser{toks: toks}
	var lines []string
	for p.at < len(p.toks) {
		start := p.at
		if p.peek().kind == comment {
			lines = append(lines, tidyComment(p.take(false).text))
			break
		}
		p.complex, p.isPower = false, false
		p.statement()
		if p.fail {
			return "", ErrSyntax
		}
		stop := p.at
		if documented && len(lines) == 0 && stop == start+1 && p.toks[start].kind == text {
			p.toks[start].text = docstring(p.toks[start].text)
		}
		line := p.lines(start, stop, 0)
		if p.is(";") {
			p.take(false)
		} else if p.at < len(p.toks) && p.peek().kind != comment {
			return "", ErrSyntax
		}
		if p.peek().kind == comment {
			line[len(line)-1] += "  " + tidyComment(p.take(false).text)
		}
		lines = append(lines, line...)
	}
	return strings.Join(lines, "\n"), nil
}

// tidyComment puts a space after the sign of a comment.
func tidyComment(s string) string {
	s = strings.TrimRight(s, " \t")
	if len(s) > 1 && strings.IndexByte(" !:#'", s[1]) < 0 {
		return "# " + s[1:]
	}
	return s
}

// docstring tidies a text that stands alone: Black takes it for the documentation of the file.
func docstring(s string) string {
	n := strings.IndexAny(s, `'"`)
	prefix, quoted := s[:n], s[n:]
	if strings.ContainsAny(prefix, "bBfFtT") {
		return s
	}
	quote := quoted[:1]
	if quoted[1] == quote[0] && len(quoted) == 2 {
		return prefix + strings.Repeat(quote, 6) // as Black 26.10 has it
	}
	if len(quoted) >= 6 && strings.HasPrefix(quoted, strings.Repeat(quote, 3)) {
		quote = quoted[:3]
	}
	inner := quoted[len(quote) : len(quoted)-len(quote)]
	trimmed := strings.TrimSpace(inner)
	switch {
	case trimmed != "":
		if trimmed[0] == quote[0] {
			trimmed = " " + trimmed
		}
		if trimmed[len(trimmed)-1] == quote[0] {
			trimmed += " "
		}
		if slashes := len(trimmed) - len(strings.TrimRight(trimmed, `\`)); slashes%2 == 1 {
			trimmed += " "
		}
	case inner != "":
		trimmed = " "
	}
	return prefix + quote + trimmed + quote
}

// lines writes the tokens from..to, broken where a comma stands before a closing bracket: then every bracket around that
// comma is broken, too.
func (p *parser) lines(from, to, indent int) []string {
	margin := strings.Repeat("    ", indent)
	open := p.lastOpening(from, to)
	if open < 0 || !p.magic(from, to) {
		return []string{margin + p.line(from, to)}
	}
	closing := p.closes(open)
	out := []string{margin + p.line(from, open+1)}
	commas := p.commas(open, closing)
	start := open + 1
	for _, c := range commas {
		out = append(out, p.lines(start, c+1, indent+1)...)
		start = c + 1
	}
	if start < closing {
		out = append(out, p.lines(start, closing, indent+1)...)
		if len(commas) > 0 {
			out[len(out)-1] += ","
		}
	}
	return append(out, margin+p.line(closing, to))
}

// lastOpening finds the opening bracket of the last pair that is not inside another.
func (p *parser) lastOpening(from, to int) int {
	found := -1
	for i := from; i < to; i++ {
		if isOpening(p.toks[i]) && !p.toks[i].gone {
			if c := p.closes(i); c > i && c < to {
				found, i = i, c
			}
		}
	}
	return found
}

// magic tells whether a comma before a closing bracket asks for a line for each element.
func (p *parser) magic(from, to int) bool {
	for i := from; i < to; i++ {
		if !isOpening(p.toks[i]) {
			continue
		}
		c := p.closes(i)
		if c > i+1 && c < to && p.toks[c-1].kind == operator && p.toks[c-1].text == "," && !p.single(i, c) {
			return true
		}
	}
	return false
}

// commas lists the commas between the elements of a bracket.
func (p *parser) commas(open, closing int) []int {
	var out []int
	for i := open + 1; i < closing; i++ {
		if t := p.toks[i]; isOpening(t) {
			i = p.closes(i)
		} else if t.kind == operator && t.text == "," {
			out = append(out, i)
		}
	}
	return out
}

// single tells whether the comma before the closing bracket makes a tuple of one, which is not broken.
func (p *parser) single(open, closing int) bool {
	if p.toks[open].text == "{" || p.toks[open].text == "[" && (open == 0 || p.toks[open].space || isOpening(p.toks[open-1])) {
		return false
	}
	return len(p.commas(open, closing)) == 1
}

func isOpening(t token) bool {
	return t.kind == operator && (t.text == "(" || t.text == "[" || t.text == "{")
}

func (p *parser) line(from, to int) string {
	var b strings.Builder
	for _, t := range p.toks[from:to] {
		if t.gone {
			continue
		}
		if t.space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(t.text)
	}
	return b.String()
}
