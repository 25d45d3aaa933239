package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Statuses and messages of ansible-core 2.19.14: ansible localhost -m ping -e ...
func TestExtraVarsThatAreNone(t *testing.T) {
	t.Setenv("LC_ALL", "C.UTF-8")
	dir := t.TempDir()
	for name, text := range map[string]string{"bad.yml": "a: [\n", "list.yml": "- 1\n", "two.yml": "a: 1\n---\nb: 2\n", "empty.yml": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		option string
		status int
		err    string
	}{
		{"@bad.yml", 4, "[ERROR]: YAML parsing failed: While parsing a flow node did not find expected node content.\nOrigin: $DIR/bad.yml:2:1\n\n(source not shown: file truncated)\n\n"},
		{"@list.yml", 5, "[ERROR]: Invalid extra vars data supplied. '@$DIR/list.yml' could not be made into a dictionary\n"},
		{"@empty.yml", 5, "[ERROR]: Invalid extra vars data supplied. '@$DIR/empty.yml' could not be made into a dictionary\n"},
		{"@two.yml", 4, "[ERROR]: YAML parsing failed: Expected a single document in the stream but found another document.\nOrigin: $DIR/two.yml:2:1\n\n1 a: 1\n2 ---\n  ^ column 1\n\n"},
		{"@nope", 1, "[ERROR]: Unable to retrieve file contents.\nCould not find or access '$DIR/nope' on the Ansible Controller.\n" +
			"If you are using a module and expect the file to exist on the remote, see the remote_src option: [Errno 2] No such file or directory: '$DIR/nope'\n"},
		{"/x", 5, "[ERROR]: Please prepend extra_vars filename '/x' with '@'\n"},
		{"[1]", 5, "[ERROR]: Invalid extra vars data supplied. '[1]' could not be made into a dictionary\n"},
		{`{"a": 1`, 4, "[ERROR]: YAML parsing failed: While parsing a flow mapping did not find expected ',' or '}'.\n"},
		{`"x`, 4, "[ERROR]: failed at splitting arguments, either an unbalanced jinja2 block or quotes: \"x\n"},
	} {
		var out, errs bytes.Buffer
		env := OS()
		env.Stdin, env.Stdout, env.Stderr, env.Dir = strings.NewReader(""), &out, &errs, dir
		status := Main([]string{"ansible", "localhost", "-m", "ping", "-e", c.option}, env)
		if want := strings.ReplaceAll(c.err, "$DIR", dir); status != c.status || !strings.HasPrefix(errs.String(), want) {
			t.Errorf("-e %s: status %d, want %d\n%s\nwant\n%s", c.option, status, c.status, errs.String(), want)
		}
	}
}
