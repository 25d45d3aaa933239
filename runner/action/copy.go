package action

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/module"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/vault"
	"github.com/rehearse-dev/rehearse/runner/fault"
	"github.com/rehearse-dev/rehearse/runner/transport"
)

var copyAction = &Action{Name: "ansible.builtin.copy", Run: copyRun}

// inline is the size up to which a file is read into memory to travel with the request.
const inline = 1 << 20

func copyRun(c *Context) (*value.Dict, error) {
	args := c.Args
	hasContent := has(args, "content")
	remote, err := flag(args, "remote_src", false)
	if err != nil {
		return nil, err
	}
	localFollow, err := flag(args, "local_follow", true)
	if err != nil {
		return nil, err
	}
	src, dest := text(args, "src"), text(args, "dest")
	switch {
	case hasContent && src != "":
		return ensureInvocation(c, failed("src and content are mutually exclusive")), nil
	case src == "" && !hasContent:
		return ensureInvocation(c, failed("src (or content) is required")), nil
	case dest == "":
		return ensureInvocation(c, failed("dest is required")), nil
	case hasContent && strings.HasSuffix(dest, "/"):
		return ensureInvocation(c, failed("can not use content with a dir as dest")), nil
	}
	if hasContent {
		data, err := contentBytes(c, args)
		if err != nil {
			return nil, err
		}
		d, err := copyFile(c, args, data, "", fmt.Sprintf(".%08x", rand.Uint32()), dest, true)
		if err != nil {
			return nil, err
		}
		return oneFile(c, d, "", dest), nil
	}
	if remote {
		d, err := c.Module("ansible.builtin.copy", without(args, "decrypt", "content"), nil)
		return d, err
	}
	found, err := c.find("files", src)
	if err != nil {
		f := fault.Wrap(err, source.Location{}, "Unexpected AnsibleActionFail error.")
		f.Result = ensureInvocation(c, value.NewDict("msg", value.S(f.Error())))
		return nil, f
	}
	if strings.HasSuffix(src, "/") != strings.HasSuffix(found, "/") {
		if strings.HasSuffix(found, "/") {
			found = strings.TrimSuffix(found, "/")
		} else {
			found += "/"
		}
	}
	if info, err := os.Stat(found); err == nil && info.IsDir() {
		c.Several()
		return copyTree(c, found, dest, localFollow)
	}
	d, err := copyFile(c, args, nil, found, filepath.Base(found), dest, false)
	if err != nil {
		return nil, err
	}
	return oneFile(c, d, found, dest), nil
}

// contentBytes is what `content` writes: text as it is, anything else as JSON.
func contentBytes(c *Context, args *value.Dict) ([]byte, error) {
	v, _ := args.Raw("content")
	switch v := v.(type) {
	case value.Str:
		return []byte(v.S), nil
	case value.Bytes:
		return []byte(v), nil
	case *value.Dict, *value.List:
		data, err := value.ToJSON(v, value.JSONOptions{})
		return data, err
	}
	return []byte(value.ToStr(v)), nil
}

// notSent are the arguments that only the controller reads.
var notSent = []string{"content", "decrypt", "local_follow", "src", "remote_src"}

// copyFile sends one file, data or the file at path; nil where the host has one already that must stay.
func copyFile(c *Context, args *value.Dict, data []byte, path, base, dest string, content bool) (*value.Dict, error) {
	decrypt, err := flag(args, "decrypt", true)
	if err != nil {
		return nil, err
	}
	send := without(args, notSent...)
	blob := transport.Blob{Data: data}
	var key string
	if path == "" {
		sum := sha256.Sum256(data)
		key, blob.Size = hex.EncodeToString(sum[:]), int64(len(data))
	} else {
		if text(args, "mode") == "preserve" {
			info, err := os.Stat(path)
			if err != nil {
				return nil, err
			}
			send.Put("_mode", value.S(fmt.Sprintf("0%03o", info.Mode().Perm())))
		}
		if key, blob, err = FileBlob(c, path, decrypt); err != nil {
			return nil, err
		}
	}
	send.Put("_blob", value.S(key))
	send.Put("_original_basename", value.S(base))
	if path == "" && !content {
		path = fmt.Sprintf("%s/ansible-local-%d%08x/tmp%08x/%s", localTmp(), os.Getpid(), rand.Uint32(), rand.Uint32(), base)
	}
	send.Put("_source", value.S(path))
	if content {
		send.Put("_content", value.Bool(true))
	}
	send.Put("dest", value.S(dest))
	send.Put("src", value.S(remoteTmp()+"/.source"+filepath.Ext(dest)))
	d, err := c.Module(module.CopyFile, send, map[string]transport.Blob{key: blob})
	if err != nil {
		return nil, err
	}
	if truth(d, "_exists") {
		return nil, nil
	}
	return d, nil
}

// localTmp is where ansible-core keeps rendered templates.
func localTmp() string {
	home, err := os.UserHomeDir()
	if err != nil {
		home = "/root"
	}
	return home + "/.ansible/tmp"
}

// remoteTmp is a name as ansible-core gives its temporary directories on the host.
func remoteTmp() string {
	home, err := os.UserHomeDir()
	if err != nil {
		home = "/root"
	}
	return fmt.Sprintf("%s/.ansible/tmp/ansible-tmp-%.7f-%d-%d", home, float64(time.Now().UnixNano())/1e9, os.Getpid(), rand.Int63n(1<<48))
}

// oneFile is the result of a copy of a single file.
func oneFile(c *Context, d *value.Dict, src, dest string) *value.Dict {
	if d == nil {
		d = value.NewDict("dest", value.S(dest), "src", value.S(src), "changed", value.Bool(false))
	} else if p, ok := d.Raw("path"); ok && !has(d, "dest") {
		d.Put("dest", p)
	}
	if v, _ := d.Raw("invocation"); v == nil || v == value.Value(value.None{}) {
		d.Delete(value.S("invocation"))
	}
	return ensureInvocation(c, d)
}

// FileBlob reads a controller-side file: decrypted where it is a vault, by path where it is large.
func FileBlob(c *Context, path string, decrypt bool) (string, transport.Blob, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", transport.Blob{}, err
	}
	f, err := source.Open(path)
	if err != nil {
		return "", transport.Blob{}, broken("%s", err)
	}
	defer f.Close()
	head := make([]byte, len("$ANSIBLE_VAULT"))
	n, _ := f.Read(head)
	vaulted := decrypt && string(head[:n]) == "$ANSIBLE_VAULT"
	if vaulted || info.Size() <= inline {
		data, err := source.OS{}.ReadFile(path)
		if err != nil {
			return "", transport.Blob{}, err
		}
		if vaulted {
			if c.Decrypt == nil {
				return "", transport.Blob{}, broken("A vault password or secret must be specified to decrypt %s", path)
			}
			if data, err = c.Decrypt(data); errors.Is(err, vault.ErrNoSecrets) {
				return "", transport.Blob{}, broken("A vault password or secret must be specified to decrypt %s", path)
			} else if err != nil {
				return "", transport.Blob{}, err
			}
		}
		sum := sha256.Sum256(data)
		return hex.EncodeToString(sum[:]), transport.Blob{Data: data, Size: int64(len(data))}, nil
	}
	h := sha256.New()
	if _, err := f.Seek(0, 0); err != nil {
		return "", transport.Blob{}, err
	}
	if _, err := f.WriteTo(h); err != nil {
		return "", transport.Blob{}, err
	}
	return hex.EncodeToString(h.Sum(nil)), transport.Blob{Path: path, Size: info.Size()}, nil
}

// copyTree sends a directory: its files first, then the directories that no file made, then the links.
func copyTree(c *Context, src, dest string, follow bool) (*value.Dict, error) {
	t := &tree{follow: follow}
	base := src
	if !strings.HasSuffix(src, "/") {
		base = filepath.Dir(src) + "/"
	}
	root := strings.TrimSuffix(src, "/")
	rel := strings.TrimPrefix(root, strings.TrimSuffix(base, "/"))
	if err := t.walk(root, strings.TrimPrefix(rel, "/"), nil); err != nil {
		return nil, err
	}
	if !strings.HasSuffix(dest, "/") {
		dest += "/"
	}
	changed := false
	var last *value.Dict
	ran := false
	for _, f := range t.files {
		d, err := copyFile(c, c.Args, nil, f.from, f.to, dest, false)
		if err != nil {
			return nil, err
		}
		if d == nil {
			continue
		}
		if isFailed(d) {
			return ensureInvocation(c, d), nil
		}
		last, ran = d, true
		changed = changed || truth(d, "changed")
	}
	for _, f := range t.dirs {
		a := fileArgs(c.Args)
		a.Put("path", value.S(filepath.Join(dest, f.to)))
		a.Put("state", value.S("directory"))
		a.Put("recurse", value.Bool(false))
		a.Delete(value.S("mode"))
		if m, ok := c.Args.Raw("directory_mode"); ok {
			a.Put("mode", m)
		}
		d, err := c.Module("ansible.builtin.file", a, nil)
		if err != nil || isFailed(d) {
			return d, err
		}
		last, ran = d, true
		changed = changed || truth(d, "changed")
	}
	for _, f := range t.links {
		a := fileArgs(c.Args)
		a.Put("path", value.S(filepath.Join(dest, f.to)))
		a.Put("src", value.S(f.from))
		a.Put("state", value.S("link"))
		a.Put("force", value.Bool(true))
		a.Put("follow", value.Bool(false))
		if text(a, "mode") == "preserve" {
			a.Delete(value.S("mode"))
		}
		d, err := c.Module("ansible.builtin.file", a, nil)
		if err != nil || isFailed(d) {
			return d, err
		}
		last, ran = d, true
		changed = changed || truth(d, "changed")
	}
	if ran && len(t.files) == 1 {
		return oneFile(c, last, src, dest), nil
	}
	return ensureInvocation(c, value.NewDict("dest", value.S(dest), "src", value.S(src), "changed", value.Bool(changed))), nil
}

type entry struct{ from, to string }

type tree struct {
	follow             bool
	files, dirs, links []entry
}

// walk lists what is below dir; parents are the real directories that lead here, to end loops of links.
func (t *tree) walk(dir, rel string, parents []os.FileInfo) error {
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	parents = append(parents, info)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var subs []fs.DirEntry
	for _, e := range entries {
		from, to := filepath.Join(dir, e.Name()), filepath.Join(rel, e.Name())
		switch {
		case e.IsDir():
			subs = append(subs, e)
		case e.Type()&fs.ModeSymlink != 0:
			target, err := os.Stat(from)
			if err == nil && target.IsDir() {
				subs = append(subs, e)
				continue
			}
			if t.follow && err == nil {
				real, err := filepath.EvalSymlinks(from)
				if err != nil {
					return err
				}
				t.files = append(t.files, entry{real, to})
				continue
			}
			l, err := os.Readlink(from)
			if err != nil {
				return err
			}
			t.links = append(t.links, entry{l, to})
		default:
			t.files = append(t.files, entry{from, to})
		}
	}
	for _, e := range subs {
		from, to := filepath.Join(dir, e.Name()), filepath.Join(rel, e.Name())
		if e.Type()&fs.ModeSymlink != 0 {
			l, err := os.Readlink(from)
			if err != nil {
				return err
			}
			target, err := os.Stat(from)
			if err != nil {
				return err
			}
			loop := false
			for _, p := range parents {
				loop = loop || os.SameFile(p, target)
			}
			if !t.follow || loop {
				t.links = append(t.links, entry{l, to})
				continue
			}
			if from, err = filepath.EvalSymlinks(from); err != nil {
				return err
			}
		}
		t.dirs = append(t.dirs, entry{from, to})
		if err := t.walk(from, to, parents); err != nil {
			return err
		}
	}
	return nil
}

// fileKeys are the arguments that copy shares with file.
var fileKeys = []string{"mode", "owner", "group", "seuser", "serole", "selevel", "setype", "attributes", "attr", "unsafe_writes", "follow", "force"}

func fileArgs(args *value.Dict) *value.Dict {
	out := &value.Dict{}
	for _, k := range fileKeys {
		if v, ok := args.Raw(k); ok {
			out.Put(k, v)
		}
	}
	return out
}

// ensureInvocation adds what copy's own results show of the call.
func ensureInvocation(c *Context, d *value.Dict) *value.Dict {
	if _, ok := d.Raw("invocation"); ok {
		return d
	}
	if c.NoLog {
		d.Put("invocation", value.S("CENSORED: no_log is set"))
		return d
	}
	top, module := c.Args.Copy(), c.Args.Copy()
	if has(top, "content") {
		top.Put("content", value.S("CENSORED: content is a no_log parameter"))
		module.Put("content", value.S("VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"))
	}
	top.Put("module_args", module)
	d.Put("invocation", top)
	return d
}

func without(d *value.Dict, keys ...string) *value.Dict {
	out := d.Copy()
	for _, k := range keys {
		out.Delete(value.S(k))
	}
	return out
}

func truth(d *value.Dict, key string) bool {
	v, ok := d.Raw(key)
	if !ok {
		return false
	}
	t, _ := value.Truth(v)
	return t
}

// flag reads a boolean argument that may be given as text.
func flag(args *value.Dict, key string, def bool) (bool, error) {
	v, ok := args.Raw(key)
	if !ok || v == value.Value(value.None{}) {
		return def, nil
	}
	b, err := argspec.Convert("bool", v)
	if err != nil {
		return false, nil // ansible-core reads these leniently
	}
	return bool(b.(value.Bool)), nil
}

// wholeTemplate tells that a text is one expression and nothing else.
func wholeTemplate(s string) bool {
	s = strings.TrimSpace(s)
	return strings.HasPrefix(s, "{{") && strings.HasSuffix(s, "}}") && jinja.IsTemplate(s, nil)
}
