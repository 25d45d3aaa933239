package pyre

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// portable tells what keeps a pattern from the standard library's engine.
type portable struct {
	never        bool // needs backtracking, or the two engines differ
	finalNewline bool // holds a `$` outside multi-line mode: differs on texts that end with a newline
	emptyText    bool // holds a \B: differs on the empty text
}

// writeRE2 writes the pattern for the standard library's engine, for texts of ASCII characters.
func writeRE2(p *program) (string, portable) {
	w := &re2Writer{program: p}
	w.node(p.root, p.flags)
	return w.b.String(), w.portable
}

type re2Writer struct {
	*program
	portable
	b strings.Builder
}

func (w *re2Writer) node(n *node, flags Flags) {
	switch n.op {
	case opLiteral:
		w.literal(n.char, flags)
	case opAny:
		if flags&DotAll != 0 {
			w.b.WriteString("(?s:.)")
		} else {
			w.b.WriteString("(?-s:.)")
		}
	case opClass:
		set := asciiClass(n, flags)
		w.b.WriteString(set.text())
	case opAt:
		w.at(n.char, flags)
	case opSequence:
		for _, k := range n.kids {
			w.node(k, flags)
		}
	case opBranch:
		w.b.WriteString("(?:")
		for i, k := range n.kids {
			if i > 0 {
				w.b.WriteByte('|')
			}
			w.node(k, flags)
		}
		w.b.WriteByte(')')
	case opGroup:
		if n.group > 0 {
			w.b.WriteByte('(')
		} else {
			w.b.WriteString("(?:")
		}
		w.node(n.kids[0], groupFlags(n, flags))
		w.b.WriteByte(')')
	case opRepeat:
		w.repeat(n, flags)
	default:
		w.never = true
	}
}

// groupFlags are the flags inside a group: (?i:...) turns one on, and each of a, u replaces the other.
func groupFlags(n *node, flags Flags) Flags {
	if n.add&typeFlags != 0 {
		flags &^= typeFlags
	}
	return (flags | n.add) &^ n.del
}

func (w *re2Writer) literal(r rune, flags Flags) {
	if flags&IgnoreCase != 0 && unicode.SimpleFold(r) != r {
		set := asciiClass(&node{op: opClass, items: []classItem{{lo: r, hi: r}}}, flags)
		w.b.WriteString(set.text())
		return
	}
	fmt.Fprintf(&w.b, `\x{%x}`, r)
}

func (w *re2Writer) at(c rune, flags Flags) {
	multi := flags&Multiline != 0
	switch {
	case c == '^' && multi:
		w.b.WriteString("(?m:^)")
	case c == '^', c == 'A':
		w.b.WriteString(`\A`)
	case c == '$' && multi:
		w.b.WriteString("(?m:$)")
	case c == '$':
		w.finalNewline = true
		w.b.WriteString(`\z`)
	case c == 'Z':
		w.b.WriteString(`\z`)
	case c == 'b':
		w.b.WriteString(`\b`)
	default:
		w.emptyText = true
		w.b.WriteString(`\B`)
	}
}

func (w *re2Writer) repeat(n *node, flags Flags) {
	lo, _ := n.kids[0].width(w.groups)
	if n.possess || n.min > 1000 || n.max > 1000 || lo == 0 {
		// A body that can be empty is where the engines part: they end such a loop in different ways.
		w.never = true
		return
	}
	w.b.WriteString("(?:")
	w.node(n.kids[0], flags)
	w.b.WriteByte(')')
	w.b.WriteString(quantifier(n))
}

func quantifier(n *node) string {
	q := ""
	switch {
	case n.min == 0 && n.max == 1:
		q = "?"
	case n.min == 0 && n.max < 0:
		q = "*"
	case n.min == 1 && n.max < 0:
		q = "+"
	case n.max < 0:
		q = "{" + strconv.Itoa(n.min) + ",}"
	case n.min == n.max:
		q = "{" + strconv.Itoa(n.min) + "}"
	default:
		q = "{" + strconv.Itoa(n.min) + "," + strconv.Itoa(n.max) + "}"
	}
	if n.lazy {
		q += "?"
	}
	return q
}

// writeNet writes the pattern for regexp2: any pattern, for any text.
func writeNet(p *program) string {
	w := &netWriter{}
	w.node(p.root, p.flags)
	return w.b.String()
}

type netWriter struct{ b strings.Builder }

func (w *netWriter) node(n *node, flags Flags) {
	switch n.op {
	case opLiteral:
		w.folded(netRune(n.char), flags)
	case opAny:
		if flags&DotAll != 0 {
			w.b.WriteString(`[\s\S]`)
		} else {
			w.b.WriteString(`[^\n]`)
		}
	case opClass:
		w.folded(netClass(n, flags), flags)
	case opAt:
		w.at(n.char, flags)
	case opSequence:
		for _, k := range n.kids {
			w.node(k, flags)
		}
	case opBranch:
		w.group("(?:", n.kids, flags)
	case opGroup:
		if n.group > 0 {
			w.group("(", n.kids, groupFlags(n, flags))
		} else {
			w.group("(?:", n.kids, groupFlags(n, flags))
		}
	case opAtomic:
		w.group("(?>", n.kids, groupFlags(n, flags))
	case opRepeat:
		if n.possess {
			w.b.WriteString("(?>")
		}
		w.group("(?:", n.kids, flags)
		w.b.WriteString(quantifier(n))
		if n.possess {
			w.b.WriteByte(')')
		}
	case opBackref:
		w.folded(`(?:\`+strconv.Itoa(n.group)+`)`, flags)
	case opLook:
		open := "(?"
		if n.behind {
			open += "<"
		}
		if n.negate {
			w.group(open+"!", n.kids, flags)
		} else {
			w.group(open+"=", n.kids, flags)
		}
	case opCondition:
		w.b.WriteString("(?(" + strconv.Itoa(n.group) + ")")
		w.group("(?:", n.kids[:1], flags)
		if len(n.kids) > 1 {
			w.b.WriteByte('|')
			w.group("(?:", n.kids[1:], flags)
		}
		w.b.WriteByte(')')
	}
}

func (w *netWriter) group(open string, kids []*node, flags Flags) {
	w.b.WriteString(open)
	for i, k := range kids {
		if i > 0 {
			w.b.WriteByte('|')
		}
		w.node(k, flags)
	}
	w.b.WriteByte(')')
}

func (w *netWriter) folded(text string, flags Flags) {
	if flags&IgnoreCase != 0 {
		text = "(?i:" + text + ")"
	}
	w.b.WriteString(text)
}

func (w *netWriter) at(c rune, flags Flags) {
	multi := flags&Multiline != 0
	word := unicodeWord
	if flags&ASCII != 0 {
		word = asciiWord
	}
	switch {
	case c == '^' && multi:
		w.b.WriteString(`(?:\A|(?<=\n))`)
	case c == '^', c == 'A':
		w.b.WriteString(`\A`)
	case c == '$' && multi:
		w.b.WriteString(`(?=\n|\z)`)
	case c == '$':
		w.b.WriteString(`(?=\n?\z)`)
	case c == 'Z':
		w.b.WriteString(`\z`)
	case c == 'b':
		w.b.WriteString(`(?:(?<=[` + word + `])(?![` + word + `])|(?<![` + word + `])(?=[` + word + `]))`)
	default:
		w.b.WriteString(`(?:(?<=[` + word + `])(?=[` + word + `])|(?<![` + word + `])(?![` + word + `])(?!\A\z))`)
	}
}
