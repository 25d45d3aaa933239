package module

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func (t *fileTask) linkResult() *value.Dict {
	src := value.Value(value.None{})
	if t.hasSrc {
		src = value.S(t.src)
	}
	r := value.NewDict("dest", value.S(t.path), "src", src, "changed", value.Bool(t.changed))
	if t.diff != nil {
		r.Put("diff", t.diff)
	}
	return r
}

// link makes or changes a symbolic link.
func (t *fileTask) link() (*value.Dict, error) {
	before := stateOf(t.path)
	if !t.hasSrc && t.followLink && exists(t.path) {
		target, err := os.Readlink(t.path)
		if err != nil {
			return nil, crashed(nil, strings.Replace(pythonError(err), ": '", ": b'", 1))
		}
		t.src, t.hasSrc = target, true
	}
	base := t.path
	if before != "directory" {
		base = dirname(t.path)
	}
	if full := joinPath(base, t.src); !t.force && t.hasSrc && !exists(full) {
		return nil, Fail("src file does not exist, use 'force=yes' if you really want to create the link: "+full,
			"path", value.S(t.path), "src", value.S(t.src))
	}
	switch {
	case before == "directory" && !t.force, (before == "file" || before == "hard") && !t.force:
		return nil, Fail("refusing to convert from "+before+" to symlink for "+t.path, "path", value.S(t.path))
	case before == "directory":
		if entries, _ := readDir(t.path); len(entries) > 0 {
			return nil, Fail("the directory "+t.path+" is not empty, refusing to convert it", "path", value.S(t.path))
		}
	}
	t.startDiff(before, "link")
	if before != "link" {
		if !t.hasSrc {
			return nil, Fail("src is required for creating new symlinks")
		}
		t.changed = true
	} else if t.hasSrc {
		t.sourceChanged()
	}
	if t.changed {
		if err := t.Change(func() error { return t.putLink(before, os.Symlink) }); err != nil {
			return nil, err
		}
	}
	if t.Check && !exists(t.path) {
		return t.linkResult(), nil
	}
	a := t.fileArgs(t.path)
	if t.followLink && isLink(t.path) && !exists(a.path) {
		t.Warn("Cannot set fs attributes on a non-existent symlink target. follow should be set to False to avoid this.")
	} else if err := t.finish(a, t.diff); err != nil {
		return nil, err
	}
	return t.linkResult(), nil
}

func dirname(path string) string {
	at := strings.LastIndex(path, "/")
	if at < 0 {
		return ""
	}
	dir := path[:at+1]
	if strings.Trim(dir, "/") != "" {
		dir = strings.TrimRight(dir, "/")
	}
	return dir
}

func isLink(path string) bool {
	st, err := lstat(path)
	return err == nil && st.Mode&syscall.S_IFMT == syscall.S_IFLNK
}

// sourceChanged compares the target of an existing link with the wanted one.
func (t *fileTask) sourceChanged() {
	old, _ := os.Readlink(t.path)
	if old != t.src {
		record(t.diff, "src", value.S(old), value.S(t.src))
		t.changed = true
	}
}

// putLink makes the link, replacing what is there atomically.
func (t *fileTask) putLink(before string, link func(old, new string) error) error {
	word := "Error while linking: "
	var err error
	if before == "absent" {
		err = link(t.src, t.path)
	} else {
		word = "Error while replacing: "
		scratch := fmt.Sprintf("%s/.%d.%d.tmp", filepath.Dir(t.path), os.Getpid(), time.Now().UnixNano())
		if before == "directory" {
			err = os.Remove(t.path)
		}
		if err == nil {
			err = link(t.src, scratch)
		}
		if err == nil {
			if err = os.Rename(scratch, t.path); err != nil {
				os.Remove(scratch)
			} else if isSameLeft(scratch) {
				os.Remove(scratch) // renaming a hard link onto itself leaves both names
			}
		}
	}
	if err != nil {
		return Fail(word+bytesInError(err), "path", value.S(t.path))
	}
	return nil
}

func isSameLeft(path string) bool { _, err := lstat(path); return err == nil }

// bytesInError is the error's text with the paths as Python shows bytes.
func bytesInError(err error) string {
	return strings.ReplaceAll(strings.Replace(pythonError(err), ": '", ": b'", 1), " -> '", " -> b'")
}

// hard makes or changes a hard link.
func (t *fileTask) hard() (*value.Dict, error) {
	before := stateOf(t.path)
	a := t.fileArgs(t.path)
	if before != "hard" && !t.hasSrc {
		return nil, Fail("src is required for creating new hardlinks")
	}
	if t.hasSrc && !exists(t.src) {
		return nil, Fail("src does not exist", "dest", value.S(t.path), "src", value.S(t.src))
	}
	t.startDiff(before, "hard")
	refuse := func(message string) (*value.Dict, error) {
		return nil, Fail(message, "dest", value.S(t.path), "src", value.S(t.src))
	}
	switch before {
	case "absent":
		t.changed = true
	case "link":
		t.sourceChanged()
	case "hard":
		if t.hasSrc && !sameInode(t.path, t.src) {
			if t.changed = true; !t.force {
				return refuse("Cannot link, different hard link exists at destination")
			}
		}
	case "file":
		if t.changed = true; !t.force {
			return refuse("Cannot link, file exists at destination")
		}
	case "directory":
		t.changed = true
		if sameInode(t.path, t.src) {
			return value.NewDict("path", value.S(t.path), "changed", value.Bool(false)), nil
		}
		if !t.force {
			return refuse("Cannot link: different hard link exists at destination")
		}
	}
	if t.changed {
		err := t.Change(func() error {
			return t.putLink(before, func(old, new string) error {
				if before == "absent" && t.followLink && isLink(old) {
					if target, err := os.Readlink(old); err == nil {
						old = target
					}
				}
				return os.Link(old, new)
			})
		})
		if err != nil {
			return nil, err
		}
	}
	if t.Check && !exists(t.path) {
		return t.linkResult(), nil
	}
	if err := t.finish(a, t.diff); err != nil {
		return nil, err
	}
	return t.linkResult(), nil
}

func sameInode(a, b string) bool {
	x, errA := stat(a)
	y, errB := stat(b)
	return errA == nil && errB == nil && x.Ino == y.Ino
}
