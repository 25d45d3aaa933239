package lib

import (
	"math"
	"os"
	"path/filepath"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/vault"
)

var (
	resultParam = params{{Name: "result", Type: "dict"}}
	pathParam   = params{{Name: "path", Type: "str"}}
	regexParams = params{{Name: "value", Default: value.Str{}, Type: "str"}, {Name: "pattern", Default: value.Str{}, Type: "str", Doc: "the pattern"}, {Name: "ignorecase", Default: no, Type: "bool", Doc: "upper and lower case are the same"}, {Name: "multiline", Default: no, Type: "bool", Doc: "^ and $ match at every line"}}
	truthParams = params{{Name: "value", Type: "any"}, {Name: "convert_bool", Default: no, Type: "bool", Doc: "yes, on, true, no, off, false as texts are taken for what they mean"}}
	schemeParam = params{{Name: "value", Type: "str"}, {Name: "schemes", Default: value.None{}, Type: "list", Doc: "schemes to accept"}}
)

// ansibleTests are the tests of ansible.builtin.
var ansibleTests = []*jinja.Function{
	{Name: "failed", Aliases: []string{"failure"}, FQCN: "ansible.builtin.failed", Doc: "The task failed.", Result: "bool", Params: resultParam, Call: resultTest("failed", "failed", true)},
	{Name: "succeeded", Aliases: []string{"success", "successful"}, FQCN: "ansible.builtin.succeeded", Doc: "The task did not fail.", Result: "bool", Params: resultParam, Call: resultTest("failed", "failed", false)},
	{Name: "unreachable", FQCN: "ansible.builtin.unreachable", Doc: "The host could not be reached.", Result: "bool", Params: resultParam, Call: resultTest("unreachable", "unreachable", true)},
	{Name: "reachable", FQCN: "ansible.builtin.reachable", Doc: "The host could be reached.", Result: "bool", Params: resultParam, Call: resultTest("unreachable", "unreachable", false)},
	{Name: "skipped", Aliases: []string{"skip"}, FQCN: "ansible.builtin.skipped", Doc: "The task was skipped.", Result: "bool", Params: resultParam, Call: resultTest("skipped", "skipped", true)},
	{Name: "changed", Aliases: []string{"change"}, FQCN: "ansible.builtin.changed", Doc: "The task changed something.", Result: "bool", Params: resultParam, Call: changed},
	{Name: "timedout", FQCN: "ansible.builtin.timedout", Doc: "The task ran out of time.", Result: "bool", Params: resultParam, Call: timedout},
	{Name: "started", FQCN: "ansible.builtin.started", Doc: "The asynchronous task has started.", Result: "bool", Params: resultParam, Call: asyncTest("started")},
	{Name: "finished", FQCN: "ansible.builtin.finished", Doc: "The asynchronous task has finished.", Result: "bool", Params: resultParam, Call: asyncTest("finished")},
	{Name: "match", FQCN: "ansible.builtin.match", Doc: "The pattern matches at the start of the text.", Result: "bool", Params: regexParams, Call: regexTest("match")},
	{Name: "search", FQCN: "ansible.builtin.search", Doc: "The pattern matches somewhere in the text.", Result: "bool", Params: regexParams, Call: regexTest("search")},
	{Name: "regex", FQCN: "ansible.builtin.regex", Doc: "The pattern matches the text in the way that match_type says.", Result: "bool", Call: regexTest("search"),
		Params: params{{Name: "value", Default: value.Str{}, Type: "str"}, {Name: "pattern", Default: value.Str{}, Type: "str", Doc: "the pattern"}, {Name: "ignorecase", Default: no, Type: "bool", Doc: "upper and lower case are the same"}, {Name: "multiline", Default: no, Type: "bool", Doc: "^ and $ match at every line"}, {Name: "match_type", Default: value.Str{S: "search"}, Type: "str", Doc: "search, match or fullmatch"}}},
	{Name: "version", Aliases: []string{"version_compare"}, FQCN: "ansible.builtin.version", Doc: "The version compares so with another.", Result: "bool", Params: versionParams, Call: versionTest},
	{Name: "any", FQCN: "ansible.builtin.any", Doc: "An item is true.", Result: "bool", Params: params{{Name: "iterable", Type: "list"}}, Call: anyAll(true)},
	{Name: "all", FQCN: "ansible.builtin.all", Doc: "All items are true.", Result: "bool", Params: params{{Name: "iterable", Type: "list"}}, Call: anyAll(false)},
	{Name: "truthy", FQCN: "ansible.builtin.truthy", Doc: "The value counts as true.", Result: "bool", Params: truthParams, Call: truthTest(true)},
	{Name: "falsy", FQCN: "ansible.builtin.falsy", Doc: "The value counts as false.", Result: "bool", Params: truthParams, Call: truthTest(false)},
	{Name: "vault_encrypted", FQCN: "ansible.builtin.vault_encrypted", Undefined: true, Doc: "The value is a vault.", Result: "bool", Params: valueParam, Call: vaultEncrypted},
	{Name: "vaulted_file", FQCN: "ansible.builtin.vaulted_file", Doc: "The file on the controller is a vault.", Result: "bool", Params: pathParam, Call: vaultedFile},
	{Name: "subset", Aliases: []string{"issubset"}, FQCN: "ansible.builtin.subset", Doc: "All items are in the other list.", Result: "bool", Params: setParams, Call: subsetTest(false)},
	{Name: "superset", Aliases: []string{"issuperset"}, FQCN: "ansible.builtin.superset", Doc: "The list has all items of the other.", Result: "bool", Params: setParams, Call: subsetTest(true)},
	{Name: "contains", FQCN: "ansible.builtin.contains", Doc: "The list, dict or text has the value.", Result: "bool", Call: containsTest,
		Params: params{{Name: "seq", Type: "any"}, {Name: "value", Type: "any", Doc: "what to look for"}}},
	{Name: "nan", Aliases: []string{"isnan"}, FQCN: "ansible.builtin.nan", Doc: "The value is the float that is not a number.", Result: "bool", Params: valueParam, Call: nanTest},
	{Name: "directory", Aliases: []string{"is_dir"}, FQCN: "ansible.builtin.directory", Doc: "The path is a directory on the controller.", Result: "bool", Params: pathParam, Call: fileTest(func(fs source.FS, p string) bool { i, err := fs.Stat(p); return err == nil && i.IsDir() })},
	{Name: "file", Aliases: []string{"is_file"}, FQCN: "ansible.builtin.file", Doc: "The path is a file on the controller.", Result: "bool", Params: pathParam, Call: fileTest(func(fs source.FS, p string) bool { i, err := fs.Stat(p); return err == nil && i.Mode().IsRegular() })},
	{Name: "link", Aliases: []string{"is_link"}, FQCN: "ansible.builtin.link", Doc: "The path is a symbolic link on the controller.", Result: "bool", Params: pathParam, Call: linkTest(func(_ source.FS, p string) bool {
		i, err := os.Lstat(p)
		return err == nil && i.Mode()&os.ModeSymlink != 0
	})},
	{Name: "exists", FQCN: "ansible.builtin.exists", Doc: "The path exists on the controller.", Result: "bool", Params: pathParam, Call: fileTest(func(fs source.FS, p string) bool { _, err := fs.Stat(p); return err == nil })},
	{Name: "link_exists", FQCN: "ansible.builtin.link_exists", Doc: "The path exists on the controller, perhaps as a link to nothing.", Result: "bool", Params: pathParam, Call: linkTest(func(_ source.FS, p string) bool { _, err := os.Lstat(p); return err == nil })},
	{Name: "abs", Aliases: []string{"is_abs"}, FQCN: "ansible.builtin.abs", Doc: "The path is absolute.", Result: "bool", Params: pathParam, Call: isAbs},
	{Name: "same_file", Aliases: []string{"is_same_file"}, FQCN: "ansible.builtin.same_file", Doc: "Both paths are the same file on the controller.", Result: "bool", Call: sameFile,
		Params: params{{Name: "path", Type: "str"}, {Name: "other", Type: "str", Doc: "the other path"}}},
	{Name: "mount", Aliases: []string{"is_mount"}, FQCN: "ansible.builtin.mount", Doc: "The path is a mount point on the controller.", Result: "bool", Params: pathParam, Call: fileTest(isMount)},
	{Name: "uri", FQCN: "ansible.builtin.uri", Doc: "The text is a URI, of one of the schemes where they are given.", Result: "bool", Params: schemeParam, Call: uriTest},
	{Name: "url", FQCN: "ansible.builtin.url", Doc: "The text is a URL, of one of the schemes where they are given.", Result: "bool", Params: schemeParam, Call: urlTest},
	{Name: "urn", FQCN: "ansible.builtin.urn", Doc: "The text is a URN.", Result: "bool", Params: params{{Name: "value", Type: "str"}}, Call: urnTest},
}

// result gives a task's result.
func result(c *jinja.Call, test string) (*value.Dict, error) {
	if d, ok := asDict(c.Args[0]); ok {
		return d, nil
	}
	return nil, failf("The '%s' test expects a dictionary", test)
}

// resultTest is true when the result's key is true; want false turns it round.
func resultTest(test, key string, want bool) func(*jinja.Call) (value.Value, error) {
	return func(c *jinja.Call) (value.Value, error) {
		d, err := result(c, test)
		if err != nil {
			return nil, err
		}
		v, _ := d.Get(key)
		truth, err := truthy(v)
		return value.Bool(truth == want), err
	}
}

func changed(c *jinja.Call) (value.Value, error) {
	d, err := result(c, "changed")
	if err != nil {
		return nil, err
	}
	if v, ok := d.Get("changed"); ok {
		truth, err := truthy(v)
		return value.Bool(truth), err
	}
	v, _ := d.Get("results")
	results, ok := v.(*value.List)
	if !ok {
		return no, nil
	}
	if results.Len() == 0 {
		return nil, value.Errorf("IndexError", "list index out of range")
	}
	if _, ok := asDict(results.Item(0)); !ok {
		return no, nil
	}
	for _, r := range results.All() {
		one, ok := asDict(r)
		if !ok {
			return nil, attributeError(r, "get")
		}
		v, _ := one.Get("changed")
		if truth, err := truthy(v); err != nil || truth {
			return value.Bool(truth), err
		}
	}
	return no, nil
}

func timedout(c *jinja.Call) (value.Value, error) {
	d, err := result(c, "timedout")
	if err != nil {
		return nil, err
	}
	v, _ := d.Get("timedout")
	if truth, err := truthy(v); err != nil || !truth {
		return no, err
	}
	t, ok := asDict(v)
	if !ok {
		return nil, attributeError(v, "get")
	}
	period, _ := t.Get("period")
	truth, err := truthy(period)
	return value.Bool(truth), err
}

func asyncTest(key string) func(*jinja.Call) (value.Value, error) {
	return func(c *jinja.Call) (value.Value, error) {
		d, err := result(c, key)
		if err != nil {
			return nil, err
		}
		v, ok := d.Get(key)
		if !ok {
			c.Warn("The '" + key + "' test expects an async task, but a non-async task was tested")
			return yes, nil
		}
		truth, err := truthy(v)
		return value.Bool(truth), err
	}
}

func anyAll(stop bool) func(*jinja.Call) (value.Value, error) {
	return func(c *jinja.Call) (value.Value, error) {
		next, err := value.Iterate(c.Args[0])
		for err == nil {
			var v value.Value
			if v, err = next(); v == nil {
				break
			}
			var truth bool
			if truth, err = value.Truth(v); err == nil && truth == stop {
				return value.Bool(stop), nil
			}
		}
		return value.Bool(!stop), err
	}
}

// boolean is Ansible's own reading of a boolean; ok is false where the value is none.
func boolean(v value.Value) (b, ok bool) {
	switch x := v.(type) {
	case value.Bool:
		return bool(x), true
	case value.Str:
		switch value.Lower(value.Strip(x.S, "")) {
		case "y", "yes", "on", "1", "true", "t":
			return true, true
		case "n", "no", "off", "0", "false", "f":
			return false, true
		}
		return false, false
	}
	switch {
	case value.Equal(v, value.Int(1)):
		return true, true
	case value.Equal(v, value.Int(0)):
		return false, true
	}
	return false, false
}

func truthTest(want bool) func(*jinja.Call) (value.Value, error) {
	return func(c *jinja.Call) (value.Value, error) {
		if on(c.Args[1]) {
			if b, ok := boolean(c.Args[0]); ok {
				return value.Bool(b == want), nil
			}
		}
		truth, err := value.Truth(c.Args[0])
		return value.Bool(truth == want), err
	}
}

func vaultedFile(c *jinja.Call) (value.Value, error) {
	s, err := toText(c.Args[0])
	if err != nil {
		return nil, err
	}
	data, err := files(c).ReadFile(s)
	if err != nil {
		return nil, &jinja.Error{Class: "AnsibleFilterError", Message: "Cannot test if the file " + value.Repr(c.Args[0]) + " is a vault.", Cause: osError(err, s)}
	}
	return value.Bool(vault.IsEncrypted(data)), nil
}

func subsetTest(swap bool) func(*jinja.Call) (value.Value, error) {
	return func(c *jinja.Call) (value.Value, error) {
		a, b, hashed, err := both(c)
		if err != nil {
			return nil, err
		}
		if !hashed {
			for _, v := range append(a, b...) {
				if _, ok := value.HashKey(v); !ok {
					return nil, value.Unhashable(v)
				}
			}
		}
		if swap {
			a, b = b, a
		}
		other := setOf(b)
		for _, v := range a {
			if !other.Has(v) {
				return no, nil
			}
		}
		return yes, nil
	}
}

func containsTest(c *jinja.Call) (value.Value, error) {
	b, err := value.Contains(c.Args[0], c.Args[1])
	return value.Bool(b), err
}

func nanTest(c *jinja.Call) (value.Value, error) {
	f, ok := c.Args[0].(value.Float)
	return value.Bool(ok && math.IsNaN(float64(f))), nil
}

// files is the file system that lookups and file tests read.
func files(c *jinja.Call) source.FS {
	if fs := c.Engine.Config().FS; fs != nil {
		return fs
	}
	return source.OS{}
}

func fileTest(f func(source.FS, string) bool) func(*jinja.Call) (value.Value, error) {
	return func(c *jinja.Call) (value.Value, error) {
		s, ok := str(c.Args[0])
		if !ok {
			if _, big := c.Args[0].(*value.BigInt); big {
				return nil, value.Errorf("OverflowError", "fd is greater than maximum")
			}
			if isInteger(c.Args[0]) || isBool(c.Args[0]) {
				return no, nil // Python takes a number for an open file
			}
			return nil, typeError("stat: path should be string, bytes, os.PathLike or integer, not %s", value.NativeName(c.Args[0]))
		}
		return value.Bool(f(files(c), s)), nil
	}
}

// linkTest is fileTest for what looks at the link itself, which takes no number.
func linkTest(f func(source.FS, string) bool) func(*jinja.Call) (value.Value, error) {
	return func(c *jinja.Call) (value.Value, error) {
		if _, ok := str(c.Args[0]); !ok {
			return nil, typeError("lstat: path should be string, bytes or os.PathLike, not %s", value.NativeName(c.Args[0]))
		}
		return fileTest(f)(c)
	}
}

func isAbs(c *jinja.Call) (value.Value, error) {
	return onPath(c, func(p string) (value.Value, error) { return value.Bool(filepath.IsAbs(p)), nil })
}

func sameFile(c *jinja.Call) (value.Value, error) {
	var infos [2]os.FileInfo
	for i := range infos {
		s, ok := str(c.Args[i])
		if !ok {
			return nil, typeError("stat: path should be string, bytes, os.PathLike or integer, not %s", value.NativeName(c.Args[i]))
		}
		info, err := os.Stat(s)
		if err != nil {
			return nil, osError(err, s)
		}
		infos[i] = info
	}
	return value.Bool(os.SameFile(infos[0], infos[1])), nil
}

func uriTest(c *jinja.Call) (value.Value, error) {
	_, ok := isURI(c.Args[0], c.Args[1])
	return value.Bool(ok), nil
}

func isURI(v, schemes value.Value) (urlParts, bool) {
	s, ok := str(v)
	if !ok && on(v) {
		return urlParts{}, false
	}
	u, err := splitURL(s)
	if err != nil {
		return u, false
	}
	if !on(schemes) {
		return u, true
	}
	in, err := value.Contains(schemes, value.S(u.scheme))
	return u, err == nil && in
}

func urlTest(c *jinja.Call) (value.Value, error) {
	u, ok := isURI(c.Args[0], c.Args[1])
	return value.Bool(ok && (u.netloc != "" || u.scheme == "file")), nil
}

func urnTest(c *jinja.Call) (value.Value, error) {
	_, ok := isURI(c.Args[0], value.Strings([]string{"urn"}))
	return value.Bool(ok), nil
}
