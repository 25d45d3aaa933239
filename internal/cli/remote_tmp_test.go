package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A module in Python finds remote_tmp made, as with ansible-core's own controller: it does not warn that it had to make it.
func TestRemoteTmpIsMadeForModulesInPython(t *testing.T) {
	needCore(t)
	dir := t.TempDir()
	for name, text := range map[string]string{
		"hosts":           "h ansible_connection=local ansible_remote_tmp=" + dir + "/remote/tmp\n",
		"library/mine.py": "#!/usr/bin/python3\nfrom ansible.module_utils.basic import AnsibleModule\nm = AnsibleModule({})\nm.exit_json(changed=False, made=m.tmpdir)\n",
		"site.yml":        "- hosts: h\n  gather_facts: false\n  tasks:\n    - mine:\n      register: r\n    - debug: {var: r.made}\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	t.Setenv("PYTHONDONTWRITEBYTECODE", "1")
	var out, errs bytes.Buffer
	env := OS()
	env.Stdin, env.Stdout, env.Stderr, env.Dir = strings.NewReader(""), &out, &errs, dir
	if status := Main([]string{"rehearse", "run", "-i", "hosts", "site.yml"}, env); status != 0 || !strings.Contains(out.String(), dir+"/remote/tmp/ansible-moduletmp-") {
		t.Errorf("exit status %d\n%s\n%s", status, &out, &errs)
	}
	if errs.Len() > 0 && strings.Contains(errs.String(), "remote_tmp") {
		t.Errorf("warned:\n%s", &errs)
	}
	if info, err := os.Stat(filepath.Join(dir, "remote/tmp")); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("remote_tmp: %v, %v", info, err)
	}
}
