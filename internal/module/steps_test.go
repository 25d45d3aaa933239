//go:build linux

package module

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"syscall"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// scenario is what gen/steps.py recorded: steps that run one after the other in one directory.
type scenario struct {
	Name      string
	Path      string
	Files     map[string]string
	Links     map[string]string
	Hardlinks map[string]string
	Modes     map[string]string
	Dirs      []string
	Steps     []step
}

type step struct {
	Module              string
	Args, Result        json.RawMessage
	Check, Diff, Action bool
	Tree                map[string]string
}

// TestSteps runs what ansible-core's modules ran and compares results and the files that are left, key by key.
func TestSteps(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("the results were recorded as root")
	}
	if umask() != 0o022 {
		t.Skip("the results were recorded with umask 022")
	}
	files, err := filepath.Glob("testdata/steps/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no recorded steps")
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var scenarios []scenario
		if err := json.Unmarshal(text, &scenarios); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(file, "accounts") && !exists("/etc/debian_version") {
			continue // it changes accounts that Debian has
		}
		for _, s := range scenarios {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".json")+"/"+s.Name, func(t *testing.T) { s.run(t) })
		}
	}
}

func (s *scenario) run(t *testing.T) {
	root := t.TempDir()
	if err := os.Chmod(root, 0o755); err != nil {
		t.Fatal(err)
	}
	s.prepare(t, root)
	t.Chdir(root)
	t.Setenv("HOME", "/root")
	t.Setenv("LANG", "C.UTF-8")
	t.Setenv("LC_ALL", "C.UTF-8")
	if s.Path != "" {
		t.Setenv("PATH", filepath.Join(root, s.Path)+":"+os.Getenv("PATH"))
	}
	for i, st := range s.Steps {
		got := st.invoke(t, root)
		label := fmt.Sprintf("step %d: %s %s check=%v diff=%v", i+1, st.Module, st.Args, st.Check, st.Diff)
		compare(t, label, normal(got, root), st.Result, st.Action)
		if left := treeOf(t, root); !equalTrees(left, st.Tree) {
			t.Errorf("%s: files\n%s", label, treeDiff(left, st.Tree))
		}
	}
}

func latin1(s string) []byte {
	var b []byte
	for _, r := range s {
		b = append(b, byte(r))
	}
	return b
}

func (s *scenario) prepare(t *testing.T, root string) {
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, d := range s.Dirs {
		check(os.MkdirAll(filepath.Join(root, d), 0o777))
	}
	for name, text := range s.Files {
		path := filepath.Join(root, name)
		check(os.MkdirAll(filepath.Dir(path), 0o777))
		check(os.WriteFile(path, latin1(strings.ReplaceAll(text, "@DIR@", root)), 0o666))
	}
	for name, target := range s.Links {
		check(os.Symlink(strings.ReplaceAll(target, "@DIR@", root), filepath.Join(root, name)))
	}
	for name, target := range s.Hardlinks {
		check(os.Link(filepath.Join(root, target), filepath.Join(root, name)))
	}
	for name, mode := range s.Modes {
		m, err := wantedMode(value.S(mode), 0)
		check(err)
		check(syscall.Chmod(filepath.Join(root, name), m))
	}
}

// invoke runs the step. The copy action is what the controller makes of it: CopyFile with the content as a blob.
func (st *step) invoke(t *testing.T, root string) *value.Dict {
	v, err := value.FromJSON(bytes.ReplaceAll(st.Args, []byte("@DIR@"), []byte(root)))
	if err != nil {
		t.Fatal(err)
	}
	args := v.(*value.Dict)
	c := &Call{Check: st.Check, Diff: st.Diff, TmpDir: t.TempDir(), Name: st.Module}
	m := Find("ansible.builtin." + strings.TrimPrefix(st.Module, "ansible.builtin."))
	if st.Action {
		content, _ := args.Get("content")
		args.Delete(value.S("content"))
		dest, _ := args.Get("dest")
		args.Put("_blob", value.S("key"))
		args.Put("_content", value.Bool(true))
		args.Put("_original_basename", value.S(".tmp"))
		args.Put("src", value.S("@REMOTE@/.source"+filepath.Ext(value.ToStr(dest))))
		c.Blob = func(string) (io.ReadSeeker, error) { return strings.NewReader(value.ToStr(content)), nil }
		m = Find(CopyFile)
	}
	if m == nil {
		t.Fatalf("%s is not native", st.Module)
	}
	return Invoke(c, m, args)
}

var (
	backupName = regexp.MustCompile(`\.\d+\.\d{4}-\d\d-\d\d@\d\d:\d\d:\d\d~`)
	randomText = regexp.MustCompile(`(\.ansible_tmp|tmp|ansible\.)[a-z0-9_]{8}([^a-z0-9_]|\b)`)
)

// normal replaces what differs from run to run, as the recorder does.
func normal(v value.Value, root string) value.Value {
	switch v := v.(type) {
	case value.Str:
		s := strings.ReplaceAll(v.S, root, "@DIR@")
		s = backupName.ReplaceAllString(s, ".@BACKUP@")
		s = randomText.ReplaceAllString(s, "${1}@RANDOM@${2}")
		if before, _, found := strings.Cut(s, "Valid booleans include: "); found {
			s = before + "Valid booleans include: @WORDS@"
		}
		return value.S(s)
	case *value.List:
		out := &value.List{Items: []value.Value{}}
		for _, item := range v.Items {
			out.Items = append(out.Items, normal(item, root))
		}
		return out
	case *value.Dict:
		out := &value.Dict{}
		for k, item := range v.RawAll() {
			out.Set(normal(k, root), normal(item, root))
		}
		return out
	}
	return v
}

// volatile are keys whose values differ from run to run; they have to be there.
var volatile = map[string]bool{"atime": true, "mtime": true, "ctime": true, "inode": true, "dev": true, "version": true, "blocks": true,
	"start": true, "end": true, "delta": true, "ssh_key_comment": true}

// compare checks that a result has the keys and values that were recorded.
func compare(t *testing.T, label string, got value.Value, recorded json.RawMessage, action bool) {
	t.Helper()
	want, err := value.FromJSON(recorded)
	if err != nil {
		t.Fatal(err)
	}
	if action { // what the action adds on the controller
		if exists, _ := got.(*value.Dict).Get("_exists"); exists != nil {
			return
		}
		for _, key := range []string{"dest", "stdout_lines", "stderr_lines"} {
			if _, ok := got.(*value.Dict).Get(key); !ok {
				want.(*value.Dict).Delete(value.S(key))
			}
		}
		for _, d := range []value.Value{got, want} {
			d := d.(*value.Dict)
			d.Delete(value.S("invocation"))
			if failed, _ := d.Get("failed"); failed == value.Value(value.Bool(false)) {
				d.Delete(value.S("failed"))
			}
			for _, key := range []string{"changed", "msg", CauseKey, CrashKey} {
				if f, _ := d.Get("failed"); f == value.Value(value.Bool(true)) {
					d.Delete(value.S(key))
				}
			}
		}
	}
	var diffs []string
	difference("", got, want, &diffs)
	if diffs != nil {
		t.Errorf("%s\n  %s", label, strings.Join(diffs, "\n  "))
	}
}

func difference(path string, got, want value.Value, out *[]string) {
	note := func(format string, args ...any) { *out = append(*out, fmt.Sprintf(path+": "+format, args...)) }
	switch w := want.(type) {
	case *value.Dict:
		g, ok := got.(*value.Dict)
		if !ok {
			note("is %s, want %s", value.Repr(got), value.Repr(want))
			return
		}
		for k, v := range w.RawAll() {
			name := value.ToStr(k)
			mine, ok := g.Get(name)
			if !ok {
				note("%s is missing, want %s", name, value.Repr(v))
				continue
			}
			if volatile[name] || name == "size" && ofLink(w) { // the length of a path that differs from run to run
				continue
			}
			difference(path+"."+name, mine, v, out)
		}
		for k, v := range g.RawAll() {
			if _, ok := w.Get(value.ToStr(k)); !ok {
				note("%s is too much: %s", value.ToStr(k), value.Repr(v))
			}
		}
	case *value.List:
		g, ok := got.(*value.List)
		if !ok || len(g.Items) != len(w.Items) {
			note("is %s, want %s", value.Repr(got), value.Repr(want))
			return
		}
		for i := range w.Items {
			difference(fmt.Sprintf("%s[%d]", path, i), g.Items[i], w.Items[i], out)
		}
	default:
		if value.Repr(got) != value.Repr(want) {
			note("is %s, want %s", value.Repr(got), value.Repr(want))
		}
	}
}

func ofLink(d *value.Dict) bool {
	state, _ := d.Get("state")
	is, _ := d.Get("islnk")
	return state == value.Value(value.S("link")) || is == value.Value(value.Bool(true))
}

func treeOf(t *testing.T, root string) map[string]string {
	out := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == root {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		st, err := lstat(path)
		if err != nil {
			return err
		}
		text := ""
		switch st.Mode & syscall.S_IFMT {
		case syscall.S_IFLNK:
			target, _ := os.Readlink(path)
			text = "link " + target
		case syscall.S_IFDIR:
			text = "dir " + fourDigits(st.Mode)
		default:
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			text = fmt.Sprintf("file %s %d %s", fourDigits(st.Mode), st.Nlink, widen(strings.ReplaceAll(string(b), root, "@DIR@")))
		}
		out[value.ToStr(normal(value.S(rel), root))] = value.ToStr(normal(value.S(text), root))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func equalTrees(a, b map[string]string) bool { return treeDiff(a, b) == "" }

func treeDiff(got, want map[string]string) string {
	var lines []string
	for path, text := range want {
		if got[path] != text {
			lines = append(lines, fmt.Sprintf("  %s is %q, want %q", path, got[path], text))
		}
	}
	for path, text := range got {
		if _, ok := want[path]; !ok {
			lines = append(lines, fmt.Sprintf("  %s is too much: %q", path, text))
		}
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}
