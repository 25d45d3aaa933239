package module

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func runFile(c *Call) *value.Dict {
	result, err := (&fileTask{Call: c}).run()
	if err != nil {
		return c.failed(err)
	}
	return result
}

// fileTask is one run of the file module.
type fileTask struct {
	*Call
	path, src  string
	hasSrc     bool
	state      string
	times      fileTimes
	diff       *value.Dict
	changed    bool
	force      bool
	followLink bool
}

func (t *fileTask) run() (*value.Dict, error) {
	t.path = t.text("path")
	t.src, t.hasSrc = t.str("src")
	t.state = t.text("state")
	t.force, t.followLink = t.bool("force"), t.bool("follow")
	if err := t.settle(); err != nil {
		return nil, err
	}
	if t.Check && t.state != "absent" {
		t.warnAccounts()
	}
	if t.given("_diff_peek") {
		return value.NewDict("path", value.S(t.path), "changed", value.Bool(false), "appears_binary", value.Bool(looksBinary(t.path))), nil
	}
	var err error
	if t.times, err = t.fileTimes(t.state); err != nil && t.state != "absent" {
		return nil, err
	}
	var result *value.Dict
	switch t.state {
	case "file":
		result, err = t.file()
	case "directory":
		result, err = t.directory()
	case "link":
		result, err = t.link()
	case "hard":
		result, err = t.hard()
	case "touch":
		result, err = t.touch()
	case "absent":
		result, err = t.absent()
	}
	if err == nil && !t.Diff {
		result.Delete(value.S("diff"))
	}
	return result, err
}

// settle finds the path that is meant and the state when none is given.
func (t *fileTask) settle() error {
	if t.state != "link" && t.state != "absent" {
		base := t.text("_original_basename")
		if base == "" && t.src != "" {
			base = filepath.Base(t.src)
			if strings.HasSuffix(t.src, "/") {
				base = ""
			}
		}
		if base != "" && isDir(t.path) {
			t.path = joinPath(t.path, base)
			t.Args.Put("path", value.S(t.path))
		}
	}
	if t.state == "" {
		t.state = stateOf(t.path)
		if t.state == "absent" {
			t.state = "file"
			if t.bool("recurse") {
				t.state = "directory"
			}
		}
		t.Args.Put("state", value.S(t.state))
	}
	if t.bool("recurse") && t.state != "directory" {
		return Fail("recurse option requires state to be 'directory'", "path", value.S(t.path))
	}
	if t.src != "" && t.state != "link" && t.state != "hard" {
		return Fail("src option requires state to be 'link' or 'hard'", "path", value.S(t.path))
	}
	return nil
}

// joinPath is Python's os.path.join: an absolute second part stands alone.
func joinPath(a, b string) string {
	switch {
	case strings.HasPrefix(b, "/") || a == "":
		return b
	case strings.HasSuffix(a, "/"):
		return a + b
	}
	return a + "/" + b
}

func isDir(path string) bool {
	st, err := stat(path)
	return err == nil && st.Mode&syscall.S_IFMT == syscall.S_IFDIR
}

func exists(path string) bool {
	_, err := stat(path)
	return err == nil
}

// stateOf is what a path is now, in the words of the state option.
func stateOf(path string) string {
	st, err := lstat(path)
	if err != nil {
		return "absent"
	}
	switch st.Mode & syscall.S_IFMT {
	case syscall.S_IFLNK:
		return "link"
	case syscall.S_IFDIR:
		return "directory"
	}
	if st.Nlink > 1 {
		return "hard"
	}
	return "file"
}

// warnAccounts warns in check mode of owners and groups that do not exist yet.
func (t *fileTask) warnAccounts() {
	for _, a := range []struct {
		option, word, id string
		file             *accountFile
	}{{"owner", "user", "uid", &users}, {"group", "group", "gid", &groups}} {
		name := t.text(a.option)
		if name == "" {
			continue
		}
		number, err := parseInt(name)
		switch {
		case err == nil && a.file.id(number) == nil:
			t.Warn("failed to look up " + a.word + " with " + a.id + " " + name + ". Create " + a.word + " up to this point in real play")
		case err != nil && a.file.name(name) == nil:
			t.Warn("failed to look up " + a.word + " " + name + ". Create " + a.word + " up to this point in real play")
		}
	}
}

func looksBinary(path string) bool {
	f, err := source.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 8192)
	n, _ := f.Read(head)
	return bytes.IndexByte(head[:n], 0) >= 0
}

// startDiff is the difference of states; removing a directory lists what is in it.
func (t *fileTask) startDiff(before, after string) {
	b, a := value.NewDict("path", value.S(t.path)), value.NewDict("path", value.S(t.path))
	if before != after {
		b.Put("state", value.S(before))
		a.Put("state", value.S(after))
		if after == "absent" && before == "directory" && t.Diff {
			b.Put("path_content", treeList(t.path))
		}
	}
	t.diff = value.NewDict("before", b, "after", a)
}

func treeList(root string) *value.Dict {
	dirs, files := &value.List{Items: []value.Value{}}, &value.List{Items: []value.Value{}}
	var walk func(dir string)
	walk = func(dir string) {
		entries, _ := readDir(dir)
		var below []string
		for _, e := range entries {
			full := joinPath(dir, e.Name())
			if isDir(full) {
				dirs.Items = append(dirs.Items, value.S(full))
				if e.Type()&os.ModeSymlink == 0 {
					below = append(below, full)
				}
			} else {
				files.Items = append(files.Items, value.S(full))
			}
		}
		for _, d := range below {
			walk(d)
		}
	}
	walk(root)
	return value.NewDict("directories", dirs, "files", files)
}

// readDir lists a directory in the order of the system, as Python's os.scandir does.
func readDir(dir string) ([]os.DirEntry, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.ReadDir(-1)
}

// finish sets attributes and times of a path.
func (t *fileTask) finish(a fileArgs, diff *value.Dict) error {
	var err error
	if t.changed, err = t.setAttributes(a, t.changed, diff); err != nil {
		return err
	}
	touched, err := t.setTimes(a.path, t.times, diff)
	t.changed = t.changed || touched
	return err
}

func (t *fileTask) result(key string) *value.Dict {
	r := value.NewDict(key, value.S(t.path), "changed", value.Bool(t.changed))
	if t.diff != nil {
		r.Put("diff", t.diff)
	}
	return r
}

func (t *fileTask) absent() (*value.Dict, error) {
	before := stateOf(t.path)
	if before == "absent" {
		return value.NewDict("path", value.S(t.path), "changed", value.Bool(false), "state", value.S("absent")), nil
	}
	t.startDiff(before, "absent")
	err := t.Change(func() error {
		if before == "directory" {
			if err := os.RemoveAll(t.path); err != nil {
				return Fail("rmtree failed: " + pythonError(err))
			}
			return nil
		}
		if err := os.Remove(t.path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return failBecause(err, "Unlinking failed.", "path", value.S(t.path))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	t.changed = true
	r := t.result("path")
	r.Put("state", value.S("absent"))
	return r, nil
}

func (t *fileTask) touch() (*value.Dict, error) {
	before := stateOf(t.path)
	if before == "absent" {
		if t.Check {
			return value.NewDict("dest", value.S(t.path), "changed", value.Bool(true)), nil
		}
		f, err := os.OpenFile(t.path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
		if err != nil {
			return nil, failBytes(err, "Error, could not touch target.", "path", value.S(t.path))
		}
		f.Close()
		t.changed = true
	}
	t.startDiff(before, "touch")
	if err := t.finish(t.fileArgs(t.path), t.diff); err != nil {
		if before == "absent" {
			os.Remove(t.path)
		}
		return nil, err
	}
	return t.result("dest"), nil
}

// failBytes is failBecause where Python's module names the path as bytes in the error.
func failBytes(err error, message string, pairs ...any) error {
	f := failBecause(err, message, pairs...).(*failure)
	f.cause = strings.Replace(f.cause, ": '", ": b'", 1)
	return f
}

func (t *fileTask) file() (*value.Dict, error) {
	before := stateOf(t.path)
	a := t.fileArgs(t.path)
	if before == "link" && t.followLink {
		t.path = realpath(t.path)
		before = stateOf(t.path)
		a.path = t.path
	}
	if before != "file" && before != "hard" {
		return nil, Fail("file ("+t.path+") is "+before+", cannot continue", "path", value.S(t.path), "state", value.S(before))
	}
	t.startDiff(before, "file")
	if err := t.finish(a, t.diff); err != nil {
		return nil, err
	}
	return t.result("path"), nil
}

func (t *fileTask) directory() (*value.Dict, error) {
	before := stateOf(t.path)
	a := t.fileArgs(t.path)
	if before == "link" && t.followLink {
		t.path = realpath(t.path)
		a.path = t.path
		before = stateOf(t.path)
	}
	t.startDiff(before, "directory")
	switch before {
	case "absent":
		if t.Check {
			t.changed = true
			return t.result("path"), nil
		}
		if err := t.makeDirs(a); err != nil {
			return nil, err
		}
		return t.result("path"), nil
	case "directory":
	default:
		return nil, Fail(t.path+" already exists as a "+before, "path", value.S(t.path))
	}
	if err := t.finish(a, t.diff); err != nil {
		return nil, err
	}
	if t.bool("recurse") {
		if err := t.recurse(t.path, a, 0); err != nil {
			return nil, err
		}
	}
	return t.result("path"), nil
}

// makeDirs makes a directory and its parents; each new one gets the attributes.
func (t *fileTask) makeDirs(a fileArgs) error {
	current := ""
	wrap := func(err error) error {
		var f *failure
		if errors.As(err, &f) {
			return err
		}
		return Fail("There was an issue creating "+current+" as requested: "+strings.Replace(pythonError(err), ": '", ": b'", 1), "path", value.S(t.path))
	}
	for _, name := range strings.Split(strings.Trim(t.path, "/"), "/") {
		current += "/" + name
		if !strings.HasPrefix(t.path, "/") {
			current = strings.TrimLeft(current, "/")
		}
		if exists(current) {
			continue
		}
		if err := t.Change(func() error { return os.Mkdir(current, 0o777) }); err != nil {
			if !(errors.Is(err, os.ErrExist) && isDir(current)) {
				return wrap(err)
			}
		} else {
			t.changed = true
		}
		part := a
		part.path = current
		var err error
		if t.changed, err = t.setAttributes(part, t.changed, t.diff); err != nil {
			return wrap(err)
		}
		touched, err := t.setTimes(a.path, t.times, t.diff)
		if err != nil {
			return wrap(err)
		}
		t.changed = t.changed || touched
	}
	return nil
}

// recurse applies the attributes to all that is in a directory.
func (t *fileTask) recurse(dir string, a fileArgs, depth int) error {
	if depth > 900 {
		return Fail("Could not recursively set attributes on " + dir + ". Original error was: 'maximum recursion depth exceeded'")
	}
	entries, err := readDir(dir)
	if err != nil {
		return nil // like os.walk, which skips what it cannot read
	}
	var below []string
	set := func(path string) error {
		part := a
		part.path = path
		return t.finish(part, nil)
	}
	for _, wantDirs := range []bool{true, false} {
		for _, e := range entries {
			full := joinPath(dir, e.Name())
			link := e.Type()&os.ModeSymlink != 0
			directory := e.IsDir() || link && isDir(full)
			if directory != wantDirs {
				continue
			}
			if err := set(full); err != nil {
				return err
			}
			if directory && !link {
				below = append(below, full)
			}
			if !link || !t.followLink {
				continue
			}
			target, _ := os.Readlink(full)
			target = joinPath(dir, target)
			if !exists(target) {
				continue
			}
			if isDir(target) {
				if err := t.recurse(target, a, depth+1); err != nil {
					return err
				}
			}
			if err := set(target); err != nil {
				return err
			}
		}
	}
	for _, d := range below {
		if err := t.recurse(d, a, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func parseInt(s string) (int, error) {
	var n int
	if _, err := fmt.Sscanf(s, "%d", &n); err != nil || fmt.Sprint(n) != s {
		return 0, errors.New("not a number")
	}
	return n, nil
}
