package module

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/value"
)

func pythonFact(t *testing.T, c *Call) *value.Dict {
	t.Helper()
	result := Invoke(c, Find("ansible.builtin.setup"), value.NewDict("gather_subset", value.NewList(value.S("!all"), value.S("python"))))
	facts, _ := result.Get("ansible_facts")
	d, ok := facts.(*value.Dict)
	if !ok {
		t.Fatal(value.Repr(result))
	}
	p, _ := d.Get("ansible_python")
	python, _ := p.(*value.Dict)
	return python
}

// TestPythonFactsOfTheNamedInterpreter has an interpreter of its own, that tells what it was told to.
func TestPythonFactsOfTheNamedInterpreter(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "python3.99")
	answer := `["3.99.1", "64", {"executable": "` + name + `", "type": "cpython"}]`
	if err := os.WriteFile(name, []byte("#!/bin/sh\necho '"+answer+"'\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if got, _ := pythonFact(t, &Call{Interpreter: name}).Get("executable"); got == nil || value.ToStr(got) != name {
		t.Errorf("by its path: %v", got)
	}
	c := &Call{Interpreter: "python3.99", Env: map[string]string{"PATH": dir + ":" + os.Getenv("PATH")}}
	if got, _ := pythonFact(t, c).Get("executable"); got == nil || value.ToStr(got) != name {
		t.Errorf("by its name: %v", got)
	}
}

// TestBrokenPythonIsAskedOnce puts an interpreter that fails before all others.
func TestBrokenPythonIsAskedOnce(t *testing.T) {
	dir := t.TempDir()
	asked := filepath.Join(dir, "asked")
	if err := os.WriteFile(filepath.Join(dir, "python3.13"), []byte("#!/bin/sh\necho once >>"+asked+"\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		pythonFact(t, &Call{Env: map[string]string{"PATH": dir + ":" + os.Getenv("PATH")}})
	}
	text, err := os.ReadFile(asked)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), "once"); n != 1 {
		t.Errorf("asked %d times", n)
	}
}
