package value

import (
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"
)

// LiteralEval is Python's ast.literal_eval: texts, bytes, numbers, tuples, lists, dicts, sets, True, False and None.
// A text with leading white space is not a literal.
func LiteralEval(s string) (Value, error) {
	p := &literalParser{s: s}
	if s != "" && (s[0] == ' ' || s[0] == '\t') {
		return nil, p.fail()
	}
	v, err := p.tuple(true, 0)
	if err != nil {
		return nil, err
	}
	if p.space(true); p.i != len(s) {
		return nil, p.fail()
	}
	return v, nil
}

type literalParser struct {
	s string
	i int
}

func (p *literalParser) fail() error {
	return ValueError("malformed node or string: %s", Quote(p.s))
}

// space skips white space and comments; at the top level a line break ends the expression.
func (p *literalParser) space(top bool) {
	for p.i < len(p.s) {
		switch c := p.s[p.i]; {
		case c == ' ' || c == '\t' || c == '\f':
			p.i++
		case (c == '\n' || c == '\r') && (!top || strings.TrimSpace(p.s[p.i:]) == ""):
			p.i++
		case c == '#':
			if j := strings.IndexByte(p.s[p.i:], '\n'); j >= 0 {
				p.i += j
			} else {
				p.i = len(p.s)
			}
		case c == '\\' && p.i+1 < len(p.s) && p.s[p.i+1] == '\n':
			p.i += 2
		default:
			return
		}
	}
}

func (p *literalParser) peek(top bool) byte {
	p.space(top)
	if p.i < len(p.s) {
		return p.s[p.i]
	}
	return 0
}

// tuple reads one value, or several with commas between.
func (p *literalParser) tuple(top bool, depth int) (Value, error) {
	v, err := p.value(top, depth)
	if err != nil {
		return nil, err
	}
	if p.peek(top) != ',' {
		return v, nil
	}
	t := &Tuple{Items: []Value{v}}
	for p.peek(top) == ',' {
		p.i++
		if c := p.peek(top); c == 0 || c == ')' {
			break
		}
		v, err := p.value(top, depth)
		if err != nil {
			return nil, err
		}
		t.Items = append(t.Items, v)
	}
	return t, nil
}

func (p *literalParser) value(top bool, depth int) (Value, error) {
	if depth > 90 {
		return nil, Errorf("MemoryError", "too many nested parentheses")
	}
	c := p.peek(top)
	switch {
	case c == '(':
		p.i++
		if p.peek(false) == ')' {
			p.i++
			return &Tuple{}, nil
		}
		v, err := p.tuple(false, depth+1)
		if err != nil {
			return nil, err
		}
		if p.peek(false) != ')' {
			return nil, p.fail()
		}
		p.i++
		return v, nil
	case c == '[':
		p.i++
		l := &List{}
		err := p.items(']', func() error {
			v, err := p.value(false, depth+1)
			l.Items = append(l.Items, v)
			return err
		})
		return l, err
	case c == '{':
		return p.braces(depth)
	case c == '+' || c == '-':
		p.i++
		v, err := p.value(top, depth+1)
		if err != nil {
			return nil, err
		}
		switch v.(type) {
		case Int, *BigInt, Float:
		default:
			return nil, p.fail()
		}
		if c == '-' {
			return Neg(v)
		}
		return v, nil
	case c >= '0' && c <= '9' || c == '.':
		return p.number()
	}
	return p.word(top)
}

func (p *literalParser) items(end byte, f func() error) error {
	for first := true; ; first = false {
		c := p.peek(false)
		if c == end {
			p.i++
			return nil
		}
		if !first {
			if c != ',' {
				return p.fail()
			}
			p.i++
			if p.peek(false) == end {
				p.i++
				return nil
			}
		} else if c == ',' {
			return p.fail()
		}
		if err := f(); err != nil {
			return err
		}
	}
}

func (p *literalParser) braces(depth int) (Value, error) {
	p.i++
	d, s := &Dict{}, &Set{}
	isSet, isDict := false, false
	err := p.items('}', func() error {
		k, err := p.value(false, depth+1)
		if err != nil {
			return err
		}
		if p.peek(false) == ':' && !isSet {
			isDict = true
			p.i++
			v, err := p.value(false, depth+1)
			if err != nil {
				return err
			}
			if !d.Set(k, v) {
				return Unhashable(k)
			}
			return nil
		}
		if isDict {
			return p.fail()
		}
		isSet = true
		if !s.Add(k) {
			return Unhashable(k)
		}
		return nil
	})
	if isSet {
		return s, err
	}
	return d, err
}

func (p *literalParser) number() (Value, error) {
	start := p.i
	for p.i < len(p.s) {
		c := p.s[p.i]
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '.' ||
			(c == '+' || c == '-') && (p.s[p.i-1] == 'e' || p.s[p.i-1] == 'E') && !strings.HasPrefix(strings.ToLower(p.s[start:]), "0x") {
			p.i++
			continue
		}
		break
	}
	t := p.s[start:p.i]
	if strings.HasSuffix(t, "_") || strings.Contains(t, "__") || strings.ContainsAny(t, "jJ") {
		return nil, p.fail()
	}
	if strings.ContainsAny(t, ".eE") && !strings.HasPrefix(strings.ToLower(t), "0x") {
		f, err := strconv.ParseFloat(strings.ReplaceAll(t, "_", ""), 64)
		if err != nil && !strings.Contains(err.Error(), "range") || strings.Contains(t, "._") || strings.Contains(t, "_.") {
			return nil, p.fail()
		}
		return Float(f), nil
	}
	if len(t) > 1 && t[0] == '0' && t[1] >= '0' && t[1] <= '9' && strings.Trim(t, "0_") != "" {
		return nil, p.fail()
	}
	clean := strings.ReplaceAll(t, "_", "")
	if len(clean) > 1 && clean[0] == '0' && strings.Trim(clean, "0") == "" {
		clean = "0"
	}
	n, ok := new(big.Int).SetString(clean, 0)
	if !ok {
		return nil, p.fail()
	}
	return NewInt(n), nil
}

// word reads True, False, None, or texts in a row.
func (p *literalParser) word(top bool) (Value, error) {
	rest := p.s[p.i:]
	for _, w := range []struct {
		text string
		v    Value
	}{{"True", Bool(true)}, {"False", Bool(false)}, {"None", None{}}} {
		if strings.HasPrefix(rest, w.text) {
			if n := len(w.text); len(rest) == n || !isIdentByte(rest[n]) {
				p.i += n
				return w.v, nil
			}
		}
	}
	if strings.HasPrefix(rest, "set()") {
		p.i += 5
		return &Set{}, nil
	}
	var text strings.Builder
	isBytes, seen := false, false
	for {
		p.space(top)
		s, b, ok, err := p.text()
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		if seen && b != isBytes {
			return nil, p.fail()
		}
		seen, isBytes = true, b
		text.WriteString(s)
	}
	switch {
	case !seen:
		return nil, p.fail()
	case isBytes:
		return Bytes(text.String()), nil
	}
	return Str{S: text.String()}, nil
}

func isIdentByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= utf8.RuneSelf
}

func (p *literalParser) text() (s string, isBytes, ok bool, err error) {
	i := p.i
	raw := false
	for i < len(p.s) && i-p.i < 2 && strings.IndexByte("rRbBuU", p.s[i]) >= 0 {
		switch p.s[i] | 0x20 {
		case 'r':
			raw = true
		case 'b':
			isBytes = true
		}
		i++
	}
	if i >= len(p.s) || p.s[i] != '\'' && p.s[i] != '"' {
		return "", false, false, nil
	}
	q := p.s[i : i+1]
	if strings.HasPrefix(p.s[i:], q+q+q) {
		q = q + q + q
	}
	i += len(q)
	var b strings.Builder
	for {
		if i >= len(p.s) {
			return "", false, false, p.fail()
		}
		if strings.HasPrefix(p.s[i:], q) {
			p.i = i + len(q)
			return b.String(), isBytes, true, nil
		}
		c := p.s[i]
		switch {
		case c == '\n' && len(q) == 1:
			return "", false, false, p.fail()
		case c != '\\' || i+1 >= len(p.s):
			if isBytes && c >= utf8.RuneSelf {
				return "", false, false, p.fail()
			}
			b.WriteByte(c)
			i++
		case raw:
			b.WriteString(p.s[i : i+2])
			i += 2
		default:
			n, ok := unescapeOne(&b, p.s[i:], isBytes)
			if !ok {
				return "", false, false, p.fail()
			}
			i += n
		}
	}
}

// unescapeOne decodes the escape that s begins with and gives its length.
func unescapeOne(b *strings.Builder, s string, isBytes bool) (int, bool) {
	c := s[1]
	if k := strings.IndexByte(`\'"abfnrtv`, c); k >= 0 {
		b.WriteByte("\\'\"\a\b\f\n\r\t\v"[k])
		return 2, true
	}
	put := func(r rune) {
		if isBytes {
			b.WriteByte(byte(r))
		} else {
			b.WriteRune(r)
		}
	}
	switch {
	case c == '\n':
		return 2, true
	case c >= '0' && c <= '7':
		n, j := rune(0), 1
		for ; j < 4 && j < len(s) && s[j] >= '0' && s[j] <= '7'; j++ {
			n = n*8 + rune(s[j]-'0')
		}
		put(n)
		return j, true
	case c == 'x' || !isBytes && (c == 'u' || c == 'U'):
		n := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
		if len(s) < 2+n {
			return 0, false
		}
		r, err := strconv.ParseUint(s[2:2+n], 16, 32)
		if err != nil || r > 0x10ffff {
			return 0, false
		}
		put(rune(r))
		return 2 + n, true
	}
	b.WriteString(s[:2])
	return 2, true
}
