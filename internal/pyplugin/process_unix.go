//go:build unix

package pyplugin

import (
	"os/exec"
	"syscall"
)

// detach gives the process a session of its own, as ansible-core's workers have one: it has no terminal to read from, and
// Ctrl-C reaches it through us only.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

// killAll ends the process and those of its session that are in its group.
func killAll(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Process.Kill()
	}
}

// how says by which signal a process ended; "" where by none.
func how(state *exec.ExitError) string {
	if s, ok := state.Sys().(syscall.WaitStatus); ok && s.Signaled() {
		return "signal " + s.Signal().String()
	}
	return ""
}
