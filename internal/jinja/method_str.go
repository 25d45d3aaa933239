package jinja

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func str(s string) (value.Value, error) { return value.Str{S: s}, nil }

func strOf(v value.Value) string { return v.(value.Str).S }

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
