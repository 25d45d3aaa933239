package yaml

import (
	"strings"
	"unicode/utf8"
)

// scanner turns the text into tokens by the rules of libyaml 0.2.5: the same simple keys, indentation and flow levels,
// so that the same documents are accepted. When strict it stops at the first error; otherwise it reports and goes on by
// the rules of recover.go.
type scanner struct {
	src      string
	pos      int
	line     int // number of the line, from 0
	lineHead int // offset of its first byte

	toks  []token // queue; head is the next to hand out
	head  int
	taken int // tokens handed out so far

	indent   int
	indents  []int
	flow     []token // open brackets
	keys     []simpleKey
	firstKey int // no key below this level is possible
	allowKey bool
	done     bool
	ended    bool // the end of the text has been reached as a token

	strict   bool
	err      *SyntaxError
	problems []problem
	comments []Comment
	template int // offset of the first unquoted "{{"; -1 when there is none

	buf, fold, lead []byte // reused while scanning scalars
}

func newScanner(src string, strict bool) *scanner {
	s := &scanner{src: src, indent: -1, allowKey: true, strict: strict, template: -1, keys: make([]simpleKey, 1, 8)}
	if strings.HasPrefix(src, "\ufeff") {
		s.pos, s.lineHead = 3, 3
	}
	return s
}

func (s *scanner) col() int { return s.pos - s.lineHead }

// fail records the error that PyYAML stops at; in recovery it is a problem and the caller goes on.
func (s *scanner) fail(context string, contextAt int, message string, at int) {
	if s.err == nil {
		s.err = &SyntaxError{context, contextAt, message, at, s.ended}
	}
	if s.strict {
		s.done = true
	}
}

// stop tells whether the scanner has met an error that ends it.
func (s *scanner) stop() bool { return s.strict && s.err != nil }

// at is the byte at an offset; 0 at and beyond the end. A NUL in the text is refused before scanning.
func (s *scanner) at(i int) byte {
	if i < len(s.src) {
		return s.src[i]
	}
	return 0
}

// brk is the length of the line break at i: "\n", "\r", "\r\n" and the three of Unicode; 0 where there is none.
func (s *scanner) brk(i int) int {
	if i >= len(s.src) {
		return 0
	}
	switch s.src[i] {
	case '\n':
		return 1
	case '\r':
		if s.at(i+1) == '\n' {
			return 2
		}
		return 1
	case 0xC2:
		if s.at(i+1) == 0x85 {
			return 2
		}
	case 0xE2:
		if s.at(i+1) == 0x80 && (s.at(i+2) == 0xA8 || s.at(i+2) == 0xA9) {
			return 3
		}
	}
	return 0
}

// blankz: a blank, a break or the end stands at i.
func (s *scanner) blankz(i int) bool {
	if i >= len(s.src) {
		return true
	}
	switch s.src[i] {
	case ' ', '\t', '\n', '\r':
		return true
	case 0xC2, 0xE2:
		return s.brk(i) > 0
	}
	return false
}

// breakz: a break or the end stands at i.
func (s *scanner) breakz(i int) bool { return i >= len(s.src) || s.brk(i) > 0 }

// newline passes the break of length n.
func (s *scanner) newline(n int) {
	s.pos += n
	s.line++
	s.lineHead = s.pos
}

// docMark: "---" or "..." stands at the beginning of the line.
func (s *scanner) docMark() bool {
	if s.pos != s.lineHead || s.pos+3 > len(s.src) {
		return false
	}
	m := s.src[s.pos : s.pos+3]
	return (m == "---" || m == "...") && s.blankz(s.pos+3)
}

// peek is the next token, which stays in the queue.
func (s *scanner) peek() *token {
	for s.needMore() {
		s.fetch()
	}
	if s.head >= len(s.toks) {
		s.toks = append(s.toks, token{kind: tEnd, start: s.pos, end: s.pos})
	}
	return &s.toks[s.head]
}

// skip takes the next token off the queue; it must have been peeked at.
func (s *scanner) skip() {
	s.head++
	s.taken++
	if s.head == len(s.toks) {
		s.toks, s.head = s.toks[:0], 0
	}
}

func (s *scanner) needMore() bool {
	if s.done {
		return false
	}
	if s.head == len(s.toks) {
		return true
	}
	// The next token may turn out to be a key.
	for i := s.firstKey; i < len(s.keys); i++ {
		k := &s.keys[i]
		if s.keyValid(k) {
			return k.token == s.taken
		}
		if s.done {
			return false
		}
		if i == s.firstKey && i < len(s.keys)-1 {
			s.firstKey++
		}
	}
	return false
}

// keyValid tells whether the place can still become a key: one line, at most 1024 characters. A place where only a key
// can stand and where none came is an error.
func (s *scanner) keyValid(k *simpleKey) bool {
	if !k.possible {
		return false
	}
	if k.line < s.line || s.pos-k.pos > 1024 && s.long(k.pos) {
		k.possible = false
		if k.required {
			s.missingColon(k)
		}
		return false
	}
	return true
}

func (s *scanner) long(from int) bool {
	return utf8.RuneCountInString(s.src[from:min(s.pos, len(s.src))]) > 1024
}

// missingColon: a key was needed at k and its ':' did not come.
func (s *scanner) missingColon(k *simpleKey) {
	if s.strict {
		s.fail("while scanning a simple key", k.pos, "could not find expected ':'", s.pos)
		return
	}
	s.keyWithoutColon(k)
}

// number is the count of tokens scanned so far.
func (s *scanner) number() int { return s.taken + len(s.toks) - s.head }

func (s *scanner) saveKey() {
	if !s.allowKey {
		return
	}
	s.removeKey()
	level := len(s.keys) - 1
	s.keys[level] = simpleKey{
		possible: true,
		required: len(s.flow) == 0 && s.indent == s.col(),
		token:    s.number(), pos: s.pos, line: s.line, lineHead: s.lineHead,
	}
	s.firstKey = min(s.firstKey, level)
}

func (s *scanner) removeKey() {
	k := &s.keys[len(s.keys)-1]
	if k.possible && k.required {
		k.possible = false
		s.missingColon(k)
	}
	k.possible = false
}

// roll opens a block collection when col is deeper than the current one. The token goes to the end of the queue, or
// before token number n when n is not negative.
func (s *scanner) roll(col, n int, kind tokenKind, at int) {
	if len(s.flow) > 0 || s.indent >= col {
		return
	}
	s.indents = append(s.indents, s.indent)
	s.indent = col
	s.insert(n, token{kind: kind, start: at, end: at})
}

func (s *scanner) insert(n int, t token) {
	s.toks = append(s.toks, t)
	if n < 0 {
		return
	}
	i := n - s.taken + s.head
	copy(s.toks[i+1:], s.toks[i:])
	s.toks[i] = t
}

// unroll closes the block collections that are deeper than col.
func (s *scanner) unroll(col int) {
	if len(s.flow) > 0 {
		return
	}
	for s.indent > col {
		s.toks = append(s.toks, token{kind: tBlockEnd, start: s.pos, end: s.pos})
		s.indent = s.indents[len(s.indents)-1]
		s.indents = s.indents[:len(s.indents)-1]
	}
}

func (s *scanner) push(kind tokenKind, n int) {
	s.toks = append(s.toks, token{kind: kind, start: s.pos, end: s.pos + n})
	s.pos += n
}

// toNextToken passes blanks, comments and line breaks.
func (s *scanner) toNextToken() {
	for {
		for {
			c := s.at(s.pos)
			if c == ' ' || c == '\t' && (len(s.flow) > 0 || !s.allowKey) {
				s.pos++
				continue
			}
			if c == '\t' && !s.strict {
				s.tabIndent()
				continue
			}
			break
		}
		if s.at(s.pos) == '#' {
			s.comment()
		}
		n := s.brk(s.pos)
		if n == 0 {
			return
		}
		s.newline(n)
		if len(s.flow) == 0 {
			s.allowKey = true
		}
	}
}

// comment passes the text up to the end of the line and keeps its place.
func (s *scanner) comment() {
	start := s.pos
	for s.pos < len(s.src) {
		c := s.src[s.pos]
		if c == '\n' || c == '\r' || c >= 0x80 && s.brk(s.pos) > 0 {
			break
		}
		s.pos++
	}
	own := strings.TrimLeft(s.src[s.lineHead:start], " \t") == ""
	c := Comment{OwnLine: own}
	c.Span.Start, c.Span.End = start, s.pos
	s.comments = append(s.comments, c)
}
