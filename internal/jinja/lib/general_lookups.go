package lib

import (
	"encoding/base64"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
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

func lookupMergeVariables(c *jinja.Call) (value.Value, error) {
	if err := kwargsDefined(c); err != nil {
		return nil, err
	}
	if !isNone(option(c, "groups", value.None{})) {
		return nil, ansibleError("community.general.merge_variables: the option groups is not supported here")
	}
	how, err := textOption(c, "pattern_type", "regex")
	if err != nil {
		return nil, err
	}
	override, err := textOption(c, "override", "error")
	if err != nil {
		return nil, err
	}
	out := &value.List{}
	for _, term := range c.Args {
		pattern, ok := str(term)
		if !ok {
			return nil, ansibleError("Non-string type '%s' passed, only 'str' types are allowed!", pyClass(term))
		}
		var result value.Value
		if v := option(c, "initial_value", value.None{}); !isNone(v) {
			if !isContainer(v) {
				return nil, ansibleError("Not supported type detected, variable must be a list or a dict")
			}
			result = v
		}
		for _, name := range variableNames(c) {
			matched := how == "prefix" && strings.HasPrefix(name, pattern) || how == "suffix" && strings.HasSuffix(name, pattern)
			if how == "regex" {
				re, err := compile(value.S(pattern), nil, nil)
				if err != nil {
					return nil, err
				}
				m, err := re.Search(name)
				if err != nil {
					return nil, pythonError(err)
				}
				matched = m != nil
			}
			if !matched {
				continue
			}
			if result, err = mergeVariable(c, name, result, override); err != nil {
				return nil, err
			}
		}
		if result == nil {
			result = value.None{}
		}
		out.Items = append(out.Items, result)
	}
	return out, nil
}

func mergeVariable(c *jinja.Call, name string, result value.Value, override string) (value.Value, error) {
	v, _ := variable(c, name)
	v, err := c.Resolve(v)
	if err != nil {
		return nil, err
	}
	if !isContainer(v) {
		return nil, ansibleError("Not supported type detected, variable must be a list or a dict")
	}
	if result == nil {
		return v, nil
	}
	if value.TypeName(v) != value.TypeName(result) {
		return nil, ansibleError("Unable to merge, not all variables are of the same type")
	}
	if d, ok := asDict(v); ok {
		return mergeVariableDict(c, d, result.(*value.Dict), name, override)
	}
	return value.Add(result, v)
}

// mergeVariableDict lays src over a copy of dest: dicts merge, lists are joined, a value that differs is a conflict.
func mergeVariableDict(c *jinja.Call, src, dest *value.Dict, path, override string) (*value.Dict, error) {
	out := dest.Copy()
	for k, v := range src.All() {
		old, has := out.GetValue(k)
		if d, ok := asDict(v); ok {
			node := &value.Dict{}
			if has {
				if node, ok = asDict(old); !ok {
					return nil, attributeError(old, "setdefault")
				}
			}
			merged, err := mergeVariableDict(c, d, node, path+"."+value.ToStr(k), override)
			if err != nil {
				return nil, err
			}
			out.Set(k, merged)
			continue
		}
		if _, isList := v.(*value.List); isList && has {
			joined, err := value.Add(old, v)
			if err != nil {
				return nil, err
			}
			out.Set(k, joined)
			continue
		}
		if has && !value.Equal(old, v) {
			msg := "The key '" + value.ToStr(k) + "' with value '" + value.ToStr(old) + "' will be overwritten with value '" + value.ToStr(v) + "' from '" + path + "." + value.ToStr(k) + "'"
			switch override {
			case "error":
				return nil, ansibleError("%s", msg)
			case "warn":
				c.Warn(msg)
			}
		}
		out.Set(k, v)
	}
	return out, nil
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

func lookupFiletree(c *jinja.Call) (value.Value, error) {
	out := &value.List{}
	seen := map[string]bool{}
	for _, term := range c.Args {
		name, ok := str(term)
		if !ok {
			return nil, typeError("expected str, bytes or os.PathLike object, not %s", value.NativeName(term))
		}
		dir := pathDir(name)
		if p, ok := findFile(c, "files", dir); ok && dir != "" {
			dir = p
		} else {
			dir = unfrack(c, dir)
		}
		root := joinPath(dir, pathBase(name))
		if pathBase(name) == "" {
			root = dir + "/"
		}
		var dirs, rest []string
		err := walkTree(root, "", func(rel string) {
			if !seen[rel] {
				seen[rel] = true
				rest = append(rest, rel)
			}
		})
		if err != nil {
			return nil, osError(err, root)
		}
		for _, rel := range append(dirs, rest...) {
			if props := fileProps(c, root, rel); props != nil {
				out.Items = append(out.Items, props)
			}
		}
	}
	return out, nil
}

// walkTree visits directories before the files beside them, then what is in the directories, as os.walk gives them.
func walkTree(root, rel string, visit func(string)) error {
	entries, err := os.ReadDir(filepath.Join(root, rel))
	if err != nil {
		return nil // what cannot be read is passed over
	}
	var dirs []string
	for _, wantDir := range []bool{true, false} {
		for _, e := range entries {
			p := filepath.Join(rel, e.Name())
			isDir := e.IsDir()
			if e.Type()&fs.ModeSymlink != 0 {
				info, err := os.Stat(filepath.Join(root, p))
				isDir = err == nil && info.IsDir()
			}
			if isDir != wantDir {
				continue
			}
			visit(p)
			if e.IsDir() {
				dirs = append(dirs, p)
			}
		}
	}
	for _, d := range dirs {
		if err := walkTree(root, d, visit); err != nil {
			return err
		}
	}
	return nil
}

func fileProps(c *jinja.Call, root, rel string) *value.Dict {
	abs := joinPath(root, rel)
	info, err := os.Lstat(abs)
	if err != nil {
		c.Warn("filetree: Error using stat() on path " + abs + " (" + err.Error() + ")")
		return nil
	}
	out := value.NewDict("root", value.S(root), "path", value.S(rel))
	switch mode := info.Mode(); {
	case mode&os.ModeSymlink != 0:
		target, _ := os.Readlink(abs)
		out.Put("state", value.S("link"))
		out.Put("src", value.S(target))
	case mode.IsDir():
		out.Put("state", value.S("directory"))
	case mode.IsRegular():
		out.Put("state", value.S("file"))
		out.Put("src", value.S(abs))
	default:
		c.Warn("filetree: Error file type of " + abs + " is not supported")
		return nil
	}
	st := statOf(info)
	out.Put("uid", value.Int(st.uid))
	out.Put("gid", value.Int(st.gid))
	out.Put("owner", accountName(st.uid))
	out.Put("group", groupName(st.gid))
	out.Put("mode", value.S("0"+pad3(strconv.FormatUint(uint64(st.mode), 8))))
	out.Put("size", value.Int(info.Size()))
	out.Put("mtime", value.Float(float64(info.ModTime().UnixNano())/1e9))
	out.Put("ctime", value.Float(st.ctime))
	return out
}

func pad3(s string) string { return strings.Repeat("0", max(0, 3-len(s))) + s }

func accountName(id int) value.Value {
	if u, err := user.LookupId(strconv.Itoa(id)); err == nil {
		return value.S(u.Username)
	}
	return value.Int(id)
}

func groupName(id int) value.Value {
	if g, err := user.LookupGroupId(strconv.Itoa(id)); err == nil {
		return value.S(g.Name)
	}
	return value.Int(id)
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
