package cli

import (
	"bytes"
	"strings"
	"testing"
)

func TestDoc(t *testing.T) {
	tests := []struct {
		args string
		code int
		want []string // in the output
		err  string
	}{
		{"doc tempfile", 0, []string{"ansible.builtin.tempfile\n    Create a temporary file or directory", "runs natively", "choices: file, directory"}, ""},
		{"doc yum", 0, []string{"ansible.builtin.dnf\n", "redirected from yum\n", "at least one of: name, list, update_cache"}, ""},
		{"doc debug ping --output json", 0, []string{`"ansible.builtin.debug": {`, `"ansible.builtin.ping": {`, `"native": true`}, ""},
		{"doc -l ansible.posix", 0, []string{"ansible.posix.authorized_key"}, ""},
		{"doc -t filter default", 0, []string{"default(value, default_value=''"}, ""},
		{"doc lineinfil", 1, nil, "Did you mean 'lineinfile'?"},
		{"doc -t strategy free", 1, nil, "plugins of the kind strategy are documented by an installed ansible-core"},
		{"doc -t nonsense free", 2, nil, "invalid choice: 'nonsense'"},
		{"doc -t keyword become", 0, []string{"become:\n  applies_to:\n  - Play\n  - Role\n  - Block\n  - Task\n  - Handler\n  description: Run as another user.\n  template: explicit\n  type: bool\n"}, ""},
		{"doc -t keyword -l", 0, []string{"become: Run as another user.\n"}, ""},
		{"doc -t keyword nonsense", 0, nil, "Skipping invalid keyword 'nonsense'"},
		{"doc --metadata-dump", 5, nil, "--metadata-dump is not supported"},
		{"doc -s -t filter bool", 1, nil, "Snippets are only available for the following plugin types: inventory, lookup, module"},
		{"doc", 2, nil, "name a module"},
	}
	for _, test := range tests {
		var out, errOut bytes.Buffer
		env := &Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errOut, Dir: t.TempDir(), Getenv: func(string) string { return "" }}
		if code := Main(append([]string{"rehearse"}, strings.Fields(test.args)...), env); code != test.code {
			t.Errorf("%s: exit code %d, want %d: %s", test.args, code, test.code, errOut.String())
		}
		for _, want := range test.want {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: %q is not in\n%s", test.args, want, out.String())
			}
		}
		if test.err != "" && !strings.Contains(errOut.String(), test.err) {
			t.Errorf("%s: %q is not in the errors: %s", test.args, test.err, errOut.String())
		}
	}
}
