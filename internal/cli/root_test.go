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
		{"ansible-config dump --nonsense", 2, "", "ansible-config: error: unrecognized arguments: --nonsense"},
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

// ansible-core 2.19.14: ANSIBLE_TIMEOUT=lola ansible -m ping localhost.
func TestInvalidSettingEndsTheRun(t *testing.T) {
	t.Setenv("ANSIBLE_TIMEOUT", "lola")
	t.Setenv("LC_ALL", "C.UTF-8")
	var out, errs bytes.Buffer
	env := OS()
	env.Stdin, env.Stdout, env.Stderr, env.Dir = strings.NewReader(""), &out, &errs, t.TempDir()
	status := Main([]string{"ansible", "-m", "ping", "localhost"}, env)
	if want := "ERROR: Config 'DEFAULT_TIMEOUT' from 'env: ANSIBLE_TIMEOUT' has an invalid value"; status != 5 || !strings.HasPrefix(errs.String(), want) {
		t.Errorf("status %d, %q, want %q", status, errs.String(), want)
	}
}
