package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/agent"
	"github.com/rehearse-dev/rehearse/internal/cli"
	"github.com/rehearse-dev/rehearse/runner/transport/sshdtest"
)

// asRehearse is the variable that makes the test program behave as rehearse itself.
const asRehearse = "REHEARSE_TEST_AS_PROGRAM"

// TestMain makes the test program its own agent, as the real program is in a build without agents.
func TestMain(m *testing.M) {
	if code, ok := agent.Dispatch(os.Args); ok {
		os.Exit(code)
	}
	if os.Getenv(asRehearse) != "" {
		os.Exit(cli.Main(os.Args, cli.OS()))
	}
	os.Exit(m.Run())
}

// play runs a playbook over the inventory and gives what was printed and the exit status.
func play(t *testing.T, inventory, playbook string, args ...string) (string, int) {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("ansible.cfg", "[defaults]\ntimeout = 10\n")
	var out bytes.Buffer
	env := &cli.Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Dir: dir, Getenv: func(name string) string {
		switch name {
		case "ANSIBLE_CONFIG":
			return filepath.Join(dir, "ansible.cfg")
		case "SSH_AUTH_SOCK":
			return ""
		}
		return os.Getenv(name)
	}}
	code := cli.Main(append([]string{"rehearse", "run", "-i", write("hosts", inventory), write("site.yml", playbook)}, args...), env)
	return out.String(), code
}

func line(name string, s *sshdtest.Server) string {
	return fmt.Sprintf("%s ansible_host=127.0.0.1 ansible_port=%d ansible_user=%s ansible_ssh_private_key_file=%s ansible_ssh_common_args='-o UserKnownHostsFile=%s'\n",
		name, s.Port, s.User, s.Key, s.KnownHosts)
}

// recap checks the counts of a host.
func recap(t *testing.T, out, host string, ok, changed, unreachable, failed int) {
	t.Helper()
	want := fmt.Sprintf(`(?m)^%s +: ok=%d +changed=%d +unreachable=%d +failed=%d `, host, ok, changed, unreachable, failed)
	if !regexp.MustCompile(want).MatchString(out) {
		t.Errorf("the recap of %s is not ok=%d changed=%d unreachable=%d failed=%d", host, ok, changed, unreachable, failed)
	}
}

// TestHostsThatAreLost has one host for each way in which a host can be lost, and two that go on to the end.
func TestHostsThatAreLost(t *testing.T) {
	good, mute, silent := sshdtest.Start(t, ""), sshdtest.Start(t, "exec sleep 600;"), listen(t)
	otherKey := filepath.Join(good.Dir, "other")
	sshdtest.NewKey(t, otherKey)
	wrongKey := strings.ReplaceAll(line("wrongkey", good), good.Key, otherKey)
	unknown := strings.ReplaceAll(line("unknown", good), good.KnownHosts, os.DevNull)
	inventory := "[all]\n" + line("good", good) + line("killed", good) + line("mute", mute) + wrongKey + unknown +
		fmt.Sprintf("silent ansible_host=127.0.0.1 ansible_port=%d\nclosed ansible_host=127.0.0.1 ansible_port=%d\n", silent, sshdtest.FreePort(t)) +
		"here ansible_connection=local\n"
	out, code := play(t, inventory, `
- hosts: all
  gather_facts: false
  tasks:
    - name: First
      ansible.builtin.ping:
    - name: Second
      ansible.builtin.command:
        argv: ["/bin/sh", "-c", "{{ 'kill -9 $PPID' if inventory_hostname == 'killed' else 'true' }}"]
    - name: Third
      ansible.builtin.copy:
        content: "{{ inventory_hostname }}"
        dest: `+good.Dir+`/copied-{{ inventory_hostname }}-{{ item }}
        mode: "0600"
      loop: [1, 2, 3]
`, "-f", "10")
	if code != 4 {
		t.Errorf("exit status %d", code)
	}
	recap(t, out, "good", 3, 2, 0, 0)
	recap(t, out, "here", 3, 2, 0, 0)
	recap(t, out, "killed", 1, 0, 1, 0)
	for host, want := range map[string]string{
		"killed":   "the agent was killed by signal 9",
		"mute":     "its shell did not answer within 10s",
		"wrongkey": "Permission denied (publickey)",
		"unknown":  "Host key verification failed",
		"silent":   "there was no login within 10s",
		"closed":   "Connection refused",
	} {
		if host != "killed" {
			recap(t, out, host, 0, 0, 1, 0)
		}
		if !regexp.MustCompile(`(?s)fatal: \[` + host + `\]: UNREACHABLE! => \{[^}]*` + regexp.QuoteMeta(want)).MatchString(out) {
			t.Errorf("the output does not say why %s is unreachable: %s", host, want)
		}
	}
	for _, name := range []string{"good", "here"} {
		for i := 1; i <= 3; i++ {
			if text, err := os.ReadFile(fmt.Sprintf("%s/copied-%s-%d", good.Dir, name, i)); err != nil || string(text) != name {
				t.Errorf("%s, item %d: %q, %v", name, i, text, err)
			}
		}
	}
	if left := good.Leftovers(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if t.Failed() {
		t.Log(out)
	}
}

// listen accepts and says nothing.
func listen(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().(*net.TCPAddr).Port
}

// TestTheSameOverSSH runs a playbook of loops, conditions and blocks here and over SSH: the output must not differ.
func TestTheSameOverSSH(t *testing.T) {
	s := sshdtest.Start(t, "")
	playbook := `
- hosts: all
  gather_facts: false
  tasks:
    - name: Directory
      ansible.builtin.tempfile: {state: directory, path: ` + s.Dir + `}
      register: tmp
    - name: Files
      ansible.builtin.copy: {content: "{{ item }}\n", dest: "{{ tmp.path }}/{{ item }}", mode: "0644"}
      loop: "{{ range(5) | list }}"
      when: item != 2
      register: copied
    - name: Lines
      ansible.builtin.lineinfile: {path: "{{ tmp.path }}/{{ item.item }}", line: "line {{ item.item }}"}
      loop: "{{ copied.results }}"
      loop_control: {label: "{{ item.item }}"}
      failed_when: item.item == 3
      ignore_errors: true
      register: lines
    - name: Each sees the one before
      ansible.builtin.command: echo {{ seen.stdout | default('nothing') }}{{ item }}
      loop: [a, b, c]
      register: seen
    - name: What came of it
      ansible.builtin.debug:
        msg: "{{ seen.results | map(attribute='stdout') }} {{ lines.results | map(attribute='failed', default=false) }}"
    - name: Arguments are checked
      ansible.builtin.file: {path: "{{ tmp.path }}/{{ item }}", state: "{{ item }}"}
      loop: [absent, nonsense]
      ignore_errors: true
    - name: Clean up
      ansible.builtin.file: {path: "{{ tmp.path }}", state: absent}
      diff: false # it lists files as the directory has them, in no order
`
	far, farCode := play(t, line("box", s), playbook, "-D")
	near, nearCode := play(t, "box ansible_connection=local\n", playbook, "-D")
	volatile := regexp.MustCompile(`"\.[0-9a-f]{8}"|ansible\.[a-z0-9_]+|/ansible-tmp-[0-9.-]+|/tmp/TestTheSameOverSSH[0-9]+/[0-9]+/site\.yml`)
	far, near = volatile.ReplaceAllString(far, "X"), volatile.ReplaceAllString(near, "X")
	if far != near || farCode != nearCode {
		t.Errorf("status %d over SSH, %d here; here -, over SSH +:\n%s", farCode, nearCode, cmp.Diff(near, far))
	}
	for _, want := range []string{"['nothinga', 'nothingab', 'nothingabc']", "changed: [box] => (item=4)", "skipping: [box] => (item=2)", "line 1"} {
		if !strings.Contains(far, want) {
			t.Errorf("the output lacks %q:\n%s", want, far)
		}
	}
}
