package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// lintIn runs `rehearse lint` in a folder of files.
func lintIn(t *testing.T, files map[string]string, getenv map[string]string, args ...string) (code int, stdout, stderr, dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var out, errs bytes.Buffer
	code = Main(append([]string{"rehearse", "lint"}, args...), &Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Dir: dir,
		Getenv: func(name string) string { return getenv[name] }})
	return code, out.String(), errs.String(), dir
}

const lintPlay = "- hosts: all\n  gather_facts: no\n  tasks:\n    - name: say\n      copy: src=a dest=b\n"

func TestLintFormats(t *testing.T) {
	for format, want := range map[string]string{
		"brief": "name[play]: All plays should be named.\nsite.yml:1:3\n\n" +
			"yaml[truthy]: Truthy value should be one of [false, true]\nsite.yml:2\n\n" +
			"name[casing]: All names should start with an uppercase letter.\nsite.yml:4:13 Task/Handler: say\n\n" +
			"risky-file-permissions: File permissions unset or incorrect.\nsite.yml:4 Task/Handler: say\n\n" +
			"fqcn[action-core]: Use FQCN for builtin module actions (copy).\nsite.yml:5:7 Use `ansible.builtin.copy` or `ansible.legacy.copy` instead.\n\n",
		"pep8": "site.yml:1:3: name[play]: All plays should be named.\n" +
			"site.yml:2: yaml[truthy]: Truthy value should be one of [false, true]\n" +
			"site.yml:4:13: name[casing]: All names should start with an uppercase letter.\n" +
			"site.yml:4: risky-file-permissions: File permissions unset or incorrect.\n" +
			"site.yml:5:7: fqcn[action-core]: Use FQCN for builtin module actions (copy).\n",
		"quiet": "name site.yml:1:3\nyaml site.yml:2\nname site.yml:4:13\nrisky-file-permissions site.yml:4\nfqcn site.yml:5:7\n",
		"github": "::error file=site.yml,line=1,col=3,severity=MEDIUM,title=name[play]::All plays should be named.\n" +
			"::error file=site.yml,line=2,severity=VERY_LOW,title=yaml[truthy]::Truthy value should be one of [false, true]\n" +
			"::error file=site.yml,line=4,col=13,severity=MEDIUM,title=name[casing]::All names should start with an uppercase letter.\n" +
			"::error file=site.yml,line=4,severity=VERY_HIGH,title=risky-file-permissions::File permissions unset or incorrect.\n" +
			"::error file=site.yml,line=5,col=7,severity=MEDIUM,title=fqcn[action-core]::Use FQCN for builtin module actions (copy).\n",
	} {
		code, out, _, _ := lintIn(t, map[string]string{"site.yml": lintPlay}, nil, "-x", "no-free-form,key-order,schema", "-f", format)
		if code != 2 || out != want {
			t.Errorf("%s: status %d, printed\n%s\nwant\n%s", format, code, out, want)
		}
	}
}

// TestLintJSON holds the first finding as ansible-lint 26.10.1 prints it, fingerprint included.
func TestLintJSON(t *testing.T) {
	_, out, _, _ := lintIn(t, map[string]string{"t1.yml": "- hosts: all\n  tasks:\n    - copy: src=a dest=b\n"}, nil, "-f", "json")
	var issues []map[string]any
	if err := json.Unmarshal([]byte(out), &issues); err != nil {
		t.Fatal(err)
	}
	prints := map[string]string{}
	for _, i := range issues {
		prints[i["check_name"].(string)] = i["fingerprint"].(string)
	}
	for rule, want := range map[string]string{
		"name[play]":             "2a76851c26103561f216382f52280cd8d7a0b08550d6c291fdd0595c2ac78d29",
		"fqcn[action-core]":      "7d4cf5b1e0b8de3d75d4241fde7eab60a684f1b4f77ecad714c2c48a76c8d1e0",
		"name[missing]":          "1d7162cef0cc7b5e213747a644d72f95ecaf96a7ff8a51e79ad8b41260faa18d",
		"risky-file-permissions": "b3055845786a4bbd52ee92a692f35c9aa11e977c767f8b857f4da51d75c0f99f",
	} {
		if prints[rule] != want {
			t.Errorf("%s has the fingerprint %s, want %s", rule, prints[rule], want)
		}
	}
}

func TestLintStatus(t *testing.T) {
	right := map[string]string{"site.yml": "- name: P\n  hosts: all\n  tasks: []\n"}
	bad := map[string]string{"site.yml": lintPlay}
	for _, c := range []struct {
		name  string
		files map[string]string
		args  []string
		code  int
		says  string
	}{
		{"right", right, nil, 0, "Passed: 0 failure(s), 0 warning(s) in 1 files processed."},
		{"findings", bad, nil, 2, "Failed: "},
		{"warnings", bad, []string{"-w", "name,fqcn,yaml,risky-file-permissions,no-free-form"}, 0, "Passed: 0 failure(s), "},
		{"strict", bad, []string{"--strict", "-w", "name,fqcn,yaml,risky-file-permissions,no-free-form"}, 2, "Failed: 0 failure(s), "},
		{"nothing", nil, nil, 5, "no file to check"},
		{"configuration", map[string]string{".ansible-lint": "x: y\n"}, nil, 3, "Additional properties are not allowed ('x' was unexpected)"},
		{"format", right, []string{"-f", "xml"}, 3, `no format "xml"`},
		{"path", right, []string{"there.yml"}, 2, "there.yml: no such file"},
		{"unsupported", map[string]string{"site.yml": right["site.yml"], ".ansible-lint": "rulesdir: [x]\n"}, nil, 0, ".ansible-lint asks for rulesdir: custom rules written in Python, which is not supported yet"},
		{"annotations", bad, nil, 2, "::error file=site.yml,line=1"},
	} {
		env := map[string]string{}
		if c.name == "annotations" {
			env = map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_WORKFLOW": "ci"}
		}
		code, _, errs, _ := lintIn(t, c.files, env, c.args...)
		if code != c.code || !strings.Contains(errs, c.says) {
			t.Errorf("%s: status %d, want %d; said %q, want %q", c.name, code, c.code, errs, c.says)
		}
	}
}

func TestLintFix(t *testing.T) {
	code, out, _, dir := lintIn(t, map[string]string{"site.yml": "# head\n- name: P\n  hosts: all\n  gather_facts: no # why\n  tasks:\n    - name: say\n      debug: # what\n        msg: x\n"}, nil, "--fix")
	b, err := os.ReadFile(filepath.Join(dir, "site.yml"))
	want := "# head\n- name: P\n  hosts: all\n  gather_facts: false # why\n  tasks:\n    - name: Say\n      ansible.builtin.debug: # what\n        msg: x\n"
	if err != nil || string(b) != want || code != 8 || out != "" {
		t.Errorf("status %d, printed %q, the file is\n%s (%v)", code, out, b, err)
	}
}

func TestExplain(t *testing.T) {
	var out, errs bytes.Buffer
	env := &Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Dir: t.TempDir(), Getenv: func(string) string { return "" }}
	if code := Main([]string{"rehearse", "explain", "name[casing]"}, env); code != 0 || !strings.HasPrefix(out.String(), "# name\n") {
		t.Errorf("status %d: %s", code, out.String())
	}
	if code := Main([]string{"rehearse", "explain", "nothing"}, env); code != 1 || !strings.Contains(errs.String(), `no rule "nothing"; there are args, `) {
		t.Errorf("status %d: %s", code, errs.String())
	}
}

func TestLintSARIF(t *testing.T) {
	_, out, _, dir := lintIn(t, map[string]string{"site.yml": lintPlay}, nil, "-f", "sarif", "--sarif-file", "x.sarif", "-t", "yaml")
	b, err := os.ReadFile(filepath.Join(dir, "x.sarif"))
	if err != nil || string(b) != out {
		t.Errorf("the file holds %q, the output is %q (%v)", b, out, err)
	}
	var report struct {
		Version string
		Runs    []struct {
			Results []struct {
				RuleID    string
				Level     string
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI, URIBaseID string }
						Region           struct{ StartLine, StartColumn, EndLine, EndColumn int }
					}
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil || len(report.Runs) != 1 || len(report.Runs[0].Results) != 1 {
		t.Fatalf("%v: %s", err, out)
	}
	r := report.Runs[0].Results[0]
	at := r.Locations[0].PhysicalLocation
	if report.Version != "2.1.0" || r.RuleID != "yaml[truthy]" || r.Level != "error" || at.ArtifactLocation.URI != "site.yml" || at.Region.StartLine != 2 || at.Region.StartColumn != 17 || at.Region.EndColumn != 19 {
		t.Errorf("the result is %+v", r)
	}
}

func TestLintIgnoreFile(t *testing.T) {
	_, _, errs, dir := lintIn(t, map[string]string{"site.yml": lintPlay}, nil, "--generate-ignore", "-t", "yaml,fqcn")
	b, err := os.ReadFile(filepath.Join(dir, ".ansible-lint-ignore"))
	want := "# This file contains ignores rule violations for ansible-lint\nsite.yml fqcn[action-core]\nsite.yml yaml[truthy]\n"
	if err != nil || string(b) != want || !strings.Contains(errs, "Writing ignore file to ") {
		t.Errorf("wrote %q (%v), said %q", b, err, errs)
	}
	files := map[string]string{"site.yml": lintPlay, "known": string(b)}
	if code, out, _, _ := lintIn(t, files, nil, "-p", "-i", "known", "-t", "yaml,fqcn"); code != 0 || !strings.Contains(out, "fqcn[action-core]: Use FQCN for builtin module actions (copy). (warning)") {
		t.Errorf("status %d: %s", code, out)
	}
	if code, _, errs, _ := lintIn(t, files, nil, "-i", "unknown"); code != 3 || !strings.Contains(errs, "unknown") {
		t.Errorf("status %d: %s", code, errs)
	}
}
