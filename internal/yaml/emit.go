package yaml

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
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
	anchors       int
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
	if s.anchor != "" {
		e.indicator("*"+s.anchor, true, false, false)
		if e.simpleKey { // libyaml parts an alias from the colon behind it
			e.put(' ')
		}
		return
	}
	if s.uses > 1 {
		e.anchors++
		s.anchor = "id" + pad3(e.anchors)
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
		if s.anchor == "" && len(s.items) > 0 {
			return false
		}
		return n <= 128
	}
	if s.anchor == "" && strings.ContainsAny(s.text, "\n\r\u0085\u2028\u2029") {
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

// analysis says in which styles a text can be written.
type analysis struct {
	multiline, flowPlain, blockPlain, single, block bool
}

func (e *emitter) analyze(s string) analysis {
	if s == "" {
		return analysis{blockPlain: true, single: true}
	}
	var blockIndicator, flowIndicator, lineBreaks, special bool
	var leading, trailingSpace, trailingBreak, breakSpace, spaceBreak bool
	if strings.HasPrefix(s, "---") || strings.HasPrefix(s, "...") {
		blockIndicator, flowIndicator = true, true
	}
	beforeBlank := true
	prevSpace, prevBreak := false, false
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		next := rune(0)
		if i+n < len(s) {
			next, _ = utf8.DecodeRuneInString(s[i+n:])
		}
		afterBlank := i+n == len(s) || isBlankRune(next) || isBreakRune(next)
		if i == 0 {
			switch r {
			case '#', ',', '[', ']', '{', '}', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`':
				flowIndicator, blockIndicator = true, true
			case '?', ':':
				flowIndicator = true
				blockIndicator = blockIndicator || afterBlank
			case '-':
				if afterBlank {
					flowIndicator, blockIndicator = true, true
				}
			}
		} else {
			switch r {
			case ',', '?', '[', ']', '{', '}':
				flowIndicator = true
			case ':':
				flowIndicator = true
				blockIndicator = blockIndicator || afterBlank
			case '#':
				if beforeBlank {
					flowIndicator, blockIndicator = true, true
				}
			}
		}
		if !printable(r, n) || r >= 0x80 && !e.o.AllowUnicode {
			special = true
		}
		isBreak, last := isBreakRune(r), i+n == len(s)
		if isBreak {
			lineBreaks = true
		}
		switch {
		case r == ' ':
			leading = leading || i == 0
			trailingSpace = trailingSpace || last
			breakSpace = breakSpace || prevBreak
			prevSpace, prevBreak = true, false
		case isBreak:
			leading = leading || i == 0
			trailingBreak = trailingBreak || last
			spaceBreak = spaceBreak || prevSpace
			prevSpace, prevBreak = false, true
		default:
			prevSpace, prevBreak = false, false
		}
		beforeBlank = isBlankRune(r) || isBreak
		i += n
	}
	a := analysis{multiline: lineBreaks, flowPlain: true, blockPlain: true, single: true, block: true}
	if leading || trailingSpace || trailingBreak || lineBreaks {
		a.flowPlain, a.blockPlain = false, false
	}
	if trailingSpace {
		a.block = false
	}
	if breakSpace {
		a.flowPlain, a.blockPlain, a.single = false, false, false
	}
	if spaceBreak || special {
		a.flowPlain, a.blockPlain, a.single, a.block = false, false, false, false
	}
	if flowIndicator {
		a.flowPlain = false
	}
	if blockIndicator {
		a.blockPlain = false
	}
	return a
}

func isBlankRune(r rune) bool { return r == ' ' || r == '\t' }

func isBreakRune(r rune) bool {
	return r == '\n' || r == '\r' || r == 0x85 || r == 0x2028 || r == 0x2029
}

// printable by libyaml's table, which leaves out the tab, the next-line character and all beyond the basic plane.
func printable(r rune, size int) bool {
	switch {
	case r == '\n' || r >= 0x20 && r <= 0x7E:
		return true
	case r == utf8.RuneError && size == 1 || r == 0xFEFF || r == 0xFFFE || r == 0xFFFF:
		return false
	}
	return r >= 0xA0 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD
}

func (e *emitter) scalar(s *shape) {
	a := e.analyze(s.text)
	style := s.style
	plainOK, quotedOK := plainTag(s.text) == s.tag, s.tag == TagStr
	noTag := !e.o.Canonical && (plainOK || quotedOK)
	if e.o.Canonical || e.simpleKey && a.multiline {
		style = '"'
	}
	if style == 0 {
		if e.flow > 0 && !a.flowPlain || e.flow == 0 && !a.blockPlain ||
			s.text == "" && (e.flow > 0 || e.simpleKey) || noTag && !plainOK {
			style = '\''
		}
	}
	if style == '\'' && !a.single {
		style = '"'
	}
	if (style == '|' || style == '>') && (!a.block || e.flow > 0 || e.simpleKey) {
		style = '"'
	}
	switch {
	case !noTag:
		e.tag(s.tag, false)
	case !quotedOK && style != 0:
		e.indicator("!", true, false, false)
	}
	// The content of a scalar is indented one step deeper than its parent.
	e.deeper(true, false)
	breaks := !e.simpleKey
	switch style {
	case 0:
		e.plain(s.text, breaks)
	case '\'':
		e.single(s.text, breaks)
	case '"':
		e.double(s.text, breaks)
	case '|':
		e.literal(s.text)
	case '>':
		e.folded(s.text)
	}
	e.back()
}

// next is the character at i, its size, and whether a blank follows it.
func next(s string, i int) (r rune, c string) {
	r, n := utf8.DecodeRuneInString(s[i:])
	return r, s[i : i+n]
}

func (e *emitter) plain(s string, breaks bool) {
	if !e.whitespace && (s != "" || e.flow > 0) {
		e.put(' ')
	}
	spaces := false
	for i := 0; i < len(s); {
		r, c := next(s, i)
		i += len(c)
		if r == ' ' {
			if breaks && !spaces && e.column > e.width && !(i < len(s) && s[i] == ' ') {
				e.writeIndent()
			} else {
				e.write(c)
			}
			spaces = true
			continue
		}
		e.write(c)
		e.indention, spaces = false, false
	}
	e.whitespace, e.indention = false, false
}

func (e *emitter) single(s string, breaks bool) {
	e.indicator("'", true, false, false)
	spaces, broken := false, false
	for i := 0; i < len(s); {
		r, c := next(s, i)
		first := i == 0
		i += len(c)
		switch {
		case r == ' ':
			if breaks && !spaces && e.column > e.width && !first && i < len(s) && s[i] != ' ' {
				e.writeIndent()
			} else {
				e.write(c)
			}
			spaces = true
		case isBreakRune(r):
			if !broken && r == '\n' {
				e.lineBreak()
			}
			e.writeBreak(c)
			e.indention = true
			broken = true
		default:
			if broken {
				e.writeIndent()
			}
			if r == '\'' {
				e.put('\'')
			}
			e.write(c)
			e.indention = false
			spaces, broken = false, false
		}
	}
	if broken {
		e.writeIndent()
	}
	e.indicator("'", false, false, false)
	e.whitespace, e.indention = false, false
}

func (e *emitter) double(s string, breaks bool) {
	e.indicator(`"`, true, false, false)
	spaces := false
	for i := 0; i < len(s); {
		r, c := next(s, i)
		first := i == 0
		i += len(c)
		switch {
		case !printable(r, len(c)) || r >= 0x80 && !e.o.AllowUnicode || isBreakRune(r) || r == '"' || r == '\\':
			esc := escape(r)
			e.out.WriteString(esc)
			e.column += len(esc)
			spaces = false
		case r == ' ':
			if breaks && !spaces && e.column > e.width && !first && i < len(s) {
				e.writeIndent()
				if s[i] == ' ' {
					e.put('\\')
				}
			} else {
				e.write(c)
			}
			spaces = true
		default:
			e.write(c)
			spaces = false
		}
	}
	e.indicator(`"`, false, false, false)
	e.whitespace, e.indention = false, false
}

func escape(r rune) string {
	switch r {
	case 0:
		return `\0`
	case 7:
		return `\a`
	case 8:
		return `\b`
	case 9:
		return `\t`
	case 10:
		return `\n`
	case 11:
		return `\v`
	case 12:
		return `\f`
	case 13:
		return `\r`
	case 27:
		return `\e`
	case '"':
		return `\"`
	case '\\':
		return `\\`
	case 0x85:
		return `\N`
	case 0xA0:
		return `\_`
	case 0x2028:
		return `\L`
	case 0x2029:
		return `\P`
	}
	hex := strings.ToUpper(strconv.FormatInt(int64(r), 16))
	switch {
	case r <= 0xFF:
		return `\x` + strings.Repeat("0", 2-len(hex)) + hex
	case r <= 0xFFFF:
		return `\u` + strings.Repeat("0", 4-len(hex)) + hex
	}
	return `\U` + strings.Repeat("0", 8-len(hex)) + hex
}

// hints writes the indentation and chomping indicators of a block scalar.
func (e *emitter) hints(s string) {
	if r, _ := utf8.DecodeRuneInString(s); s != "" && (r == ' ' || isBreakRune(r)) {
		e.indicator(strconv.Itoa(e.step), false, false, false)
	}
	e.openEnded = false
	last, n := utf8.DecodeLastRuneInString(s)
	hint := ""
	if s == "" || !isBreakRune(last) {
		hint = "-"
	} else if before, _ := utf8.DecodeLastRuneInString(s[:len(s)-n]); n == len(s) || isBreakRune(before) {
		hint = "+"
		e.openEnded = true
	}
	if hint != "" {
		e.indicator(hint, false, false, false)
	}
}

func (e *emitter) literal(s string) {
	e.indicator("|", true, false, false)
	e.hints(s)
	e.lineBreak()
	e.indention, e.whitespace = true, true
	broken := true
	for i := 0; i < len(s); {
		r, c := next(s, i)
		i += len(c)
		if isBreakRune(r) {
			e.writeBreak(c)
			e.indention = true
			broken = true
			continue
		}
		if broken {
			e.writeIndent()
		}
		e.write(c)
		e.indention = false
		broken = false
	}
}

func (e *emitter) folded(s string) {
	e.indicator(">", true, false, false)
	e.hints(s)
	e.lineBreak()
	e.indention, e.whitespace = true, true
	broken, leading := true, true
	for i := 0; i < len(s); {
		r, c := next(s, i)
		if isBreakRune(r) {
			if !broken && !leading && r == '\n' {
				k := i
				for k < len(s) {
					b, bc := next(s, k)
					if !isBreakRune(b) {
						break
					}
					k += len(bc)
				}
				if k < len(s) && s[k] != ' ' && s[k] != '\t' {
					e.lineBreak()
				}
			}
			e.writeBreak(c)
			e.indention = true
			broken = true
			i += len(c)
			continue
		}
		i += len(c)
		if broken {
			e.writeIndent()
			leading = r == ' ' || r == '\t'
		}
		if !broken && r == ' ' && !(i < len(s) && s[i] == ' ') && e.column > e.width {
			e.writeIndent()
		} else {
			e.write(c)
		}
		e.indention = false
		broken = false
	}
}
