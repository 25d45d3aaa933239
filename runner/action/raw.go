package action

import (
	"maps"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/transport"
)

var rawAction = &Action{Name: "ansible.builtin.raw", Raw: true, Run: func(c *Context) (*value.Dict, error) {
	if len(c.Env) > 0 {
		c.Warn("raw module does not support the environment keyword")
	}
	if c.Check {
		return value.NewDict("skipped", value.Bool(true)), nil
	}
	conn, become, err := c.Conn()
	if err != nil {
		return nil, err
	}
	out, err := conn.Exec(c.Ctx, &transport.Command{Line: text(c.Args, "_raw_params"), Exe: text(c.Args, "executable"), Become: become, TTY: !c.Local, NoLog: c.NoLog})
	if err != nil {
		return nil, err
	}
	d := output(out)
	d.Put("changed", value.Bool(true))
	if out.Code != 0 {
		d.Put("failed", value.Bool(true))
		d.Put("msg", value.S("non-zero return code"))
	}
	return d, nil
}}

var scriptSpec = &argspec.Spec{
	Options:   []*argspec.Option{{Name: "_raw_params"}, {Name: "cmd"}, {Name: "creates"}, {Name: "removes"}, {Name: "chdir"}, {Name: "executable"}},
	Relations: argspec.Relations{RequiredOneOf: [][]string{{"_raw_params", "cmd"}}, MutuallyExclusive: [][]string{{"_raw_params", "cmd"}}},
	FreeForm:  "_raw_params",
}

var scriptAction = &Action{Name: "ansible.builtin.script", Raw: true, Run: script}

func script(c *Context) (*value.Dict, error) {
	own := without(c.Args, "decrypt")
	args, problems := scriptSpec.Validate(own)
	if len(problems) > 0 {
		return nil, c.unfit(problems[0])
	}
	if p := text(args, "creates"); p != "" {
		if s, err := c.statOf(p); err != nil {
			return nil, err
		} else if s != nil {
			return skip(p + " exists, matching creates option"), nil
		}
	}
	if p := text(args, "removes"); p != "" {
		if s, err := c.statOf(p); err != nil {
			return nil, err
		} else if s == nil {
			return skip(p + " does not exist, matching removes option"), nil
		}
	}
	chdir := text(args, "chdir")
	if chdir != "" && !strings.HasPrefix(chdir, "/") {
		return nil, fail("chdir %s must be an absolute path for a Unix-aware remote node", chdir)
	}
	params := text(args, "_raw_params")
	if params == "" {
		params = text(args, "cmd")
	}
	params = strings.TrimSpace(params)
	words, err := shellWords(params)
	if err != nil || len(words) == 0 {
		return nil, fail("%v", err)
	}
	path, err := c.find("files", words[0])
	if err != nil {
		return nil, err
	}
	if c.Check {
		if has(args, "creates") || has(args, "removes") {
			return value.NewDict("changed", value.Bool(true)), nil
		}
		return skip("Check mode is not supported for this task.", "changed", value.Bool(false)), nil
	}
	decrypt, err := flag(c.Args, "decrypt", true)
	if err != nil {
		return nil, err
	}
	conn, become, err := c.Conn()
	if err != nil {
		return nil, err
	}
	remote, done, err := c.uploadScript(conn, become, path, decrypt)
	if err != nil {
		return nil, err
	}
	defer done()
	line := strings.ReplaceAll(params, words[0], remote)
	if e := text(args, "executable"); e != "" {
		line = e + " " + line
	}
	if chdir != "" {
		line = "cd " + shellQuote(chdir) + " && " + line
	}
	out, err := conn.Exec(c.Ctx, &transport.Command{Line: line, Exe: "/bin/sh", Become: become, Env: maps.Clone(c.Env), TTY: !c.Local, NoLog: c.NoLog})
	if err != nil {
		return nil, err
	}
	d := output(out)
	d.Put("changed", value.Bool(true))
	if out.Code != 0 {
		d.Put("msg", value.S("non-zero return code"))
		d.Put("failed", value.Bool(true))
	}
	return d, nil
}

// uploadScript copies the script in any case: it has to be executable.
func (c *Context) uploadScript(conn transport.Conn, become *transport.Become, path string, decrypt bool) (string, func(), error) {
	local := c.Local
	c.Local = false
	defer func() { c.Local = local }()
	return c.upload(path, decrypt)
}

func vaulted(path string) bool {
	f, err := source.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 14)
	n, _ := f.Read(head)
	return string(head[:n]) == "$ANSIBLE_VAULT"
}

// shellWords splits as Python's shlex does.
func shellWords(s string) ([]string, error) {
	var words []string
	var w strings.Builder
	in := false
	var quote rune
	rs := []rune(s)
	for i := 0; i < len(rs); i++ {
		r := rs[i]
		switch {
		case quote == '\'':
			if r == '\'' {
				quote = 0
			} else {
				w.WriteRune(r)
			}
		case quote == '"':
			switch {
			case r == '"':
				quote = 0
			case r == '\\' && i+1 < len(rs) && (rs[i+1] == '"' || rs[i+1] == '\\'):
				i++
				w.WriteRune(rs[i])
			default:
				w.WriteRune(r)
			}
		case r == '\'' || r == '"':
			quote, in = r, true
		case r == '\\':
			if i+1 == len(rs) {
				return nil, fail("No escaped character")
			}
			i++
			w.WriteRune(rs[i])
			in = true
		case r == ' ' || r == '\t' || r == '\n' || r == '\r':
			if in {
				words = append(words, w.String())
				w.Reset()
				in = false
			}
		default:
			w.WriteRune(r)
			in = true
		}
	}
	if quote != 0 {
		return nil, fail("No closing quotation")
	}
	if in {
		words = append(words, w.String())
	}
	return words, nil
}
