package action

import (
	"crypto/md5"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/durable"
	"github.com/rehearse-dev/rehearse/internal/module"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

var fetchAction = &Action{Name: "ansible.builtin.fetch", Run: fetch}

func fetch(c *Context) (*value.Dict, error) {
	if c.Check {
		return skip("check mode not (yet) supported for this module"), nil
	}
	sv, _ := c.Args.Raw("src")
	dv, _ := c.Args.Raw("dest")
	_, srcText := sv.(value.Str)
	_, destText := dv.(value.Str)
	switch {
	case !has(c.Args, "src") || !has(c.Args, "dest"):
		return nil, fail("src and dest are required")
	case !destText:
		return nil, fail("Invalid type supplied for dest option, it must be a string")
	case !srcText:
		return nil, fail("Invalid type supplied for source option, it must be a string")
	}
	src, dest := text(c.Args, "src"), text(c.Args, "dest")
	flat, _ := flag(c.Args, "flat", false)
	mustExist, _ := flag(c.Args, "fail_on_missing", true)
	validate, _ := flag(c.Args, "validate_checksum", true)
	conn, become, err := c.Conn()
	if err != nil {
		return nil, err
	}
	var data []byte
	have := false
	sum := ""
	if become == nil {
		st, err := c.statOf(src)
		if err != nil {
			msg := err.Error()
			if mustExist {
				return failed(msg, "changed", value.Bool(false), "file", value.S(src)), nil
			}
			return value.NewDict("changed", value.Bool(false), "file", value.S(src), "msg", value.S(msg+", ignored")), nil
		}
		if st != nil {
			if truth(st, "isdir") {
				if !mustExist {
					return value.NewDict("msg", value.S("remote file is a directory, fetch cannot work on directories, not transferring, ignored")), nil
				}
				return failed("remote file is a directory, fetch cannot work on directories", "changed", value.Bool(false)), nil
			}
			sum = text(st, "checksum")
		}
	}
	if sum == "" {
		r, err := c.Module("ansible.legacy.slurp", value.NewDict("src", value.S(src)), nil)
		if err != nil {
			return nil, err
		}
		if isFailed(r) {
			return unread(r, src, mustExist)
		}
		if data, err = base64.StdEncoding.DecodeString(text(r, "content")); err != nil {
			return nil, err
		}
		have = true
		s := sha1.Sum(data)
		sum = hex.EncodeToString(s[:])
	}
	if flat {
		info, err := os.Stat(dest)
		if err == nil && info.IsDir() && !strings.HasSuffix(dest, "/") {
			return nil, fail("dest is an existing directory, use a trailing slash if you want to fetch src into that directory")
		}
		if strings.HasSuffix(dest, "/") {
			dest = filepath.Join(dest, filepath.Base(src))
			if info, err := os.Stat(c.path(dest)); err == nil && info.IsDir() {
				return nil, fail("calculated dest '%s' is an existing directory, use another path that does not point to an existing directory", dest)
			}
		}
		dest = c.path(dest)
	} else {
		dest = filepath.Join(c.path(dest), c.inventoryName(), src)
	}
	dest = filepath.Clean(dest)
	old, oldErr := source.OS{}.ReadFile(dest)
	if oldErr == nil {
		if s := sha1.Sum(old); hex.EncodeToString(s[:]) == sum {
			m := md5.Sum(old)
			return value.NewDict("changed", value.Bool(false), "md5sum", value.S(hex.EncodeToString(m[:])), "file", value.S(src),
				"dest", value.S(dest), "checksum", value.S(sum)), nil
		}
	}
	if err := os.MkdirAll(filepath.Dir(dest), 0o777); err != nil {
		return nil, fail("Failed to fetch the file: %s", err)
	}
	f, err := durable.Create(dest, 0o666)
	if err != nil {
		return nil, fail("Failed to fetch the file: %s", err)
	}
	defer f.Discard()
	s, m := sha1.New(), md5.New()
	w := &fetched{to: io.MultiWriter(f, s, m)}
	if have {
		w.Write(data)
	} else {
		from := src
		if c.Local && !filepath.IsAbs(src) && !strings.HasPrefix(src, "~") { // modules of this machine run in the playbook's folder
			from = filepath.Join(c.BaseDir, src)
		}
		if err := conn.Fetch(c.Ctx, from, w, become); err != nil && w.err == nil {
			return nil, err
		}
	}
	if w.err == nil {
		w.err = f.Commit()
	}
	if w.err != nil {
		return nil, fail("Failed to fetch the file: %s", w.err)
	}
	got, md := hex.EncodeToString(s.Sum(nil)), hex.EncodeToString(m.Sum(nil))
	if validate && got != sum {
		return failed("checksum mismatch", "md5sum", value.S(md), "file", value.S(src), "dest", value.S(dest), "remote_md5sum", value.None{},
			"checksum", value.S(got), "remote_checksum", value.S(sum)), nil
	}
	return value.NewDict("changed", value.Bool(true), "md5sum", value.S(md), "dest", value.S(dest), "remote_md5sum", value.None{},
		"checksum", value.S(got), "remote_checksum", value.S(sum)), nil
}

// fetched takes what comes and remembers why it could not.
type fetched struct {
	to  io.Writer
	err error
}

func (w *fetched) Write(b []byte) (int, error) {
	n, err := w.to.Write(b)
	if err != nil {
		w.err = err
	}
	return n, err
}

// unread is the result where slurp could not read the file: its words stay in the error, the result has plainer ones.
func unread(r *value.Dict, src string, mustExist bool) (*value.Dict, error) {
	d, msg := r, text(r, "msg")
	if !mustExist {
		d = value.NewDict("file", value.S(src), "changed", value.Bool(false))
	}
	switch {
	case strings.Contains(msg, "not found"):
		d.Put("msg", value.S("the remote file does not exist, not transferring, ignored"))
	case strings.HasPrefix(strings.ToLower(msg), "source is a directory"):
		d.Put("msg", value.S("remote file is a directory, fetch cannot work on directories"))
	default:
		return d, nil
	}
	if !mustExist {
		return d, nil
	}
	if cause := text(r, module.CauseKey); cause != "" {
		msg += ": " + cause
	}
	f := fault.New(source.Location{}, "Module failed: %s", msg)
	f.Result = d
	return nil, f
}

// path makes a controller-side path absolute: relative ones count from the playbook's directory.
func (c *Context) path(p string) string {
	if strings.HasPrefix(p, "~/") {
		if home, err := os.UserHomeDir(); err == nil {
			return home + p[1:]
		}
	}
	if filepath.IsAbs(p) {
		return p
	}
	abs, err := filepath.Abs(filepath.Join(c.BaseDir, p))
	if err != nil {
		return p
	}
	return abs
}

func (c *Context) inventoryName() string {
	if v, ok := c.Scope.Lookup("inventory_hostname"); ok {
		return value.ToStr(v)
	}
	return c.Host.Name
}
