package jinja

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func str(s string) (value.Value, error) { return value.Str{S: s}, nil }

func strOf(v value.Value) string { return v.(value.Str).S }

// simple makes a method of a function from text to text.
func simpleStr(name, doc string, f func(string) string) *Method {
	return &Method{Name: name, Doc: doc, Result: "str", Call: func(c *MethodCall) (value.Value, error) {
		if _, err := c.bind(0); err != nil {
			return nil, err
		}
		return str(f(strOf(c.Self)))
	}}
}

// charTest makes an is...() method: every character passes, and there is one.
func charTest(name, doc string, f func(rune) bool) *Method {
	return &Method{Name: name, Doc: doc, Result: "bool", Call: func(c *MethodCall) (value.Value, error) {
		if _, err := c.bind(0); err != nil {
			return nil, err
		}
		s := strOf(c.Self)
		for _, r := range s {
			if !f(r) {
				return value.Bool(false), nil
			}
		}
		return value.Bool(s != ""), nil
	}}
}

func stripper(name, doc string, f func(s, chars string) string) *Method {
	return &Method{Name: name, Params: "chars=None", Doc: doc, Result: "str", Call: func(c *MethodCall) (value.Value, error) {
		a, err := c.bind(0, "chars")
		if err != nil {
			return nil, err
		}
		switch x := a[0].(type) {
		case nil, value.None:
			return str(f(strOf(c.Self), ""))
		case value.Str:
			if x.S == "" {
				return c.Self, nil
			}
			return str(f(strOf(c.Self), x.S))
		case *value.Undefined:
			return nil, x
		}
		return nil, value.TypeError("%s arg must be None or str", name)
	}}
}

func padder(name, doc string, align byte) *Method {
	return &Method{Name: name, Params: "width, fillchar=' '", Doc: doc, Result: "str", Call: func(c *MethodCall) (value.Value, error) {
		a, err := c.bind(1, "width", "fillchar")
		if err != nil {
			return nil, err
		}
		w, err := c.integer(a[0], 0)
		if err != nil {
			return nil, err
		}
		fill, err := c.text(a[1], " ")
		if err != nil {
			return nil, err
		}
		if value.RuneLen(fill) != 1 {
			return nil, value.TypeError("The fill character must be exactly one character long")
		}
		if w > maxOutput {
			return nil, tooMuch()
		}
		return str(value.Pad(strOf(c.Self), w, fill, align))
	}}
}

// window gives the part of a text that optional start and end arguments select, and where it starts.
func (c *MethodCall) window(s string, start, end value.Value) (part string, from int, ok bool, err error) {
	if start == nil && end == nil {
		return s, 0, true, nil
	}
	n := value.RuneLen(s)
	i, err := c.integer(start, 0)
	if err != nil {
		return "", 0, false, err
	}
	j, err := c.integer(end, n)
	if err != nil {
		return "", 0, false, err
	}
	clamp := func(i int) int {
		if i < 0 {
			i = max(i+n, 0)
		}
		return i
	}
	i, j = clamp(i), min(clamp(j), n)
	if i > n || i > j {
		return "", i, false, nil
	}
	return s[value.ByteIndex(s, i):value.ByteIndex(s, j)], i, true, nil
}

func finder(name, doc string, last, raise bool) *Method {
	return &Method{Name: name, Params: "sub, start=None, end=None", Doc: doc, Result: "int", Call: func(c *MethodCall) (value.Value, error) {
		a, err := c.bind(1, "sub", "start", "end")
		if err != nil {
			return nil, err
		}
		sub, ok := a[0].(value.Str)
		if !ok {
			return nil, value.TypeError("must be str, not %s", value.TypeName(a[0]))
		}
		part, from, ok, err := c.window(strOf(c.Self), a[1], a[2])
		if err != nil {
			return nil, err
		}
		at := -1
		if ok {
			if last {
				at = strings.LastIndex(part, sub.S)
			} else {
				at = strings.Index(part, sub.S)
			}
		}
		if at < 0 {
			if raise {
				return nil, value.ValueError("substring not found")
			}
			return value.Int(-1), nil
		}
		return value.Int(from + value.RuneLen(part[:at])), nil
	}}
}

func affix(name, doc string, f func(s, t string) bool) *Method {
	return &Method{Name: name, Params: name[:len(name)-4] + "fix, start=None, end=None", Doc: doc, Result: "bool", Call: func(c *MethodCall) (value.Value, error) {
		a, err := c.bind(1, "prefix", "start", "end")
		if err != nil {
			return nil, err
		}
		part, _, ok, err := c.window(strOf(c.Self), a[1], a[2])
		if err != nil {
			return nil, err
		}
		var options []value.Value
		switch x := a[0].(type) {
		case value.Str:
			options = []value.Value{x}
		case *value.Tuple:
			options = x.Items
		case *value.Undefined:
			return nil, x
		default:
			return nil, value.TypeError("%s first arg must be str or a tuple of str, not %s", name, value.TypeName(x))
		}
		for _, o := range options {
			s, is := o.(value.Str)
			if !is {
				return nil, value.TypeError("tuple for %s must only contain str, not %s", name, value.TypeName(o))
			}
			if ok && f(part, s.S) {
				return value.Bool(true), nil
			}
		}
		return value.Bool(false), nil
	}}
}

func splitter(name, doc string, f func(s, sep string, max int) []string) *Method {
	return &Method{Name: name, Params: "sep=None, maxsplit=-1", Doc: doc, Result: "list", Call: func(c *MethodCall) (value.Value, error) {
		a, err := c.bind(0, "sep", "maxsplit")
		if err != nil {
			return nil, err
		}
		n, err := c.integer(a[1], -1)
		if err != nil {
			return nil, err
		}
		sep := ""
		switch x := a[0].(type) {
		case nil, value.None:
		case value.Str:
			if x.S == "" {
				return nil, value.ValueError("empty separator")
			}
			sep = x.S
		case *value.Undefined:
			return nil, x
		default:
			return nil, value.TypeError("must be str or None, not %s", value.TypeName(x))
		}
		return value.Strings(f(strOf(c.Self), sep, n)), nil
	}}
}

func partition(name, doc string, last bool) *Method {
	return &Method{Name: name, Params: "sep", Doc: doc, Result: "tuple", Call: func(c *MethodCall) (value.Value, error) {
		a, err := c.bind(1, "sep")
		if err != nil {
			return nil, err
		}
		sep, err := c.text(a[0], "")
		if err != nil {
			return nil, err
		}
		if sep == "" {
			return nil, value.ValueError("empty separator")
		}
		s := strOf(c.Self)
		i := strings.Index(s, sep)
		parts := [3]string{s, "", ""}
		if last {
			i = strings.LastIndex(s, sep)
			parts = [3]string{"", "", s}
		}
		if i >= 0 {
			parts = [3]string{s[:i], sep, s[i+len(sep):]}
		}
		return &value.Tuple{Items: []value.Value{value.S(parts[0]), value.S(parts[1]), value.S(parts[2])}}, nil
	}}
}

func affixRemover(name, doc string, f func(s, t string) string) *Method {
	return &Method{Name: name, Params: name[6:], Doc: doc, Result: "str", Call: func(c *MethodCall) (value.Value, error) {
		a, err := c.bind(1, name[6:])
		if err != nil {
			return nil, err
		}
		t, err := c.text(a[0], "")
		if err != nil {
			return nil, err
		}
		return str(f(strOf(c.Self), t))
	}}
}

func hasCased(s string, bad func(rune) bool) bool {
	cased := false
	for _, r := range s {
		if bad(r) {
			return false
		}
		cased = cased || unicode.IsUpper(r) || unicode.IsLower(r)
	}
	return cased
}

func istitle(s string) bool {
	cased, inside := false, false
	for _, r := range s {
		switch {
		case unicode.IsUpper(r) || unicode.IsTitle(r):
			if inside {
				return false
			}
			inside, cased = true, true
		case unicode.IsLower(r):
			if !inside {
				return false
			}
			cased = true
		default:
			inside = false
		}
	}
	return cased
}

func textTest(name, doc string, f func(string) bool) *Method {
	return &Method{Name: name, Doc: doc, Result: "bool", Call: func(c *MethodCall) (value.Value, error) {
		_, err := c.bind(0)
		return value.Bool(err == nil && f(strOf(c.Self))), err
	}}
}

func isIdentifier(s string) bool {
	for i, r := range s {
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || !isWord(r)) {
			return false
		}
	}
	return s != ""
}

func isNumeric(r rune) bool {
	return unicode.IsNumber(r) || strings.ContainsRune("〇零一二三四五六七八九十百千万", r)
}

func isDigit(r rune) bool {
	return unicode.IsDigit(r) || strings.ContainsRune("¹²³⁰⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", r) || r >= 0x2460 && r <= 0x2468
}

func strMethods() []*Method {
	return []*Method{
		simpleStr("capitalize", "The text with its first character in upper case and the others in lower case.", value.Capitalize),
		simpleStr("casefold", "The text in the form that compares without regard to case.", value.Casefold),
		padder("center", "The text in the middle of a field.", '^'),
		{Name: "count", Params: "sub, start=None, end=None", Doc: "How often a text occurs, without overlaps.", Result: "int", Call: func(c *MethodCall) (value.Value, error) {
			a, err := c.bind(1, "sub", "start", "end")
			if err != nil {
				return nil, err
			}
			sub, ok := a[0].(value.Str)
			if !ok {
				return nil, value.TypeError("must be str, not %s", value.TypeName(a[0]))
			}
			part, _, ok, err := c.window(strOf(c.Self), a[1], a[2])
			if !ok || err != nil {
				return value.Int(0), err
			}
			return value.Int(strings.Count(part, sub.S)), nil
		}},
		{Name: "encode", Params: "encoding='utf-8', errors='strict'", Doc: "The text as bytes.", Result: "bytes", Call: strEncode},
		affix("endswith", "Whether the text ends so.", strings.HasSuffix),
		{Name: "expandtabs", Params: "tabsize=8", Doc: "The text with spaces for tabs.", Result: "str", Call: func(c *MethodCall) (value.Value, error) {
			a, err := c.bind(0, "tabsize")
			if err != nil {
				return nil, err
			}
			n, err := c.integer(a[0], 8)
			if err != nil {
				return nil, err
			}
			if n > 1<<16 {
				return nil, tooMuch()
			}
			return str(value.Expandtabs(strOf(c.Self), n))
		}},
		finder("find", "Where a text first occurs; -1 where it does not.", false, false),
		{Name: "format", Params: "*args, **kwargs", Doc: "The text with its {} fields filled in.", Result: "str", Call: func(c *MethodCall) (value.Value, error) {
			s, err := value.Format(strOf(c.Self), c.Args, c.Kwargs, c.run.formatAttr)
			if err != nil {
				return nil, err
			}
			return str(s)
		}},
		{Name: "format_map", Params: "mapping", Doc: "The text with its {name} fields filled in from a dict.", Result: "str", Call: func(c *MethodCall) (value.Value, error) {
			a, err := c.bind(1, "mapping")
			if err != nil {
				return nil, err
			}
			d, ok := a[0].(*value.Dict)
			if !ok {
				return nil, value.TypeError("'%s' object is not a mapping", value.TypeName(a[0]))
			}
			s, err := value.Format(strOf(c.Self), nil, d, c.run.formatAttr)
			if err != nil {
				return nil, err
			}
			return str(s)
		}},
		finder("index", "Where a text first occurs; an error where it does not.", false, true),
		charTest("isalnum", "Whether there are only letters and digits.", func(r rune) bool { return unicode.IsLetter(r) || isNumeric(r) || isDigit(r) }),
		charTest("isalpha", "Whether there are only letters.", unicode.IsLetter),
		textTest("isascii", "Whether there are only ASCII characters.", func(s string) bool {
			for i := range len(s) {
				if s[i] >= utf8.RuneSelf {
					return false
				}
			}
			return true
		}),
		charTest("isdecimal", "Whether there are only decimal digits.", unicode.IsDigit),
		charTest("isdigit", "Whether there are only digits.", isDigit),
		textTest("isidentifier", "Whether it could be a Python name.", isIdentifier),
		textTest("islower", "Whether all letters are in lower case.", func(s string) bool {
			return hasCased(s, func(r rune) bool { return unicode.IsUpper(r) || unicode.IsTitle(r) })
		}),
		charTest("isnumeric", "Whether there are only numeric characters.", isNumeric),
		textTest("isprintable", "Whether every character can be printed.", func(s string) bool {
			for _, r := range s {
				if !unicode.IsPrint(r) {
					return false
				}
			}
			return true
		}),
		charTest("isspace", "Whether there is only white space.", value.IsSpace),
		textTest("istitle", "Whether every word begins with a capital and goes on in lower case.", istitle),
		textTest("isupper", "Whether all letters are in upper case.", func(s string) bool {
			return hasCased(s, func(r rune) bool { return unicode.IsLower(r) || unicode.IsTitle(r) })
		}),
		{Name: "join", Params: "iterable", Doc: "The items of a list with this text between them.", Result: "str", Call: strJoin},
		padder("ljust", "The text at the left of a field.", '<'),
		simpleStr("lower", "The text in lower case.", value.Lower),
		stripper("lstrip", "The text without white space, or the given characters, at its start.", value.LStrip),
		{Name: "maketrans", Params: "x, y=None, z=None", Doc: "A table for translate.", Result: "dict", Call: strMaketrans},
		partition("partition", "What is before, at and behind the first separator.", false),
		affixRemover("removeprefix", "The text without this start.", strings.TrimPrefix),
		affixRemover("removesuffix", "The text without this end.", strings.TrimSuffix),
		{Name: "replace", Params: "old, new, count=-1", Doc: "The text with one text replaced by another.", Result: "str", Call: func(c *MethodCall) (value.Value, error) {
			a, err := c.bind(2, "old", "new", "count")
			if err != nil {
				return nil, err
			}
			for i := range 2 {
				if _, ok := a[i].(value.Str); !ok {
					return nil, value.TypeError("replace() argument %d must be str, not %s", i+1, value.TypeName(a[i]))
				}
			}
			n, err := c.integer(a[2], -1)
			if err != nil {
				return nil, err
			}
			s, old, with := strOf(c.Self), strOf(a[0]), strOf(a[1])
			if len(with) > len(old) && (strings.Count(s, old)+1)*(len(with)-len(old)) > maxOutput {
				return nil, tooMuch()
			}
			return str(strings.Replace(s, old, with, n))
		}},
		finder("rfind", "Where a text last occurs; -1 where it does not.", true, false),
		finder("rindex", "Where a text last occurs; an error where it does not.", true, true),
		padder("rjust", "The text at the right of a field.", '>'),
		partition("rpartition", "What is before, at and behind the last separator.", true),
		splitter("rsplit", "The parts between separators, counted from the right.", value.RSplit),
		stripper("rstrip", "The text without white space, or the given characters, at its end.", value.RStrip),
		splitter("split", "The parts between separators; without one, the words.", value.Split),
		{Name: "splitlines", Params: "keepends=False", Doc: "The lines.", Result: "list", Call: func(c *MethodCall) (value.Value, error) {
			a, err := c.bind(0, "keepends")
			if err != nil {
				return nil, err
			}
			keep := false
			if a[0] != nil {
				if keep, err = value.Truth(a[0]); err != nil {
					return nil, err
				}
			}
			return value.Strings(value.Splitlines(strOf(c.Self), keep)), nil
		}},
		affix("startswith", "Whether the text begins so.", strings.HasPrefix),
		stripper("strip", "The text without white space, or the given characters, at both ends.", value.Strip),
		simpleStr("swapcase", "The text with upper and lower case exchanged.", value.SwapCase),
		simpleStr("title", "The text with a capital at the start of each word.", value.Title),
		{Name: "translate", Params: "table", Doc: "The text with characters replaced as a table says.", Result: "str", Call: strTranslate},
		simpleStr("upper", "The text in upper case.", value.Upper),
		{Name: "zfill", Params: "width", Doc: "The text with zeros in front.", Result: "str", Call: func(c *MethodCall) (value.Value, error) {
			a, err := c.bind(1, "width")
			if err != nil {
				return nil, err
			}
			n, err := c.integer(a[0], 0)
			if err != nil {
				return nil, err
			}
			if n > maxOutput {
				return nil, tooMuch()
			}
			return str(value.Zfill(strOf(c.Self), n))
		}},
	}
}

func strJoin(c *MethodCall) (value.Value, error) {
	a, err := c.bind(1, "iterable")
	if err != nil {
		return nil, err
	}
	next, err := value.Iterate(a[0])
	if err != nil {
		if _, ok := err.(*value.Error); ok {
			err = value.TypeError("can only join an iterable")
		}
		return nil, err
	}
	var b strings.Builder
	for i := 0; ; i++ {
		x, err := next()
		if err != nil {
			return nil, err
		}
		if x == nil {
			return str(b.String())
		}
		if u, ok := x.(*value.Undefined); ok {
			return nil, u
		}
		s, ok := x.(value.Str)
		if !ok {
			return nil, value.TypeError("sequence item %d: expected str instance, %s found", i, value.TypeName(x))
		}
		if i > 0 {
			b.WriteString(strOf(c.Self))
		}
		b.WriteString(s.S)
		if b.Len() > maxOutput {
			return nil, tooMuch()
		}
	}
}

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

// formatAttr is the attribute access of str.format fields.
func (r *run) formatAttr(v value.Value, name string) (value.Value, error) {
	w, err := r.getAttr(v, name, Span{})
	if err != nil {
		return nil, err
	}
	if u, ok := w.(*value.Undefined); ok {
		if !r.e.ansible {
			return nil, value.Errorf("AttributeError", "'%s' object has no attribute '%s'", value.TypeName(v), name)
		}
		return nil, u
	}
	return w, nil
}
