//go:build !unix

package agent

import (
	"os"
	"os/exec"
)

func surviveFileLimit() {}

func ownSession(*exec.Cmd) {}

func giveTerminal(*exec.Cmd, *os.File) {}

func killSession(p *os.Process) { p.Kill() }

func exitCode(s *os.ProcessState) int {
	if s == nil {
		return -1
	}
	return s.ExitCode()
}
