package cli

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/config"
	"github.com/rehearse-dev/rehearse/internal/value"
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

// versionText is what `ansible --version` and -vv print, in the form that scripts read: the program, the version of
// ansible-core whose behaviour it has, and where things are looked for. There are no lines about Python and its libraries, as
// none are used.
func versionText(program string, env *Env, c *config.Config) string {
	file := "None"
	if c != nil && c.Path != "" {
		file = c.Path
	}
	var modules, collections []string
	if c != nil {
		modules, collections = c.Strings("DEFAULT_MODULE_PATH"), c.Strings("COLLECTIONS_PATHS")
	}
	executable := program
	if len(os.Args) > 0 {
		executable = os.Args[0]
		if path, err := exec.LookPath(executable); err == nil {
			executable = path
		}
		executable = absIn(env.Dir, executable)
	}
	return fmt.Sprintf("%s [core %s]\n  config file = %s\n  configured module search path = %s\n  ansible collection location = %s\n"+
		"  executable location = %s\n  rehearse version = %s (%s, %s/%s)\n", program, runner.AnsibleVersion, file,
		value.Repr(value.Strings(modules)), strings.Join(collections, ":"), executable, version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
