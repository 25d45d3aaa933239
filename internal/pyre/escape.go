package pyre

import (
	"strconv"
	"strings"
)

// control gives the character of \a \b \f \n \r \t \v and \\; \b means backspace inside a class only.
func control(c byte) (rune, bool) {
	switch c {
	case 'a':
		return 7, true
	case 'f':
		return 12, true
	case 'n':
		return 10, true
	case 'r':
		return 13, true
	case 't':
		return 9, true
	case 'v':
		return 11, true
	case '\\':
		return '\\', true
	}
	return 0, false
}

// character reads an escape that means one character and that class and expression share; ok is false where it is
// another kind of escape.
func (p *parser) character(escape string) (r rune, ok bool) {
	hex := func(n int) (rune, bool) {
		escape += p.while(n, hexdigits)
		if len(escape) != n+2 {
			p.fail(size(escape), "incomplete escape %s", escape)
		}
		v, _ := strconv.ParseUint(escape[2:], 16, 32)
		if v > 0x10ffff {
			p.fail(size(escape), "bad escape %s", escape)
		}
		return rune(v), true
	}
	if r, ok := control(escape[1]); ok {
		return r, true
	}
	switch c := escape[1]; {
	case c == 'x':
		return hex(2)
	case c == 'u':
		return hex(4)
	case c == 'U':
		return hex(8)
	case c == 'N':
		if !p.match("{") {
			p.fail(0, "missing {")
		}
		name := p.until("}", "character name")
		if r, ok := namedCharacter(name); ok {
			return r, true
		}
		p.fail(size(name)+4, "undefined character name %s", repr(name))
	case strings.IndexByte(digits, c) >= 0:
		return 0, false
	case strings.IndexByte(asciiLetter, c) >= 0:
		p.fail(size(escape), "bad escape %s", escape)
	}
	return []rune(escape)[1], true
}

func (p *parser) octal(escape string) rune {
	v, _ := strconv.ParseUint(escape[1:], 8, 32)
	if v > 0o377 {
		p.fail(size(escape), "octal escape value %s outside of range 0-0o377", escape)
	}
	return rune(v)
}

// escape reads an escape outside a class.
func (p *parser) escape(escape string) *node {
	c := escape[1]
	switch {
	case c == 'A' || c == 'Z' || c == 'b' || c == 'B':
		return &node{op: opAt, char: rune(c)}
	case strings.IndexByte("dDsSwW", c) >= 0:
		return &node{op: opClass, items: []classItem{{category: c}}}
	case c == '0':
		escape += p.while(2, octdigits)
		return &node{op: opLiteral, char: p.octal(escape)}
	case strings.IndexByte(digits, c) >= 0:
		if p.next != "" && strings.Contains(digits, p.next) {
			escape += p.get()
			if strings.IndexByte(octdigits, escape[1]) >= 0 && strings.IndexByte(octdigits, escape[2]) >= 0 && p.next != "" && strings.Contains(octdigits, p.next) {
				escape += p.get()
				return &node{op: opLiteral, char: p.octal(escape)}
			}
		}
		gid, _ := strconv.Atoi(escape[1:])
		if gid >= len(p.groups) {
			p.fail(size(escape)-1, "invalid group reference %d", gid)
		}
		if p.groups[gid] == nil {
			p.fail(size(escape), "cannot refer to an open group")
		}
		p.checkBehind(gid)
		return &node{op: opBackref, group: gid}
	}
	r, _ := p.character(escape)
	return &node{op: opLiteral, char: r}
}

// classEscape reads an escape inside a class.
func (p *parser) classEscape(escape string) classItem {
	c := escape[1]
	switch {
	case c == 'b':
		return classItem{lo: 8, hi: 8}
	case strings.IndexByte("dDsSwW", c) >= 0:
		return classItem{category: c}
	case strings.IndexByte(octdigits, c) >= 0:
		r := p.octal(escape + p.while(2, octdigits))
		return classItem{lo: r, hi: r}
	case strings.IndexByte(digits, c) >= 0:
		p.fail(size(escape), "bad escape %s", escape)
	}
	r, _ := p.character(escape)
	return classItem{lo: r, hi: r}
}

// class reads what follows "[".
func (p *parser) class() *node {
	here := p.tell() - 1
	n := &node{op: opClass}
	n.negate = p.match("^")
	for {
		this := p.get()
		if this == "" {
			p.fail(p.tell()-here, "unterminated character set")
		}
		if this == "]" && len(n.items) > 0 {
			break
		}
		item := p.classToken(this)
		if p.match("-") {
			that := p.get()
			if that == "" {
				p.fail(p.tell()-here, "unterminated character set")
			}
			if that == "]" {
				n.items = append(n.items, item, classItem{lo: '-', hi: '-'})
				break
			}
			end := p.classToken(that)
			if item.category != 0 || end.category != 0 || end.lo < item.lo {
				p.fail(size(this)+1+size(that), "bad character range %s-%s", this, that)
			}
			item.hi = end.lo
		}
		n.items = append(n.items, item)
	}
	if len(n.items) == 1 && !n.negate && n.items[0].category == 0 && n.items[0].lo == n.items[0].hi {
		return &node{op: opLiteral, char: n.items[0].lo}
	}
	return n
}

func (p *parser) classToken(token string) classItem {
	if token[0] == '\\' {
		return p.classEscape(token)
	}
	r := []rune(token)[0]
	return classItem{lo: r, hi: r}
}

// Escape puts a backslash before every character that has a meaning in a pattern, as re.escape does.
func Escape(s string) string {
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune("()[]{}?*+-|^$\\.&~# \t\n\r\v\f", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// namedCharacter looks \N{name} up. The table of Unicode names would be larger than the rest of this package and no
// published playbook uses one, so only those that read as code points are known.
func namedCharacter(name string) (rune, bool) {
	switch strings.ToUpper(name) {
	case "EM DASH":
		return '—', true
	case "EN DASH":
		return '–', true
	case "NO-BREAK SPACE":
		return '\u00a0', true
	case "ZERO WIDTH SPACE":
		return '\u200b', true
	case "BYTE ORDER MARK", "ZERO WIDTH NO-BREAK SPACE":
		return '\ufeff', true
	}
	return 0, false
}
