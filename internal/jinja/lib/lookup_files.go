package lib

import (
	"path/filepath"
	"sort"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/pytext"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/vault"
)

// Lookups that read files of the controller.

func isVault(data []byte) bool { return vault.IsEncrypted(data) }

func lookupFile(c *jinja.Call) (value.Value, error) {
	lstrip, err := boolOption(c, "lstrip", false)
	if err != nil {
		return nil, err
	}
	rstrip, err := boolOption(c, "rstrip", true)
	if err != nil {
		return nil, err
	}
	out := &value.List{}
	for _, term := range c.Args {
		name, ok := str(term)
		if !ok && on(term) {
			return nil, attributeError(term, "startswith")
		}
		p, found := findFile(c, "files", name)
		if !found || !ok {
			return nil, because("Unable to access the file "+value.Repr(term)+".", ansibleError("File not found. Use -vvvvv to see paths searched."))
		}
		text, err := readText(c, p)
		if err != nil {
			return nil, because("Unable to access the file "+value.Repr(term)+".", err)
		}
		if lstrip {
			text = value.LStrip(text, "")
		}
		if rstrip {
			text = value.RStrip(text, "")
		}
		out.Items = append(out.Items, value.S(text))
	}
	return out, nil
}

func lookupUnvault(c *jinja.Call) (value.Value, error) {
	out := &value.List{}
	for _, term := range c.Args {
		name, err := soft(term)
		if err != nil {
			return nil, err
		}
		p, found := findFile(c, "files", name)
		if !found {
			c.Warn("Unable to find '" + name + "' in expected paths (use -vvvvv to see paths)")
			return nil, value.Errorf("AnsibleParserError", "Unable to find file matching %q ", name)
		}
		text, err := readText(c, p)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, value.S(text))
	}
	return out, nil
}

// globFiles lists the plain files that match a pattern, as glob.glob does; sorted by name.
func globFiles(c *jinja.Call, pattern string) []string {
	names, err := filepath.Glob(globPattern(pattern))
	if err != nil {
		return nil
	}
	sort.Strings(names)
	hidden := strings.HasPrefix(pathBase(pattern), ".")
	var out []string
	for _, n := range names {
		if strings.HasPrefix(pathBase(n), ".") && !hidden {
			continue
		}
		if info, err := files(c).Stat(n); err == nil && info.Mode().IsRegular() {
			out = append(out, n)
		}
	}
	return out
}

// globPattern writes Python's [!abc] as Go's [^abc].
func globPattern(p string) string {
	return strings.ReplaceAll(strings.ReplaceAll(p, `\`, `\\`), "[!", "[^")
}

func fileglob(c *jinja.Call) (value.Value, error) {
	s, ok := str(c.Args[0])
	if !ok {
		return nil, typeError("expected str, bytes or os.PathLike object, not %s", value.NativeName(c.Args[0]))
	}
	return value.Strings(globFiles(c, s)), nil
}

func lookupFileglob(c *jinja.Call) (value.Value, error) {
	var out []string
	for _, term := range c.Args {
		name, ok := str(term)
		if !ok {
			return nil, typeError("expected str, bytes or os.PathLike object, not %s", value.NativeName(term))
		}
		base := pathBase(name)
		var dirs []string
		if base != name {
			dir, found := findFile(c, "files", pathDir(name))
			if !found {
				c.Warn("Unable to find '" + pathDir(name) + "' in expected paths (use -vvvvv to see paths)")
				continue
			}
			dirs = append(dirs, dir)
		} else {
			paths, _ := searchPaths(c)
			for _, p := range paths {
				dirs = append(dirs, joinPath(p, "files"), p)
			}
		}
		for _, dir := range dirs {
			if found := globFiles(c, joinPath(dir, base)); len(found) > 0 {
				out = append(out, found...)
				break
			}
		}
	}
	return value.Strings(out), nil
}

func lookupFirstFound(c *jinja.Call) (value.Value, error) {
	subdir := ""
	if c.With {
		subdir = "files"
		for _, word := range []string{"template", "var"} {
			if strings.Contains(c.Action, word) {
				subdir = word + "s"
				break
			}
		}
	}
	terms, err := withoutUndefined(c.Args, c.With)
	if err != nil {
		return nil, err
	}
	if err := kwargsDefined(c); err != nil {
		return nil, err
	}
	if len(terms) == 0 {
		if terms, err = textsOf(option(c, "files", value.None{})); err != nil {
			return nil, err
		}
	}
	search, skip, err := firstFoundTerms(c, terms)
	if err != nil {
		return nil, err
	}
	for _, name := range search {
		if p, ok := findFile(c, subdir, name); ok {
			return value.Strings([]string{unfrack(c, p)}), nil
		}
	}
	if skip {
		return list(nil), nil
	}
	return nil, ansibleError("No file was found when using first_found.")
}

func kwargsDefined(c *jinja.Call) error {
	for _, v := range c.Kwargs.All() {
		if err := defined(v); err != nil {
			return err
		}
	}
	return nil
}

// withoutUndefined drops undefined terms, deeply, where omit says so; else they are the error.
func withoutUndefined(all []value.Value, omit bool) ([]value.Value, error) {
	var out []value.Value
	for _, v := range all {
		switch x := v.(type) {
		case *value.Undefined:
			if omit && x.Cause == nil {
				continue
			}
			return nil, x
		case *value.List:
			inner := make([]value.Value, 0, x.Len())
			for _, y := range x.All() {
				inner = append(inner, y)
			}
			kept, err := withoutUndefined(inner, omit)
			if err != nil {
				return nil, err
			}
			v = list(kept)
		case *value.Tuple:
			kept, err := withoutUndefined(x.Items, omit)
			if err != nil {
				return nil, err
			}
			v = list(kept)
		case *value.Dict:
			d := &value.Dict{}
			for k, y := range x.All() {
				kept, err := withoutUndefined([]value.Value{y}, omit)
				if err != nil {
					return nil, err
				}
				if len(kept) == 1 {
					d.Set(k, kept[0])
				}
			}
			v = d
		}
		out = append(out, v)
	}
	return out, nil
}

// textsOf lists the texts of a list option: a text alone is cut at commas.
func textsOf(v value.Value) ([]value.Value, error) {
	if isNone(v) {
		return nil, nil
	}
	if s, ok := str(v); ok {
		var out []value.Value
		for p := range strings.SplitSeq(s, ",") {
			out = append(out, value.S(strings.TrimSpace(p)))
		}
		return out, nil
	}
	return items(v)
}

// splitOn cuts texts at the old separators.
func splitOn(all []value.Value, separators string) ([]string, error) {
	var out []string
	for _, v := range all {
		if inner, ok := v.(*value.List); ok {
			parts, err := items(inner)
			if err != nil {
				return nil, err
			}
			deeper, err := splitOn(parts, separators)
			if err != nil {
				return nil, err
			}
			out = append(out, deeper...)
			continue
		}
		s, ok := str(v)
		if !ok {
			return nil, typeError("'%s' object is not iterable", value.TypeName(v))
		}
		out = append(out, strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(separators, r) })...)
		if s == "" {
			out = append(out, "")
		}
	}
	return out, nil
}

func firstFoundTerms(c *jinja.Call, terms []value.Value) (search []string, skip bool, err error) {
	if skip, err = boolOption(c, "skip", false); err != nil {
		return nil, false, err
	}
	pathsOption := option(c, "paths", value.None{})
	for _, term := range terms {
		var names []value.Value
		switch v := term.(type) {
		case *value.Dict:
			f, _ := v.Get("files")
			if names, err = textsOf(f); err != nil {
				return nil, false, err
			}
			pathsOption, _ = v.Get("paths")
			s, has := v.Get("skip")
			skip = false
			if has {
				skip, _ = boolean(s)
			}
		case value.Str:
			names = []value.Value{v}
		case *value.List, *value.Tuple:
			inner, err := value.Collect(v)
			if err != nil {
				return nil, false, err
			}
			partial, s, err := firstFoundTerms(c, inner)
			if err != nil {
				return nil, false, err
			}
			search, skip = append(search, partial...), s
			continue
		default:
			return nil, false, ansibleError("Invalid term supplied. A string, dict or list is required, not %s).", repr(value.TypeName(v)))
		}
		files, err := splitOn(names, ",;")
		if err != nil {
			return nil, false, err
		}
		dirs, err := textsOf(pathsOption)
		if err != nil {
			return nil, false, err
		}
		paths, err := splitOn(dirs, ",:;")
		if err != nil {
			return nil, false, err
		}
		if len(paths) == 0 {
			search = append(search, files...)
		}
		for _, p := range paths {
			for _, f := range files {
				search = append(search, joinPath(p, f))
			}
		}
	}
	return search, skip, nil
}

func lookupCSV(c *jinja.Call) (value.Value, error) {
	if len(c.Args) == 0 {
		return nil, ansibleError("Search key is required but was not found")
	}
	out := &value.List{}
	opts := c.Kwargs.Copy()
	for _, term := range c.Args {
		text, ok := str(term)
		if !ok {
			return nil, attributeError(term, "split")
		}
		pairs, key, err := argspec.ParseKV(text)
		if err != nil {
			return nil, err
		}
		if key == "" {
			return nil, ansibleError("Search key is required but was not found")
		}
		for k, v := range pairs.All() {
			switch name := value.ToStr(k); name {
			case "col", "keycol", "default", "delimiter", "file", "encoding":
				opts.Set(k, v)
			default:
				return nil, valueError("%s is not a valid option", repr(name))
			}
		}
		inner := *c
		inner.Kwargs = opts
		if err := csvTerm(&inner, key, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func csvTerm(c *jinja.Call, key string, out *value.List) error {
	col, err := intOption(c, "col", 1)
	if err != nil {
		return err
	}
	keycol, err := intOption(c, "keycol", 0)
	if err != nil {
		return err
	}
	delimiter, err := textOption(c, "delimiter", "TAB")
	if err != nil {
		return err
	}
	if delimiter == "TAB" {
		delimiter = "\t"
	}
	if len([]rune(delimiter)) != 1 {
		return typeError(`"delimiter" must be a 1-character string`)
	}
	name, err := textOption(c, "file", "ansible.csv")
	if err != nil {
		return err
	}
	encoding, err := textOption(c, "encoding", "utf-8")
	if err != nil {
		return err
	}
	p, found := findFile(c, "files", name)
	if !found {
		c.Warn("Unable to find '" + name + "' in expected paths (use -vvvvv to see paths)")
		return typeError("expected str, bytes or os.PathLike object, not NoneType")
	}
	raw, err := files(c).ReadFile(p)
	if err != nil {
		return osError(err, p)
	}
	text, err := pytext.Decode(raw, encoding)
	if err != nil {
		return err
	}
	rows, err := csvReader{delimiter: []rune(delimiter)[0]}.rows(text)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if len(row) == 0 {
			continue
		}
		at := func(i int) (string, error) {
			if i < 0 {
				i += len(row)
			}
			if i < 0 || i >= len(row) {
				return "", value.Errorf("IndexError", "list index out of range")
			}
			return row[i], nil
		}
		k, err := at(keycol)
		if err != nil {
			return err
		}
		if k != key {
			continue
		}
		cell, err := at(col)
		if err != nil {
			return err
		}
		out.Items = append(out.Items, value.S(cell))
		return nil
	}
	switch v := option(c, "default", value.None{}).(type) {
	case value.None:
	case *value.List:
		all, err := items(v)
		out.Items = append(out.Items, all...)
		return err
	default:
		out.Items = append(out.Items, v)
		return defined(v)
	}
	return nil
}

func lookupTemplate(c *jinja.Call) (value.Value, error) {
	if err := kwargsDefined(c); err != nil {
		return nil, err
	}
	o := &jinja.Options{}
	if c.Templar == nil {
		return nil, ansibleError("the template lookup needs variables")
	}
	*o = c.Engine.Config().Options
	for _, opt := range []struct {
		name string
		to   *string
	}{{"variable_start_string", &o.VariableStart}, {"variable_end_string", &o.VariableEnd}, {"comment_start_string", &o.CommentStart}, {"comment_end_string", &o.CommentEnd}} {
		s, err := textOption(c, opt.name, *opt.to)
		if err != nil {
			return nil, err
		}
		*opt.to = s
	}
	trim, err := boolOption(c, "trim_blocks", true)
	if err != nil {
		return nil, err
	}
	o.TrimBlocks = trim
	out := &value.List{}
	for _, term := range c.Args {
		name, ok := str(term)
		if !ok {
			return nil, attributeError(term, "startswith")
		}
		p, found := findFile(c, "templates", name)
		if !found {
			c.Warn("Unable to find '" + name + "' in expected paths (use -vvvvv to see paths)")
			return nil, ansibleError("the template file %s could not be found for the lookup", name)
		}
		text, err := readText(c, p)
		if err != nil {
			return nil, err
		}
		local, err := templateVars(c, name, p)
		if err != nil {
			return nil, err
		}
		if extra, ok := asDict(option(c, "template_vars", value.None{})); ok {
			for k, v := range extra.All() {
				local[value.ToStr(k)] = v
			}
		}
		result, err := c.TemplateFile(p, text, local, o)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, result)
	}
	return out, nil
}
