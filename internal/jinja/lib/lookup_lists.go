package lib

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Lookups that make lists of lists: what with_NAME loops run.

func lookupItems(c *jinja.Call) (value.Value, error) {
	out, err := flattenOnce(c.Args)
	return list(out), err
}

func lookupList(c *jinja.Call) (value.Value, error) {
	return list(append([]value.Value{}, c.Args...)), nil
}

func lookupIndexedItems(c *jinja.Call) (value.Value, error) {
	all, err := flattenOnce(c.Args)
	if err != nil {
		return nil, err
	}
	out := &value.List{}
	for i, v := range all {
		out.Items = append(out.Items, tuple(value.Int(i), v))
	}
	return out, nil
}

func lookupDict(c *jinja.Call) (value.Value, error) {
	out := &value.List{}
	for _, term := range c.Args {
		d, ok := asDict(term)
		if !ok {
			return nil, ansibleError("the 'dict' lookup plugin expects a dictionary, got '%s' of type %s)", value.ToStr(term), pyClass(term))
		}
		for k, v := range d.All() {
			if err := defined(v); err != nil {
				return nil, err
			}
			out.Items = append(out.Items, value.NewDict("key", k, "value", v))
		}
	}
	return out, nil
}

func lookupNested(c *jinja.Call) (value.Value, error) {
	if len(c.Args) == 0 {
		return nil, ansibleError("with_nested requires at least one element in the nested list")
	}
	result, err := value.Collect(c.Args[0])
	if err != nil {
		return nil, err
	}
	for _, term := range c.Args[1:] {
		with, err := value.Collect(term)
		if err != nil {
			return nil, err
		}
		if len(result)*len(with) > maxRows {
			return nil, tooMany()
		}
		var next []value.Value
		for _, x := range result {
			for _, y := range with {
				row, err := flattenOnce([]value.Value{x, y})
				if err != nil {
					return nil, err
				}
				next = append(next, list(row))
			}
		}
		result = next
	}
	out := &value.List{}
	for _, x := range result {
		parts, err := value.Collect(x)
		if err != nil {
			return nil, err
		}
		row, err := flattenOnce(parts)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, list(row))
	}
	return out, nil
}

func lookupTogether(c *jinja.Call) (value.Value, error) {
	if len(c.Args) == 0 {
		return nil, ansibleError("with_together requires at least one element in each list")
	}
	all, err := lists(c.Args...)
	if err != nil {
		return nil, err
	}
	n := 0
	for _, l := range all {
		n = max(n, len(l))
	}
	out := &value.List{}
	for i := range n {
		var row []value.Value
		for _, l := range all {
			if i < len(l) {
				row = append(row, l[i])
			} else {
				row = append(row, value.None{})
			}
		}
		flat, err := flattenOnce(row)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, list(flat))
	}
	return out, nil
}

func lookupRandomChoice(c *jinja.Call) (value.Value, error) {
	if len(c.Args) == 0 {
		return list(nil), nil
	}
	return list([]value.Value{(&generator{}).choice(c.Args)}), nil
}

func lookupSubelements(c *jinja.Call) (value.Value, error) {
	const about = "subelements lookup expects a list of two or three items, "
	if len(c.Args) < 2 || len(c.Args) > 3 {
		return nil, ansibleError("%s", about)
	}
	path, ok := str(c.Args[1])
	var elements []value.Value
	var err error
	switch v := c.Args[0].(type) {
	case *value.Dict:
		if skipped, has := v.Get("skipped"); ok && has && skipped != value.Bool(false) {
			return list(nil), nil
		}
		for _, x := range v.All() {
			elements = append(elements, x)
		}
	case *value.List:
		elements, err = items(v)
	default:
		ok = false
	}
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, ansibleError("%sfirst a dict or a list, second a string pointing to the subkey", about)
	}
	skipMissing := false
	if len(c.Args) == 3 {
		flags, ok := asDict(c.Args[2])
		if !ok {
			return nil, ansibleError("%sthe optional third item must be a dict with flags ('skip_missing',)", about)
		}
		if v, has := flags.Get("skip_missing"); has {
			skipMissing, _ = boolean(v)
		}
	}
	keys := strings.Split(path, ".")
	out := &value.List{}
	for _, element := range elements {
		item, ok := asDict(element)
		if !ok {
			return nil, ansibleError("subelements lookup expects a dictionary, got '%s'", value.ToStr(element))
		}
		if v, has := item.Get("skipped"); has && v != value.Bool(false) {
			continue
		}
		shown, found, err := subelement(item, keys, skipMissing)
		if err != nil {
			return nil, err
		}
		for _, v := range found {
			out.Items = append(out.Items, tuple(shown, v))
		}
	}
	return out, nil
}

// subelement finds the list at the path in an item, and gives the item without it.
func subelement(item *value.Dict, keys []string, skipMissing bool) (*value.Dict, []value.Value, error) {
	v, ok, err := entry(item, value.S(keys[0]))
	switch {
	case err != nil:
		return nil, nil, err
	case !ok && skipMissing:
		return item, nil, nil
	case !ok:
		return nil, nil, ansibleError("could not find '%s' key in iterated item '%s'", keys[0], value.ToStr(item))
	}
	rest := item.Copy()
	if len(keys) == 1 {
		l, ok := v.(*value.List)
		if !ok {
			return nil, nil, ansibleError("the key %s should point to a list, got '%s'", keys[0], value.ToStr(v))
		}
		all, err := items(l)
		rest.Delete(value.S(keys[0]))
		return rest, all, err
	}
	d, ok := asDict(v)
	if !ok {
		if skipMissing {
			return item, nil, nil
		}
		return nil, nil, ansibleError("the key %s should point to a dictionary, got '%s'", keys[0], value.ToStr(v))
	}
	inner, all, err := subelement(d, keys[1:], skipMissing)
	if err != nil {
		return nil, nil, err
	}
	rest.Put(keys[0], inner)
	return rest, all, nil
}

// numbers is the state of the sequence lookup for one term.
type numbers struct {
	start, stride int
	end, count    *int
	format        string
}

func (n *numbers) set(name string, v value.Value) error {
	if name == "format" {
		n.format = value.ToStr(v)
		return nil
	}
	if isNone(v) {
		return nil
	}
	x, err := value.ToInt(v)
	i, fits := 0, false
	if err == nil {
		i, fits = indexInt(x)
	}
	if !fits {
		return value.Errorf("AnsibleOptionsError", "Config %s for 'sequence' lookup plugin from 'Direct' has an invalid value: Invalid value provided for 'integer': %s", repr(name), value.Repr(v))
	}
	switch name {
	case "start":
		n.start = i
	case "stride":
		n.stride = i
	case "end":
		n.end = &i
	case "count":
		n.count = &i
	}
	return nil
}

func lookupSequence(c *jinja.Call) (value.Value, error) {
	args := c.Args
	if len(args) == 0 && c.Kwargs.Len() > 0 {
		args = []value.Value{value.Str{}}
	}
	out := &value.List{}
	for _, term := range args {
		n := numbers{start: 1, stride: 1, format: "%d"}
		for k, v := range c.Kwargs.All() {
			if err := defined(v); err != nil {
				return nil, err
			}
			switch name := value.ToStr(k); name {
			case "start", "end", "count", "stride", "format":
				if err := n.set(name, v); err != nil {
					return nil, err
				}
			}
		}
		text, err := soft(term)
		if err != nil {
			return nil, err
		}
		if err := n.parse(text); err != nil {
			return nil, err
		}
		if err := n.list(out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// parse reads "2-10/2:host%02d" or "start=2 end=10".
func (n *numbers) parse(term string) error {
	const num = "(0?x?[0-9a-f]+)"
	m, err := mustCompile("(?i)^("+num+"-)?"+num+"(/"+num+")?(:(.+))?$", 0).Match(term)
	if err != nil {
		return err
	}
	if m != nil {
		for _, part := range []struct {
			name  string
			group int
		}{{"start", 2}, {"end", 3}, {"stride", 5}, {"format", 7}} {
			if s, ok := m.Group(part.group); ok {
				if err := n.set(part.name, value.S(s)); err != nil {
					return err
				}
			}
		}
		return nil
	}
	pairs, rest, err := argspec.ParseKV(term)
	if err != nil {
		return err
	}
	var unknown []string
	for k, v := range pairs.All() {
		switch name := value.ToStr(k); name {
		case "start", "end", "count", "stride", "format":
			if err := n.set(name, v); err != nil {
				return err
			}
		default:
			unknown = append(unknown, repr(name))
		}
	}
	if rest != "" {
		unknown = append(unknown, "'_raw_params'")
	}
	if unknown != nil {
		return ansibleError("unrecognized arguments to with_sequence: [%s]", strings.Join(unknown, ", "))
	}
	return nil
}

func (n *numbers) list(out *value.List) error {
	switch {
	case n.count == nil && n.end == nil:
		return ansibleError("must specify count or end in with_sequence")
	case n.count != nil && n.end != nil:
		return ansibleError("can't specify both count and end in with_sequence")
	case n.count != nil:
		if *n.count == 0 {
			return nil
		}
		end := n.start + *n.count*n.stride - 1
		n.end = &end
	}
	switch {
	case n.stride > 0 && *n.end < n.start:
		return ansibleError("to count backwards make stride negative")
	case n.stride < 0 && *n.end > n.start:
		return ansibleError("to count forward don't make stride negative")
	case n.stride == 0:
		return nil
	case strings.Count(n.format, "%") != 1:
		return ansibleError("bad formatting string: %s", n.format)
	}
	for i := n.start; n.stride > 0 && i <= *n.end || n.stride < 0 && i >= *n.end; i += n.stride {
		s, err := value.Percent(n.format, value.Int(i))
		if err != nil {
			return ansibleError("problem formatting %d with %s", i, repr(n.format))
		}
		if len(out.Items) > maxRows {
			return tooMany()
		}
		out.Items = append(out.Items, value.S(s))
	}
	return nil
}
