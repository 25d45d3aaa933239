package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// running is the program in a process of its own, which can be sent signals.
type running struct {
	t    *testing.T
	cmd  *exec.Cmd
	mu   sync.Mutex
	text bytes.Buffer
	done chan error
}

// folder makes the files of a project; the text of site.yml may name the folder as DIR.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, "DIR", dir)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// launch starts the program in the folder. env is on top of a small environment.
func launch(t *testing.T, dir string, env []string, args ...string) *running {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return launchAs(t, dir, env, append([]string{exe}, args...)...)
}

// launchAs starts a command line that leads to the program.
func launchAs(t *testing.T, dir string, env []string, argv ...string) *running {
	t.Helper()
	r := &running{t: t, cmd: exec.Command(argv[0], argv[1:]...), done: make(chan error, 1)}
	r.cmd.Dir = dir
	r.cmd.Env = append([]string{asRehearse + "=1", "PATH=" + os.Getenv("PATH"), "HOME=" + dir, "LANG=C.UTF-8", "SSH_AUTH_SOCK=", "ANSIBLE_TIMEOUT=60"}, env...)
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	r.cmd.Stdout, r.cmd.Stderr = r, r
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { r.done <- r.cmd.Wait() }()
	t.Cleanup(func() { syscall.Kill(-r.cmd.Process.Pid, syscall.SIGKILL) })
	return r
}

func (r *running) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

// output is what was printed so far.
func (r *running) output() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// wait gives the exit status, or minus the signal that ended the process. A program that hangs fails the test.
func (r *running) wait() int {
	r.t.Helper()
	select {
	case err := <-r.done:
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			if w, ok := exit.Sys().(syscall.WaitStatus); ok && w.Signaled() {
				return -int(w.Signal())
			}
			return exit.ExitCode()
		}
		if err != nil {
			r.t.Errorf("the program: %v", err)
		}
		return 0
	case <-time.After(120 * time.Second):
		r.cmd.Process.Signal(syscall.SIGQUIT)
		<-r.done
		r.t.Fatalf("the program hangs:\n%s", r.output())
		return 0
	}
}

// appears waits until the file is there.
func (r *running) appears(path string) {
	r.t.Helper()
	for deadline := time.Now().Add(120 * time.Second); ; time.Sleep(time.Millisecond) {
		if _, err := os.Stat(path); err == nil {
			return
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("%s does not appear:\n%s", path, r.output())
		}
	}
}

// processes lists those that have the mark in their command line or environment; wait for none with gone.
func processes(mark string) []string {
	var found []string
	procs, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, p := range procs {
		text, err := os.ReadFile(p)
		if err == nil && strings.Contains(string(text), mark) {
			found = append(found, fmt.Sprintf("%s %q", filepath.Base(filepath.Dir(p)), text))
		}
	}
	return found
}

// gone waits until no process has the mark in its command line.
func gone(t *testing.T, mark string) {
	t.Helper()
	for deadline := time.Now().Add(120 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		found := processes(mark)
		if len(found) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("still running: %v", found)
		}
	}
}
