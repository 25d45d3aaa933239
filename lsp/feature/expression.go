package feature

import (
	"strings"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/internal/project"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// role is what a name in a template expression is.
type role uint8

const (
	noName       role = iota // in a text, a number or a comment
	variableName             // a variable or a global function
	attributeName
	filterName
	testName
	lookupName    // the text that names the plugin of lookup() or query()
	statementName // the word behind {%
)

// expression is the position of a cursor in a template expression.
type expression struct {
	role   role
	name   source.Span // the name at the cursor, in the file; empty between names
	text   string      // the name
	prefix string      // the part before the cursor
	// path leads to an attribute: the names before it, from the variable; nil when what is before is no plain name.
	path []string
	// call is the innermost open call around the cursor: its name, what it is, and how many commas are passed.
	call     string
	callRole role
	argument int
	keyword  string // the keyword argument that the cursor is in the value of
	piped    bool   // the call is a filter's: its first argument is the piped value

	source string // the template that it stands in, "" for a bare expression
	index  int    // of the cursor in source
}

// bare are the keywords whose values are expressions without braces.
var bare = map[string]bool{"when": true, "until": true, "changed_when": true, "failed_when": true, "break_when": true}

// isBare tells whether a scalar at p is an expression as a whole.
func (p *place) isBare() bool {
	if p.scope != valueOf {
		return false
	}
	if p.option != nil {
		switch {
		case p.option.Name == "that" && short3(p.module) == "assert":
			return true
		case p.option.Name == "var" && short3(p.module) == "debug":
			return true
		}
		return false
	}
	return p.option == nil && p.module == "" && bare[p.keyword]
}

// short3 is a module's name without its collection.
func short3(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// expressionAt finds the expression around off in a YAML scalar or a template file; ok is false in plain text.
func expressionAt(in *Input, p *place, off int) (e expression, ok bool) {
	if in.Kind() == project.Template && p.scalar == nil {
		text := string(in.Source.Content)
		return scanTemplate(text, off, false, func(i int) int { return i })
	}
	if n := p.scalar; n != nil && n.Kind == yaml.Scalar && !p.key && n.File() == in.Source {
		if i, inside := textOffset(n, off); inside {
			return scanTemplate(n.Text, i, p.isBare() && !strings.Contains(n.Text, "{{"), n.FileOffset)
		}
	}
	// A text that the parser could not make a scalar of: what the line says.
	line := in.Source.LineSpan(in.Source.Line(off))
	text := in.Source.Text(source.Span{Start: line.Start, End: line.End})
	if !strings.Contains(text, "{{") && !strings.Contains(text, "{%") {
		return e, false
	}
	return scanTemplate(text, off-line.Start, false, func(i int) int { return line.Start + i })
}

// textOffset is Node.TextOffset, but the end of a line of a block scalar is the end of that line, not the start of the
// next: it is where one types.
func textOffset(n *yaml.Node, off int) (int, bool) {
	i, ok := n.TextOffset(off)
	if !ok || n.Style != yaml.Literal && n.Style != yaml.Folded || off <= n.Span.Start {
		return i, ok
	}
	text := n.File().Content
	if _, size := utf8.DecodeLastRune(text[:off]); text[off-1] != '\n' && (off == len(text) || text[off] == '\n' || text[off] == '\r') {
		if j, _ := n.TextOffset(off - size); j < i {
			return j + size, true
		}
	}
	return i, ok
}

// scanTemplate walks over the text up to the cursor at i. bare says that all of it is one expression.
func scanTemplate(text string, i int, bare bool, at func(int) int) (e expression, ok bool) {
	open, statement := 0, false
	if !bare {
		start := -1
		for j := 0; j+1 < len(text) && j < i; {
			if text[j] != '{' || text[j+1] != '{' && text[j+1] != '%' && text[j+1] != '#' {
				j++
				continue
			}
			closing := string([]byte{text[j+1], '}'})
			if text[j+1] == '{' {
				closing = "}}"
			}
			end := templateEnd(text, j+2, closing)
			if end < 0 || end >= i { // not closed before the cursor
				if text[j+1] == '#' || i < j+2 {
					return e, false
				}
				start, statement = j+2, text[j+1] == '%'
				break
			}
			j = end + 2
		}
		if start < 0 {
			return e, false
		}
		open = start
	}
	s := scanner{text: text, i: i, at: at}
	if !bare {
		s.e.source, s.e.index = text, i
	}
	s.scan(open, statement)
	return s.e, true
}

// templateEnd is the index of the closing delimiter outside of quotes, -1 where there is none.
func templateEnd(text string, j int, closing string) int {
	comment := closing == "#}"
	for j < len(text) {
		switch c := text[j]; {
		case strings.HasPrefix(text[j:], closing):
			return j
		case !comment && (c == '"' || c == '\''):
			k := j + 1
			for k < len(text) && text[k] != c {
				if text[k] == '\\' {
					k++
				}
				k++
			}
			if k >= len(text) { // an open quote: half-written
				j++
				continue
			}
			j = k + 1
		default:
			j++
		}
	}
	return -1
}

// scanner reads the tokens of one expression up to the cursor and remembers what the next name would be.
type scanner struct {
	text string
	i    int
	at   func(int) int
	e    expression
}

// frame is an open bracket.
type frame struct {
	bracket  byte
	name     string
	role     role
	argument int
	keyword  string
	piped    bool
}

func (s *scanner) scan(j int, statement bool) {
	next := variableName // what a name at this point is
	if statement {
		next = statementName
	}
	var stack []frame
	var path []string // names and dots up to here
	var last string   // the last name
	var lastRole role
	finish := func() {
		if n := len(stack); n > 0 {
			f := stack[n-1]
			for n > 0 && f.bracket != '(' {
				n--
				if n > 0 {
					f = stack[n-1]
				}
			}
			if n > 0 {
				s.e.call, s.e.callRole, s.e.argument, s.e.keyword, s.e.piped = f.name, f.role, f.argument, f.keyword, f.piped
			}
		}
	}
	for j < len(s.text) {
		c := s.text[j]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '-' && next == statementName:
			if j >= s.i {
				s.name(j, j, next, path)
				finish()
				return
			}
			j++
		case c == '"' || c == '\'':
			k := j + 1
			for k < len(s.text) && s.text[k] != c {
				if s.text[k] == '\\' {
					k++
				}
				k++
			}
			if s.i > j && s.i <= k || k >= len(s.text) && s.i > j {
				k = min(k, len(s.text))
				if n := len(stack); n > 0 && stack[n-1].bracket == '(' && stack[n-1].argument == 0 && isLookup(stack[n-1].name) {
					s.name(j+1, k, lookupName, nil)
				}
				finish()
				return
			}
			if j >= s.i {
				s.name(s.i, s.i, next, path)
				finish()
				return
			}
			j, next, path, last = k+1, noName, nil, ""
		case isNameStart(c):
			k := j
			for k < len(s.text) && (isNameStart(s.text[k]) || s.text[k] >= '0' && s.text[k] <= '9') {
				k++
			}
			if (next == filterName || next == testName) && k < len(s.text) { // a dotted name: ansible.builtin.x
				for k < len(s.text) && (isNameStart(s.text[k]) || s.text[k] == '.' || s.text[k] >= '0' && s.text[k] <= '9') {
					k++
				}
			}
			word := s.text[j:k]
			if s.i <= k {
				if s.i < j {
					s.name(s.i, s.i, next, path)
				} else {
					if next == variableName && k < len(s.text) && s.keywordArgument(k, stack) {
						next = noName
					}
					s.name(j, k, next, path)
				}
				finish()
				return
			}
			switch {
			case next == testName && word == "not":
			case next == statementName:
				next = afterStatement(word)
				path = nil
			case next == variableName && operators[word], next == noName && operators[word]:
				next, path, last = variableName, nil, ""
				if word == "is" {
					next = testName
				}
			case next == attributeName:
				path = append(path, word)
				last, lastRole, next = word, attributeName, noName
			default:
				path = nil
				if next == variableName {
					path = []string{word}
				}
				last, lastRole = word, next
				if next == testName { // a test may have an argument without brackets
					next = variableName
				} else {
					next = noName
				}
			}
			j = k
		default:
			if j >= s.i {
				s.name(s.i, s.i, next, path)
				finish()
				return
			}
			switch c {
			case '|':
				next, path, last = filterName, nil, ""
			case '.':
				next = attributeName
				if path == nil && last == "" {
					path = nil
				}
			case '(':
				stack = append(stack, frame{bracket: c, name: last, role: lastRole, piped: lastRole == filterName})
				next, path, last = variableName, nil, ""
			case '[', '{':
				stack = append(stack, frame{bracket: c})
				next, path, last = variableName, nil, ""
			case ')', ']', '}':
				if n := len(stack); n > 0 {
					stack = stack[:n-1]
				}
				next, path, last = noName, nil, ""
			case ',':
				if n := len(stack); n > 0 {
					stack[n-1].argument++
					stack[n-1].keyword = ""
				}
				next, path, last = variableName, nil, ""
			case '=':
				if n := len(stack); n > 0 && stack[n-1].bracket == '(' && last != "" {
					stack[n-1].keyword = last
				}
				next, path, last = variableName, nil, ""
			default:
				if c >= '0' && c <= '9' {
					for j+1 < len(s.text) && (s.text[j+1] >= '0' && s.text[j+1] <= '9' || s.text[j+1] == '.') {
						j++
					}
					next = noName
				} else {
					next = variableName
				}
				path, last = nil, ""
			}
			j++
		}
	}
	s.name(s.i, s.i, next, path)
	finish()
}

// keywordArgument tells whether the name that ends at k names an argument: `name=`.
func (s *scanner) keywordArgument(k int, stack []frame) bool {
	return len(stack) > 0 && stack[len(stack)-1].bracket == '(' && s.text[k] == '=' && (k+1 >= len(s.text) || s.text[k+1] != '=')
}

func (s *scanner) name(start, end int, r role, path []string) {
	s.e.role = r
	s.e.text = s.text[start:end]
	s.e.prefix = s.text[start:max(min(s.i, end), start)]
	s.e.name = source.Span{Start: s.at(start), End: s.at(end)}
	if start == end {
		s.e.name = source.Span{Start: s.at(start), End: s.at(start)}
	}
	if r == attributeName {
		s.e.path = append([]string(nil), path...)
	}
}

var operators = map[string]bool{"and": true, "or": true, "not": true, "in": true, "is": true, "if": true, "else": true}

// afterStatement is what follows the name of a statement.
func afterStatement(word string) role {
	switch word {
	case "if", "elif", "set", "print", "do", "include", "import", "from", "call", "with":
		return variableName
	case "filter":
		return filterName
	}
	return noName
}

func isNameStart(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func isLookup(name string) bool { return name == "lookup" || name == "query" || name == "q" }
