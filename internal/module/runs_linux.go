package module

import (
	"github.com/rehearse-dev/rehearse/internal/value"
)

// runOf is what a module does on Linux.
func runOf(name string) func(*Call) *value.Dict {
	switch name {
	case "ansible.builtin.apt":
		return runApt
	case "ansible.builtin.package":
		return runPackage
	case "ansible.builtin.blockinfile":
		return runBlockinfile
	case "ansible.builtin.assemble":
		return runAssemble
	case "ansible.builtin.cron":
		return runCron
	case "ansible.builtin.find":
		return runFind
	case "ansible.builtin.replace":
		return runReplace
	case "ansible.builtin.shell":
		return runShell
	case "ansible.builtin.command":
		return runCommand
	case "ansible.builtin.copy":
		return runCopy
	case "ansible.builtin.file":
		return runFile
	case "ansible.builtin.getent":
		return runGetent
	case "ansible.builtin.wait_for":
		return runWaitFor
	case "ansible.posix.sysctl":
		return runSysctl
	case "ansible.builtin.group":
		return runGroup
	case "ansible.builtin.service":
		return runService
	case "ansible.builtin.systemd", "ansible.builtin.systemd_service":
		return runSystemd
	case "ansible.builtin.user":
		return runUser
	case "ansible.builtin.lineinfile":
		return runLineinfile
	case "ansible.builtin.setup":
		return runSetup
	case "ansible.builtin.slurp":
		return runSlurp
	case "ansible.builtin.stat":
		return runStat
	case "ansible.builtin.tempfile":
		return runTempfile
	case CopyFile:
		return runCopyFile
	case ProgramName:
		return runProgram
	}
	return nil
}
