package lib

import (
	"fmt"
	"hash/crc32"
	"math/big"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/jinja/lib/jmespath"
	"github.com/rehearse-dev/rehearse/internal/pyre"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

func jsonQuery(c *jinja.Call) (value.Value, error) {
	expression, ok := str(c.Args[1])
	if !ok {
		return nil, failf("Error in jmespath.search in json_query filter plugin:\nexpected an expression, not %s", value.TypeName(c.Args[1]))
	}
	v, err := jmespath.Search(expression, c.Args[0])
	switch e := err.(type) {
	case nil:
		return v, nil
	case *jmespath.Error:
		return nil, failf("JMESPathError in json_query filter plugin:\n%s", e)
	case *value.Undefined:
		return nil, e
	}
	return nil, failf("Error in jmespath.search in json_query filter plugin:\n%s", err)
}

// pySequence is Python's Sequence: lists, tuples, texts, ranges.
func pySequence(v value.Value) bool {
	_, text := str(v)
	return text || isSequence(v)
}

func accumulate(c *jinja.Call) (value.Value, error) {
	if !pySequence(c.Args[0]) {
		return nil, failf("Invalid value type (%s) for accumulate (%s)", pyClass(c.Args[0]), value.Repr(c.Args[0]))
	}
	return iterator("itertools.accumulate", func() ([]value.Value, error) {
		all, err := items(c.Args[0])
		if err != nil {
			return nil, err
		}
		out := make([]value.Value, len(all))
		for i, v := range all {
			if i > 0 {
				if v, err = value.Add(out[i-1], v); err != nil {
					return nil, err
				}
			}
			out[i] = v
		}
		return out, nil
	}), nil
}

func counter(c *jinja.Call) (value.Value, error) {
	if !pySequence(c.Args[0]) {
		return nil, failf("Argument for community.general.counter must be a sequence (string or list). %s is %s", value.ToStr(c.Args[0]), pyClass(c.Args[0]))
	}
	all, err := items(c.Args[0])
	if err != nil {
		return nil, err
	}
	out := &value.Dict{}
	for _, v := range all {
		n, _ := out.GetValue(v)
		count, _ := n.(value.Int)
		if !out.Set(v, count+1) {
			return nil, failf("community.general.counter needs a sequence with hashable elements (int, float or str) - %s", value.Unhashable(v))
		}
	}
	return out, nil
}

func crc32Filter(c *jinja.Call) (value.Value, error) {
	s, ok := str(c.Args[0])
	if !ok {
		return nil, failf("Invalid value type (%s) for crc32 (%s)", pyClass(c.Args[0]), value.Repr(c.Args[0]))
	}
	return value.S(fmt.Sprintf("%x", crc32.ChecksumIEEE([]byte(s)))), nil
}

func dictFilter(c *jinja.Call) (value.Value, error) {
	inner := *c
	inner.Kwargs = &value.Dict{}
	return dictGlobal(&inner)
}

func dictKV(c *jinja.Call) (value.Value, error) {
	out := &value.Dict{}
	if !out.Set(c.Args[1], c.Args[0]) {
		return nil, value.Unhashable(c.Args[1])
	}
	return out, nil
}

func groupbyAsDict(c *jinja.Call) (value.Value, error) {
	if !pySequence(c.Args[0]) {
		return nil, failf("Input is not a sequence")
	}
	all, err := items(c.Args[0])
	if err != nil {
		return nil, err
	}
	out := &value.Dict{}
	for i, item := range all {
		d, ok := asDict(item)
		if !ok {
			return nil, failf("Sequence element #%d is not a mapping", i)
		}
		key, ok, err := entry(d, c.Args[1])
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, failf("Attribute not contained in element #%d of sequence", i)
		}
		if _, dup := out.GetValue(key); dup {
			return nil, failf("Multiple sequence entries have attribute value %s", value.Repr(key))
		}
		if !out.Set(key, item) {
			return nil, value.Unhashable(key)
		}
	}
	return out, nil
}

func randomMAC(c *jinja.Call) (value.Value, error) {
	s, ok := str(c.Args[0])
	if !ok {
		return nil, failf("Invalid value type (%s) for random_mac (%s)", pyClass(c.Args[0]), value.ToStr(c.Args[0]))
	}
	s = value.Lower(s)
	parts := strings.Split(s, ":")
	if len(parts) > 5 {
		return nil, failf("Invalid value (%s) for random_mac: 5 colon(:) separated items max", s)
	}
	var wrong []string
	for _, p := range parts {
		switch {
		case p == "":
			wrong = append(wrong, "empty item")
		case len(p) < 2 || unhex(p[0]) < 0 || unhex(p[1]) < 0:
			wrong = append(wrong, p+" not hexa byte")
		}
	}
	if wrong != nil {
		return nil, failf("Invalid value (%s) for random_mac: %s", s, strings.Join(wrong, ","))
	}
	g, err := newGenerator(c.Args[1])
	if err != nil {
		return nil, err
	}
	low := big.NewInt(68719476736)
	n := g.below(big.NewInt(1099511627775 - 68719476736 + 1))
	digits := n.Add(n, low).Text(16)[:2*(6-len(parts))]
	for i := 0; i < len(digits); i += 2 {
		s += ":" + digits[i:i+2]
	}
	return value.S(s), nil
}

func revealType(c *jinja.Call) (value.Value, error) {
	alias, _ := asDict(c.Args[1])
	name := func(v value.Value) string {
		n := value.TypeName(v)
		if a, ok := alias.Get(n); ok {
			return value.ToStr(a)
		}
		return n
	}
	names := func(all []value.Value) string {
		var out []string
		for _, v := range all {
			n := name(v)
			seen := false
			for _, o := range out {
				seen = seen || o == n
			}
			if !seen {
				out = append(out, n)
			}
		}
		return strings.Join(out, "|")
	}
	switch v := c.Args[0].(type) {
	case *value.List:
		all, err := items(v)
		return value.S("list[" + names(all) + "]"), err
	case *value.Dict:
		var values []value.Value
		for _, x := range v.All() {
			values = append(values, x)
		}
		return value.S("dict[" + names(v.Keys()) + ", " + names(values) + "]"), defined(values...)
	}
	return value.S(name(c.Args[0])), nil
}

func unicodeNormalize(c *jinja.Call) (value.Value, error) {
	s, ok := str(c.Args[0])
	if !ok {
		return nil, value.Errorf("AnsibleTypeError", "%s is not a valid input type", pyClass(c.Args[0]))
	}
	switch form := value.ToStr(c.Args[1]); form {
	case "NFC":
		return value.S(norm.NFC.String(s)), nil
	case "NFD":
		return value.S(norm.NFD.String(s)), nil
	case "NFKC":
		return value.S(norm.NFKC.String(s)), nil
	case "NFKD":
		return value.S(norm.NFKD.String(s)), nil
	default:
		return nil, failf("%s is not a valid form", form)
	}
}

func versionSort(c *jinja.Call) (value.Value, error) {
	all, err := c.List(c.Args[0])
	if err != nil {
		return nil, err
	}
	out, err := sortBy(all, func(v value.Value) (value.Value, error) {
		s, ok := str(v)
		if !ok {
			return nil, typeError("expected string or bytes-like object, got '%s'", value.TypeName(v))
		}
		return looseVersion(s)
	}, on(c.Args[1]))
	return list(out), err
}

func generalToYAML(nice bool) func(*jinja.Call) (value.Value, error) {
	return func(c *jinja.Call) (value.Value, error) {
		if on(c.Args[1]) {
			return nil, failf("redact_sensitive_values is not supported here")
		}
		o := yaml.DumpOptions{Flow: flowStyle(c.Args[2])}
		if nice {
			o.Indent = 2
		}
		return dumpYAML(c.Args[0], o, kwargs(c.Args[3]))
	}
}

// dictsOf lists the dicts that keep_keys, remove_keys and replace_keys work on.
func dictsOf(c *jinja.Call) ([]*value.Dict, error) {
	if !pySequence(c.Args[0]) {
		return nil, failf("First argument must be a list. %s is %s", value.ToStr(c.Args[0]), pyClass(c.Args[0]))
	}
	all, err := items(c.Args[0])
	if err != nil {
		return nil, err
	}
	out := make([]*value.Dict, len(all))
	for i, v := range all {
		d, ok := asDict(v)
		if !ok {
			return nil, failf("The data items must be dictionaries. %s is %s", value.ToStr(v), pyClass(v))
		}
		out[i] = d
	}
	for _, d := range out {
		for k := range d.All() {
			if _, ok := str(k); !ok {
				return nil, failf("Top level keys must be strings. keys: %s", value.Repr(&value.View{Kind: "dict_keys", Dict: d}))
			}
		}
	}
	switch m := value.ToStr(c.Args[2]); m {
	case "equal", "starts_with", "ends_with", "regex":
	default:
		return nil, failf("The matching_parameter must be one of ['equal', 'starts_with', 'ends_with', 'regex']. matching_parameter=%s", m)
	}
	return out, nil
}

// keyMatcher tells whether a key is one of the targets.
func keyMatcher(how string, targets []string) (func(string) (bool, error), error) {
	if how == "regex" {
		re, err := pyre.Compile(targets[0], 0)
		if err != nil {
			return nil, failf("The target must be a valid regex if matching_parameter=regex. target is %s", targets[0])
		}
		return func(k string) (bool, error) { m, err := re.Match(k); return m != nil, pythonError(err) }, nil
	}
	return func(k string) (bool, error) {
		for _, t := range targets {
			if how == "equal" && k == t || how == "starts_with" && strings.HasPrefix(k, t) || how == "ends_with" && strings.HasSuffix(k, t) {
				return true, nil
			}
		}
		return false, nil
	}, nil
}

func sieveKeys(keep bool) func(*jinja.Call) (value.Value, error) {
	return func(c *jinja.Call) (value.Value, error) {
		dicts, err := dictsOf(c)
		if err != nil {
			return nil, err
		}
		how := value.ToStr(c.Args[2])
		var targets []string
		switch t := c.Args[1].(type) {
		case value.Str:
			if t.S != "" {
				targets = []string{t.S}
			}
		case *value.List, *value.Tuple:
			all, err := items(t)
			if err != nil {
				return nil, err
			}
			for _, v := range all {
				s, ok := str(v)
				if !ok {
					return nil, failf("The target items must be strings. %s is %s", value.ToStr(v), pyClass(v))
				}
				targets = append(targets, s)
			}
		default:
			return nil, failf("The target must be a string or a list. target is %s.", pyClass(c.Args[1]))
		}
		switch {
		case len(targets) == 0:
			return nil, failf("The target can't be empty.")
		case how == "regex" && len(targets) > 1:
			return nil, failf("Single item is required in the target list if matching_parameter=regex.")
		}
		match, err := keyMatcher(how, targets)
		if err != nil {
			return nil, err
		}
		out := &value.List{}
		for _, d := range dicts {
			kept := &value.Dict{}
			for k, v := range d.All() {
				ok, err := match(value.ToStr(k))
				if err != nil {
					return nil, err
				}
				if err := defined(v); err != nil {
					return nil, err
				}
				if ok == keep {
					kept.Set(k, v)
				}
			}
			out.Items = append(out.Items, kept)
		}
		return out, nil
	}
}

func renameKeys(c *jinja.Call) (value.Value, error) {
	dicts, err := dictsOf(c)
	if err != nil {
		return nil, err
	}
	targets, ok := c.Args[1].(*value.List)
	if !ok {
		return nil, failf("The target must be a list. target is %s.", pyClass(c.Args[1]))
	}
	all, err := items(targets)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, failf("The target can't be empty.")
	}
	how := value.ToStr(c.Args[2])
	type rename struct {
		match func(string) (bool, error)
		after string
	}
	var renames []rename
	for _, v := range all {
		d, ok := asDict(v)
		if !ok {
			return nil, failf("The target items must be dictionaries. %s is %s", value.ToStr(v), pyClass(v))
		}
		var pair [2]string
		for i, name := range []string{"before", "after"} {
			x, ok := d.Get(name)
			if !ok {
				return nil, failf("All dictionaries in target must include attributes: after, before.")
			}
			if pair[i], ok = str(x); !ok {
				return nil, failf("The attributes %s must be strings. %s is %s", name, value.ToStr(x), pyClass(x))
			}
		}
		match, err := keyMatcher(how, pair[:1])
		if err != nil {
			return nil, failf("The attributes before must be valid regex if matching_parameter=regex. Not all items are valid regex in: [%s]", repr(pair[0]))
		}
		renames = append(renames, rename{match, pair[1]})
	}
	out := &value.List{}
	for _, d := range dicts {
		renamed := &value.Dict{}
		for k, v := range d.All() {
			if err := defined(v); err != nil {
				return nil, err
			}
			key := value.ToStr(k)
			for _, r := range renames {
				ok, err := r.match(key)
				if err != nil {
					return nil, err
				}
				if ok {
					key = r.after
					break
				}
			}
			renamed.Put(key, v)
		}
		out.Items = append(out.Items, renamed)
	}
	return out, nil
}
