package yaml

import "strings"

// This file is how the scanner goes on after an error. It is used only when a strict scan has failed, so nothing here
// can change what a right document means. The guiding idea: a line that looks like a key or a list entry is one,
// whatever the unfinished line before it left open.

// quoteFix is the range of a text that should have been quoted.
type quoteFix struct{ start, end int }

func (s *scanner) report(start, end int, message string) *problem {
	s.problems = append(s.problems, problem{start: start, end: end, message: message})
	return &s.problems[len(s.problems)-1]
}

// mark is a place in the text that a scan can go back to.
type mark struct {
	pos, line, lineHead, indent, comments, problems int
}

func (s *scanner) mark() mark {
	return mark{s.pos, s.line, s.lineHead, s.indent, len(s.comments), len(s.problems)}
}

func (s *scanner) reset(m mark) {
	s.pos, s.line, s.lineHead = m.pos, m.line, m.lineHead
	s.comments = s.comments[:m.comments]
	s.problems = s.problems[:m.problems]
}

// lineEnd is the offset of the next line break, or the end of the text.
func (s *scanner) lineEnd(p int) int {
	for p < len(s.src) {
		if c := s.src[p]; c == '\n' || c == '\r' || c >= 0x80 && s.brk(p) > 0 {
			break
		}
		p++
	}
	return p
}

// looksLikeEntry tells whether the line at p begins with "- " or has the form "key:" or "key: text".
func (s *scanner) looksLikeEntry(p int) bool {
	c := s.at(p)
	if c == '-' && s.blankz(p+1) {
		return true
	}
	if c == '#' || c == '{' || c == '[' || c == ']' || c == '}' || c == ',' {
		return false
	}
	quote := byte(0)
	if c == '"' || c == '\'' {
		quote = c
		p++
	}
	for end := s.lineEnd(p); p < end; p++ {
		switch c := s.src[p]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == ':' && s.blankz(p+1):
			return true
		case c == '#' && (s.src[p-1] == ' ' || s.src[p-1] == '\t'):
			return false
		case c == '"' || c == '\'' || c == '{' && s.at(p+1) == '{':
			return false
		}
	}
	return false
}

// endsText tells, at the beginning of a continuation line of a plain scalar, whether that line is rather an entry of
// its own.
func (s *scanner) endsText() bool {
	return (len(s.flow) == 0 || s.col() <= s.indent) && s.looksLikeEntry(s.pos)
}

// colonInText: ": " inside of a text that cannot be a key.
func (s *scanner) colonInText(start, colon int) {
	if n := len(s.problems); n > 0 && s.problems[n-1].start == start {
		return
	}
	end := s.textEnd(start)
	s.report(start, end, "mapping values are not allowed in this context").fix = &quoteFix{start, end}
	_ = colon
}

// textEnd is where a text that begins at p ends on its line: before a comment, without trailing blanks.
func (s *scanner) textEnd(p int) int {
	end := s.lineEnd(p)
	if i := strings.Index(s.src[p:end], " #"); i >= 0 {
		end = p + i
	}
	for end > p && (s.src[end-1] == ' ' || s.src[end-1] == '\t') {
		end--
	}
	return end
}

// fetchText takes the rest of the line as a plain text where its first character is not allowed.
func (s *scanner) fetchText(words string) {
	s.saveKey()
	s.allowKey = false
	mayKey := s.keys[len(s.keys)-1].possible && s.keys[len(s.keys)-1].pos == s.pos
	start := s.pos
	end := s.textEnd(start)
	for p := start + 1; p < end; p++ {
		c := s.src[p]
		if mayKey && c == ':' && s.blankz(p+1) || len(s.flow) > 0 && (c == ',' || c == ']' || c == '}') {
			end = p
			break
		}
	}
	end = max(end, start+1)
	s.report(start, end, words).fix = &quoteFix{start, end}
	s.pushText(start, end)
}

func (s *scanner) pushText(start, end int) {
	s.toks = append(s.toks, token{kind: tScalar, style: Plain, start: start, end: end, text: foldPlain(s.src[start:end])})
	for p := start; p < end; {
		if n := s.brk(p); n > 0 {
			s.line++
			p += n
			s.lineHead = p
		} else {
			p++
		}
	}
	s.pos = end
}

// templateStart: an unquoted "{{" is a mapping whose key is a mapping, which Python cannot hold. It is taken as the
// text that its author meant.
func (s *scanner) templateStart() bool {
	if s.at(s.pos+1) != '{' {
		return false
	}
	if s.template < 0 {
		s.template = s.pos
	}
	if s.strict {
		return false
	}
	s.saveKey()
	s.allowKey = false
	mayKey := s.keys[len(s.keys)-1].possible && s.keys[len(s.keys)-1].pos == s.pos
	start := s.pos
	end := s.templateEnd(start)
	if len(s.flow) > 0 {
		for end < len(s.src) && !s.breakz(end) && strings.IndexByte(",]}", s.src[end]) < 0 {
			if strings.HasPrefix(s.src[end:], "{{") {
				end = s.templateEnd(end)
				continue
			}
			end++
		}
		for end > start && (s.src[end-1] == ' ' || s.src[end-1] == '\t') {
			end--
		}
	} else {
		from := end
		end = s.textEnd(end)
		if mayKey {
			for p := from; p < end; p++ {
				if s.src[p] == ':' && s.blankz(p+1) {
					end = p
					break
				}
			}
		}
	}
	s.report(start, end, unquotedTemplate).fix = &quoteFix{start, end}
	s.pushText(start, end)
	return true
}

// statement passes a line "{% ... %}": the file is rather a template of a YAML file, of which the other lines are read.
func (s *scanner) statement() bool {
	if s.strict || s.at(s.pos+1) != '%' || len(s.flow) > 0 || strings.TrimLeft(s.src[s.lineHead:s.pos], " \t") != "" {
		return false
	}
	start := s.pos
	s.pos = s.lineEnd(start)
	s.report(start, s.pos, "a template statement cannot stand here: found character that cannot start any token")
	return true
}

const unquotedTemplate = "a value that starts with a template must be quoted"

// templateEnd is the offset behind the "}}" that closes the template at p, on this line or on deeper lines below it.
func (s *scanner) templateEnd(p int) int {
	for q := p; q < len(s.src); {
		if strings.HasPrefix(s.src[q:], "}}") {
			q += 2
			for s.at(q) == '}' { // {{ {'a': {}}}}
				q++
			}
			return q
		}
		n := s.brk(q)
		if n == 0 {
			q++
			continue
		}
		col := q + n
		for s.at(col) == ' ' {
			col++
		}
		if col-(q+n) <= s.indent || s.breakz(col) || s.looksLikeEntry(col) {
			break
		}
		q += n
	}
	return s.lineEnd(p)
}

// unclosedQuote takes the line that the quote stands on as the whole text.
func (s *scanner) unclosedQuote(from mark, style Style) {
	s.reset(from)
	start := s.pos
	end := s.lineEnd(start)
	for end > start+1 && (s.src[end-1] == ' ' || s.src[end-1] == '\t') {
		end--
	}
	if len(s.flow) > 0 {
		for end > start+1 && strings.IndexByte("]},", s.src[end-1]) >= 0 {
			end--
		}
	}
	s.report(start, end, "found a quote that is not closed")
	s.toks = append(s.toks, token{kind: tScalar, style: style, start: start, end: end, text: s.src[start+1 : end]})
	s.pos = end
}

// quoteRunsAway tells, at a continuation line of a quoted scalar, whether the quote was rather left open: the line is
// no deeper than the block around it and looks like an entry.
func (s *scanner) quoteRunsAway(indent int) bool {
	return s.col() <= indent && s.looksLikeEntry(s.pos)
}

// afterQuote looks at what follows the closing quote. Where that cannot follow, the whole line is taken as a text.
func (s *scanner) afterQuote(from mark, style Style) bool {
	p := s.pos
	for s.at(p) == ' ' || s.at(p) == '\t' {
		p++
	}
	if s.breakz(p) || s.src[p] == '#' && p > s.pos || s.src[p] == ':' && (s.blankz(p+1) || len(s.flow) > 0) {
		return false
	}
	if len(s.flow) > 0 {
		if strings.IndexByte(",]}", s.src[p]) < 0 && s.line != from.line {
			s.unclosedQuote(from, style)
			return true
		}
		return false
	}
	if s.line != from.line {
		s.unclosedQuote(from, style)
		return true
	}
	start, end := from.pos, s.textEnd(s.pos)
	s.report(start, end, "found text behind a closing quote").fix = &quoteFix{start, end}
	s.toks = append(s.toks, token{kind: tScalar, style: Plain, start: start, end: end, text: s.src[start:end]})
	s.pos = end
	return true
}

// closeFlowAtDedent ends open brackets where a line begins that is an entry of the block around them.
func (s *scanner) closeFlowAtDedent() {
	if len(s.flow) == 0 || s.col() > s.indent || s.pos >= len(s.src) ||
		strings.TrimLeft(s.src[s.lineHead:s.pos], " \t") != "" || !s.looksLikeEntry(s.pos) {
		return
	}
	s.closeAllFlow()
	s.allowKey = true
}

// closeAllFlow ends all open brackets here.
func (s *scanner) closeAllFlow() {
	if s.strict {
		return
	}
	for len(s.flow) > 0 {
		open := s.flow[len(s.flow)-1]
		s.removeKey()
		s.flow = s.flow[:len(s.flow)-1]
		s.keys = s.keys[:len(s.keys)-1]
		s.firstKey = min(s.firstKey, len(s.keys)-1)
		kind, words := tFlowSeqEnd, "found a bracket that is not closed: did not find expected ',' or ']'"
		if open.kind == tFlowMap {
			kind, words = tFlowMapEnd, "found a bracket that is not closed: did not find expected ',' or '}'"
		}
		s.report(open.start, open.end, words)
		end := s.lastEnd(open.end)
		s.toks = append(s.toks, token{kind: kind, start: end, end: end})
	}
}

// lastEnd is the offset behind the last token that has a text, not before min.
func (s *scanner) lastEnd(least int) int {
	p := s.pos
	for p > least && (s.src[p-1] == ' ' || s.src[p-1] == '\t' || s.src[p-1] == '\n' || s.src[p-1] == '\r') {
		p--
	}
	return p
}

// strayClose deals with a closing bracket that does not belong to the innermost open one; it reports true when the
// bracket has been passed.
func (s *scanner) strayClose(c byte) bool {
	if s.strict {
		return false
	}
	if len(s.flow) == 0 {
		s.fetchText("found a closing bracket that was not opened")
		return true
	}
	open := s.flow[len(s.flow)-1].kind
	if (open == tFlowSeq) == (c == ']') {
		return false
	}
	for i := len(s.flow) - 2; i >= 0; i-- {
		if (s.flow[i].kind == tFlowSeq) == (c == ']') { // it closes one further out
			for j := len(s.flow) - 1; j > i; j-- {
				kind := tFlowSeqEnd
				if s.flow[j].kind == tFlowMap {
					kind = tFlowMapEnd
				}
				s.report(s.flow[j].start, s.flow[j].end, "found a bracket that is not closed")
				s.toks = append(s.toks, token{kind: kind, start: s.pos, end: s.pos})
			}
			s.flow = s.flow[:i+1]
			s.keys = s.keys[:i+2]
			s.firstKey = min(s.firstKey, i+1)
			return false
		}
	}
	s.report(s.pos, s.pos+1, "found a closing bracket of the wrong kind")
	kind := tFlowSeqEnd
	if open == tFlowMap {
		kind = tFlowMapEnd
	}
	s.flow = s.flow[:len(s.flow)-1]
	s.keys = s.keys[:len(s.keys)-1]
	s.firstKey = min(s.firstKey, len(s.keys)-1)
	s.allowKey = false
	s.push(kind, 1)
	return true
}

// keyWithoutColon makes a key of the text at k, without a value.
func (s *scanner) keyWithoutColon(k *simpleKey) {
	end := k.pos
	for i := s.head; i < len(s.toks); i++ {
		if s.toks[i].kind != tBlockEnd {
			end = max(end, s.toks[i].end)
		}
	}
	if i := k.token - s.taken + s.head; i < s.head || i >= len(s.toks) {
		return // already handed out
	}
	s.insert(k.token, token{kind: tKey, start: k.pos, end: k.pos})
	s.roll(k.pos-k.lineHead, k.token, tBlockMap, k.pos)
	s.toks = append(s.toks, token{kind: tValue, start: end, end: end})
	s.report(k.pos, end, "could not find expected ':'")
	s.allowKey = s.allowKey || s.line > k.line
}

// tabIndent passes a tab where only spaces may indent.
func (s *scanner) tabIndent() {
	start := s.pos
	for s.at(s.pos) == '\t' || s.at(s.pos) == ' ' {
		s.pos++
	}
	if !s.breakz(s.pos) && s.at(s.pos) != '#' {
		s.report(start, s.pos, "found character '\\t' that cannot start any token")
	}
}

// atDirective tells a directive from a text that begins with a percent sign.
func (s *scanner) atDirective() bool {
	return strings.HasPrefix(s.src[s.pos:], "%YAML ") || strings.HasPrefix(s.src[s.pos:], "%TAG ")
}
