package cli

import (
	"bytes"
	"strings"
	"testing"
)

func TestNamesOfAnsiblesPrograms(t *testing.T) {
	for _, c := range []struct {
		args string
		code int
		out  string // start of standard output
		err  string // part of standard error
	}{
		{"/usr/bin/ansible-playbook --version", 0, "ansible-playbook [core 2.19.14]\n  config file = ", ""},
		{"ansible-vault bogus", 2, "", "invalid choice: 'bogus'"},
		{"ansible-config dump --nonsense", 2, "", "ansible-config: error: unknown flag: --nonsense"},
		{"rehearse --version", 0, "rehearse version ", ""},
		{"rehearse nonsense", 1, "", `unknown command "nonsense"`},
	} {
		var out, errs bytes.Buffer
		code := Main(strings.Fields(c.args), &Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Dir: t.TempDir(), Getenv: func(string) string { return "" }})
		if code != c.code || !strings.HasPrefix(out.String(), c.out) || !strings.Contains(errs.String(), c.err) {
			t.Errorf("%s: status %d, want %d\n%s%s", c.args, code, c.code, &out, &errs)
		}
	}
}
