package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What ansible-core 2.19.14's programs say of the same command lines.
func TestMisuse(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"pw": "secret\n", "plain": "a: 1\n", "inv": "[web]\na x=1\n", "site.yml": "- hosts: all\n  gather_facts: false\n  tasks: []\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		line   string
		status int
		out    string
		err    string
	}{
		{"ansible-vault encrypt --vault-password-file pw --output nope/x plain", 1, "", "[ERROR]: Destination '$DIR/nope' not writable\n"},
		{"ansible-vault rekey --vault-password-file pw --new-vault-password-file pw", 0, "", "Rekey successful\n"},
		{"ansible-vault encrypt_string --vault-password-file pw -p", 250, "Variable name (enter for no name): ", "[ERROR]: EOF when reading a line\n"},
		{"ansible-vault view -v --vault-password-file pw nope", 1, "No config file found; using defaults\n",
			"[ERROR]: Unable to read source file ($DIR/nope): [Errno 2] No such file or directory: '$DIR/nope'\n"},
		{"ansible-inventory -i inv --list --output nope/x", 1, "", "[ERROR]: Unable to write to destination file 'nope/x': [Errno 2] No such file or directory: b'nope/x'\n"},
		{"ansible-inventory -i inv --host a --flush-cache -v", 0, "No config file found; using defaults\n{\n    \"x\": 1\n}\n", ""},
		{"ansible-playbook -i inv --limit nope site.yml", 1, "", "[WARNING]: Could not match supplied host pattern, ignoring: nope\n[ERROR]: Specified inventory, host pattern and/or --limit leaves us with no hosts to target.\n"},
		{"ansible-playbook -i inv --conn-pass nope site.yml", 1, "", "[ERROR]: The password file $DIR/nope was not found\n"},
		{"ansible -i inv a -m debug -a x=\"", 4, "", "[ERROR]: failed at splitting arguments, either an unbalanced jinja2 block or quotes: x=\"\n"},
	} {
		var out, errs bytes.Buffer
		env := &Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Dir: dir, Getenv: func(name string) string { return map[string]string{"HOME": dir}[name] }}
		t.Chdir(dir)
		status := Main(strings.Fields(c.line), env)
		if want := strings.ReplaceAll(c.err, "$DIR", dir); status != c.status || out.String() != c.out || errs.String() != want {
			t.Errorf("%s: status %d, want %d\n%s%s", c.line, status, c.status, &out, &errs)
		}
	}
}
