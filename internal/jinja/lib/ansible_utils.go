package lib

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/pyre"
	"github.com/rehearse-dev/rehearse/internal/value"
)

var matchingParam = jinja.Param{Name: "matching_parameter", Default: value.Str{S: "equality"}, Type: "str", Doc: "equality, starts_with, ends_with or regex"}

// utilsFilters are the filters of ansible.utils on data.
var utilsFilters = []*jinja.Function{
	{Name: "index_of", FQCN: "ansible.utils.index_of", Doc: "Places of the items for which a test is true.", Result: "any", Call: indexOf,
		Params: params{{Name: "data", Type: "list"}, {Name: "test", Type: "str", Doc: "name of the test"}, {Name: "value", Default: value.None{}, Type: "any", Doc: "what the test compares with"}, {Name: "key", Default: value.None{}, Type: "str", Doc: "key of each item to test"}, {Name: "fail_on_missing", Default: no, Type: "bool", Doc: "an error where an item has not the key"}, {Name: "wantlist", Default: no, Type: "bool", Doc: "always a list"}}},
	{Name: "keep_keys", FQCN: "ansible.utils.keep_keys", Doc: "Data with those keys alone, at any depth.", Result: "any", Call: deepKeep,
		Params: params{{Name: "data", Type: "any"}, {Name: "target", Type: "list", Doc: "the keys"}, matchingParam}},
	{Name: "remove_keys", FQCN: "ansible.utils.remove_keys", Doc: "Data without those keys, at any depth.", Result: "any", Call: deepRemove,
		Params: params{{Name: "data", Type: "any"}, {Name: "target", Type: "list", Doc: "the keys"}, matchingParam}},
	{Name: "replace_keys", FQCN: "ansible.utils.replace_keys", Doc: "Data with keys renamed, at any depth.", Result: "any", Call: deepReplace,
		Params: params{{Name: "data", Type: "any"}, {Name: "target", Type: "list", Doc: "dicts with before and after"}, matchingParam}},
	{Name: "to_paths", FQCN: "ansible.utils.to_paths", Doc: "Dict of the path of every value in the data.", Result: "dict", Call: toPaths,
		Params: params{{Name: "var", Type: "any"}, {Name: "prepend", Default: value.None{}, Type: "str", Doc: "name in front of the paths"}, {Name: "wantlist", Default: no, Type: "bool", Doc: "in a list"}}},
	{Name: "get_path", FQCN: "ansible.utils.get_path", Doc: "Value at a path such as a.b[0].", Result: "any", Call: getPath,
		Params: params{{Name: "var", Type: "any"}, {Name: "path", Type: "str", Doc: "the path"}, {Name: "wantlist", Default: no, Type: "bool", Doc: "in a list"}}},
	{Name: "param_list_compare", FQCN: "ansible.utils.param_list_compare", Doc: "Which of the names asked for can be served.", Result: "dict", Call: paramListCompare,
		Params: params{{Name: "base", Type: "list"}, {Name: "target", Type: "list", Doc: "names, !names to leave out, or all"}}},
	{Name: "consolidate", FQCN: "ansible.utils.consolidate", Doc: "Not supported.", Result: "dict", Refused: true, Call: refuse("ansible.utils.consolidate", "a Python filter plugin"), Params: params{{Name: "data_sources", Type: "list"}, {Name: "args", Star: true}, {Name: "kwargs", StarStar: true}}},
	{Name: "fact_diff", FQCN: "ansible.utils.fact_diff", Doc: "Not supported.", Result: "list", Refused: true, Call: refuse("ansible.utils.fact_diff", "a Python filter plugin"), Params: params{{Name: "before", Type: "any"}, {Name: "args", Star: true}, {Name: "kwargs", StarStar: true}}},
	{Name: "from_xml", FQCN: "ansible.utils.from_xml", Doc: "Not supported.", Result: "dict", Refused: true, Call: refuse("ansible.utils.from_xml", "the Python library xmltodict"), Params: params{{Name: "data", Type: "str"}, {Name: "args", Star: true}, {Name: "kwargs", StarStar: true}}},
	{Name: "to_xml", FQCN: "ansible.utils.to_xml", Doc: "Not supported.", Result: "str", Refused: true, Call: refuse("ansible.utils.to_xml", "the Python library xmltodict"), Params: params{{Name: "data", Type: "dict"}, {Name: "args", Star: true}, {Name: "kwargs", StarStar: true}}},
	{Name: "validate", FQCN: "ansible.utils.validate", Doc: "Not supported.", Result: "list", Refused: true, Call: refuse("ansible.utils.validate", "the Python library jsonschema"), Params: params{{Name: "data", Type: "any"}, {Name: "args", Star: true}, {Name: "kwargs", StarStar: true}}},
}

func pluginError(plugin, format string, args ...any) error {
	return ansibleError("Error when using plugin '"+plugin+"': "+format, args...)
}

func indexOf(c *jinja.Call) (value.Value, error) {
	all, err := items(c.Args[0])
	if err != nil {
		return nil, err
	}
	test, invert := value.ToStr(c.Args[1]), false
	switch {
	case strings.HasPrefix(test, "!"):
		invert = true
		if test = strings.TrimLeft(test, "!"); test == "=" {
			test = "=="
		}
	case strings.HasPrefix(test, "not "):
		invert = true
		test = strings.TrimLeft(test, "not ")
	}
	right := c.Args[2]
	if _, ok := right.(*value.List); !ok && test == "in" {
		right = list([]value.Value{right})
	}
	out := &value.List{}
	var missing []string
	for i, v := range all {
		if !isNone(c.Args[3]) {
			d, ok := asDict(v)
			if !ok {
				var types []string
				for _, x := range all {
					types = append(types, value.TypeName(x))
				}
				return nil, pluginError("index_of", "When a key name is provided, all list entries are required to be dictionaries, got %s", andList(types))
			}
			x, ok, err := entry(d, c.Args[3])
			if err != nil {
				return nil, err
			}
			if !ok {
				if on(c.Args[4]) {
					missing = append(missing, "'"+value.ToStr(c.Args[3])+"' was not found in '"+value.ToStr(d)+"' at ["+value.ToStr(value.Int(i))+"]")
				}
				continue
			}
			v = x
		}
		args := []value.Value{v}
		if !isNone(right) {
			args = append(args, right)
		}
		truth, err := c.Test(test, args, nil)
		if err != nil {
			return nil, err
		}
		if truth != invert {
			out.Items = append(out.Items, value.Int(i))
		}
	}
	if missing != nil {
		return nil, pluginError("index_of", "%s. fail_on_missing=True", andList(missing))
	}
	if out.Len() == 1 && !on(c.Args[5]) {
		return out.Items[0], nil
	}
	return out, nil
}

func andList(all []string) string {
	n := len(all) - 1
	return strings.Join(all[:n], ", ") + " and " + all[n]
}

// targets lists the keys that the filters on keys are given.
func targets(v value.Value) ([]string, error) {
	if s, ok := str(v); ok {
		return strings.Split(s, ","), nil
	}
	all, err := items(v)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, x := range all {
		out = append(out, value.ToStr(x))
	}
	return out, nil
}

// keyIs compares a key with one target in the way that is asked for.
func keyIs(how, target string, key value.Value) (bool, error) {
	k, ok := str(key)
	if how == "regex" || how == "starts_with" || how == "ends_with" {
		if !ok {
			return false, attributeError(key, "startswith")
		}
	}
	switch how {
	case "regex":
		re, err := pyre.Compile(target, 0)
		if err != nil {
			return false, pythonError(err)
		}
		m, err := re.Match(k)
		return m != nil, pythonError(err)
	case "starts_with":
		return strings.HasPrefix(k, target), nil
	case "ends_with":
		return strings.HasSuffix(k, target), nil
	}
	return ok && k == target, nil
}

func isContainer(v value.Value) bool {
	switch v.(type) {
	case *value.List, *value.Dict:
		return true
	}
	return false
}

func isEmpty(v value.Value) bool {
	n, err := value.Len(v)
	return isContainer(v) && err == nil && n == 0
}

func deepKeep(c *jinja.Call) (value.Value, error) {
	if !isContainer(c.Args[0]) {
		return nil, failf("Error when using plugin 'keep_keys': Input is not valid for keep operation")
	}
	wanted, err := targets(c.Args[1])
	if err != nil {
		return nil, err
	}
	return keepKeys(c.Args[0], wanted, queryText(c.Args[2]))
}

func keepKeys(v value.Value, wanted []string, how string) (value.Value, error) {
	switch v := v.(type) {
	case *value.List:
		all, err := items(v)
		if err != nil {
			return nil, err
		}
		out := &value.List{}
		for _, x := range all {
			kept, err := keepKeys(x, wanted, how)
			if err != nil {
				return nil, err
			}
			out.Items = append(out.Items, kept)
		}
		return out, nil
	case *value.Dict:
		out := &value.Dict{}
		for k, x := range v.All() {
			if err := defined(x); err != nil {
				return nil, err
			}
			if err := keepEntry(out, k, x, wanted, how); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return v, nil
}

func keepEntry(out *value.Dict, k, x value.Value, wanted []string, how string) error {
	matched := false
	for _, target := range wanted {
		if s, ok := str(k); ok && s == target {
			out.Set(k, x)
			matched = true
			continue
		}
		if !isContainer(x) {
			is, err := keyIs(how, target, k)
			if err != nil {
				return err
			}
			if is {
				out.Set(k, x)
				matched = true
			}
			continue
		}
		inner, err := keepKeys(x, wanted, how)
		if err != nil {
			return err
		}
		if l, ok := inner.(*value.List); ok {
			some := &value.List{}
			for _, r := range l.Items {
				if !isEmpty(r) {
					some.Items = append(some.Items, r)
				}
			}
			inner = some
		}
		if !isEmpty(inner) {
			out.Set(k, inner)
			matched = true
		}
	}
	if !matched && isContainer(x) {
		inner, err := keepKeys(x, wanted, how)
		if err != nil {
			return err
		}
		if !isEmpty(inner) {
			out.Set(k, inner)
		}
	}
	return nil
}

func deepRemove(c *jinja.Call) (value.Value, error) {
	if !isContainer(c.Args[0]) {
		return nil, failf("Error when using plugin 'remove_keys': Input is not valid for attribute removal")
	}
	unwanted, err := targets(c.Args[1])
	if err != nil {
		return nil, err
	}
	return removeKeys(c.Args[0], unwanted, queryText(c.Args[2]))
}

// removeKeys drops keys, and items of lists that are empty or false then.
func removeKeys(v value.Value, unwanted []string, how string) (value.Value, error) {
	switch v := v.(type) {
	case *value.List:
		all, err := items(v)
		if err != nil {
			return nil, err
		}
		out := &value.List{}
		for _, x := range all {
			kept, err := removeKeys(x, unwanted, how)
			if err != nil {
				return nil, err
			}
			// What counts is the item before the empty items in it are dropped.
			if d, ok := kept.(*value.Dict); ok && d.Len() == 0 || !isContainer(kept) && !on(kept) || isEmpty(x) {
				continue
			}
			out.Items = append(out.Items, kept)
		}
		return out, nil
	case *value.Dict:
		out := &value.Dict{}
	next:
		for k, x := range v.All() {
			if err := defined(x); err != nil {
				return nil, err
			}
			for _, target := range unwanted {
				is, err := keyIs(how, target, k)
				if err != nil {
					return nil, err
				}
				if is {
					continue next
				}
			}
			kept, err := removeKeys(x, unwanted, how)
			if err != nil {
				return nil, err
			}
			out.Set(k, kept)
		}
		return out, nil
	}
	return v, nil
}

func deepReplace(c *jinja.Call) (value.Value, error) {
	if !isContainer(c.Args[0]) {
		return nil, failf("Error when using plugin 'replace_keys': Input is not valid for replace operation")
	}
	all, err := items(c.Args[1])
	if err != nil {
		return nil, err
	}
	var pairs [][2]string
	for _, v := range all {
		d, ok := asDict(v)
		if !ok {
			return nil, attributeError(v, "get")
		}
		before, _ := d.Get("before")
		after, _ := d.Get("after")
		pairs = append(pairs, [2]string{value.ToStr(before), value.ToStr(after)})
	}
	return replaceKeys(c.Args[0], pairs, queryText(c.Args[2]))
}

func replaceKeys(v value.Value, pairs [][2]string, how string) (value.Value, error) {
	switch v := v.(type) {
	case *value.List:
		all, err := items(v)
		if err != nil {
			return nil, err
		}
		out := &value.List{}
		for _, x := range all {
			replaced, err := replaceKeys(x, pairs, how)
			if err != nil {
				return nil, err
			}
			out.Items = append(out.Items, replaced)
		}
		return out, nil
	case *value.Dict:
		out := v.Copy()
		for _, pair := range pairs {
			for _, k := range out.Keys() {
				is, err := keyIs(how, pair[0], k)
				if err != nil {
					return nil, err
				}
				if is { // a renamed key moves to the end
					x, _ := out.GetValue(k)
					out.Delete(k)
					out.Put(pair[1], x)
				}
			}
		}
		done := &value.Dict{}
		for k, x := range out.All() {
			if err := defined(x); err != nil {
				return nil, err
			}
			replaced, err := replaceKeys(x, pairs, how)
			if err != nil {
				return nil, err
			}
			done.Set(k, replaced)
		}
		return done, nil
	}
	return v, nil
}

func toPaths(c *jinja.Call) (value.Value, error) {
	v := c.Args[0]
	if on(c.Args[1]) {
		v = value.NewDict(value.ToStr(c.Args[1]), v)
	}
	var out value.Value
	if isEmpty(v) {
		out = v
	} else {
		d := &value.Dict{}
		if err := pathsOf(v, "", d); err != nil {
			return nil, err
		}
		out = d
	}
	if on(c.Args[2]) {
		return list([]value.Value{out}), nil
	}
	return out, nil
}

func pathsOf(v value.Value, name string, out *value.Dict) error {
	if err := defined(v); err != nil {
		return err
	}
	switch x := v.(type) {
	case *value.Dict:
		if x.Len() == 0 {
			break
		}
		for k, y := range x.All() {
			key := value.ToStr(k)
			switch {
			case name == "":
			case plainName(key):
				key = name + "." + key
			default:
				key = name + "['" + key + "']"
			}
			if err := pathsOf(y, key, out); err != nil {
				return err
			}
		}
		return nil
	case *value.List:
		if x.Len() == 0 {
			break
		}
		for i, y := range x.All() {
			if err := pathsOf(y, name+"["+value.ToStr(value.Int(i))+"]", out); err != nil {
				return err
			}
		}
		return nil
	}
	out.Put(name, v)
	return nil
}

// plainName tells whether a key can stand behind a dot.
func plainName(s string) bool {
	for i, r := range s {
		letter := r == '_' || r|0x20 >= 'a' && r|0x20 <= 'z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}

func getPath(c *jinja.Call) (value.Value, error) {
	d, ok := asDict(c.Args[0])
	if !ok {
		return nil, typeError("jinja2.environment.Template.render() argument after ** must be a mapping, not %s", value.TypeName(c.Args[0]))
	}
	path, err := soft(c.Args[1])
	if err != nil {
		return nil, err
	}
	local := jinja.Vars{}
	for k, v := range d.All() {
		local[value.ToStr(k)] = v
	}
	if c.Templar == nil {
		return nil, ansibleError("get_path needs variables")
	}
	v, err := c.Templar.Extend(local).Expr(value.Authored(path, nil))
	if err != nil {
		return nil, err
	}
	if on(c.Args[2]) {
		return list([]value.Value{v}), nil
	}
	return v, nil
}

func paramListCompare(c *jinja.Call) (value.Value, error) {
	base, err := items(c.Args[0])
	if err != nil {
		return nil, err
	}
	wanted, err := targets(c.Args[1])
	if err != nil {
		return nil, err
	}
	inBase := func(name string) bool { in, _ := contains(base, value.S(name)); return in }
	var combined []value.Value
	unsupported := &value.List{}
	for _, w := range wanted {
		if w == "all" {
			combined = append([]value.Value{}, base...)
		}
	}
	for _, w := range wanted {
		if strings.HasPrefix(w, "!") {
			combined, _ = without(combined, []value.Value{value.S(w[1:])})
		}
	}
	for _, w := range wanted {
		switch {
		case w == "all" || strings.HasPrefix(w, "!"):
		case !inBase(w):
			unsupported.Items = append(unsupported.Items, value.S(w))
		default:
			if in, _ := contains(combined, value.S(w)); !in {
				combined = append(combined, value.S(w))
			}
		}
	}
	sorted, err := sortBy(combined, func(v value.Value) (value.Value, error) { return v, nil }, false)
	if err != nil {
		return nil, err
	}
	return value.NewDict("actionable", list(sorted), "unsupported", unsupported), nil
}
