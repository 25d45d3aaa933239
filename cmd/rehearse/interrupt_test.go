package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rehearse-dev/rehearse/runner/transport/sshdtest"
)

// host is a way to the machine on which the tests run.
type host struct {
	name  string
	line  func(s *sshdtest.Server) string
	extra string // keywords of the play
}

// ways are the ways to a host that the tests of this file take. To become root takes nobody but root here, so that the tests
// need no password.
func ways(t *testing.T) []host {
	local := func(*sshdtest.Server) string { return "box ansible_connection=local\n" }
	far := func(s *sshdtest.Server) string { return line("box", s) }
	out := []host{{"here", local, ""}, {"over SSH", far, ""}}
	if os.Getuid() == 0 && exec.Command("sudo", "-n", "true").Run() == nil {
		out = append(out, host{"here with become", local, "become: true\n  "}, host{"over SSH with become", far, "become: true\n  "})
	}
	return out
}

// The ends that a run may come to, with the exit status that ansible-playbook 2.19 has then.
var ends = []struct {
	signal syscall.Signal
	status int
	says   string
}{
	{syscall.SIGINT, 99, "[ERROR]: User interrupted execution\n"},
	{syscall.SIGTERM, -int(syscall.SIGTERM), ""},
	{syscall.SIGHUP, -int(syscall.SIGHUP), ""},
	{syscall.SIGKILL, -int(syscall.SIGKILL), ""},
}

// TestStoppedRunLeavesNothing stops runs in the middle of a command that has children: nothing of it goes on, and no file is
// left behind, however the run ends.
func TestStoppedRunLeavesNothing(t *testing.T) {
	mark := 2000
	for _, way := range ways(t) {
		for _, end := range ends {
			mark++
			t.Run(way.name+"/"+end.signal.String(), func(t *testing.T) {
				s := sshdtest.Start(t, "")
				sleep := "sleep " + strconv.Itoa(mark) + ".5"
				dir := folder(t, map[string]string{"hosts": way.line(s), "tmp/keep": "", "site.yml": `
- hosts: all
  ` + way.extra + `gather_facts: false
  vars: {ansible_remote_tmp: DIR/tmp}
  tasks:
    - name: Before
      ansible.builtin.copy: {content: whole, dest: DIR/before, mode: "0600"}
    - name: Long
      ansible.builtin.shell: "` + sleep + ` & ` + sleep + ` & sleep 0.3; touch DIR/begun; (` + sleep + `; true)"
    - name: After
      ansible.builtin.copy: {content: whole, dest: DIR/after, mode: "0600"}
`})
				r := launch(t, dir, nil, "run", "-i", "hosts", "site.yml")
				r.appears(filepath.Join(dir, "begun"))
				r.cmd.Process.Signal(end.signal)
				if got := r.wait(); got != end.status {
					t.Errorf("exit status %d, want %d", got, end.status)
				}
				gone(t, sleep)
				gone(t, strings.ReplaceAll(sleep, " ", "\x00"))
				gone(t, dir) // and shells
				if out := r.output(); end.says != "" && !strings.HasSuffix(out, end.says) || strings.Contains(out, "RECAP") || strings.Contains(out, "fatal:") {
					t.Errorf("printed:\n%s", out)
				}
				if text, err := os.ReadFile(filepath.Join(dir, "before")); string(text) != "whole" {
					t.Errorf("what was done before is not there: %q, %v", text, err)
				}
				if _, err := os.Stat(filepath.Join(dir, "after")); err == nil {
					t.Error("the run went on")
				}
				left, _ := filepath.Glob(filepath.Join(dir, "tmp", "*"))
				if len(left) != 1 || len(s.Leftovers()) > 0 {
					t.Errorf("left behind: %v %v", left, s.Leftovers())
				}
			})
		}
	}
}
