// Package nvim tests the Neovim plugin with a real Neovim.
package nvim

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const playbook = `- name: Greet
  hosts: localhost
  gather_facts: false
  tasks:
    - name: First
      ansible.builtin.debug:
        msg: first task here
    - name: Second
      ansible.builtin.debug:
        msg: other
`

// TestPlugin runs testdata/run.lua in Neovim without any configuration but the plugin.
func TestPlugin(t *testing.T) {
	nvim, err := exec.LookPath("nvim")
	if err != nil {
		t.Skip("nvim is not installed")
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(dir, "rehearse")
	build := exec.Command("go", "build", "-o", binary, "github.com/rehearse-dev/rehearse/cmd/rehearse")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	ws := filepath.Join(dir, "project")
	for name, text := range map[string]string{
		"ansible.cfg":              "",
		"site.yml":                 playbook,
		"compose.yml":              "services:\n  web:\n    image: x\n",
		"roles/web/tasks/main.yml": "- ansible.builtin.debug:\n",
	} {
		path := filepath.Join(ws, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	plugin, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	report := filepath.Join(dir, "report")
	cmd := exec.Command(nvim, "--headless", "-n", "-i", "NONE", "-u", "NORC", "--noplugin",
		"--cmd", "set rtp^="+plugin, "--cmd", "filetype on", "--cmd", "runtime plugin/rehearse.lua",
		"-c", "luafile testdata/run.lua")
	cmd.Env = append(os.Environ(),
		"REHEARSE_BIN="+binary, "REHEARSE_DIR="+ws, "REHEARSE_REPORT="+report,
		"REHEARSE_RUN_WANT=first task here\nPLAY RECAP",
		"HOME="+dir, "XDG_CONFIG_HOME="+dir, "XDG_DATA_HOME="+dir, "XDG_STATE_HOME="+dir, "XDG_CACHE_HOME="+dir, "NVIM_LOG_FILE="+filepath.Join(dir, "log"))
	out, err := cmd.CombinedOutput()
	b, readErr := os.ReadFile(report)
	if readErr != nil {
		t.Fatalf("no report: %v\n%s", err, out)
	}
	if !strings.Contains(string(b), "ok   the script runs through") {
		t.Errorf("the script did not end well: %v\n%s", err, out)
	}
	for line := range strings.Lines(string(b)) {
		if strings.HasPrefix(line, "FAIL") {
			t.Errorf("%s", strings.TrimSpace(line))
		}
	}
	t.Logf("%s", b)
}
