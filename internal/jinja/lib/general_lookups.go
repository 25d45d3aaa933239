package lib

import (
	"encoding/base64"
	"regexp"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

func lookupCartesian(c *jinja.Call) (value.Value, error) {
	if len(c.Args) == 0 {
		return nil, ansibleError("with_cartesian requires at least one element in each list")
	}
	rows := [][]value.Value{{}}
	for _, term := range c.Args {
		pool := []value.Value{term}
		if _, text := str(term); !text {
			all, err := items(term)
			if err != nil {
				return nil, err
			}
			pool = all
		}
		if len(rows)*len(pool) > maxRows {
			return nil, tooMany()
		}
		var next [][]value.Value
		for _, row := range rows {
			for _, v := range pool {
				next = append(next, append(row[:len(row):len(row)], v))
			}
		}
		rows = next
	}
	out := &value.List{}
	for _, row := range rows {
		flat, err := flattenOnce(row)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, list(flat))
	}
	return out, nil
}

func lookupFlattened(c *jinja.Call) (value.Value, error) {
	out, err := flattenTerms(c.Args)
	return list(out), err
}

// flattenTerms opens lists at any depth; a text None or null ends the list that it stands in.
func flattenTerms(all []value.Value) ([]value.Value, error) {
	out := []value.Value{}
	for _, term := range all {
		if err := defined(term); err != nil {
			return nil, err
		}
		if s, ok := str(term); ok && (s == "None" || s == "null") {
			break
		}
		l, ok := term.(*value.List)
		if !ok {
			out = append(out, term)
			continue
		}
		inner, err := items(l)
		if err != nil {
			return nil, err
		}
		if len(inner) == 1 { // a list of one item is that item
			if s, ok := str(inner[0]); ok && (s == "None" || s == "null") {
				break
			}
		}
		flat, err := flattenTerms(inner)
		if err != nil {
			return nil, err
		}
		out = append(out, flat...)
	}
	return out, nil
}

func lookupRandomString(c *jinja.Call) (value.Value, error) {
	if err := kwargsDefined(c); err != nil {
		return nil, err
	}
	length, err := intOption(c, "length", 8)
	if err != nil {
		return nil, err
	}
	seed := option(c, "seed", value.None{})
	if !isNone(seed) {
		s, err := soft(seed)
		if err != nil {
			return nil, err
		}
		seed = value.S(s)
	}
	g, err := newGenerator(seed)
	if err != nil {
		return nil, err
	}
	sets, err := charSets(c)
	if err != nil {
		return nil, err
	}
	available := ""
	var out strings.Builder
	draw := func(chars string, n int) error {
		if chars == "" {
			return value.Errorf("AnsibleLookupError", "Available characters cannot be None, please change constraints")
		}
		runes := []rune(chars)
		if n > 1<<20 {
			return value.Errorf("MemoryError", "a text of %d characters is too long", n)
		}
		for range n {
			out.WriteRune(runes[g.intn(len(runes))])
		}
		return nil
	}
	if all, err := textOption(c, "override_all", ""); err != nil {
		return nil, err
	} else if all != "" {
		available = all
	} else {
		for i, name := range []string{"upper", "lower", "numbers", "special"} {
			use, err := boolOption(c, name, true)
			if err != nil {
				return nil, err
			}
			if use {
				available += sets[i]
			}
		}
		for _, least := range []struct {
			name string
			set  int
		}{{"min_numeric", 2}, {"min_lower", 1}, {"min_upper", 0}, {"min_special", 3}} {
			n, err := intOption(c, least.name, 0)
			if err != nil {
				return nil, err
			}
			if n != 0 {
				if err := draw(sets[least.set], n); err != nil {
					return nil, err
				}
			}
		}
	}
	if err := draw(available, length-value.RuneLen(out.String())); err != nil {
		return nil, err
	}
	result := []rune(out.String())
	if isNone(seed) {
		for i := len(result) - 1; i > 0; i-- {
			j := g.intn(i + 1)
			result[i], result[j] = result[j], result[i]
		}
	}
	encode, err := boolOption(c, "base64", false)
	if err != nil {
		return nil, err
	}
	if encode {
		return value.Strings([]string{base64.StdEncoding.EncodeToString([]byte(string(result)))}), nil
	}
	return value.Strings([]string{string(result)}), nil
}

// charSets gives upper case, lower case, digits and punctuation for random_string.
func charSets(c *jinja.Call) ([4]string, error) {
	sets := [4]string{charSet("ascii_uppercase"), charSet("ascii_lowercase"), charSet("digits"), charSet("punctuation")}
	ignore, err := boolOption(c, "ignore_similar_chars", false)
	if err != nil {
		return sets, err
	}
	if ignore {
		similar, err := textOption(c, "similar_chars", "il1LoO0")
		if err != nil {
			return sets, err
		}
		for i := range sets {
			sets[i] = strings.Map(func(r rune) rune {
				if strings.ContainsRune(similar, r) {
					return -1
				}
				return r
			}, sets[i])
		}
	}
	special, err := textOption(c, "override_special", "")
	if special != "" {
		sets[3] = special
	}
	return sets, err
}

func lookupCollectionVersion(c *jinja.Call) (value.Value, error) {
	if err := kwargsDefined(c); err != nil {
		return nil, err
	}
	out := &value.List{}
	for _, term := range c.Args {
		name, _ := str(term)
		if !regexp.MustCompile(`^[A-Za-z0-9_]+\.[A-Za-z0-9_]+$`).MatchString(name) {
			return nil, value.Errorf("AnsibleLookupError", "\"%s\" is not a FQCN", value.ToStr(term))
		}
		v, found, err := collectionVersion(c, name)
		if err != nil {
			return nil, value.Errorf("AnsibleLookupError", "Error while loading metadata for %s: %s", name, err)
		}
		switch {
		case !found:
			out.Items = append(out.Items, option(c, "result_not_found", value.None{}))
		case v == "":
			out.Items = append(out.Items, option(c, "result_no_version", value.S("*")))
		default:
			out.Items = append(out.Items, value.S(v))
		}
	}
	return out, nil
}

// collectionVersion reads the manifest of an installed collection.
func collectionVersion(c *jinja.Call, name string) (version string, found bool, err error) {
	roots := []string{"~/.ansible/collections", "/usr/share/ansible/collections"}
	if setting := c.Engine.Config().Setting; setting != nil {
		if v, ok := setting("COLLECTIONS_PATHS"); ok {
			if all, err := items(v); err == nil {
				roots = nil
				for _, r := range all {
					roots = append(roots, value.ToStr(r))
				}
			}
		}
	}
	for _, r := range roots {
		dir := joinPath(unfrack(c, r), "ansible_collections", strings.ReplaceAll(name, ".", "/"))
		if info, err := files(c).Stat(dir); err != nil || !info.IsDir() {
			continue
		}
		if data, err := files(c).ReadFile(joinPath(dir, "MANIFEST.json")); err == nil {
			v, err := value.FromJSON(data)
			if err != nil {
				return "", true, err
			}
			d, _ := asDict(v)
			info, _ := d.Get("collection_info")
			meta, _ := asDict(info)
			text, _ := meta.Get("version")
			return value.ToStr(text), true, nil
		}
		if data, err := files(c).ReadFile(joinPath(dir, "galaxy.yml")); err == nil {
			file := source.NewFile("galaxy.yml", data)
			tree := yaml.Parse(file)
			if len(tree.Docs) > 0 {
				v, _ := tree.Docs[0].Value(file, yaml.Options{})
				if meta, ok := asDict(v); ok {
					if text, ok := meta.Get("version"); ok && !isNone(text) {
						return value.ToStr(text), true, nil
					}
				}
			}
		}
		return "", true, nil
	}
	return "", false, nil
}

func lookupDependent(c *jinja.Call) (value.Value, error) {
	type part struct {
		key        string
		expression *string
		values     value.Value
	}
	fail := func(format string, args ...any) error { return value.Errorf("AnsibleLookupError", format, args...) }
	var parts []part
	for i, term := range c.Args {
		d, ok := asDict(term)
		if !ok {
			return nil, fail("Parameter %d must be a dictionary, got %s", i, pyClass(term))
		}
		if d.Len() != 1 {
			return nil, fail("Parameter %d must be a one-element dictionary, got %d elements", i, d.Len())
		}
		for k, v := range d.All() {
			key := value.ToStr(k)
			for _, p := range parts {
				if p.key == key {
					return nil, fail("The variable %s appears more than once", repr(key))
				}
			}
			switch x := v.(type) {
			case value.Str:
				parts = append(parts, part{key: key, expression: &x.S})
			case *value.List, *value.Dict:
				parts = append(parts, part{key: key, values: x})
			case *value.Undefined:
				return nil, x
			default:
				return nil, fail("Parameter %s (index %d) must have a value of type string, dictionary or list, got type %s", repr(key), i, pyClass(v))
			}
		}
	}
	out := &value.List{}
	if len(parts) == 0 {
		return out, nil
	}
	var process func(i int, current *value.Dict) error
	process = func(i int, current *value.Dict) error {
		if i == len(parts) {
			if len(out.Items) >= maxRows {
				return tooMany()
			}
			out.Items = append(out.Items, current.Copy())
			return nil
		}
		p := parts[i]
		values := p.values
		if p.expression != nil {
			v, err := c.Templar.Extend(jinja.Vars{"item": current.Copy()}).Expr(value.Authored(*p.expression, nil))
			if err != nil {
				return fail("Caught \"%s\" while evaluating %s with item == %s", err, repr(p.key), value.Repr(current))
			}
			values = v
		}
		var all []value.Value
		switch v := values.(type) {
		case *value.Dict:
			for _, pair := range sortedPairs(v) {
				all = append(all, value.NewDict("key", pair.key, "value", pair.value))
			}
		case *value.List, *value.Tuple:
			l, err := items(v)
			if err != nil {
				return err
			}
			all = l
		default:
			return fail("Did not obtain dictionary or list while evaluating %s with item == %s, but %s", repr(p.key), value.Repr(current), pyClass(values))
		}
		for _, v := range all {
			next := current.Copy()
			next.Put(p.key, v)
			if err := process(i+1, next); err != nil {
				return err
			}
		}
		return nil
	}
	return out, process(0, &value.Dict{})
}
