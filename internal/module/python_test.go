package module

import (
	"testing"

	"github.com/rehearse-dev/rehearse/internal/module/pyhost"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// The output texts are what modules run by ansible-core 2.19.14's support code print.
func TestPythonResult(t *testing.T) {
	for _, c := range []struct{ name, stdout, want string }{
		{"plain", `{"changed": true, "a": "x"}`, `{"changed": true, "a": "x"}`},
		{"lines before", "hello\n\n" + `{"changed": true}` + "\n", `{"changed": true}`},
		{"lines behind", `{"changed": true}` + "\nbye", `{"changed": true, "warnings": ["Module invocation had junk after the JSON data: bye"]}`},
		{"nothing", "nothing\n", `{"failed": true, "changed": false, "msg": "Module result deserialization failed: No start of json char found", ` +
			`"module_stdout": "nothing\n", "module_stderr": "err", "rc": 3, "_ansible_undecoded": "See stdout/stderr for the returned output."}`},
		{"a list is no result", "[1]\n", `{"failed": true, "changed": false, "msg": "Module result deserialization failed: No start of json char found", ` +
			`"module_stdout": "[1]\n", "module_stderr": "err", "rc": 3, "_ansible_undecoded": "See stdout/stderr for the returned output."}`},
		{"no JSON", `{"a": }`, `{"failed": true, "changed": false, "msg": "Module result deserialization failed: Expecting value: line 1 column 7 (char 6)", ` +
			`"module_stdout": "{\"a\": }", "module_stderr": "err", "rc": 3, "_ansible_undecoded": "See stdout/stderr for the returned output."}`},
		{"what only the controller may say", `{"results": {"a": 1}, "_ansible_x": 1, "add_host": 2, "ansible_facts": {"discovered_interpreter_python": "p", "b": 1}}`,
			`{"ansible_facts": {"b": 1}, "ansible_module_results": {"a": 1}, "warnings": [` +
				`"Found internal 'results' key in module return, renamed to 'ansible_module_results'.", ` +
				`"Removed unexpected internal key in module return: _ansible_x = 1", "Removed unexpected internal key in module return: add_host = 2"]}`},
		{"exception", `{"failed": true, "exception": {"event": {"msg": "boo", "__ansible_type": "Event"}, "__ansible_type": "ErrorSummary"}}`,
			`{"failed": true, "msg": "boo", "_ansible_crash": true}`},
		{"chain", `{"failed": true, "exception": {"event": {"msg": "outer.", "chain": {"event": {"msg": "inner"}}}, "__ansible_type": "ErrorSummary"}}`,
			`{"failed": true, "msg": "outer: inner", "_ansible_crash": true}`},
		{"summaries", `{"warnings": [{"event": {"msg": "careful", "__ansible_type": "Event"}, "__ansible_type": "WarningSummary"}, "old"], ` +
			`"deprecations": [{"event": {"msg": "old thing", "__ansible_type": "Event"}, "deprecator": {"resolved_name": "ansible.builtin"}, "version": "2.22", "__ansible_type": "DeprecationSummary"}]}`,
			`{"warnings": ["careful", "old"], "deprecations": [{"msg": "old thing", "version": "2.22", "collection_name": "ansible.builtin"}]}`},
	} {
		result := pythonResult(&pyhost.Reply{RC: 3, Stdout: []byte(c.stdout), Stderr: []byte("err")})
		if said, ok := result.Raw(StderrKey); ok != !has(result, UndecodedKey) || ok && value.ToStr(said) != "err" {
			t.Errorf("%s: error output %v", c.name, said)
		}
		result.Delete(value.S(StderrKey))
		got, err := value.ToJSON(result, value.JSONOptions{})
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %v\ngot  %s\nwant %s", c.name, err, got, c.want)
		}
	}
}

func TestResultsOfJobs(t *testing.T) {
	for _, c := range []struct{ stdout, want string }{
		{`{"changed": true}`, `{"changed": true, "stderr": "err"}`},
		{"out", `{"failed": true, "data": "out", "stderr": "err", "msg": "No start of json char found"}`},
	} {
		got, err := value.ToJSON(OfJob(pythonResult(&pyhost.Reply{Stdout: []byte(c.stdout), Stderr: []byte("err")})), value.JSONOptions{})
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %v\ngot  %s\nwant %s", c.stdout, err, got, c.want)
		}
	}
}

func has(d *value.Dict, key string) bool { _, ok := d.Raw(key); return ok }

func TestTheCarrierOfPythonModulesIsFoundButNotListed(t *testing.T) {
	if Find(PythonName) != python {
		t.Errorf("Find(%q) = %v", PythonName, Find(PythonName))
	}
	for _, m := range Table() {
		if m.Name == PythonName || m.Name == ProgramName {
			t.Errorf("%s is listed: a playbook could name it", m.Name)
		}
	}
}
