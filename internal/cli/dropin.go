package cli

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/rehearse-dev/rehearse/runner"
)

// dropIns are the programs of Ansible whose names select a command: a symbolic link of that name stands in for them.
var dropIns = map[string]string{
	"ansible-playbook":  "run",
	"ansible":           "adhoc",
	"ansible-inventory": "inventory",
	"ansible-vault":     "vault",
	"ansible-config":    "config",
	"ansible-doc":       "doc",
}

// dropIn turns a call by the name of one of Ansible's programs into a call of the command behind it.
func dropIn(args []string) (program string, rest []string) {
	program = strings.TrimSuffix(filepath.Base(args[0]), ".exe")
	rest = args[1:]
	if command, ok := dropIns[program]; ok {
		return program, append([]string{command}, rest...)
	}
	return program, rest
}

// wantsVersion tells whether one of Ansible's programs is asked for its version.
func wantsVersion(program string, args []string) bool {
	if _, ok := dropIns[program]; !ok {
		return false
	}
	for _, a := range args {
		switch a {
		case "--version":
			return true
		case "--":
			return false
		}
	}
	return false
}

// versionText is what `ansible --version` is parsed for: the program, the version of ansible-core, the ansible.cfg in use.
func versionText(program string, env *Env) string {
	file := "None"
	if c, err := loadConfig(env); err == nil && c.Path != "" {
		file = c.Path
	}
	return fmt.Sprintf("%s [core %s]\n  config file = %s\n  executable: rehearse %s\n", program, runner.AnsibleVersion, file, version())
}
