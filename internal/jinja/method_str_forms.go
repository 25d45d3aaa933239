package jinja

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

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

func textTest(name, doc string, f func(string) bool) *Method {
	return &Method{Name: name, Doc: doc, Result: "bool", Call: func(c *MethodCall) (value.Value, error) {
		_, err := c.bind(0)
		return value.Bool(err == nil && f(strOf(c.Self))), err
	}}
}
