package argspec

import (
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// pythonLiteral reads a Python literal as ast.literal_eval does: texts, numbers, True, False, None, lists, tuples and
// dicts. Complex numbers, sets and joined byte strings are not read: no option takes them.
func pythonLiteral(s string) (value.Value, bool) {
	p := &literal{s: strings.TrimLeft(s, " \t")}
	v, ok := p.value(0)
	if !ok {
		return nil, false
	}
	p.space()
	return v, p.i == len(p.s)
}

type literal struct {
	s    string
	i    int
	wide bool // sets, complex numbers and the ellipsis are read, too
}

func (p *literal) space() {
	for p.i < len(p.s) && strings.IndexByte(" \t\r\n\f", p.s[p.i]) >= 0 {
		p.i++
	}
}

func (p *literal) take(c byte) bool {
	p.space()
	if p.i < len(p.s) && p.s[p.i] == c {
		p.i++
		return true
	}
	return false
}

func (p *literal) value(depth int) (value.Value, bool) {
	p.space()
	if p.i == len(p.s) || depth > 100 {
		return nil, false
	}
	switch c := p.s[p.i]; {
	case c == '{':
		p.i++
		d := &value.Dict{}
		for {
			if p.take('}') {
				return d, true
			}
			k, ok := p.value(depth + 1)
			if ok && p.wide && d.Len() == 0 && !p.next(':') {
				return p.set(k, depth)
			}
			if !ok || !p.take(':') {
				return nil, false
			}
			v, ok := p.value(depth + 1)
			if !ok || !d.Set(k, v) {
				return nil, false
			}
			if !p.take(',') {
				return d, p.take('}')
			}
		}
	case c == '[':
		p.i++
		items, _, ok := p.items(']', depth)
		return &value.List{Items: items}, ok
	case c == '(':
		p.i++
		items, comma, ok := p.items(')', depth)
		if ok && len(items) == 1 && !comma {
			return items[0], true
		}
		return &value.Tuple{Items: items}, ok
	case p.wide && strings.HasPrefix(p.s[p.i:], "..."):
		p.i += 3
		return value.S("..."), true
	case (c == '-' || c == '+') && strings.HasPrefix(strings.TrimLeft(p.s[p.i+1:], " "), "("):
		p.i++
		v, ok := p.value(depth + 1)
		if ok && c == '-' {
			n, err := value.Neg(v)
			return n, err == nil
		}
		return v, ok
	case c == '-' || c == '+' || c == '.' || c >= '0' && c <= '9':
		v, ok := p.number()
		if ok && p.wide && p.i < len(p.s) && (p.s[p.i] == 'j' || p.s[p.i] == 'J') {
			p.i++
			return value.S(strings.TrimSuffix(value.ToStr(v), ".0") + "j"), true
		}
		return v, ok
	case c == '\'' || c == '"':
		return p.texts()
	}
	start := p.i
	for p.i < len(p.s) && (p.s[p.i] == '_' || p.s[p.i] >= 'a' && p.s[p.i] <= 'z' || p.s[p.i] >= 'A' && p.s[p.i] <= 'Z') {
		p.i++
	}
	switch word := p.s[start:p.i]; word {
	case "True", "False":
		return value.Bool(word == "True"), true
	case "None":
		return value.None{}, true
	case "set":
		return &value.Set{}, p.wide && p.take('(') && p.take(')')
	case "u", "U", "r", "R", "b", "B":
		if p.i < len(p.s) && (p.s[p.i] == '\'' || p.s[p.i] == '"') {
			if word == "u" || word == "U" {
				return p.texts()
			}
			text, ok := p.text(word == "r" || word == "R")
			if word == "b" || word == "B" {
				return value.Bytes(text), ok
			}
			return value.S(text), ok
		}
	}
	return nil, false
}

// next tells whether c follows, without taking it.
func (p *literal) next(c byte) bool {
	p.space()
	return p.i < len(p.s) && p.s[p.i] == c
}

// set reads the rest of a set whose first item has been read.
func (p *literal) set(first value.Value, depth int) (value.Value, bool) {
	s := &value.Set{}
	if !s.Add(first) {
		return nil, false
	}
	if p.take('}') {
		return s, true
	}
	if !p.take(',') {
		return nil, false
	}
	items, _, ok := p.items('}', depth)
	for _, item := range items {
		ok = ok && s.Add(item)
	}
	return s, ok
}

func (p *literal) items(end byte, depth int) (items []value.Value, comma, ok bool) {
	for {
		if p.take(end) {
			return items, comma, true
		}
		v, ok := p.value(depth + 1)
		if !ok {
			return nil, false, false
		}
		items = append(items, v)
		comma = p.take(',')
		if !comma {
			return items, false, p.take(end)
		}
	}
}

func (p *literal) number() (value.Value, bool) {
	start := p.i
	for p.i < len(p.s) && strings.IndexByte("+-.0123456789abcdefxoABCDEFXO_", p.s[p.i]) >= 0 {
		p.i++
	}
	text := p.s[start:p.i]
	if n, ok := new(big.Int).SetString(text, 0); ok && !(len(text) > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9') {
		return value.NewInt(n), true
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil && strings.ContainsAny(text, ".eE") && !strings.ContainsAny(text, "xX") {
		return value.Float(f), true
	}
	return nil, false
}

// texts reads one or more adjacent texts.
func (p *literal) texts() (value.Value, bool) {
	var all strings.Builder
	for {
		text, ok := p.text(false)
		if !ok {
			return nil, false
		}
		all.WriteString(text)
		p.space()
		if p.i == len(p.s) || p.s[p.i] != '\'' && p.s[p.i] != '"' {
			return value.S(all.String()), true
		}
	}
}

func (p *literal) text(raw bool) (string, bool) {
	quote := p.s[p.i : p.i+1]
	if strings.HasPrefix(p.s[p.i:], strings.Repeat(quote, 3)) {
		quote = strings.Repeat(quote, 3)
	}
	p.i += len(quote)
	var b strings.Builder
	for p.i < len(p.s) {
		if strings.HasPrefix(p.s[p.i:], quote) {
			p.i += len(quote)
			return b.String(), true
		}
		c := p.s[p.i]
		if c == '\n' && len(quote) == 1 {
			return "", false
		}
		if c != '\\' || p.i+1 == len(p.s) {
			b.WriteByte(c)
			p.i++
			continue
		}
		if raw {
			b.WriteString(p.s[p.i : p.i+2])
			p.i += 2
			continue
		}
		n := unescape(p.s[p.i:], &b)
		p.i += n
	}
	return "", false
}

// unescape writes what the escape sequence at the start of s means, and returns its length; an unknown one stays.
func unescape(s string, b *strings.Builder) int {
	if i := strings.IndexByte(`\'"abfnrtv`, s[1]); i >= 0 {
		b.WriteByte("\\'\"\a\b\f\n\r\t\v"[i])
		return 2
	}
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[s[1]]
	if s[1] == '\n' {
		return 2
	}
	if s[1] >= '0' && s[1] <= '7' {
		n := 1
		for n < 4 && n < len(s) && s[n] >= '0' && s[n] <= '7' {
			n++
		}
		code, _ := strconv.ParseUint(s[1:n], 8, 32)
		b.WriteRune(rune(code))
		return n
	}
	if digits > 0 && len(s) >= 2+digits {
		if code, err := strconv.ParseUint(s[2:2+digits], 16, 32); err == nil && code <= utf8.MaxRune {
			b.WriteRune(rune(code))
			return 2 + digits
		}
	}
	b.WriteString(s[:2])
	return 2
}
