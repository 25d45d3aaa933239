package jinja

import (
	"strings"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func strEncode(c *MethodCall) (value.Value, error) {
	a, err := c.bind(0, "encoding", "errors")
	if err != nil {
		return nil, err
	}
	enc, err := c.text(a[0], "utf-8")
	if err != nil {
		return nil, err
	}
	mode, err := c.text(a[1], "strict")
	if err != nil {
		return nil, err
	}
	s := strOf(c.Self)
	limit := rune(0x10ffff)
	label := ""
	switch strings.ToLower(strings.NewReplacer("_", "-", " ", "-").Replace(enc)) {
	case "utf-8", "utf8":
		return value.Bytes(s), nil
	case "ascii", "us-ascii":
		limit, label = 0x7f, "ascii"
	case "latin-1", "latin1", "iso-8859-1", "iso8859-1":
		limit, label = 0xff, "latin-1"
	default:
		return nil, value.Errorf("LookupError", "unknown encoding: %s", enc)
	}
	var out value.Bytes
	for i, r := range []rune(s) {
		if r <= limit {
			out = append(out, byte(r))
			continue
		}
		switch mode {
		case "ignore":
		case "replace":
			out = append(out, '?')
		default:
			return nil, value.Errorf("UnicodeEncodeError", "'%s' codec can't encode character %s in position %d: ordinal not in range(%d)",
				label, escapeRune(r), i, limit+1)
		}
	}
	return out, nil
}

func escapeRune(r rune) string {
	const hex = "0123456789abcdef"
	digits := func(n int) string {
		b := make([]byte, n)
		for i := n - 1; i >= 0; i-- {
			b[i] = hex[r&15]
			r >>= 4
		}
		return string(b)
	}
	switch {
	case r <= 0xff:
		return `'\x` + digits(2) + `'`
	case r <= 0xffff:
		return `'\u` + digits(4) + `'`
	}
	return `'\U` + digits(8) + `'`
}

func strMaketrans(c *MethodCall) (value.Value, error) {
	a, err := c.bind(1, "x", "y", "z")
	if err != nil {
		return nil, err
	}
	out := &value.Dict{}
	if a[1] == nil {
		d, ok := a[0].(*value.Dict)
		if !ok {
			return nil, value.TypeError("if you give only one argument to maketrans it must be a dict")
		}
		for k, v := range d.All() {
			if s, ok := k.(value.Str); ok {
				r, n := utf8.DecodeRuneInString(s.S)
				if n != len(s.S) || n == 0 {
					return nil, value.ValueError("string keys in translate table must be of length 1")
				}
				k = value.Int(r)
			}
			out.Set(k, v)
		}
		return out, nil
	}
	x, ok1 := a[0].(value.Str)
	y, ok2 := a[1].(value.Str)
	if !ok1 || !ok2 {
		return nil, value.TypeError("first maketrans argument must be a string if there is a second argument")
	}
	from, to := []rune(x.S), []rune(y.S)
	if len(from) != len(to) {
		return nil, value.ValueError("the first two maketrans arguments must have equal length")
	}
	for i := range from {
		out.Set(value.Int(from[i]), value.Int(to[i]))
	}
	if a[2] != nil {
		z, err := c.text(a[2], "")
		if err != nil {
			return nil, err
		}
		for _, r := range z {
			out.Set(value.Int(r), value.None{})
		}
	}
	return out, nil
}

func strTranslate(c *MethodCall) (value.Value, error) {
	a, err := c.bind(1, "table")
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	for _, r := range strOf(c.Self) {
		v, err := value.GetItem(a[0], value.Int(r))
		if err != nil {
			if e, ok := err.(*value.Error); ok && e.Class != "TypeError" {
				b.WriteRune(r)
				continue
			}
			return nil, err
		}
		switch v := v.(type) {
		case value.None:
		case value.Int:
			b.WriteRune(rune(v))
		case value.Str:
			b.WriteString(v.S)
		default:
			return nil, value.TypeError("character mapping must return integer, None or str")
		}
	}
	return str(b.String())
}
