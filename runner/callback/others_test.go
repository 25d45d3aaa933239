package callback

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

// tick is a clock that moves a quarter of a second with each look.
func tick() func() time.Time {
	now := time.Date(2026, 11, 21, 8, 17, 36, 0, time.UTC)
	return func() time.Time {
		now = now.Add(250 * time.Millisecond)
		return now
	}
}

// sample is a short play: a command, a debug, a failure that is ignored, a skip, a module that fails.
func sample() []Event {
	task := func(id int, name, action string) *Task {
		return &Task{ID: id, Name: name, Action: action, Path: "/p/cb.yml:5", UUID: "u" + name}
	}
	events := []Event{PlaybookStart{File: "/p/cb.yml"}, PlayStart{Name: "First", UUID: "play", Path: "/p/cb.yml:1"}}
	add := func(t *Task, status Status, ignored bool, f *fault.Fault, pairs ...any) {
		d := value.NewDict(pairs...)
		d.Put("_ansible_no_log", value.Bool(false))
		events = append(events, TaskStart{t}, HostStart{"a", t}, TaskResult{Result{Host: "a", Task: t, Dict: d, Fault: f}, status, ignored})
	}
	no, yes := value.Bool(false), value.Bool(true)
	add(task(1, "command", "command"), OK, false, nil, "changed", yes, "rc", value.Int(0), "stdout", value.S("hi a"), "stderr", value.S(""), "msg", value.S(""))
	add(task(2, "debug", "debug"), OK, false, nil, "msg", value.S("hello"), "changed", no, "_ansible_verbose_always", yes)
	add(task(3, "fails", "shell"), Failed, true, &fault.Fault{Msg: "Task failed: Module failed: non-zero return code"},
		"changed", yes, "rc", value.Int(3), "stdout", value.S("out"), "stderr", value.S("err"), "msg", value.S("non-zero return code"), "failed", yes)
	add(task(4, "skipped", "command"), Skipped, false, nil, "changed", no, "skipped", yes, "skip_reason", value.S("Conditional result was False"))
	add(task(5, "bad arg", "stat"), Failed, true, nil, "changed", no, "msg", value.S("missing required arguments: path"), "failed", yes)
	add(task(6, "stat", "stat"), OK, false, nil, "changed", no, "stat", value.NewDict("exists", no), "invocation", value.NewDict("module_args", &value.Dict{}))
	return append(events, Stats{Hosts: []Recap{{Host: "a", OK: 5, Changed: 2, Skipped: 1, Ignored: 2}}})
}

func play(c Callback, d *Display) {
	for _, e := range sample() {
		c.Event(e)
	}
	d.Flush()
}

func display() (*Display, *bytes.Buffer, *bytes.Buffer) {
	var out, err bytes.Buffer
	return NewDisplay(&out, &err, 80, false), &out, &err
}

// TestDebugCallback compares with what ansible-core 2.19.14 prints for such results with ANSIBLE_STDOUT_CALLBACK=debug, whatever
// result_format says.
func TestDebugCallback(t *testing.T) {
	d, out, _ := display()
	c, err := NewStdout("debug", d, Settings{Options: Options{Format: Format{YAML: true}}})
	if err != nil {
		t.Fatal(err)
	}
	play(c, d)
	for _, want := range []string{
		"changed: [a]\n\nTASK [debug]",
		"ok: [a] => {}\n\nMSG:\n\nhello\n\nTASK",
		"fatal: [a]: FAILED! => {\n    \"changed\": true,\n    \"rc\": 3\n}\n\nSTDOUT:\n\nout\n\n\nSTDERR:\n\nerr\n\n\nMSG:\n\nnon-zero return code\n...ignoring\n",
		"fatal: [a]: FAILED! => {\n    \"changed\": false\n}\n\nMSG:\n\nmissing required arguments: path\n...ignoring\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
}

// What ansible-core 2.19.14 prints for such a play with ANSIBLE_STDOUT_CALLBACK=minimal and oneline.
func TestTextCallbacks(t *testing.T) {
	for name, want := range map[string]string{
		"minimal": `a | CHANGED | rc=0 >>
hi a
a | SUCCESS => {
    "msg": "hello"
}
[ERROR]: Task failed: Module failed: non-zero return code
a | FAILED | rc=3 >>
outerrnon-zero return code
a | SKIPPED
a | FAILED! => {
    "changed": false,
    "msg": "missing required arguments: path"
}
a | SUCCESS => {
    "changed": false,
    "stat": {
        "exists": false
    }
}
`,
		"oneline": `a | CHANGED | rc=0 | (stdout) hi a
a | SUCCESS => {    "changed": false,    "msg": "hello"}
a | FAILED | rc=3 | (stdout) out (stderr) err
a | FAILED! => {"changed": true,"msg": "non-zero return code","rc": 3,"stderr": "err","stdout": "out"}
a | SKIPPED
a | FAILED! => {"changed": false,"msg": "missing required arguments: path"}
a | SUCCESS => {"changed": false,"stat": {"exists": false}}
`,
	} {
		d, out, stderr := display()
		d.Deprecations = true
		c, err := NewStdout(name, d, Settings{})
		if err != nil {
			t.Fatal(err)
		}
		play(c, d)
		if out.String() != want {
			t.Errorf("%s:\n%s\nwant\n%s", name, out, want)
		}
		if said := strings.Contains(stderr.String(), "The oneline callback plugin is deprecated. This feature will be removed from ansible-core version 2.23."); said != (name == "oneline") {
			t.Errorf("%s on the error stream: %s", name, stderr)
		}
	}
}

func TestJSONReport(t *testing.T) {
	d, out, _ := display()
	play(&JSONReport{Display: d, Now: tick(), Indent: 4}, d)
	v, err := value.FromJSON(out.Bytes())
	if err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	get := func(path ...any) string {
		cur := v
		for _, p := range path {
			switch p := p.(type) {
			case string:
				cur, _ = cur.(*value.Dict).Raw(p)
			case int:
				cur = cur.(*value.List).Items[p]
			}
		}
		b, _ := value.ToJSON(cur, value.JSONOptions{SortKeys: true})
		return string(b)
	}
	for _, c := range []struct {
		path []any
		want string
	}{
		{[]any{"plays", 0, "play"}, `{"duration": {"end": "2026-11-21T08:17:39.250000Z", "start": "2026-11-21T08:17:36.250000Z"}, "id": "play", "name": "First", "path": "/p/cb.yml:1"}`},
		{[]any{"plays", 0, "tasks", 1, "hosts", "a"}, `{"_ansible_no_log": false, "_ansible_verbose_always": true, "action": "debug", "changed": false, "msg": "hello"}`},
		{[]any{"plays", 0, "tasks", 2, "hosts", "a", "exception"}, `"(traceback unavailable)"`},
		{[]any{"plays", 0, "tasks", 3, "hosts", "a"}, `{"_ansible_no_log": false, "action": "command", "changed": false, "skip_reason": "Conditional result was False", "skipped": true}`},
		{[]any{"stats"}, `{"a": {"changed": 2, "failures": 0, "ignored": 2, "ok": 5, "rescued": 0, "skipped": 1, "unreachable": 0}}`},
		{[]any{"custom_stats"}, `{}`},
	} {
		if got := get(c.path...); got != c.want {
			t.Errorf("%v\ngot  %s\nwant %s", c.path, got, c.want)
		}
	}
	if !strings.HasPrefix(out.String(), "{\n    \"custom_stats\": {},\n") {
		t.Errorf("layout: %.80s", out)
	}
}

func TestEventsAreOneObjectALine(t *testing.T) {
	d, out, _ := display()
	play(&Events{Display: d, Now: tick()}, d)
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != len(sample()) {
		t.Fatalf("%d lines, want %d", len(lines), len(sample()))
	}
	for _, l := range lines {
		if v, err := value.FromJSON([]byte(l)); err != nil || v.TypeName() != "dict" {
			t.Errorf("%v in %s", err, l)
		}
	}
	if want := `"host": "a", "task": "debug", "action": "debug", "path": "/p/cb.yml:5", "handler": false, "changed": false, "result": {"msg": "hello", "changed": false}, "status": "ok", "ignored": false}`; !strings.HasSuffix(lines[7], want) {
		t.Errorf("got  %s\nwant ...%s", lines[7], want)
	}
}

func TestTimes(t *testing.T) {
	d, out, _ := display()
	play(All{&Timer{Display: d, Now: tick()}, &ProfileTasks{Display: d, Now: tick()}}, d)
	for _, want := range []string{
		"\nPLAYBOOK RECAP *****************************************************************\n",
		"Playbook run took 0 days, 0 hours, 0 minutes, 0 seconds\n",
		"Saturday 21 November 2026  08:17:36 +0000 (0:00:00.250)       0:00:00.250 ***** \n",
		"\nTASKS RECAP ********************************************************************\n",
		"\n" + strings.Repeat("=", 79) + " \n",
		"\nstat " + strings.Repeat("-", 68) + " 0.50s\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
}

func TestTreeKeepsTheLastResultOfAHost(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tree")
	d, _, stderr := display()
	play(&Tree{Default{Display: d}, dir}, d)
	got, err := os.ReadFile(filepath.Join(dir, "a"))
	if want := `{"changed": false, "stat": {"exists": false}}`; err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	play(&Tree{Default{Display: d}, file}, d)
	if !strings.Contains(stderr.String(), "Unable to write to 'a's file") {
		t.Errorf("a directory that cannot be made: %s", stderr)
	}
}

func TestJUnitReport(t *testing.T) {
	dir := t.TempDir()
	d, _, _ := display()
	c := JUnitFromEnv(d, Options{}, func(name string) string {
		return map[string]string{"JUNIT_OUTPUT_DIR": dir, "JUNIT_TASK_RELATIVE_PATH": "/p/sub", "JUNIT_REPLACE_OUT_OF_TREE_PATH": "out:", "JUNIT_FAIL_ON_IGNORE": "true"}[name]
	})
	c.Now = tick()
	play(c, d)
	files, _ := filepath.Glob(filepath.Join(dir, "cb-*.xml"))
	if len(files) != 1 {
		t.Fatalf("files: %v", files)
	}
	got, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<?xml version="1.0" ?>` + "\n<testsuites disabled=\"0\" errors=\"1\" failures=\"1\" tests=\"6\" time=\"1.5\">\n",
		"\t\t<testcase classname=\"out:cb.yml:5\" name=\"[a] First: debug\" time=\"0.25\">\n\t\t\t<system-out>",
		`<skipped>Conditional result was False</skipped>`,
		`<error message="Task failed: Module failed: non-zero return code" type="error">`,
		`<failure message="missing required arguments: path" type="failure">`,
	} {
		if !strings.Contains(string(got), want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
}

func TestUnknownCallbacksAreNamed(t *testing.T) {
	d, _, _ := display()
	if _, err := NewStdout("fancy", d, Settings{}); err == nil || !strings.Contains(err.Error(), `"fancy" is not supported: there are default,`) {
		t.Errorf("stdout: %v", err)
	}
	if _, err := NewEnabled("slack", d, Settings{}); err == nil || !strings.Contains(err.Error(), `"slack" is not supported`) {
		t.Errorf("enabled: %v", err)
	}
}
