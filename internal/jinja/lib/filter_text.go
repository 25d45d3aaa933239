package lib

import (
	"html"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/pyre"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Filters of Jinja2 that make texts.

func onText(c *jinja.Call, f func(string) string) (value.Value, error) {
	s, err := soft(c.Args[0])
	if err != nil {
		return nil, err
	}
	return value.S(f(s)), nil
}

func upperFilter(c *jinja.Call) (value.Value, error)      { return onText(c, value.Upper) }
func lowerFilter(c *jinja.Call) (value.Value, error)      { return onText(c, value.Lower) }
func capitalizeFilter(c *jinja.Call) (value.Value, error) { return onText(c, value.Capitalize) }

func stringFilter(c *jinja.Call) (value.Value, error) {
	if s, ok := c.Args[0].(value.Str); ok {
		return s, nil
	}
	return onText(c, func(s string) string { return s })
}

func title(c *jinja.Call) (value.Value, error) {
	return onText(c, func(s string) string {
		var b strings.Builder
		start := true
		for _, r := range s {
			switch {
			case r == '-' || r == '(' || r == '{' || r == '[' || r == '<' || value.IsSpace(r):
				start = true
				b.WriteRune(r)
			case start:
				b.WriteString(value.Upper(string(r)))
				start = false
			default:
				b.WriteString(value.Lower(string(r)))
			}
		}
		return b.String()
	})
}

func trim(c *jinja.Call) (value.Value, error) {
	s, err := soft(c.Args[0])
	if err != nil {
		return nil, err
	}
	if isNone(c.Args[1]) {
		return value.S(value.Strip(s, "")), nil
	}
	chars, ok := str(c.Args[1])
	if !ok {
		return nil, typeError("strip arg must be None or str")
	}
	return value.S(value.Strip(s, chars)), nil
}

func replace(c *jinja.Call) (value.Value, error) {
	var parts [3]string
	for i := range parts {
		s, err := soft(c.Args[i])
		if err != nil {
			return nil, err
		}
		parts[i] = s
	}
	n := -1
	if !isNone(c.Args[3]) {
		var err error
		if n, err = intArg(c.Args[3]); err != nil {
			return nil, err
		}
	}
	if grow := len(parts[2]) - len(parts[1]); grow > 0 && strings.Count(parts[0], parts[1])*grow > 1<<27 {
		return nil, value.Errorf("MemoryError", "the replacement makes a text of more than %d bytes", 1<<27)
	}
	return value.S(strings.Replace(parts[0], parts[1], parts[2], n)), nil
}

func centerFilter(c *jinja.Call) (value.Value, error) {
	width, err := intArg(c.Args[1])
	if err != nil {
		return nil, err
	}
	if width > 1<<28 {
		return nil, value.Errorf("MemoryError", "a field of %d characters is too wide", width)
	}
	return onText(c, func(s string) string { return value.Pad(s, width, " ", '^') })
}

func format(c *jinja.Call) (value.Value, error) {
	s, err := soft(c.Args[0])
	if err != nil {
		return nil, err
	}
	args, names := stars(c.Args[1]), kwargs(c.Args[2])
	if len(args) > 0 && names.Len() > 0 {
		return nil, value.Errorf("FilterArgumentError", "can't handle positional and keyword arguments at the same time")
	}
	if names.Len() > 0 {
		return value.Mod(value.S(s), names)
	}
	return value.Mod(value.S(s), tuple(args...))
}

func indent(c *jinja.Call) (value.Value, error) {
	pad, ok := str(c.Args[1])
	if !ok {
		n, err := intArg(c.Args[1])
		if err != nil {
			return nil, typeError("can't multiply sequence by non-int of type '%s'", value.TypeName(c.Args[1]))
		}
		if n > 1<<20 {
			return nil, value.Errorf("MemoryError", "an indentation of %d characters is too wide", n)
		}
		pad = strings.Repeat(" ", max(n, 0))
	}
	s, ok := str(c.Args[0])
	if !ok {
		switch v := c.Args[0].(type) {
		case *value.List:
			return nil, attributeError(v, "splitlines")
		case *value.Tuple:
			return nil, typeError("can only concatenate tuple (not \"str\") to tuple")
		case *value.Undefined:
			if !v.Lax() {
				return nil, v
			}
		default:
			return nil, typeError("unsupported operand type(s) for +=: '%s' and 'str'", value.TypeName(v))
		}
	}
	first, blank := on(c.Args[2]), on(c.Args[3])
	var b strings.Builder
	if first {
		b.WriteString(pad)
	}
	for i, line := range value.Splitlines(s+"\n", false) {
		if i > 0 {
			b.WriteByte('\n')
			if blank || line != "" {
				b.WriteString(pad)
			}
		}
		b.WriteString(line)
	}
	return value.S(b.String()), nil
}

func truncate(c *jinja.Call) (value.Value, error) {
	size, err := intArg(c.Args[1])
	if err != nil {
		return nil, err
	}
	end, err := soft(c.Args[3])
	if err != nil {
		return nil, err
	}
	leeway := 5
	if !isNone(c.Args[4]) {
		if leeway, err = intArg(c.Args[4]); err != nil {
			return nil, err
		}
	}
	tail := utf8.RuneCountInString(end)
	if size < tail {
		return nil, value.Errorf("AssertionError", "expected length >= %d, got %d", tail, size)
	}
	if leeway < 0 {
		return nil, value.Errorf("AssertionError", "expected leeway >= 0, got %d", leeway)
	}
	n, err := value.Len(c.Args[0])
	if err != nil {
		return nil, err
	}
	if n <= size+leeway {
		return c.Args[0], nil
	}
	s, ok := str(c.Args[0])
	if !ok {
		return nil, typeError("unhashable type: 'slice'")
	}
	kept := string([]rune(s)[:size-tail])
	if !on(c.Args[2]) {
		if i := strings.LastIndexByte(kept, ' '); i >= 0 {
			kept = kept[:i]
		}
	}
	return value.S(kept + end), nil
}

func wordcount(c *jinja.Call) (value.Value, error) {
	s, err := soft(c.Args[0])
	if err != nil {
		return nil, err
	}
	n, inside := 0, false
	for _, r := range s {
		word := r == '_' || unicode.In(r, unicode.L, unicode.N)
		if word && !inside {
			n++
		}
		inside = word
	}
	return value.Int(n), nil
}

var htmlEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "'", "&#39;", `"`, "&#34;")

func escape(c *jinja.Call) (value.Value, error) {
	if s, ok := c.Args[0].(value.Str); ok && s.Markup {
		return s, nil
	}
	return forceEscape(c)
}

func forceEscape(c *jinja.Call) (value.Value, error) {
	s, err := soft(c.Args[0])
	return value.Str{S: htmlEscaper.Replace(s), Markup: true}, err
}

func safe(c *jinja.Call) (value.Value, error) {
	s, err := soft(c.Args[0])
	return value.Str{S: s, Markup: true}, err
}

func striptags(c *jinja.Call) (value.Value, error) {
	return onText(c, func(s string) string {
		s = dropBetween(s, "<!--", "-->")
		s = dropBetween(s, "<", ">")
		return html.UnescapeString(strings.Join(value.Split(s, "", -1), " "))
	})
}

func dropBetween(s, open, end string) string {
	for {
		i := strings.Index(s, open)
		if i < 0 {
			return s
		}
		j := strings.Index(s[i:], end)
		if j < 0 {
			return s
		}
		s = s[:i] + s[i+j+len(end):]
	}
}

func xmlattr(c *jinja.Call) (value.Value, error) {
	d, ok := asDict(c.Args[0])
	if !ok {
		return nil, attributeError(c.Args[0], "items")
	}
	var parts []string
	for k, v := range d.All() {
		if _, undefined := v.(*value.Undefined); undefined || isNone(v) {
			continue
		}
		key, ok := str(k)
		if !ok {
			return nil, typeError("expected string or bytes-like object, got '%s'", value.TypeName(k))
		}
		if strings.ContainsAny(key, " \t\n\r\f\v/>=") {
			return nil, valueError("Invalid character in attribute name: %s", repr(key))
		}
		s, err := soft(v)
		if err != nil {
			return nil, err
		}
		parts = append(parts, htmlEscaper.Replace(key)+`="`+htmlEscaper.Replace(s)+`"`)
	}
	out := strings.Join(parts, " ")
	if out != "" && on(c.Args[1]) {
		out = " " + out
	}
	return value.S(out), nil
}

// quoteURL is urllib.parse.quote.
func quoteURL(s, safe string, plus bool) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("_.-~", c) >= 0 || strings.IndexByte(safe, c) >= 0:
			b.WriteByte(c)
		case c == ' ' && plus:
			b.WriteByte('+')
		default:
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}

func urlencode(c *jinja.Call) (value.Value, error) {
	v := c.Args[0]
	if d, ok := asDict(v); ok {
		v = &value.View{Kind: "dict_items", Dict: d}
	} else if s, ok := str(v); ok {
		return value.S(quoteURL(s, "/", false)), nil
	} else if _, err := value.Iterate(v); err != nil {
		s, err := soft(v)
		return value.S(quoteURL(s, "/", false)), err
	}
	var parts []string
	err := c.Each(v, func(pair value.Value) error {
		kv, err := unpack(pair, 2)
		if err != nil {
			return err
		}
		var quoted [2]string
		for i := range kv {
			s, err := soft(kv[i])
			if err != nil {
				return err
			}
			quoted[i] = quoteURL(s, "", true)
		}
		parts = append(parts, quoted[0]+"="+quoted[1])
		return nil
	})
	return value.S(strings.Join(parts, "&")), err
}

// unpack is Python's a, b = v.
func unpack(v value.Value, n int) ([]value.Value, error) {
	if _, err := value.Iterate(v); err != nil {
		return nil, typeError("cannot unpack non-iterable %s object", value.TypeName(v))
	}
	got, err := items(v)
	if err != nil {
		return nil, err
	}
	switch {
	case len(got) < n:
		return nil, valueError("not enough values to unpack (expected %d, got %d)", n, len(got))
	case len(got) > n:
		return nil, valueError("too many values to unpack (expected %d)", n)
	}
	return got, nil
}

func tojson(c *jinja.Call) (value.Value, error) {
	o := value.JSONOptions{SortKeys: true}
	if !isNone(c.Args[1]) {
		if err := jsonIndent(&o, c.Args[1]); err != nil {
			return nil, err
		}
	}
	data, err := value.ToJSON(c.Args[0], o)
	if err != nil {
		return nil, err
	}
	return value.S(strings.NewReplacer("<", `\u003c`, ">", `\u003e`, "&", `\u0026`, "'", `\u0027`).Replace(string(data))), nil
}

// jsonIndent sets the indentation: a number of spaces or the text of one level.
func jsonIndent(o *value.JSONOptions, v value.Value) error {
	if s, ok := str(v); ok {
		o.IndentStr = s
		if s == "" {
			n := 0
			o.Indent = &n
		}
		return nil
	}
	n, err := intArg(v)
	if err != nil {
		return typeError("can't multiply sequence by non-int of type '%s'", value.TypeName(v))
	}
	o.Indent = &n
	return nil
}

// mustCompile compiles, at the time of a call, a pattern that is known to be valid.
func mustCompile(pattern string, flags pyre.Flags) *pyre.Regexp {
	re, err := pyre.Compile(pattern, flags)
	if err != nil {
		panic(err)
	}
	return re
}
