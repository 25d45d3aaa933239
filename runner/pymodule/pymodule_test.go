package pymodule

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rehearse-dev/rehearse/internal/module/pyhost"
)

func TestImports(t *testing.T) {
	source := `
import os, ansible.module_utils.a as a
from ansible.module_utils.basic import AnsibleModule, x as y  # note
try:
    from ansible.module_utils.b import (
        One,   # first
        Two,
    )
except ImportError:
    from ..sibling import \
        deep
from . import near
`
	got := imports(source, "ansible_collections.ns.col.plugins.modules.m", false)
	want := []string{"os", "ansible.module_utils.a", "ansible.module_utils.basic", "ansible.module_utils.basic.AnsibleModule",
		"ansible.module_utils.basic.x", "ansible.module_utils.b", "ansible.module_utils.b.One", "ansible.module_utils.b.Two",
		"ansible_collections.ns.col.plugins.sibling", "ansible_collections.ns.col.plugins.sibling.deep",
		"ansible_collections.ns.col.plugins.modules", "ansible_collections.ns.col.plugins.modules.near"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// fake lays out an ansible-core of our own with the least that the Python host needs: modules print JSON themselves.
func fake(t *testing.T) *Installation {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "lib", "ansible")
	for path, text := range map[string]string{
		"release.py":                       "__version__ = '2.19.0'\n",
		"module_utils/__init__.py":         "",
		"module_utils/basic.py":            "import json\n_ANSIBLE_ARGS = None\ncalls = 0\ndef args():\n    return json.loads(_ANSIBLE_ARGS)['ANSIBLE_MODULE_ARGS']\n",
		"module_utils/extra/__init__.py":   "from ansible.module_utils.extra.deep import value\n",
		"module_utils/extra/deep.py":       "value = 'deep'\n",
		"module_utils/extra/unrelated.py":  "",
		"modules/hello.py":                 "import json, os, sys\nfrom ansible.module_utils import basic\nfrom ansible.module_utils.extra import value\nbasic.calls += 1\nprint(json.dumps(dict(args=basic.args(), value=value, calls=basic.calls, env=os.environ.get('FROM_TASK'), name=__name__)))\nsys.exit(0)\n",
		"modules/stuck.py":                 "import time\nfrom ansible.module_utils import basic\ntime.sleep(600)\n",
		"modules/crash.py":                 "import os\nfrom ansible.module_utils import basic\nos.kill(os.getpid(), 9)\n",
		"modules/old_style_without_use.py": "print('{}')\n",
	} {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	in, err := Find(func(name string) string {
		return map[string]string{"PYTHONPATH": filepath.Dir(dir)}[name]
	})
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func request(t *testing.T, in *Installation, name string, args map[string]any) *pyhost.Request {
	t.Helper()
	m, err := in.Build(Source{Path: in.BuiltinModule(name), Name: name})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	base, err := pyhost.Archive(dir, m.Base.Hash, bytes.NewReader(m.Base.Bytes))
	if err != nil {
		t.Fatal(err)
	}
	payload, err := pyhost.Archive(dir, m.Payload.Hash, bytes.NewReader(m.Payload.Bytes))
	if err != nil {
		t.Fatal(err)
	}
	params, err := json.Marshal(map[string]any{"ANSIBLE_MODULE_ARGS": args})
	if err != nil {
		t.Fatal(err)
	}
	return &pyhost.Request{Interpreter: "python3", Base: base, Payload: payload, FQN: m.FQN, Params: string(params), Env: map[string]string{"FROM_TASK": "yes"}}
}

func TestAModuleRunsInAForkOfItsOwn(t *testing.T) {
	in := fake(t)
	var pool pyhost.Pool
	defer pool.Close()
	r := request(t, in, "hello", map[string]any{"text": "grüße"})
	for range 2 { // state of the first call must not be there in the second
		reply, err := pool.Run(context.Background(), r)
		if err != nil {
			t.Fatal(err)
		}
		want := `{"args": {"text": "gr\u00fc\u00dfe"}, "value": "deep", "calls": 1, "env": "yes", "name": "__main__"}`
		if got := strings.TrimSpace(string(reply.Stdout)); got != want || reply.RC != 0 {
			t.Errorf("rc %d\ngot  %s\nwant %s\n%s", reply.RC, got, want, reply.Stderr)
		}
	}
}

func TestACancelledModuleIsKilled(t *testing.T) {
	in := fake(t)
	var pool pyhost.Pool
	defer pool.Close()
	for _, after := range []time.Duration{0, time.Millisecond, 200 * time.Millisecond} { // before, while and after the fork sets itself up
		ctx, cancel := context.WithTimeout(context.Background(), after)
		if _, err := pool.Run(ctx, request(t, in, "stuck", nil)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("after %s: %v", after, err)
		}
		cancel()
	}
}

func TestACrashedModuleIsReported(t *testing.T) {
	in := fake(t)
	var pool pyhost.Pool
	defer pool.Close()
	reply, err := pool.Run(context.Background(), request(t, in, "crash", nil))
	if err != nil || reply.RC != -9 {
		t.Errorf("got %+v, %v; want rc -9", reply, err)
	}
	if reply, err = pool.Run(context.Background(), request(t, in, "hello", nil)); err != nil || reply.RC != 0 {
		t.Errorf("the next call: %+v, %v", reply, err)
	}
}

func TestWhatCannotRun(t *testing.T) {
	in := fake(t)
	if _, err := in.Build(Source{Path: in.BuiltinModule("old_style_without_use"), Name: "old"}); err == nil || !strings.Contains(err.Error(), "not a Python module that imports") {
		t.Errorf("a module of another kind: %v", err)
	}
	var pool pyhost.Pool
	defer pool.Close()
	r := request(t, in, "hello", nil)
	r.Interpreter = "/nowhere/python3"
	var none *pyhost.NoInterpreter
	if _, err := pool.Run(context.Background(), r); !errors.As(err, &none) || none.Interpreter != r.Interpreter {
		t.Errorf("no interpreter: %v", err)
	}
	if _, err := Find(func(string) string { return "" }); err != nil && !errors.Is(err, ErrNoInstallation) {
		t.Errorf("no installation: %v", err)
	}
}

func TestPayloadHasWhatIsImportedAndNoMore(t *testing.T) {
	in := fake(t)
	m, err := in.Build(Source{Path: in.BuiltinModule("hello"), Name: "hello"})
	if err != nil {
		t.Fatal(err)
	}
	again, err := in.Build(Source{Path: in.BuiltinModule("hello"), Name: "hello"})
	if err != nil || again.Payload.Hash != m.Payload.Hash {
		t.Errorf("a second build gives %s, want %s (%v)", again.Payload.Hash, m.Payload.Hash, err)
	}
	var names []string
	for name := range m.Payload.names {
		names = append(names, name)
	}
	slices.Sort(names)
	want := []string{"ansible/module_utils/extra/__init__.py", "ansible/module_utils/extra/deep.py", "ansible/modules/__init__.py", "ansible/modules/hello.py"}
	if !slices.Equal(names, want) {
		t.Errorf("got %q, want %q", names, want)
	}
}
