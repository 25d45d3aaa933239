package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The lines are those of ansible-config 2.19.14.
func TestConfig(t *testing.T) {
	dir := t.TempDir()
	cfg := filepath.Join(dir, "ansible.cfg")
	if err := os.WriteFile(cfg, []byte("[defaults]\nforks=7\nfroks=8\nroles_path=r:/x\n[foo]\na=b\nc=d\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args     string
		code     int
		out, err string
	}{
		{"dump --only-changed", 0, "CONFIG_FILE() = DIR/ansible.cfg\nDEFAULT_FORKS(DIR/ansible.cfg) = 7\nDEFAULT_ROLES_PATH(DIR/ansible.cfg) = ['DIR/r', '/x']\nDEFAULT_TIMEOUT(env: ANSIBLE_TIMEOUT) = 33\n\nGALAXY_SERVERS:\n", ""},
		{"view", 0, "[defaults]\nforks=7\nfroks=8\nroles_path=r:/x\n[foo]\na=b\nc=d\n", ""},
		{"validate", 1, "", "[ERROR]: Found unknown key 'froks' in section 'defaults' in 'DIR/ansible.cfg.\n[ERROR]: Found unknown section 'foo' in 'DIR/ansible.cfg.\n"},
		{"dump -t become sudo nope", 0, "\nsudo:\n____\nbecome_exe(default) = sudo\nbecome_flags(default) = -H -S -n\nbecome_pass(default) = None\nbecome_user(default) = root\nsudo_chdir(default) = None\n",
			"[WARNING]: Skipping nope as we could not find matching plugin\n"},
		{"dump -t cache", 0, "\njsonfile:\n________\n_prefix(default) = None\n_timeout(default) = 86400\n_uri(REQUIRED) = None\n", ""},
		{"dump -t netconf", 0, "\n", ""},
		{"dump -t connection --only-changed", 0, "\nparamiko_ssh:\n____________\ntimeout(env: ANSIBLE_TIMEOUT) = 33\n\nssh:\n___\ntimeout(env: ANSIBLE_TIMEOUT) = 33\n", ""},
		{"list -t cliconf", 0, "PLUGINS:\n  cliconf: {}\n", ""},
		{"list -t become nope", 0, "PLUGINS:\n  become: {}\n", "[WARNING]: Skipping nope as we could not find matching plugin\n"},
		{"list -t cache memory", 0, "PLUGINS:\n  cache:\n    memory: {}\n", ""},
		{"view nonsense", 0, "[defaults]\nforks=7\nfroks=8\nroles_path=r:/x\n[foo]\na=b\nc=d\n", ""},
		{"view -c nope.cfg", 5, "", "[ERROR]: The provided configuration file is missing or not accessible: DIR/nope.cfg\n"},
		{"dump -t nonsense", 2, "", "argument -t/--type: invalid choice: 'nonsense' (choose from 'all', 'base', "},
	} {
		code, out, stderr := runIn(t, dir, "", map[string]string{"ANSIBLE_TIMEOUT": "33"}, append([]string{"config"}, strings.Fields(c.args)...)...)
		here := strings.NewReplacer("DIR", dir)
		if code != c.code || out != here.Replace(c.out) || !strings.HasPrefix(stderr, here.Replace(c.err)) || c.err == "" && stderr != "" {
			t.Errorf("%s: status %d, want %d\n%s%s\nwant %s%s", c.args, code, c.code, out, stderr, c.out, c.err)
		}
	}
	code, out, _ := runIn(t, dir, "", nil, "config", "dump", "-f", "json", "--only-changed")
	if want := "        \"origin\": \"" + cfg + "\",\n        \"value\": 7\n"; code != 0 || !strings.Contains(out, want) {
		t.Errorf("json: status %d: %s", code, out)
	}
	if code, out, _ := runIn(t, dir, "", nil, "config", "list", "-t", "connection"); code != 0 || !strings.HasPrefix(out, "PLUGINS:\n  connection:\n    local:\n      become_strip_preamble:\n") || !strings.Contains(out, "name: ansible_host_key_checking") {
		t.Errorf("list of plugins: status %d: %.400s", code, out)
	}
}
