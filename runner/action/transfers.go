package action

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/pyre"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

var unarchiveAction = &Action{Name: "ansible.builtin.unarchive", Run: func(c *Context) (*value.Dict, error) {
	args := without(c.Args, "decrypt")
	remote, _ := flag(args, "remote_src", false)
	if v, ok := args.Raw("copy"); ok {
		if has(args, "remote_src") {
			return nil, fail("parameters are mutually exclusive: ('copy', 'remote_src')")
		}
		b, err := asBool(v)
		if err != nil {
			return nil, err
		}
		remote = !b
		args.Delete(value.S("copy"))
		args.Put("remote_src", value.Bool(remote))
	}
	src, dest := text(args, "src"), text(args, "dest")
	if src == "" || dest == "" {
		return nil, fail("src (or content) and dest are required")
	}
	if p := text(args, "creates"); p != "" {
		if s, err := c.statOf(p); err != nil {
			return nil, err
		} else if s != nil {
			return skip("skipped, since " + p + " exists"), nil
		}
	}
	if !remote {
		if strings.Contains(src, "://") {
			return nil, fail("Unsupported option, an URI src (%s) is only supported when remote_src is True", src)
		}
		var err error
		if src, err = c.find("files", src); err != nil {
			return nil, err
		}
	}
	st, err := c.statOf(dest)
	if err != nil {
		return nil, err
	}
	if st == nil || !truth(st, "isdir") {
		return nil, fail("dest '%s' must be an existing dir", dest)
	}
	if !remote {
		decrypt, _ := flag(c.Args, "decrypt", true)
		up, done, err := c.upload(src, decrypt)
		if err != nil {
			return nil, err
		}
		defer done()
		args.Put("src", value.S(up))
	}
	return c.Module("ansible.legacy.unarchive", args, nil)
}}

var uriAction = &Action{Name: "ansible.builtin.uri", Async: true, Run: func(c *Context) (*value.Dict, error) {
	args := c.Args.Copy()
	if remote, _ := flag(args, "remote_src", false); remote {
		return c.Module("ansible.legacy.uri", args, nil)
	}
	if src := text(args, "src"); src != "" {
		path, err := c.find("files", src)
		if err != nil {
			return nil, err
		}
		up, done, err := c.upload(path, true)
		if err != nil {
			return nil, err
		}
		defer done()
		args.Put("src", value.S(up))
	} else if text(args, "body_format") == "form-multipart" {
		v, _ := args.Raw("body")
		body, ok := v.(*value.Dict)
		if !ok {
			return nil, fail("body must be mapping, cannot be type %s", v.TypeName())
		}
		out := body.Copy()
		for k, f := range body.RawAll() {
			field, ok := f.(*value.Dict)
			if !ok || !has(field, "filename") || truth(field, "content") {
				continue
			}
			path, err := c.find("files", text(field, "filename"))
			if err != nil {
				return nil, err
			}
			up, done, err := c.upload(path, true)
			if err != nil {
				return nil, err
			}
			defer done()
			field = field.Copy()
			field.Put("filename", value.S(up))
			out.Set(k, field)
		}
		args.Put("body", out)
	}
	return c.Module("ansible.legacy.uri", args, nil)
}}

var assembleAction = &Action{Name: "ansible.builtin.assemble", Run: func(c *Context) (*value.Dict, error) {
	src, dest := text(c.Args, "src"), text(c.Args, "dest")
	if src == "" || dest == "" {
		return nil, fail("src and dest are required")
	}
	if remote, _ := flag(c.Args, "remote_src", true); remote {
		return c.Module("ansible.legacy.assemble", without(c.Args, "decrypt"), nil)
	}
	dir, err := c.find("files", src)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, fail("Source (%s) is not a directory", dir)
	}
	data, err := c.fragments(dir)
	if err != nil {
		return nil, err
	}
	args := without(c.Args, "remote_src", "regexp", "delimiter", "ignore_hidden", "decrypt")
	d, err := copyFile(c, args, data, "", "src", dest, false)
	if err != nil || d == nil {
		return oneFile(c, d, dir, dest), err
	}
	diff, _ := d.Raw("diff")
	if l, ok := diff.(*value.List); ok && len(l.Items) > 0 { // of one file, not of several as copy's
		if one, ok := l.Items[0].(*value.Dict); ok && has(one, "after_header") { // the joined file has no name of its own
			one.Put("after_header", value.S(strings.TrimSuffix(text(one, "after_header"), "/src")))
		}
		d.Put("diff", l.Items[0])
	}
	return d, nil
}}

// fragments joins the files of a directory in the order of their names.
func (c *Context) fragments(dir string) ([]byte, error) {
	var match *pyre.Regexp
	if re := text(c.Args, "regexp"); re != "" {
		var err error
		if match, err = pyre.Compile(re, 0); err != nil {
			return nil, fail("%s", err)
		}
	}
	hidden, _ := flag(c.Args, "ignore_hidden", false)
	decrypt, _ := flag(c.Args, "decrypt", true)
	delimiter := unescape(text(c.Args, "delimiter"))
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	first, newline := true, false
	for _, e := range entries {
		if match != nil {
			m, err := match.Search(e.Name())
			if err != nil {
				return nil, fail("%s", err)
			}
			if m == nil {
				continue
			}
		}
		path := filepath.Join(dir, e.Name())
		if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() || hidden && strings.HasPrefix(e.Name(), ".") {
			continue
		}
		var data []byte
		if decrypt {
			data, err = readText(c, path)
		} else {
			data, err = source.OS{}.ReadFile(path)
		}
		if err != nil {
			return nil, err
		}
		if newline {
			out.WriteByte('\n')
		}
		if !first && delimiter != "" {
			out.WriteString(delimiter)
			if !strings.HasSuffix(delimiter, "\n") {
				out.WriteByte('\n')
			}
		}
		out.Write(data)
		first, newline = false, !bytes.HasSuffix(data, []byte("\n"))
	}
	return out.Bytes(), nil
}

// unescape reads the backslash escapes of a delimiter.
func unescape(s string) string {
	return strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\t`, "\t", `\r`, "\r", `\'`, "'", `\"`, `"`).Replace(s)
}

var asyncStatus = &Action{Name: "ansible.builtin.async_status", Run: func(c *Context) (*value.Dict, error) {
	spec := &argspec.Spec{Options: []*argspec.Option{{Name: "jid", Required: true}, {Name: "mode", Choices: argspec.Texts("status", "cleanup"), Default: value.S("status")}}}
	args, err := validate(c, spec)
	if err != nil {
		return nil, err
	}
	send := args.Copy()
	send.Put("_async_dir", value.S(c.AsyncDir))
	r, err := c.Module("ansible.legacy.async_status", send, nil)
	if err != nil {
		return nil, err
	}
	log := filepath.Join(c.AsyncDir, text(args, "jid"))
	d := value.NewDict("started", value.Bool(false), "finished", value.Bool(false), "stdout", value.S(""), "stderr", value.S(""),
		"stdout_lines", &value.List{}, "stderr_lines", &value.List{}, "ansible_job_id", value.S(text(args, "jid")))
	if text(args, "mode") == "cleanup" {
		d.Put("erased", value.S(log))
	} else {
		d.Put("results_file", value.S(log))
		d.Put("started", value.Bool(true))
	}
	for k, v := range r.RawAll() {
		d.Set(k, v)
	}
	for _, k := range []string{"started", "finished"} {
		d.Put(k, value.Bool(truth(d, k)))
	}
	return d, nil
}}
