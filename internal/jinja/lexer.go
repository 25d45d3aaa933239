package jinja

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Problem is a fault in a template's text.
type Problem struct {
	Span    source.Span
	Message string // Jinja2's words
	// Assertion marks a fault that Jinja2 raises as TemplateAssertionError instead of TemplateSyntaxError.
	Assertion bool
	// Nearest is the known name that was most likely meant; "" where none is near.
	Nearest string
}

// syntax is Options with the defaults filled in, and what follows from them.
type syntax struct {
	Options
	first    string // the first bytes of the opening delimiters
	lineTags bool
}

func (o *Options) syntax() *syntax {
	s := &syntax{}
	if o != nil {
		s.Options = *o
	}
	for _, d := range []struct {
		field *string
		text  string
	}{{&s.BlockStart, "{%"}, {&s.BlockEnd, "%}"}, {&s.VariableStart, "{{"}, {&s.VariableEnd, "}}"},
		{&s.CommentStart, "{#"}, {&s.CommentEnd, "#}"}, {&s.NewlineSequence, "\n"}} {
		if *d.field == "" {
			*d.field = d.text
		}
	}
	for _, d := range []string{s.BlockStart, s.VariableStart, s.CommentStart} {
		if strings.IndexByte(s.first, d[0]) < 0 {
			s.first += d[:1]
		}
	}
	s.lineTags = s.LineStatementPrefix != "" || s.LineCommentPrefix != ""
	return s
}

// lexer splits a source into tokens as Jinja2's does. It never fails: what it cannot read becomes an error token with
// a Problem, and it goes on behind it.
type lexer struct {
	*syntax
	src      string
	end      int // where lexing stops: before a final newline that is not kept
	pos      int
	toks     []Token
	problems []Problem
	balance  []byte
	// lineStart tells whether the last match ended at a line break: lstrip_blocks needs it.
	lineStart bool
	counted   struct{ bytes, runes int } // how many characters the first bytes are
}

// lex splits src. expression starts inside a variable tag, as compile_expression does.
func lex(src string, s *syntax, expression bool) ([]Token, []Problem) {
	l := &lexer{syntax: s, src: src, end: len(src), lineStart: true}
	l.toks = make([]Token, 0, 16+len(src)/4)
	if !s.KeepTrailingNewline && strings.HasSuffix(src, "\n") {
		l.end--
	}
	if expression {
		l.tag(TokVarEnd)
	}
	for l.pos < l.end {
		l.text()
	}
	if l.end < len(src) {
		l.emit(TokStripped, l.end, len(src))
	}
	l.toks = append(l.toks, Token{TokEOF, int32(len(src)), int32(len(src))})
	return l.toks, l.problems
}

func (l *lexer) emit(k Kind, start, end int) {
	if start < end {
		l.toks = append(l.toks, Token{k, int32(start), int32(end)})
	}
}

func (l *lexer) fail(start, end int, format string, args ...any) {
	l.problems = append(l.problems, Problem{Span: source.Span{Start: start, End: end}, Message: fmt.Sprintf(format, args...)})
	l.toks = append(l.toks, Token{TokError, int32(start), int32(end)})
}

// opening is the kind of tag that starts at a place.
type opening uint8

const (
	openNone opening = iota
	openRaw
	openBlock
	openVariable
	openComment
	openLineStatement
	openLineComment
)

// next finds the first tag from l.pos: where its match starts, where its delimiter ends, and its kind.
func (l *lexer) next() (start, end int, kind opening) {
	src := l.src[:l.end]
	if l.lineTags {
		for p := l.pos; p <= l.end; p++ {
			if end, kind := l.openAt(src, p); kind != openNone {
				return p, end, kind
			}
		}
		return l.end, l.end, openNone
	}
	for p := l.pos; p < l.end; p++ {
		var i int
		if len(l.first) == 1 {
			i = strings.IndexByte(src[p:], l.first[0])
		} else {
			i = strings.IndexAny(src[p:], l.first)
		}
		if i < 0 {
			break
		}
		p += i
		if end, kind := l.openAt(src, p); kind != openNone {
			return p, end, kind
		}
	}
	return l.end, l.end, openNone
}

// openAt tells which tag starts at p. Of several delimiters that match, the longest wins.
func (l *lexer) openAt(src string, p int) (int, opening) {
	best, kind, size := 0, openNone, 0
	try := func(k opening, delim string, end int) {
		if len(delim) > size { // in the order of names, so that the first wins a tie
			best, kind, size = end, k, len(delim)
		}
	}
	rest := src[p:]
	if strings.HasPrefix(rest, l.VariableStart) {
		try(openVariable, l.VariableStart, p+len(l.VariableStart))
	}
	if l.lineTags {
		atLine := p == 0 || src[p-1] == '\n'
		if pre := l.LineStatementPrefix; pre != "" && atLine {
			i := p
			for i < len(src) && (src[i] == ' ' || src[i] == '\t' || src[i] == '\v') {
				i++
			}
			if strings.HasPrefix(src[i:], pre) {
				try(openLineStatement, pre, i+len(pre))
			}
		}
		if pre := l.LineCommentPrefix; pre != "" && (atLine || !isSpaceBefore(src, p)) {
			i := p
			for i < len(src) && src[i] != '\n' && src[i] != '\r' {
				r, n := utf8.DecodeRuneInString(src[i:])
				if !value.IsSpace(r) {
					break
				}
				i += n
			}
			if strings.HasPrefix(src[i:], pre) {
				try(openLineComment, pre, i+len(pre))
			}
		}
	}
	if strings.HasPrefix(rest, l.CommentStart) {
		try(openComment, l.CommentStart, p+len(l.CommentStart))
	}
	if strings.HasPrefix(rest, l.BlockStart) {
		if end, ok := l.rawBegin(src, p+len(l.BlockStart)); ok {
			return end, openRaw
		}
		try(openBlock, l.BlockStart, p+len(l.BlockStart))
	}
	return best, kind
}

func isSpaceBefore(src string, p int) bool {
	r, _ := utf8.DecodeLastRuneInString(src[:p])
	return value.IsSpace(r)
}

func skipSpace(src string, i int) int {
	for i < len(src) {
		c := src[i]
		if c == ' ' || c >= '\t' && c <= '\r' || c >= 0x1c && c <= 0x1f {
			i++
			continue
		}
		if c < utf8.RuneSelf {
			break
		}
		r, n := utf8.DecodeRuneInString(src[i:])
		if !unicode.IsSpace(r) {
			break
		}
		i += n
	}
	return i
}

// rawBegin matches what follows the block delimiter in "{% raw %}".
func (l *lexer) rawBegin(src string, i int) (int, bool) {
	if i < len(src) && (src[i] == '-' || src[i] == '+') {
		i++
	}
	i = skipSpace(src, i)
	if !strings.HasPrefix(src[i:], "raw") {
		return 0, false
	}
	i = skipSpace(src, i+3)
	if strings.HasPrefix(src[i:], "-"+l.BlockEnd) {
		return skipSpace(src, i+1+len(l.BlockEnd)), true
	}
	if strings.HasPrefix(src[i:], l.BlockEnd) {
		return i + len(l.BlockEnd), true
	}
	return 0, false
}

// closing matches the end of a block or comment: "+%}", "-%}" with white space behind, or "%}" with a line break
// behind when trim_blocks is set.
func (l *lexer) closing(src string, i int, delim string) (int, bool) {
	if i >= len(src) {
		return 0, false
	}
	switch src[i] {
	case '+':
		if strings.HasPrefix(src[i+1:], delim) {
			return i + 1 + len(delim), true
		}
	case '-':
		if strings.HasPrefix(src[i+1:], delim) {
			return skipSpace(src, i+1+len(delim)), true
		}
	}
	if strings.HasPrefix(src[i:], delim) {
		i += len(delim)
		if l.TrimBlocks && i < len(src) && src[i] == '\n' {
			i++
		}
		return i, true
	}
	return 0, false
}

// text lexes data up to the next tag, and that tag.
func (l *lexer) text() {
	start, end, kind := l.next()
	if kind == openNone {
		l.emit(TokData, l.pos, l.end)
		l.pos = l.end
		return
	}
	src := l.src[:l.end]
	sign := byte(0)
	if kind == openRaw {
		if c := src[start+len(l.BlockStart)]; c == '-' || c == '+' {
			sign = c
		}
	} else if end < len(src) && (src[end] == '-' || src[end] == '+') {
		sign = src[end]
		end++
	}
	l.data(start, sign, kind == openVariable)
	l.lineStart = end > start && src[end-1] == '\n'
	switch kind {
	case openComment:
		l.comment(start, end)
	case openRaw:
		l.emit(TokRaw, start, end)
		l.pos = end
		l.raw()
	case openVariable:
		l.emit(TokVarBegin, start, end)
		l.pos = end
		l.tag(TokVarEnd)
	case openBlock:
		l.emit(TokBlockBegin, start, end)
		l.pos = end
		l.tag(TokBlockEnd)
	case openLineStatement:
		l.emit(TokBlockBegin, start, end)
		l.pos = end
		l.lineTag()
	case openLineComment:
		i := strings.IndexByte(src[end:], '\n')
		if i < 0 {
			i = len(src) - end
		}
		l.emit(TokLineComment, start, end+i)
		l.pos = end + i
		l.lineStart = false
	}
}

// data emits the text from l.pos to end, less what white-space control takes away.
func (l *lexer) data(end int, sign byte, variable bool) {
	text := l.src[l.pos:end]
	keep := len(text)
	if sign == '-' {
		keep = len(strings.TrimRightFunc(text, value.IsSpace))
	} else if sign != '+' && l.LstripBlocks && !variable {
		at := strings.LastIndexByte(text, '\n') + 1
		if (at > 0 || l.lineStart) && at < len(text) && skipSpace(text, at) == len(text) {
			keep = at
		}
	}
	l.emit(TokData, l.pos, l.pos+keep)
	l.emit(TokStripped, l.pos+keep, end)
}

func (l *lexer) comment(start, from int) {
	src := l.src[:l.end]
	if j := strings.Index(src[from:], l.CommentEnd); j >= 0 {
		at := from + j
		if j > 0 && (src[at-1] == '-' || src[at-1] == '+') {
			at--
		}
		end, _ := l.closing(src, at, l.CommentEnd)
		l.emit(TokComment, start, end)
		l.pos = end
		l.lineStart = src[end-1] == '\n'
		return
	}
	l.fail(start, l.end, "Missing end of comment tag")
	l.pos = l.end
}

func (l *lexer) raw() {
	src := l.src[:l.end]
	for i := l.pos; i < len(src); i++ {
		j := strings.Index(src[i:], l.BlockStart)
		if j < 0 {
			break
		}
		i += j
		k := i + len(l.BlockStart)
		sign := byte(0)
		if k < len(src) && (src[k] == '-' || src[k] == '+') {
			sign = src[k]
			k++
		}
		k = skipSpace(src, k)
		if !strings.HasPrefix(src[k:], "endraw") {
			continue
		}
		if end, ok := l.closing(src, skipSpace(src, k+6), l.BlockEnd); ok {
			l.data(i, sign, false)
			l.emit(TokRaw, i, end)
			l.pos = end
			l.lineStart = src[end-1] == '\n'
			return
		}
	}
	l.fail(l.pos, l.end, "Missing end of raw directive")
	l.pos = l.end
}
