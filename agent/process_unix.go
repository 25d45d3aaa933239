//go:build unix

package agent

import (
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

// surviveFileLimit turns the signal at a file's limit of size (ulimit -f) into an error of the write; commands that modules
// start have the signal as usual.
func surviveFileLimit() { signal.Notify(make(chan os.Signal, 1), syscall.SIGXFSZ) }

// ownSession keeps signals for this process's terminal away from the command.
func ownSession(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

// giveTerminal makes an open terminal the controlling one of the command's session: what opens /dev/tty gets it.
func giveTerminal(cmd *exec.Cmd, terminal *os.File) {
	cmd.ExtraFiles = []*os.File{terminal}
	cmd.SysProcAttr.Setctty = true
	cmd.SysProcAttr.Ctty = 3
}

// killSession ends a process and those of its group.
func killSession(p *os.Process) {
	syscall.Kill(-p.Pid, syscall.SIGKILL)
	p.Kill()
}

func exitCode(s *os.ProcessState) int {
	if s == nil {
		return -1
	}
	if w, ok := s.Sys().(syscall.WaitStatus); ok && w.Signaled() {
		return 128 + int(w.Signal())
	}
	return s.ExitCode()
}
