package module

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// fileArgs are the attributes that a path shall have; nil or empty means as it is.
type fileArgs struct {
	path         string
	mode         value.Value // nil: as it is
	owner, group *string
	attributes   *string
	context      []*string // user, role, type, level; nil parts stay
}

// fileArgs reads the attributes from the arguments. With follow among the arguments, a link stands for its target.
func (c *Call) fileArgs(path string) fileArgs {
	if c.bool("follow") {
		if st, err := os.Lstat(path); err == nil && st.Mode()&os.ModeSymlink != 0 {
			path = realpath(path)
		}
	}
	return c.attrsOf(path)
}

// attrsOf is fileArgs without following.
func (c *Call) attrsOf(path string) fileArgs {
	a := fileArgs{path: path}
	if c.given("mode") {
		a.mode, _ = c.Args.Raw("mode")
	}
	a.owner, a.group, a.attributes = c.pointer("owner"), c.pointer("group"), c.pointer("attributes")
	if selinuxEnabled() {
		a.context = []*string{c.pointer("seuser"), c.pointer("serole"), c.pointer("setype"), c.pointer("selevel")}
	}
	return a
}

func (c *Call) pointer(name string) *string {
	if s, ok := c.str(name); ok {
		return &s
	}
	return nil
}

// change records one attribute that differs, in the shape of ansible-core's diff.
func record(diff *value.Dict, key string, before, after value.Value) {
	if diff == nil {
		return
	}
	for _, side := range []struct {
		name string
		v    value.Value
	}{{"before", before}, {"after", after}} {
		d, ok := diff.Raw(side.name)
		part, isDict := d.(*value.Dict)
		if !ok || !isDict {
			part = &value.Dict{}
			diff.Put(side.name, part)
		}
		part.Put(key, side.v)
	}
}

// setAttributes gives a path the wanted attributes and tells whether that changed anything, or changed was true before.
// diff, when not nil, gets what differs.
func (c *Call) setAttributes(a fileArgs, changed bool, diff *value.Dict) (bool, error) {
	if a.mode == nil && a.owner == nil && a.group == nil && a.attributes == nil && !a.wantsContext() {
		return changed, nil
	}
	if c.Check {
		if _, err := os.Stat(a.path); err != nil {
			return true, nil
		}
	}
	steps := []func(fileArgs, bool, *value.Dict) (bool, error){c.setContext, c.setOwner, c.setGroup, c.setMode, c.setFlags}
	for _, step := range steps {
		var err error
		if changed, err = step(a, changed, diff); err != nil {
			return changed, err
		}
	}
	return changed, nil
}

func lstat(path string) (syscall.Stat_t, error) {
	var st syscall.Stat_t
	for {
		err := syscall.Lstat(path, &st)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return st, &os.PathError{Op: "lstat", Path: path, Err: err}
		}
		return st, nil
	}
}

func stat(path string) (syscall.Stat_t, error) {
	var st syscall.Stat_t
	for {
		err := syscall.Stat(path, &st)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return st, &os.PathError{Op: "stat", Path: path, Err: err}
		}
		return st, nil
	}
}

func (c *Call) setOwner(a fileArgs, changed bool, diff *value.Dict) (bool, error) {
	if a.owner == nil {
		return changed, nil
	}
	uid, err := strconv.Atoi(*a.owner)
	if err != nil {
		u := users.name(*a.owner)
		if u == nil {
			return changed, Fail("chown failed: failed to look up user "+*a.owner, "path", value.S(a.path))
		}
		uid = u.id
	}
	st, err := lstat(a.path)
	if err != nil {
		return changed, err
	}
	if int(st.Uid) == uid {
		return changed, nil
	}
	record(diff, "owner", value.Int(st.Uid), value.Int(uid))
	if err := c.Change(func() error { return os.Lchown(a.path, uid, -1) }); err != nil {
		return changed, failBecause(err, "chown failed", "path", value.S(a.path))
	}
	return true, nil
}

func (c *Call) setGroup(a fileArgs, changed bool, diff *value.Dict) (bool, error) {
	if a.group == nil {
		return changed, nil
	}
	gid, err := strconv.Atoi(*a.group)
	if err != nil {
		g := groups.name(*a.group)
		if g == nil {
			return changed, Fail("chgrp failed: failed to look up group "+*a.group, "path", value.S(a.path))
		}
		gid = g.id
	}
	st, err := lstat(a.path)
	if err != nil {
		return changed, err
	}
	if int(st.Gid) == gid {
		return changed, nil
	}
	record(diff, "group", value.Int(st.Gid), value.Int(gid))
	if err := c.Change(func() error { return os.Lchown(a.path, -1, gid) }); err != nil {
		return changed, Fail("chgrp failed", "path", value.S(a.path))
	}
	return true, nil
}

func (c *Call) setMode(a fileArgs, changed bool, diff *value.Dict) (bool, error) {
	if a.mode == nil {
		return changed, nil
	}
	st, err := lstat(a.path)
	if err != nil {
		return changed, err
	}
	mode, err := wantedMode(a.mode, st.Mode)
	switch {
	case err == errMode:
		return changed, Fail(errMode.Error(), "path", value.S(a.path), "details", value.Int(mode))
	case err != nil:
		return changed, Fail("mode must be in octal or symbolic form", "path", value.S(a.path), "details", value.S(err.Error()))
	}
	before := st.Mode & permBits
	if before == mode {
		return changed, nil
	}
	record(diff, "mode", value.S(modeText(before)), value.S(fmt.Sprintf("0%03o", mode)))
	if c.Check {
		return true, nil
	}
	if st.Mode&syscall.S_IFMT == syscall.S_IFLNK {
		return changed || setLinkMode(a.path, mode), nil
	}
	if err := c.Change(func() error { return chmod(a.path, mode) }); err != nil {
		return changed, crashed(err, pythonError(err))
	}
	return true, nil
}

func chmod(path string, mode uint32) error {
	if err := syscall.Chmod(path, mode&permBits); err != nil {
		return &os.PathError{Op: "chmod", Path: path, Err: err}
	}
	return nil
}

// setLinkMode does for a link what ansible-core does on Linux, where links have no permissions: those of the target are
// set and put back. It reports that nothing changed.
func setLinkMode(string, uint32) bool { return false }

func (c *Call) setFlags(a fileArgs, changed bool, diff *value.Dict) (bool, error) {
	if a.attributes == nil {
		return changed, nil
	}
	wanted := *a.attributes
	op := "="
	if strings.HasPrefix(wanted, "-") || strings.HasPrefix(wanted, "+") {
		op, wanted = wanted[:1], wanted[1:]
	}
	flags, _ := c.flagsOf(a.path, false)
	current := ""
	if flags != nil {
		current = flags.letters
	}
	if wanted == "" || current == wanted && op != "-" {
		return changed, nil
	}
	chattr := c.findProgram("chattr")
	if chattr == "" {
		return changed, nil
	}
	record(diff, "attributes", flagsValue(flags), value.S(op+wanted))
	err := c.Change(func() error {
		rc, out, errText, err := c.command(nil, chattr, op+wanted, a.path)
		if err == nil && (rc != 0 || errText != "") {
			err = errors.New("Error while setting attributes: " + out + errText)
		}
		return err
	})
	if err != nil {
		return true, Fail("chattr failed", "path", value.S(a.path), "details", value.S(err.Error()))
	}
	return true, nil
}

// flags are the letters that lsattr shows, and the version number that it prints.
type flags struct{ letters, version string }

func flagsValue(f *flags) value.Value {
	if f == nil {
		return value.None{}
	}
	return value.S(f.letters)
}

// flagsOf asks lsattr; nil where it is missing or fails.
func (c *Call) flagsOf(path string, version bool) (*flags, error) {
	lsattr := c.findProgram("lsattr")
	if lsattr == "" {
		return nil, nil
	}
	option := "-d"
	if version {
		option = "-vd"
	}
	rc, out, _, err := c.command(nil, lsattr, option, path)
	fields := strings.Fields(out)
	if err != nil || rc != 0 || len(fields) == 0 || version && len(fields) < 2 {
		return nil, err
	}
	f := &flags{}
	if version {
		f.version, fields = fields[0], fields[1:]
	}
	f.letters = strings.ReplaceAll(fields[0], "-", "")
	return f, nil
}

// names lists the long names of the flags.
func (f *flags) names() *value.List {
	l := &value.List{Items: []value.Value{}}
	for _, letter := range f.letters {
		if name, ok := flagNames[letter]; ok {
			l.Items = append(l.Items, value.S(name))
		}
	}
	return l
}

var flagNames = map[rune]string{
	'A': "noatime", 'a': "append", 'c': "compressed", 'C': "nocow", 'd': "nodump", 'D': "dirsync", 'e': "extents",
	'E': "encrypted", 'h': "blocksize", 'i': "immutable", 'I': "indexed", 'j': "journalled", 'N': "inline", 's': "zero",
	'S': "synchronous", 't': "notail", 'T': "blockroot", 'u': "undelete", 'X': "compressedraw", 'Z': "compresseddirty",
}

// addPathFacts adds owner, mode, size and so on of the path or dest in a result, as every ansible-core module does.
func (c *Call) addPathFacts(r *value.Dict) {
	v, ok := r.Raw("path")
	if !ok {
		v, ok = r.Raw("dest")
	}
	path, isText := v.(value.Str)
	if !ok || !isText {
		return
	}
	full := c.in(path.S)
	st, err := lstat(full)
	if err != nil {
		return
	}
	target := st
	if st.Mode&syscall.S_IFMT == syscall.S_IFLNK {
		if target, err = stat(full); err != nil {
			return
		}
	}
	r.Put("uid", value.Int(st.Uid))
	r.Put("gid", value.Int(st.Gid))
	r.Put("owner", value.S(userName(int(st.Uid))))
	r.Put("group", value.S(groupName(int(st.Gid))))
	r.Put("mode", value.S(modeText(st.Mode)))
	state := "file"
	switch {
	case st.Mode&syscall.S_IFMT == syscall.S_IFLNK:
		state = "link"
	case st.Mode&syscall.S_IFMT == syscall.S_IFDIR:
		state = "directory"
	case target.Nlink > 1:
		state = "hard"
	}
	r.Put("state", value.S(state))
	if selinuxEnabled() {
		r.Put("secontext", value.S(selinuxContext(full)))
	}
	r.Put("size", value.Int(st.Size))
}

// realpath resolves links like Python's os.path.realpath: what does not exist is kept.
func realpath(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	if p, err := filepath.EvalSymlinks(abs); err == nil {
		return p
	}
	return resolve(abs, 0)
}

// resolve follows the links of a path that ends in nothing.
func resolve(path string, depth int) string {
	dir, base := filepath.Split(path)
	if dir == path || depth > 40 {
		return path
	}
	dir = filepath.Clean(dir)
	if p, err := filepath.EvalSymlinks(dir); err == nil {
		dir = p
	} else {
		dir = resolve(dir, depth+1)
	}
	full := filepath.Join(dir, base)
	if target, err := os.Readlink(full); err == nil {
		if !filepath.IsAbs(target) {
			target = filepath.Join(dir, target)
		}
		return resolve(target, depth+1)
	}
	return full
}
