package yaml

import (
	"math"
	"strconv"
	"strings"
)

// emitter prints shapes with libyaml's layout: where it breaks lines, which quotes it takes, how it indents.
type emitter struct {
	out           strings.Builder
	o             DumpOptions
	width, step   int
	indent        int
	indents       []int
	column        int
	flow          int
	whitespace    bool // the last character was a blank or nothing
	indention     bool // only blanks and dashes stand on the line
	openEnded     bool
	mapping, root bool // what the node to print stands in
	simpleKey     bool
}

func newEmitter(o DumpOptions) *emitter {
	e := &emitter{o: o, step: o.Indent, width: o.Width, indent: -1, whitespace: true, indention: true}
	if e.step < 2 || e.step > 9 {
		e.step = 2
	}
	switch {
	case e.width < 0:
		e.width = math.MaxInt
	case e.width <= e.step*2:
		e.width = 80
	}
	return e
}

func (e *emitter) document(root *shape) {
	if e.o.ExplicitStart || e.o.Canonical {
		e.writeIndent()
		e.indicator("---", true, false, false)
		if e.o.Canonical {
			e.writeIndent()
		}
	}
	e.root = true
	e.node(root)
	e.writeIndent()
	if e.o.ExplicitEnd {
		e.indicator("...", true, false, false)
		e.openEnded = false
		e.writeIndent()
	}
	if e.openEnded {
		e.indicator("...", true, false, false)
		e.writeIndent()
	}
}

func (e *emitter) put(c byte) {
	e.out.WriteByte(c)
	e.column++
}

func (e *emitter) lineBreak() {
	e.out.WriteByte('\n')
	e.column = 0
}

// write copies one character that is no line break.
func (e *emitter) write(s string) {
	e.out.WriteString(s)
	e.column++
}

// writeBreak copies one line break.
func (e *emitter) writeBreak(s string) {
	if s == "\n" {
		e.lineBreak()
		return
	}
	e.out.WriteString(s)
	e.column = 0
}

func (e *emitter) writeIndent() {
	indent := max(e.indent, 0)
	if !e.indention || e.column > indent || e.column == indent && !e.whitespace {
		e.lineBreak()
	}
	for e.column < indent {
		e.put(' ')
	}
	e.whitespace, e.indention = true, true
}

func (e *emitter) indicator(s string, needBlank, isBlank, isIndent bool) {
	if needBlank && !e.whitespace {
		e.put(' ')
	}
	e.out.WriteString(s)
	e.column += len(s)
	e.whitespace = isBlank
	e.indention = e.indention && isIndent
}

func (e *emitter) deeper(flow, indentless bool) {
	e.indents = append(e.indents, e.indent)
	if e.indent < 0 {
		e.indent = 0
		if flow {
			e.indent = e.step
		}
	} else if !indentless {
		e.indent += e.step
	}
}

func (e *emitter) back() {
	e.indent = e.indents[len(e.indents)-1]
	e.indents = e.indents[:len(e.indents)-1]
}

// child prints a node in its place.
func (e *emitter) child(s *shape, mapping, simpleKey bool) {
	e.root, e.mapping, e.simpleKey = false, mapping, simpleKey
	e.node(s)
}

func (e *emitter) node(s *shape) {
	if s.shown {
		e.indicator("*"+s.anchor, true, false, false)
		if e.simpleKey { // libyaml parts an alias from the colon behind it
			e.put(' ')
		}
		return
	}
	if s.anchor != "" {
		s.shown = true
		e.indicator("&"+s.anchor, true, false, false)
	}
	switch s.kind {
	case Scalar:
		e.scalar(s)
	case Sequence:
		e.tag(s.tag, s.tag == TagSeq)
		if e.flow > 0 || e.o.Canonical || s.flow || len(s.items) == 0 {
			e.flowSeq(s)
		} else {
			e.blockSeq(s)
		}
	case Mapping:
		e.tag(s.tag, s.tag == TagMap)
		if e.flow > 0 || e.o.Canonical || s.flow || len(s.items) == 0 {
			e.flowMap(s)
		} else {
			e.blockMap(s)
		}
	}
}

func pad3(n int) string {
	s := strconv.Itoa(n)
	return strings.Repeat("0", max(0, 3-len(s))) + s
}

func (e *emitter) tag(tag string, implied bool) {
	if implied && !e.o.Canonical {
		return
	}
	if rest, ok := strings.CutPrefix(tag, tagPrefix); ok {
		tag = "!!" + rest
	}
	e.indicator(tag, true, false, false)
}

func (e *emitter) blockSeq(s *shape) {
	e.deeper(false, e.mapping && !e.indention)
	for _, item := range s.items {
		e.writeIndent()
		e.indicator("-", true, false, true)
		e.child(item, false, false)
	}
	e.back()
}

func (e *emitter) blockMap(s *shape) {
	e.deeper(false, false)
	for i := 0; i < len(s.items); i += 2 {
		e.writeIndent()
		if e.isSimple(s.items[i]) {
			e.child(s.items[i], true, true)
			e.indicator(":", false, false, false)
		} else {
			e.indicator("?", true, false, true)
			e.child(s.items[i], true, false)
			e.writeIndent()
			e.indicator(":", true, false, true)
		}
		e.child(s.items[i+1], true, false)
	}
	e.back()
}

func (e *emitter) flowSeq(s *shape) {
	e.indicator("[", true, true, false)
	e.deeper(true, false)
	e.flow++
	for i, item := range s.items {
		if i > 0 {
			e.indicator(",", false, false, false)
		}
		if e.o.Canonical || e.column > e.width {
			e.writeIndent()
		}
		e.child(item, false, false)
	}
	e.flow--
	e.back()
	if e.o.Canonical && len(s.items) > 0 {
		e.indicator(",", false, false, false)
		e.writeIndent()
	}
	e.indicator("]", false, false, false)
}

func (e *emitter) flowMap(s *shape) {
	e.indicator("{", true, true, false)
	e.deeper(true, false)
	e.flow++
	for i := 0; i < len(s.items); i += 2 {
		if i > 0 {
			e.indicator(",", false, false, false)
		}
		if e.o.Canonical || e.column > e.width {
			e.writeIndent()
		}
		if !e.o.Canonical && e.isSimple(s.items[i]) {
			e.child(s.items[i], true, true)
			e.indicator(":", false, false, false)
		} else {
			e.indicator("?", true, false, false)
			e.child(s.items[i], true, false)
			if e.o.Canonical || e.column > e.width {
				e.writeIndent()
			}
			e.indicator(":", true, false, false)
		}
		e.child(s.items[i+1], true, false)
	}
	e.flow--
	e.back()
	if e.o.Canonical && len(s.items) > 0 {
		e.indicator(",", false, false, false)
		e.writeIndent()
	}
	e.indicator("}", false, false, false)
}

// isSimple tells whether a key fits before its colon on one line.
func (e *emitter) isSimple(s *shape) bool {
	n := len(s.anchor)
	if s.kind != Scalar {
		if !s.shown && len(s.items) > 0 {
			return false
		}
		return n <= 128
	}
	if !s.shown && strings.ContainsAny(s.text, "\n\r\u0085\u2028\u2029") {
		return false
	}
	if !e.impliedTag(s) {
		n += len(s.tag)
	}
	return n+len(s.text) <= 128
}

// impliedTag: a reader finds the scalar's tag from its text, plain or quoted.
func (e *emitter) impliedTag(s *shape) bool {
	return !e.o.Canonical && (plainTag(s.text) == s.tag || s.tag == TagStr)
}
