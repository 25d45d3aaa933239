//go:build linux

package module

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// TestFactsLikeAnsible gathers the facts of this machine with an installed ansible-core and compares names, types and all
// values that do not move.
func TestFactsLikeAnsible(t *testing.T) {
	program, err := exec.LookPath("ansible")
	if err != nil || testing.Short() {
		t.Skip("no ansible in PATH")
	}
	script, err := os.ReadFile(program)
	if err != nil {
		t.Skip(err)
	}
	line, _, _ := strings.Cut(string(script), "\n")
	python := strings.TrimSpace(strings.TrimPrefix(line, "#!"))
	cmd := exec.Command(python, "-c", `
from ansible.module_utils.testing import patch_module_args
with patch_module_args({'_ansible_module_name': 'setup', '_ansible_no_log': True}):
    import ansible.modules.setup
    ansible.modules.setup.main()
`)
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("the setup module of %s cannot be run: %v", program, err)
	}
	lines := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	v, err := value.FromJSON(lines[len(lines)-1])
	if err != nil {
		t.Fatal(err)
	}
	want, _ := v.(*value.Dict).Get("ansible_facts")
	got, _ := Invoke(&Call{Interpreter: python}, Find("ansible.builtin.setup"), &value.Dict{}).Get("ansible_facts")
	compareFacts(t, "", got, want)
}

// moving are facts that change from one moment to the next, or with the program that asks.
var moving = map[string]bool{"ansible_date_time": true, "ansible_env": true, "ansible_loadavg": true, "ansible_memfree_mb": true, "ansible_memory_mb": true,
	"ansible_swapfree_mb": true, "ansible_mounts": true, "ansible_uptime_seconds": true, "ansible_interfaces": true, "executable": true, "ansible_devices": true}

func compareFacts(t *testing.T, path string, got, want value.Value) {
	w, ok := want.(*value.Dict)
	g, same := got.(*value.Dict)
	if !ok {
		if value.Repr(got) != value.Repr(want) && !sameItems(got, want) {
			t.Errorf("%s is %s, want %s", path, value.Repr(got), value.Repr(want))
		}
		return
	}
	if !same {
		t.Errorf("%s is %s, want a dict", path, value.Repr(got))
		return
	}
	for k, v := range w.RawAll() {
		name := value.ToStr(k)
		mine, ok := g.Get(name)
		switch {
		case !ok:
			t.Errorf("%s.%s is missing, want %s", path, name, value.Repr(v))
		case mine.TypeName() != v.TypeName():
			t.Errorf("%s.%s is a %s, want a %s", path, name, mine.TypeName(), v.TypeName())
		case !moving[name]:
			compareFacts(t, path+"."+name, mine, v)
		}
	}
	for k := range g.RawAll() {
		if _, ok := w.GetValue(k); !ok {
			t.Errorf("%s.%s is too much", path, value.ToStr(k))
		}
	}
}

// sameItems compares lists that Python makes of sets.
func sameItems(a, b value.Value) bool {
	x, ok1 := a.(*value.List)
	y, ok2 := b.(*value.List)
	if !ok1 || !ok2 || len(x.Items) != len(y.Items) {
		return false
	}
	var set value.Set
	for _, item := range x.Items {
		set.Add(item)
	}
	for _, item := range y.Items {
		if !set.Has(item) {
			return false
		}
	}
	return true
}

func TestGatherSubset(t *testing.T) {
	tests := []struct {
		subset  []string
		with    []string
		without []string
	}{
		{[]string{"all"}, []string{"hardware", "network", "platform", "virtual"}, nil},
		{[]string{"!all"}, []string{"platform", "distribution", "env", "service_mgr"}, []string{"hardware", "network", "virtual", "loadavg", "chroot"}},
		{[]string{"!all", "!min"}, nil, []string{"platform", "env", "hardware"}},
		{[]string{"!all", "!min", "network"}, []string{"network", "platform", "distribution"}, []string{"env", "hardware"}},
		{[]string{"!all", "!min", "default_ipv4"}, []string{"network"}, []string{"hardware"}},
		{[]string{"!hardware"}, []string{"platform"}, []string{"hardware", "network"}},
		{[]string{"min", "!env"}, []string{"platform"}, []string{"env", "hardware"}},
		{[]string{"hardware"}, []string{"hardware", "platform", "env"}, []string{"network"}},
	}
	for _, test := range tests {
		run, err := chosen(collectors(), test.subset)
		if err != nil {
			t.Errorf("%v: %v", test.subset, err)
			continue
		}
		for _, name := range test.with {
			if !run[name] {
				t.Errorf("%v leaves %s out", test.subset, name)
			}
		}
		for _, name := range test.without {
			if run[name] {
				t.Errorf("%v gathers %s", test.subset, name)
			}
		}
	}
	if _, err := chosen(collectors(), []string{"nonsense"}); err == nil || !strings.HasPrefix(err.Error(), "Bad subset 'nonsense' given to Ansible. gather_subset options allowed: all, all_ipv4_addresses, ") {
		t.Errorf("error %v", err)
	}
}

func TestLocalFacts(t *testing.T) {
	dir := t.TempDir()
	for name, file := range map[string]struct {
		text string
		mode os.FileMode
	}{
		"a.fact":   {`{"x": [1, 2]}`, 0o644},
		"b.fact":   {"[general]\nName=v %(other)s\nother = o\n[s2]\nk: v\n", 0o644},
		"c.fact":   {"#!/bin/sh\necho '{\"run\": true}'\n", 0o755},
		"d.fact":   {"no section\n", 0o644},
		"d2.fact":  {"[s]\nvalue = this is a % bad % fact\n", 0o644},
		"e.fact":   {"#!/bin/sh\necho no >&2; exit 3\n", 0o755},
		"skip.txt": {"{}", 0o644},
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(file.text), file.mode); err != nil {
			t.Fatal(err)
		}
	}
	r := Invoke(&Call{}, Find("ansible.builtin.setup"), value.NewDict("gather_subset", value.Strings([]string{"!all", "!min", "local"}), "fact_path", value.S(dir)))
	facts, _ := r.Get("ansible_facts")
	local, _ := facts.(*value.Dict).Get("ansible_local")
	want := "{'a': {'x': [1, 2]}, 'b': {'general': {'name': 'v o', 'other': 'o'}, 's2': {'k': 'v'}}, 'c': {'run': True}, 'd': 'error loading facts as JSON or ini - please check content: " +
		dir + "/d.fact', 'd2': \"error loading facts as ini - please check content: " + dir + "/d2.fact ('%' must be followed by '%' or '(', found: '% bad % fact')\", 'e': 'Failure executing fact script (" + dir + "/e.fact), rc: 3, err: no\\n'}"
	if got := value.Repr(local); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if warnings, _ := r.Get("warnings"); warnings == nil || len(warnings.(*value.List).Items) != 3 {
		t.Errorf("warnings: %v", warnings)
	}
}
