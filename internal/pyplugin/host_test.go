package pyplugin

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// plainHost is a host without ansible-core.
func plainHost(t testing.TB) *Host {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3 on this machine")
	}
	h := New(func() (Options, error) {
		return Options{Python: python, Env: os.Environ(), Dir: t.TempDir()}, nil
	})
	t.Cleanup(func() { h.Close() })
	return h
}

// coreHost is a host with the ansible-core that is installed.
func coreHost(t testing.TB, dirs ...string) *Host {
	t.Helper()
	path, err := exec.LookPath("ansible-playbook")
	if err != nil {
		t.Skip("there is no ansible-core on this machine")
	}
	python := filepath.Join(filepath.Dir(path), "python")
	if _, err := os.Stat(python); err != nil {
		t.Skip("the ansible-core on this machine has no python beside it")
	}
	h := New(func() (Options, error) {
		return Options{Python: python, Library: "", Env: os.Environ(), Dir: t.TempDir(), Setup: value.NewDict("directories", value.Strings(dirs))}, nil
	})
	t.Cleanup(func() { h.Close() })
	return h
}

func TestFilterOfAProject(t *testing.T) {
	dir := t.TempDir()
	os.MkdirAll(filepath.Join(dir, "filter_plugins"), 0o755)
	os.WriteFile(filepath.Join(dir, "filter_plugins", "x.py"), []byte("def up(v, n=1):\n    return v.upper() * n\nclass FilterModule:\n    def filters(self):\n        return {'up': up}\n"), 0o644)
	h := coreHost(t, dir)
	v, err := h.Call(context.Background(), "jinja_plugins.run", value.NewDict("kind", value.S("filter"), "name", value.S("up"),
		"args", value.NewList(value.S("a")), "kwargs", value.NewDict("n", value.Int(3))), nil)
	if err != nil {
		t.Fatal(err)
	}
	if s := value.ToStr(v); s != "AAA" {
		t.Errorf("got %q", s)
	}
}

func BenchmarkFilter(b *testing.B) {
	dir := b.TempDir()
	os.MkdirAll(filepath.Join(dir, "filter_plugins"), 0o755)
	os.WriteFile(filepath.Join(dir, "filter_plugins", "x.py"), []byte("def up(v, n=1):\n    return v.upper() * n\nclass FilterModule:\n    def filters(self):\n        return {'up': up}\n"), 0o644)
	h := coreHost(b, dir)
	if _, err := h.Call(context.Background(), "jinja_plugins.find", value.NewDict("kind", value.S("filter"), "name", value.S("up")), nil); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := h.Call(context.Background(), "jinja_plugins.run", value.NewDict("kind", value.S("filter"), "name", value.S("up"),
			"args", value.NewList(value.S("a")), "kwargs", value.NewDict("n", value.Int(3))), nil); err != nil {
			b.Fatal(err)
		}
	}
}
