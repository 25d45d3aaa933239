//go:build !unix

package pyplugin

import "os/exec"

func detach(*exec.Cmd) {}

func killAll(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = cmd.Process.Kill()
	}
}

func how(*exec.ExitError) string { return "" }
