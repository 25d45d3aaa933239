package lsp

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/source"
)

// listings counts how often directories are listed.
type listings struct {
	source.OS
	mu    sync.Mutex
	times map[string]int
}

func (l *listings) ReadDir(path string) ([]fs.DirEntry, error) {
	l.mu.Lock()
	l.times[path]++
	l.mu.Unlock()
	return l.OS.ReadDir(path)
}

// A project is read once, in however many of its directories files are opened.
func TestProjectIsReadOnce(t *testing.T) {
	files := map[string]string{"ansible.cfg": "", "unrelated/deep/x.yml": "a: 1\n"}
	const roles = 12
	for i := range roles {
		files[fmt.Sprintf("roles/r%d/tasks/main.yml", i)] = "- ansible.builtin.debug:\n"
		files[fmt.Sprintf("roles/r%d/defaults/main.yml", i)] = "a: {\n"
	}
	count := &listings{times: map[string]int{}}
	c := open(t, files, func(o *Options) { o.FS = count })
	for i := range roles {
		for _, part := range []string{"tasks", "defaults"} {
			name := fmt.Sprintf("roles/r%d/%s/main.yml", i, part)
			c.didOpen(name, 1, files[name])
			if d := c.diagnostics(name, 1); (part == "defaults") != (len(d.Diagnostics) > 0 && d.Diagnostics[0].Severity == 1) {
				t.Errorf("%s: %+v", name, d.Diagnostics)
			}
		}
	}
	count.mu.Lock()
	defer count.mu.Unlock()
	if n := count.times[c.path("unrelated/deep")]; n == 0 || n > 3 { // by the project, and by what looks for modules
		t.Errorf("listed %d times for %d open files", n, 2*roles)
	}
}

// What a file on disk changes for other files is shown for those that are open, though their own text is the same.
func TestConfigurationOnDiskReachesOpenFiles(t *testing.T) {
	files := map[string]string{"ansible.cfg": "", "a.yml": "- hosts: all\n  become: yes\n", "b.yml": "- hosts: all\n  become: no\n"}
	c := open(t, files)
	truthy := func(d published) bool {
		for _, x := range d.Diagnostics {
			if x.Code == "yaml[truthy]" {
				return true
			}
		}
		return false
	}
	for _, name := range []string{"a.yml", "b.yml"} {
		c.didOpen(name, 1, files[name])
		if d := c.diagnostics(name, 1); !truthy(d) {
			t.Fatalf("%s: %+v", name, d.Diagnostics)
		}
	}
	if err := os.WriteFile(filepath.Join(c.dir, ".ansible-lint"), []byte("skip_list: [yaml]\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	c.notify("workspace/didChangeWatchedFiles", map[string]any{"changes": []any{map[string]any{"uri": c.uri(".ansible-lint"), "type": 1}}})
	told := map[string]bool{}
	for len(told) < 2 {
		c.note("textDocument/publishDiagnostics", func(p json.RawMessage) bool {
			var d published
			if err := json.Unmarshal(p, &d); err != nil || truthy(d) {
				return false
			}
			told[d.URI] = true
			return true
		})
	}
}

// The file that changed last is checked first, and each of them once.
func TestLastChangedIsCheckedFirst(t *testing.T) {
	c := newChecks(nil)
	for _, p := range []string{"a", "b", "c", "a", "d", "b"} {
		c.changed(p)
	}
	c.closed(&Document{Path: "d"})
	var got []string
	for p := c.next(); p != ""; p = c.next() {
		got = append(got, p)
	}
	if want := []string{"b", "a", "c"}; !slices.Equal(got, want) {
		t.Errorf("%v, not %v", got, want)
	}
	if want := []string{"b", "d", "a", "c"}; !slices.Equal(c.recent, want) {
		t.Errorf("recent %v, not %v", c.recent, want)
	}
}
