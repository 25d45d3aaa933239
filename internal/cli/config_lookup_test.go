package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// ansible-core 2.19.14: ANSIBLE_TIMEOUT=33 ansible localhost -m debug -a 'msg={{ ... }}' -e ansible_ssh_user=lola -e ansible_ssh_port=2022
func TestConfigLookup(t *testing.T) {
	t.Setenv("LC_ALL", "C.UTF-8")
	t.Setenv("ANSIBLE_TIMEOUT", "33")
	dir := t.TempDir()
	cfg := filepath.Join(dir, "ansible.cfg")
	if err := os.WriteFile(cfg, []byte("[defaults]\nforks = 7\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ lookup, want string }{
		{"q('config', 'remote_user', 'port', plugin_type='connection', plugin_name='ssh', show_origin=true) | string", `"msg": "[('lola', 'var: ansible_ssh_user'), (2022, 'var: ansible_ssh_port')]"`},
		{"lookup('config', 'DEFAULT_FORKS', show_origin=true) | string", `"msg": "(7, '` + cfg + `')"`},
		{"lookup('config', 'DEFAULT_TIMEOUT', show_origin=true) | string", `"msg": "(33, 'env: ANSIBLE_TIMEOUT')"`},
		{"lookup('config', 'DEFAULT_GATHERING', show_origin=true) | string", `"msg": "('implicit', 'default')"`},
		{"lookup('config', 'force', plugin_type='lookup', plugin_name='url')", `"msg": false`},
		{"lookup('config', 'nope', plugin_type='become', plugin_name='sudo')", "No config definition exists for 'nope' for 'sudo' become plugin."},
		{"lookup('config', 'nope', plugin_type='become', plugin_name='nope')", "Unable to load become plugin 'nope'."},
		{"lookup('config', 'DEFAULT_FORKS', on_missing='boo')", "Invalid value 'boo' for config 'on_missing' for 'config' lookup plugin."},
	} {
		var out, errs bytes.Buffer
		env := OS()
		env.Stdin, env.Stdout, env.Stderr, env.Dir = strings.NewReader(""), &out, &errs, dir
		Main([]string{"ansible", "localhost", "-m", "debug", "-a", `msg="{{ ` + c.lookup + ` }}"`, "-e", "ansible_ssh_user=lola", "-e", "ansible_ssh_port=2022"}, env)
		if !strings.Contains(out.String(), c.want) {
			t.Errorf("%s: no %s in\n%s%s", c.lookup, c.want, &out, &errs)
		}
	}
}
