package lib

import (
	"errors"
	"strconv"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/pyre"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// compile makes the pattern of a regex filter or test; errors are Python's.
func compile(pattern, ignorecase, multiline value.Value) (*pyre.Regexp, error) {
	s, ok := str(pattern)
	if !ok {
		if _, hashable := value.HashKey(pattern); !hashable {
			return nil, value.Unhashable(pattern)
		}
		return nil, typeError("first argument must be string or compiled pattern")
	}
	var flags pyre.Flags
	if on(ignorecase) {
		flags |= pyre.IgnoreCase
	}
	if on(multiline) {
		flags |= pyre.Multiline
	}
	re, err := pyre.Compile(s, flags)
	return re, pythonError(err)
}

// pythonError gives an error of pyre its Python class.
func pythonError(err error) error {
	var syntax *pyre.Error
	var index *pyre.IndexError
	var overflow *pyre.OverflowError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntax):
		return value.Errorf("error", "%s", err)
	case errors.As(err, &index):
		return value.Errorf("IndexError", "%s", err)
	case errors.As(err, &overflow):
		return value.Errorf("OverflowError", "%s", err)
	}
	return value.Errorf("TimeoutError", "%s", err)
}

func regexReplace(c *jinja.Call) (value.Value, error) {
	text, err := toText(c.Args[0])
	if err != nil {
		return nil, err
	}
	re, err := compile(c.Args[1], c.Args[3], c.Args[4])
	if err != nil {
		return nil, err
	}
	replacement, ok := str(c.Args[2])
	if !ok {
		return nil, typeError("decoding to str: need a bytes-like object, %s found", value.TypeName(c.Args[2]))
	}
	count, err := intArg(c.Args[5])
	if err != nil {
		return nil, err
	}
	out, n := text, 0
	if count >= 0 {
		if out, n, err = re.Sub(replacement, text, count); err != nil {
			return nil, pythonError(err)
		}
	}
	if on(c.Args[6]) && !value.Equal(c.Args[6], value.Int(n)) {
		want, err := intArg(c.Args[6])
		if err != nil {
			return nil, err
		}
		pattern, _ := str(c.Args[1])
		return nil, failf("'%s' should match %d times, but matches %d times in '%s'", pattern, want, count, text)
	}
	return value.S(out), nil
}

func regexFindall(c *jinja.Call) (value.Value, error) {
	text, err := toText(c.Args[0])
	if err != nil {
		return nil, err
	}
	re, err := compile(c.Args[1], c.Args[3], c.Args[2])
	if err != nil {
		return nil, err
	}
	rows, err := re.FindAll(text)
	if err != nil {
		return nil, pythonError(err)
	}
	out := make([]value.Value, len(rows))
	for i, row := range rows {
		if len(row) == 1 {
			out[i] = value.S(row[0])
			continue
		}
		t := &value.Tuple{}
		for _, s := range row {
			t.Items = append(t.Items, value.S(s))
		}
		out[i] = t
	}
	return list(out), nil
}

// group finds the group that an argument of regex_search names.
type group struct {
	number int
	name   string
}

func groupArg(v value.Value) (group, error) {
	s, ok := str(v)
	if !ok {
		return group{}, attributeError(v, "startswith")
	}
	missing := func() (group, error) {
		return group{}, value.Errorf("AttributeError", "'NoneType' object has no attribute 'group'")
	}
	switch {
	case len(s) >= 2 && s[:2] == `\g`:
		m, err := mustCompile(`\\g<(\S+)>`, 0).Match(s)
		if err != nil || m == nil {
			return missing()
		}
		name, _ := m.Group(1)
		return group{name: name}, nil
	case len(s) >= 1 && s[0] == '\\':
		m, err := mustCompile(`\\(\d+)`, 0).Match(s)
		if err != nil || m == nil {
			return missing()
		}
		digits, _ := m.Group(1)
		n, err := strconv.Atoi(digits)
		if err != nil {
			n = 1 << 30
		}
		return group{number: n}, nil
	}
	return group{}, failf("Unknown argument")
}

func regexSearch(c *jinja.Call) (value.Value, error) {
	text, err := toText(c.Args[0])
	if err != nil {
		return nil, err
	}
	var groups []group
	for _, arg := range stars(c.Args[2]) {
		g, err := groupArg(arg)
		if err != nil {
			return nil, err
		}
		groups = append(groups, g)
	}
	names := kwargs(c.Args[3])
	ignorecase, _ := names.Get("ignorecase")
	multiline, _ := names.Get("multiline")
	re, err := compile(c.Args[1], ignorecase, multiline)
	if err != nil {
		return nil, err
	}
	m, err := re.Search(text)
	if err != nil {
		return nil, pythonError(err)
	}
	if m == nil {
		return value.None{}, nil
	}
	if len(groups) == 0 {
		whole, _ := m.Group(0)
		return value.S(whole), nil
	}
	out := make([]value.Value, len(groups))
	for i, g := range groups {
		n, ok := g.number, true
		if g.name != "" {
			n, ok = re.GroupIndex(g.name)
		}
		if !ok || n > re.Groups() {
			return nil, value.Errorf("IndexError", "no such group")
		}
		out[i] = value.None{}
		if s, ok := m.Group(n); ok {
			out[i] = value.S(s)
		}
	}
	return list(out), nil
}

func regexEscape(c *jinja.Call) (value.Value, error) {
	text, err := toText(c.Args[0])
	if err != nil {
		return nil, err
	}
	switch kind, _ := str(c.Args[1]); kind {
	case "python":
		return value.S(pyre.Escape(text)), nil
	case "posix_basic":
		out, _, err := mustCompile(`([].[^$*\\])`, 0).Sub(`\\\1`, text, 0)
		return value.S(out), err
	case "posix_extended":
		return nil, failf("Regex type (%s) not yet implemented", kind)
	}
	return nil, failf("Invalid regex type (%s)", value.ToStr(c.Args[1]))
}

// regexTest makes the test that applies a pattern in that way.
func regexTest(how string) func(*jinja.Call) (value.Value, error) {
	return func(c *jinja.Call) (value.Value, error) {
		text, err := toText(c.Args[0])
		if err != nil {
			return nil, err
		}
		re, err := compile(c.Args[1], c.Args[2], c.Args[3])
		if err != nil {
			return nil, err
		}
		kind := how
		if len(c.Args) > 4 {
			if kind, _ = str(c.Args[4]); kind == "" {
				return nil, typeError("attribute name must be string, not '%s'", value.TypeName(c.Args[4]))
			}
		}
		var m *pyre.Match
		found := false
		switch kind {
		case "search":
			m, err = re.Search(text)
		case "match":
			m, err = re.Match(text)
		case "fullmatch":
			m, err = re.FullMatch(text)
		case "findall":
			err = re.All(text, func(*pyre.Match) bool { found = true; return false })
		default:
			return nil, typeError("'str' object is not callable")
		}
		if err != nil {
			return nil, pythonError(err)
		}
		return value.Bool(found || m != nil), nil
	}
}
