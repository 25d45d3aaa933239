package lib

import (
	"errors"
	"fmt"
	iofs "io/fs"
	"path"
	"strings"
	"syscall"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Lookups are called with the terms as Args and the options as Kwargs. Their Params are what they accept, with defaults.

var terms = jinja.Param{Name: "_terms", Star: true, Type: "any", Doc: "what to look up"}

// ansibleLookups are the lookups of ansible.builtin.
var ansibleLookups = []*jinja.Function{
	{Name: "config", FQCN: "ansible.builtin.config", Doc: "Values of configuration settings.", Result: "list", Call: lookupConfig,
		Params: params{terms, {Name: "on_missing", Default: value.Str{S: "error"}, Type: "str", Doc: "error, warn or skip"}, {Name: "plugin_type", Default: value.None{}, Type: "str", Doc: "type of the plugin whose setting it is"}, {Name: "plugin_name", Default: value.None{}, Type: "str", Doc: "name of that plugin"}, {Name: "show_origin", Default: no, Type: "bool", Doc: "also where the value comes from"}}},
	{Name: "csvfile", FQCN: "ansible.builtin.csvfile", Doc: "Cells of a CSV file, found by the key in their row.", Result: "list", Call: lookupCSV,
		Params: params{terms, {Name: "col", Default: value.Int(1), Type: "int", Doc: "column to give"}, {Name: "keycol", Default: zero, Type: "int", Doc: "column of the key"}, {Name: "default", Default: value.None{}, Type: "any", Doc: "what to give where the key is not there"}, {Name: "delimiter", Default: value.Str{S: "TAB"}, Type: "str", Doc: "what stands between the cells"}, {Name: "file", Default: value.Str{S: "ansible.csv"}, Type: "str", Doc: "the file"}, {Name: "encoding", Default: value.Str{S: "utf-8"}, Type: "str", Doc: "encoding of the file"}}},
	{Name: "dict", FQCN: "ansible.builtin.dict", Doc: "Dicts with key and value for every entry.", Result: "list", Call: lookupDict, Params: params{terms}},
	{Name: "env", FQCN: "ansible.builtin.env", Undefined: true, Doc: "Environment variables of the controller.", Result: "list", Call: lookupEnvironment,
		Params: params{terms, {Name: "default", Default: value.Str{}, Type: "any", Doc: "what to give where a variable is not set"}}},
	{Name: "file", FQCN: "ansible.builtin.file", Doc: "Contents of files on the controller.", Result: "list", Call: lookupFile,
		Params: params{terms, {Name: "rstrip", Default: yes, Type: "bool", Doc: "without white space at the end"}, {Name: "lstrip", Default: no, Type: "bool", Doc: "without white space at the start"}}},
	{Name: "fileglob", FQCN: "ansible.builtin.fileglob", Doc: "Files on the controller that match patterns.", Result: "list", Call: lookupFileglob, Params: params{terms}},
	{Name: "first_found", FQCN: "ansible.builtin.first_found", Undefined: true, Doc: "First of several files that is there.", Result: "list", Call: lookupFirstFound,
		Params: params{terms, {Name: "files", Default: value.None{}, Type: "list", Doc: "names of the files"}, {Name: "paths", Default: value.None{}, Type: "list", Doc: "directories to look in"}, {Name: "skip", Default: no, Type: "bool", Doc: "nothing, instead of an error, where none is there"}}},
	{Name: "indexed_items", FQCN: "ansible.builtin.indexed_items", Doc: "Pairs of number and item.", Result: "list", Call: lookupIndexedItems, Params: params{terms}},
	{Name: "ini", FQCN: "ansible.builtin.ini", Doc: "Values of an INI or properties file.", Result: "list", Call: lookupINI,
		Params: params{terms, {Name: "type", Default: value.Str{S: "ini"}, Type: "str", Doc: "ini or properties"}, {Name: "file", Default: value.Str{S: "ansible.ini"}, Type: "str", Doc: "the file"}, {Name: "section", Default: value.Str{S: "global"}, Type: "str", Doc: "the section"}, {Name: "re", Default: no, Type: "bool", Doc: "the keys are patterns"}, {Name: "encoding", Default: value.Str{S: "utf-8"}, Type: "str", Doc: "encoding of the file"}, {Name: "default", Default: value.Str{}, Type: "any", Doc: "what to give where the key is not there"}, {Name: "case_sensitive", Default: no, Type: "bool", Doc: "tell upper from lower case in keys"}, {Name: "allow_no_value", Default: no, Type: "bool", Doc: "keys may stand without a value"}, {Name: "interpolation", Default: yes, Type: "bool", Doc: "%(name)s refers to other keys"}}},
	{Name: "inventory_hostnames", FQCN: "ansible.builtin.inventory_hostnames", Doc: "Hosts of the inventory that match patterns.", Result: "list", Call: lookupInventoryHostnames, Params: params{terms}},
	{Name: "items", FQCN: "ansible.builtin.items", Doc: "Items, lists among them opened once.", Result: "list", Call: lookupItems, Params: params{terms}},
	{Name: "lines", FQCN: "ansible.builtin.lines", Doc: "Lines that a command on the controller prints.", Result: "list", Call: lookupLines, Params: params{terms}},
	{Name: "list", FQCN: "ansible.builtin.list", Doc: "The terms as they are.", Result: "list", Call: lookupList, Params: params{terms}},
	{Name: "nested", FQCN: "ansible.builtin.nested", Doc: "Every combination of the items of the lists.", Result: "list", Call: lookupNested, Params: params{terms}},
	{Name: "password", FQCN: "ansible.builtin.password", Doc: "Password kept in a file on the controller; made by chance the first time.", Result: "list", Call: lookupPassword,
		Params: params{terms, {Name: "encrypt", Default: value.None{}, Type: "str", Doc: "give the hash of this kind"}, {Name: "ident", Default: value.None{}, Type: "str", Doc: "variant of bcrypt"}, {Name: "chars", Default: value.None{}, Type: "list", Doc: "characters, or names of sets such as digits"}, {Name: "length", Default: value.Int(20), Type: "int", Doc: "number of characters"}, {Name: "seed", Default: value.None{}, Type: "str", Doc: "makes the password repeatable"}}},
	{Name: "pipe", FQCN: "ansible.builtin.pipe", Doc: "What a command on the controller prints.", Result: "list", Call: lookupPipe, Params: params{terms}},
	{Name: "random_choice", FQCN: "ansible.builtin.random_choice", Doc: "One of the terms by chance.", Result: "list", Call: lookupRandomChoice, Params: params{terms}},
	{Name: "sequence", FQCN: "ansible.builtin.sequence", Doc: "Numbers as texts.", Result: "list", Call: lookupSequence,
		Params: params{terms, {Name: "start", Default: value.Int(1), Type: "int", Doc: "first number"}, {Name: "end", Default: value.None{}, Type: "int", Doc: "last number"}, {Name: "count", Default: value.None{}, Type: "int", Doc: "how many, instead of end"}, {Name: "stride", Default: value.Int(1), Type: "int", Doc: "distance of the numbers"}, {Name: "format", Default: value.Str{S: "%d"}, Type: "str", Doc: "form of each number"}}},
	{Name: "subelements", FQCN: "ansible.builtin.subelements", Doc: "Pairs of each item and each element of a list in it.", Result: "list", Call: lookupSubelements,
		Params: params{terms, {Name: "skip_missing", Default: no, Type: "bool", Doc: "pass over items without the list"}}},
	{Name: "template", FQCN: "ansible.builtin.template", Doc: "Template files on the controller, rendered.", Result: "list", Call: lookupTemplate,
		Params: params{terms, {Name: "convert_data", Default: absent, Type: "bool", Doc: "no longer of use"}, {Name: "variable_start_string", Default: value.Str{S: "{{"}, Type: "str", Doc: "what begins an expression"}, {Name: "variable_end_string", Default: value.Str{S: "}}"}, Type: "str", Doc: "what ends an expression"}, {Name: "jinja2_native", Default: absent, Type: "bool", Doc: "no longer of use"}, {Name: "template_vars", Default: value.None{}, Type: "dict", Doc: "further variables"}, {Name: "comment_start_string", Default: value.Str{S: "{#"}, Type: "str", Doc: "what begins a comment"}, {Name: "comment_end_string", Default: value.Str{S: "#}"}, Type: "str", Doc: "what ends a comment"}, {Name: "trim_blocks", Default: yes, Type: "bool", Doc: "a newline behind a block is dropped"}}},
	{Name: "together", FQCN: "ansible.builtin.together", Doc: "First items together, second items together, ...", Result: "list", Call: lookupTogether, Params: params{terms}},
	{Name: "unvault", FQCN: "ansible.builtin.unvault", Doc: "Contents of files on the controller, vaults decrypted.", Result: "list", Call: lookupUnvault, Params: params{terms}},
	{Name: "url", FQCN: "ansible.builtin.url", Doc: "What web addresses give.", Result: "list", Call: lookupURL,
		Params: params{terms, {Name: "validate_certs", Default: yes, Type: "bool", Doc: "check the server's certificate"}, {Name: "split_lines", Default: yes, Type: "bool", Doc: "one item for each line"}, {Name: "use_proxy", Default: yes, Type: "bool", Doc: "go through the proxy of the environment"}, {Name: "username", Default: value.None{}, Type: "str", Doc: "name for authentication"}, {Name: "password", Default: value.None{}, Type: "str", Doc: "password for authentication"}, {Name: "headers", Default: value.None{}, Type: "dict", Doc: "headers of the request"}, {Name: "force", Default: no, Type: "bool", Doc: "ask caches to fetch it anew"}, {Name: "timeout", Default: value.Int(10), Type: "float", Doc: "seconds to wait"}, {Name: "http_agent", Default: value.Str{S: "ansible-httpget"}, Type: "str", Doc: "name of the client"}, {Name: "force_basic_auth", Default: no, Type: "bool", Doc: "authenticate at once"}, {Name: "follow_redirects", Default: value.Str{S: "urllib2"}, Type: "str", Doc: "all, none, safe or urllib2"}, {Name: "use_gssapi", Default: no, Type: "bool", Doc: "Kerberos"}, {Name: "use_netrc", Default: yes, Type: "bool", Doc: "take name and password from ~/.netrc"}, {Name: "unix_socket", Default: value.None{}, Type: "str", Doc: "connect to this socket"}, {Name: "ca_path", Default: value.None{}, Type: "str", Doc: "file of certificates to trust"}, {Name: "unredirected_headers", Default: value.None{}, Type: "list", Doc: "headers to leave out behind a redirect"}, {Name: "ciphers", Default: value.None{}, Type: "list", Doc: "ciphers to use"}}},
	{Name: "varnames", FQCN: "ansible.builtin.varnames", Doc: "Names of variables that match patterns.", Result: "list", Call: lookupVarnames, Params: params{terms}},
	{Name: "vars", FQCN: "ansible.builtin.vars", Doc: "Values of variables by name.", Result: "list", Call: lookupVars,
		Params: params{terms, {Name: "default", Default: value.None{}, Type: "any", Doc: "what to give where a variable is not there"}}},
}

// option gives an option's value as the template wrote it; the fallback stands for one that was left out.
func option(c *jinja.Call, name string, fallback value.Value) value.Value {
	if c.Kwargs != nil {
		if v, ok := c.Kwargs.Get(name); ok {
			return v
		}
	}
	return fallback
}

func boolOption(c *jinja.Call, name string, fallback bool) (bool, error) {
	v := option(c, name, value.Bool(fallback))
	if err := defined(v); err != nil {
		return false, err
	}
	if isNone(v) {
		return fallback, nil
	}
	b, _ := boolean(v)
	return b, nil
}

func textOption(c *jinja.Call, name, fallback string) (string, error) {
	v := option(c, name, value.S(fallback))
	if err := defined(v); err != nil {
		return "", err
	}
	if isNone(v) {
		return fallback, nil
	}
	return soft(v)
}

func intOption(c *jinja.Call, name string, fallback int) (int, error) {
	v := option(c, name, value.Int(fallback))
	if err := defined(v); err != nil {
		return 0, err
	}
	if isNone(v) {
		return fallback, nil
	}
	n, err := value.ToInt(v)
	if err != nil {
		return 0, invalidOption(c, name, "int", v)
	}
	return intArg(n)
}

// invalidOption is the error of an option that has not its type.
func invalidOption(c *jinja.Call, name, kind string, v value.Value) error {
	plugin := c.Name[strings.LastIndexByte(c.Name, '.')+1:]
	if plugin == "password" && kind == "int" {
		kind = "integer" // as its documentation spells the type
	}
	return value.Errorf("AnsibleOptionsError", "Config %s for %s lookup plugin from 'Direct' has an invalid value: Invalid value provided for %s: %s",
		repr(name), repr(plugin), repr(kind), value.Repr(v))
}

// variable gives a variable of the context.
func variable(c *jinja.Call, name string) (value.Value, bool) { return c.Variable(name) }

// searchPaths are the directories that a relative path is looked for in, nearest first.
func searchPaths(c *jinja.Call) (paths []string, role bool) {
	_, role = variable(c, "role_path")
	if v, ok := variable(c, "ansible_search_path"); ok {
		if all, err := items(v); err == nil {
			for _, p := range all {
				if s, ok := str(p); ok {
					paths = append(paths, s)
				}
			}
			return paths, role
		}
	}
	if v, ok := variable(c, "role_path"); ok {
		if s, ok := str(v); ok {
			return []string{s}, true
		}
	}
	return []string{baseDir(c)}, role
}

// baseDir is the directory of the playbook.
func baseDir(c *jinja.Call) string {
	if d := c.Engine.Config().Dir; d != "" {
		return d
	}
	if v, ok := variable(c, "playbook_dir"); ok {
		if s, ok := str(v); ok {
			return s
		}
	}
	return "."
}

// findFile finds a file as Ansible's search path does: subdir is "files", "templates", ... or "".
func findFile(c *jinja.Call, subdir, needle string) (string, bool) {
	fs := files(c)
	exists := func(p string) bool { _, err := fs.Stat(p); return err == nil }
	if strings.HasPrefix(needle, "~") || strings.HasPrefix(needle, "/") {
		p := unfrack(c, needle)
		return p, exists(p)
	}
	paths, role := searchPaths(c)
	var search []string
	first, _, _ := strings.Cut(needle, "/")
	for _, p := range paths {
		p = unfrack(c, p)
		if base := path.Dir(p); strings.HasSuffix(base, "/tasks") && (role || isRole(c, p)) {
			search = append(search, joinPath(path.Dir(base), subdir, needle), joinPath(base, needle))
		}
		if first != subdir {
			search = append(search, joinPath(p, subdir, needle))
		}
		search = append(search, joinPath(p, needle))
	}
	if base := baseDir(c); base != "" {
		if first != subdir {
			search = append(search, joinPath(base, subdir, needle))
		}
		search = append(search, joinPath(base, needle))
	}
	for _, p := range search {
		if exists(p) {
			return p, true
		}
	}
	return "", false
}

// isRole tells whether a path lies in a role.
func isRole(c *jinja.Call, p string) bool {
	fs := files(c)
	for _, dir := range []string{p, path.Dir(p), path.Dir(path.Dir(p))} {
		for _, name := range []string{"main.yml", "main.yaml", "main"} {
			if _, err := fs.Stat(joinPath(dir, "tasks", name)); err == nil {
				return true
			}
		}
	}
	return false
}

// joinPath is os.path.join.
func joinPath(parts ...string) string {
	out := ""
	for _, p := range parts {
		switch {
		case strings.HasPrefix(p, "/"):
			out = p
		case out == "" || strings.HasSuffix(out, "/"):
			out += p
		case p != "" || out != "":
			if p == "" && len(parts) > 2 {
				continue
			}
			out += "/" + p
		}
	}
	return out
}

// unfrack makes a path absolute and plain: ~ and $NAME are replaced.
func unfrack(c *jinja.Call, p string) string {
	p = expandUser(c, p)
	if !strings.HasPrefix(p, "/") {
		p = joinPath(baseDir(c), p)
	}
	if !strings.HasPrefix(p, "/") {
		if abs, err := absPath(c, p); err == nil {
			return abs
		}
	}
	return normPath(p)
}

// readText reads a file; a vault in it is opened.
func readText(c *jinja.Call, p string) (string, error) {
	data, err := files(c).ReadFile(p)
	if err != nil {
		return "", &jinja.Error{Class: "AnsibleParserError", Message: "An error occurred while trying to read the file " + repr(p) + ".", Cause: osError(err, p)}
	}
	if isVault(data) {
		decrypt := c.Engine.Config().Decrypt
		if decrypt == nil {
			return "", value.Errorf("AnsibleVaultError", "Attempting to decrypt but no vault secrets found.")
		}
		v, err := decrypt(&value.Vault{Ciphertext: string(data)})
		if err != nil {
			return "", err
		}
		return soft(v)
	}
	return string(data), nil
}

// osError words an error of the operating system as Python does.
func osError(err error, p string) error {
	class, message := "OSError", err.Error()
	var errno syscall.Errno
	if errors.As(err, &errno) {
		text := errno.Error()
		text = strings.ToUpper(text[:1]) + text[1:]
		message = fmt.Sprintf("[Errno %d] %s: %s", int(errno), text, repr(p))
	}
	switch {
	case strings.HasSuffix(message, "is a directory, not a file"):
		class, message = "IsADirectoryError", fmt.Sprintf("[Errno 21] Is a directory: %s", repr(p))
	case errors.Is(err, iofs.ErrNotExist):
		class, message = "FileNotFoundError", fmt.Sprintf("[Errno 2] No such file or directory: %s", repr(p))
	case errors.Is(err, iofs.ErrPermission):
		class = "PermissionError"
	}
	return value.Errorf(class, "%s", message)
}

// flattenOnce opens the lists among the terms.
func flattenOnce(all []value.Value) ([]value.Value, error) {
	out := []value.Value{}
	for _, v := range all {
		switch v.(type) {
		case *value.List, *value.Tuple:
			inner, err := value.Collect(v)
			if err != nil {
				return nil, err
			}
			out = append(out, inner...)
		default:
			out = append(out, v)
		}
	}
	return out, nil
}

func ansibleError(format string, args ...any) error {
	return value.Errorf("AnsibleError", format, args...)
}
