package module

import (
	"bytes"
	"io"
	"os"
	"strings"
	"syscall"

	"github.com/rehearse-dev/rehearse/internal/source"
)

// copyTree copies a directory of the host, where source and destination are directories.
func (t *copyTask) copyTree(oldSum string) error {
	src, dest := t.text("src"), t.text("dest")
	if t.body != nil || oldSum != "" || t.uploaded || !t.bool("remote_src") || !isDir(src) || !(isDir(dest) || !exists(dest)) {
		return nil
	}
	if !strings.HasSuffix(src, "/") {
		dest = joinPath(dest, src[strings.LastIndex(src, "/")+1:])
		src += "/"
	}
	w := &treeCopy{Call: t.Call, follow: t.bool("local_follow"), keep: t.given("local_follow") && !t.bool("local_follow"), owner: t.pointer("owner"), group: t.pointer("group")}
	var err error
	if !exists(dest) {
		w.changed = true
		if err = t.Change(func() error { return w.tree(src, dest) }); err == nil && !t.Check {
			_, err = w.chownAll(dest)
		}
	} else {
		if err = w.update(src, dest); err == nil {
			var changed bool
			changed, err = w.chownAll(dest)
			w.changed = w.changed || changed
		}
	}
	t.changed = t.changed || w.changed
	return err
}

// treeCopy copies folders as the copy module does with remote_src.
type treeCopy struct {
	*Call
	follow       bool // follow links in the source
	keep         bool // copy links as links even where they stand at the top of a folder that is there already
	owner, group *string
	changed      bool
}

func (w *treeCopy) chown(path string) (bool, error) {
	a := fileArgs{path: path, owner: w.owner, group: w.group}
	changed, err := w.setOwner(a, false, nil)
	if err != nil {
		return false, err
	}
	return w.setGroup(a, changed, nil)
}

// chownAll gives all that a directory holds the wanted owner.
func (w *treeCopy) chownAll(dir string) (changed bool, err error) {
	if w.owner == nil && w.group == nil {
		return false, nil
	}
	if w.Check && !exists(dir) {
		return true, nil
	}
	if changed, err = w.chown(dir); err != nil {
		return false, err
	}
	entries, err := readDir(dir)
	if err != nil {
		return changed, nil
	}
	for _, e := range entries {
		full := joinPath(dir, e.Name())
		var c bool
		if e.IsDir() {
			c, err = w.chownAll(full)
		} else {
			c, err = w.chown(full)
		}
		if err != nil {
			return false, err
		}
		changed = changed || c
	}
	return changed, nil
}

// tree copies a whole directory to a place where there is none.
func (w *treeCopy) tree(src, dest string) error {
	st, err := stat(src)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dest, 0o777); err != nil {
		return err
	}
	entries, err := readDir(src)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := w.entry(joinPath(src, e.Name()), joinPath(dest, e.Name())); err != nil {
			return err
		}
	}
	return w.copyStat(src, dest, &st)
}

func (w *treeCopy) copyStat(src, dest string, st *syscall.Stat_t) error {
	if err := chmod(dest, st.Mode&permBits); err != nil {
		return err
	}
	return syscall.UtimesNano(dest, []syscall.Timespec{st.Atim, st.Mtim})
}

// entry copies one thing of whatever kind to a place where there is nothing.
func (w *treeCopy) entry(src, dest string) error {
	if isLink(src) && !w.follow {
		target, err := os.Readlink(src)
		if err != nil {
			return err
		}
		return os.Symlink(target, dest)
	}
	st, err := stat(src)
	if err != nil {
		return err
	}
	switch st.Mode & syscall.S_IFMT {
	case syscall.S_IFDIR:
		return w.tree(src, dest)
	case syscall.S_IFREG:
		if err := w.file(src, dest); err != nil {
			return err
		}
		return w.copyStat(src, dest, &st)
	}
	return Fail("`" + src + "` is a special file and is not copied")
}

func (w *treeCopy) file(src, dest string) error {
	in, err := source.Open(src)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(dest, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}

// update copies what differs or is missing in an existing directory.
func (w *treeCopy) update(src, dest string) error {
	entries, err := readDir(src)
	if err != nil {
		return err
	}
	for _, e := range entries {
		from, to := joinPath(src, e.Name()), joinPath(dest, e.Name())
		if _, err := lstat(to); err != nil {
			w.changed = true
			if isLink(from) && !w.follow && !w.keep {
				continue // ansible-core 2.19 leaves such links out, and reports a change
			}
			err := w.Change(func() error {
				if err := w.entry(from, to); err != nil {
					return err
				}
				if isDir(to) && !isLink(to) {
					_, err := w.chownAll(to)
					return err
				}
				_, err := w.chown(to)
				return err
			})
			if err != nil {
				return err
			}
			continue
		}
		switch {
		case isDir(from) && isDir(to):
			if err := w.update(from, to); err != nil {
				return err
			}
		case isRegular(from) && isRegular(to):
			if sameContent(from, to) {
				continue
			}
			w.changed = true
			if err := w.Change(func() error { return w.overwrite(from, to) }); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *treeCopy) overwrite(from, to string) error {
	if isLink(from) && w.keep {
		target, err := os.Readlink(from)
		if err != nil {
			return err
		}
		if err := os.Symlink(target, to); err != nil {
			return crashed(nil, bytesInError(err))
		}
		return nil
	}
	st, err := stat(from)
	if err != nil {
		return err
	}
	if err := w.file(from, to); err != nil {
		return err
	}
	if err := chmod(to, st.Mode&permBits); err != nil {
		return err
	}
	_, err = w.chown(to)
	return err
}

func isRegular(path string) bool {
	st, err := stat(path)
	return err == nil && st.Mode&syscall.S_IFMT == syscall.S_IFREG
}

// sameContent compares two files; equal size and modification time count as equal, as in Python's filecmp.
func sameContent(a, b string) bool {
	x, errA := stat(a)
	y, errB := stat(b)
	if errA != nil || errB != nil || x.Size != y.Size {
		return false
	}
	if x.Mtim == y.Mtim {
		return true
	}
	f, err := os.Open(a)
	if err != nil {
		return false
	}
	defer f.Close()
	g, err := os.Open(b)
	if err != nil {
		return false
	}
	defer g.Close()
	var p, q [32 << 10]byte
	for {
		n, errF := io.ReadFull(f, p[:])
		m, errG := io.ReadFull(g, q[:])
		if n != m || !bytes.Equal(p[:n], q[:m]) {
			return false
		}
		if errF != nil || errG != nil {
			return true
		}
	}
}
