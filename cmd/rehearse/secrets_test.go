//go:build unix

package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/vault"
	"github.com/rehearse-dev/rehearse/runner/transport/sshdtest"
)

// TestSecretsStayHidden gives a run secrets in every way in which it takes any, lets tasks fail over them, and looks for them in all that it
// prints and writes, and in the arguments and environments of the processes around it.
func TestSecretsStayHidden(t *testing.T) {
	const canary = "CaNaRy7f3a9"
	key := vault.NewSecret("", []byte(canary+"-vaultpass"), "test")
	seal := func(text string) string {
		sealed, err := vault.Encrypt([]byte(text), key, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		return string(sealed)
	}
	for _, way := range ways(t) {
		for _, output := range []string{"text", "json"} {
			t.Run(way.name+"/"+output, func(t *testing.T) {
				s := sshdtest.Start(t, "")
				dir := folder(t, map[string]string{
					"hosts": way.line(s), "secret/vault": canary + "-vaultpass", "secret/become": canary + "-become", "secret/connection": canary + "-connection", "secret/pattern": canary,
					"secret/answers": canary + "-prompted\n", "vars.yml": seal("sealed: " + canary + "-file\n"), "tmp/keep": "", "own/keep": "", "site.yml": `
- hosts: all
  ` + way.extra + `gather_facts: false
  vars_files: [vars.yml]
  vars:
    ansible_remote_tmp: DIR/tmp
    inline: !vault |
      ` + strings.ReplaceAll(strings.TrimSpace(seal(canary+"-inline")), "\n", "\n      ") + `
  vars_prompt: [{name: prompted, private: true}]
  module_defaults: {ansible.builtin.command: {chdir: /}}
  tasks:
    - {name: Result, ansible.builtin.command: "echo {{ sealed }} {{ inline }}", no_log: true, register: r}
    - {name: Loop, ansible.builtin.command: "echo {{ item }}", loop: ["{{ sealed }}", "{{ prompted }}"], no_log: true}
    - {name: Failing command, ansible.builtin.command: "ls /{{ sealed }}", no_log: true, ignore_errors: true}
    - {name: Failing item, ansible.builtin.command: "ls /{{ item }}", loop: ["{{ sealed }}"], no_log: true, ignore_errors: true}
    - {name: No program, ansible.builtin.command: "{{ inline }}", no_log: true, ignore_errors: true}
    - {name: Fail, ansible.builtin.fail: {msg: "so {{ inline }}"}, no_log: true, ignore_errors: true}
    - {name: Assert, ansible.builtin.assert: {that: "sealed == prompted", fail_msg: "{{ sealed }} is no {{ prompted }}"}, no_log: true, ignore_errors: true}
    - {name: Unknown filter, ansible.builtin.debug: {msg: "{{ sealed | no_such_filter(sealed) }}"}, no_log: true, ignore_errors: true}
    - {name: Undefined, ansible.builtin.debug: {msg: "{{ sealed.foo.bar }}"}, no_log: true, ignore_errors: true}
    - {name: Condition, ansible.builtin.debug: , when: sealed | int > missing, no_log: true, ignore_errors: true}
    - {name: Missing template, ansible.builtin.template: {src: "{{ sealed }}.j2", dest: DIR/x}, no_log: true, ignore_errors: true}
    - {name: Missing file, ansible.builtin.copy: {src: "{{ sealed }}", dest: DIR/x}, no_log: true, ignore_errors: true}
    - {name: Wrong option, ansible.builtin.copy: {contents: "{{ sealed }}", dest: DIR/x}, no_log: true, ignore_errors: true}
    - {name: Wrong type, ansible.builtin.file: {path: DIR/x, state: "{{ sealed }}"}, no_log: true, ignore_errors: true}
    - {name: Secret option, ansible.builtin.user: {name: no_such_user_x, password: "{{ sealed }}"}, check_mode: true, ignore_errors: true}
    - {name: Differences, ansible.builtin.copy: {content: "{{ sealed }}", dest: DIR/own/kept, mode: "0600"}, diff: true, no_log: true}
    - {name: Environment, ansible.builtin.command: "true", environment: {X_SECRET: "{{ sealed }}"}, no_log: true}
    - {name: Job, ansible.builtin.command: "echo {{ sealed }}", async: 30, poll: 1, no_log: true}
    - {name: Until, ansible.builtin.command: "echo {{ sealed }}", until: false, retries: 1, delay: 0, no_log: true, ignore_errors: true}
    - {name: Fact, ansible.builtin.set_fact: {kept: "{{ sealed }}"}, no_log: true}
    - {name: Add host, ansible.builtin.add_host: {name: other, x: "{{ sealed }}"}, no_log: true}
    - name: Processes
      ansible.builtin.shell: grep -alf DIR/secret/pattern /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null; true
      register: seen
    - {name: Nobody shows it, ansible.builtin.assert: {that: "seen.stdout == ''", fail_msg: "{{ seen.stdout }}"}}
    - {name: Known all the same, ansible.builtin.assert: {that: "r.stdout.endswith('-inline') and kept == sealed"}}
`})
				env := []string{"ANSIBLE_LOG_PATH=" + dir + "/out/log", "ANSIBLE_DEPRECATION_WARNINGS=0", "TMPDIR=" + dir + "/tmp", "ANSIBLE_CALLBACKS_ENABLED=tree,junit,ansible.posix.profile_tasks",
					"ANSIBLE_CALLBACK_TREE_DIR=" + dir + "/out/tree", "JUNIT_OUTPUT_DIR=" + dir + "/out/junit", "ANSIBLE_CACHE_PLUGIN=jsonfile", "ANSIBLE_CACHE_PLUGIN_CONNECTION=" + dir + "/out/facts",
					"ANSIBLE_DISPLAY_ARGS_TO_STDOUT=1"}
				if err := os.Mkdir(filepath.Join(dir, "out"), 0o700); err != nil {
					t.Fatal(err)
				}
				r := launchAs(t, dir, env, "/bin/sh", "-c", `exec "$0" "$@" < secret/answers`, os.Args[0], "run", "-i", "hosts", "-vvvv", "--diff", "--output", output, "--vault-password-file", "secret/vault",
					"--become-password-file", "secret/become", "--connection-password-file", "secret/connection", "site.yml")
				if code := r.wait(); code != 0 {
					t.Errorf("exit status %d:\n%s", code, r.output())
				}
				if i := strings.Index(r.output(), canary); i >= 0 {
					t.Errorf("printed: %s", r.output()[max(0, i-400):min(len(r.output()), i+100)])
				}
				filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
					if err != nil || d.IsDir() || strings.HasPrefix(path, dir+"/secret/") || path == dir+"/own/kept" {
						return err
					}
					if text, err := os.ReadFile(path); err == nil && d.Type().IsRegular() && !strings.HasPrefix(d.Name(), "agent-") && strings.Contains(string(text), canary) {
						t.Errorf("%s holds it: %.2000s", path, text)
					}
					return nil
				})
				for _, name := range []string{"log", "tree/box", "junit"} {
					if _, err := os.Stat(filepath.Join(dir, "out", name)); err != nil {
						t.Errorf("not looked at: %v", err)
					}
				}
			})
		}
	}
}
