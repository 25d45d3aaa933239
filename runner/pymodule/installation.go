// Package pymodule packs Python modules for the target: the module with the module_utils that it imports, taken from
// the user's own ansible-core and collections. It starts no Python and embeds nothing of Ansible's code.
package pymodule

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
)

// Installation is an ansible-core on the controller's disk.
type Installation struct {
	Dir     string // the folder of the Python package `ansible`
	Version string
	Python  string // the interpreter that it is installed for; "" when unknown

	mu    sync.Mutex
	files map[string][]byte // read once
	base  *Archive
}

// ErrNoInstallation says that no ansible-core was found on this machine.
var ErrNoInstallation = errors.New("it is written in Python, and no ansible-core was found on this machine to take its support code from (pip install ansible-core)")

// Find looks for ansible-core: where PYTHONPATH points, beside the `ansible` or `ansible-playbook` program on PATH, then
// in the usual places of the system's Python. getenv is os.Getenv or a test's.
func Find(getenv func(string) string) (*Installation, error) {
	for _, dir := range filepath.SplitList(getenv("PYTHONPATH")) {
		if in := at(filepath.Join(dir, "ansible"), ""); in != nil {
			return in, nil
		}
	}
	self, _ := os.Executable()
	for _, dir := range filepath.SplitList(getenv("PATH")) {
		for _, name := range []string{"ansible-playbook", "ansible"} {
			path := filepath.Join(dir, name)
			real, err := filepath.EvalSymlinks(path)
			if err != nil || real == self {
				continue
			}
			python := shebang(real)
			if python == "" {
				continue
			}
			for _, root := range []string{filepath.Dir(filepath.Dir(path)), filepath.Dir(filepath.Dir(real)), filepath.Dir(filepath.Dir(python))} {
				if in := under(root, python); in != nil {
					return in, nil
				}
			}
		}
	}
	for _, root := range []string{filepath.Join(getenv("HOME"), ".local"), "/usr/local", "/usr"} {
		if in := under(root, ""); in != nil {
			return in, nil
		}
	}
	if python, err := exec.LookPath("python3"); err == nil {
		if real, err := filepath.EvalSymlinks(python); err == nil {
			if in := under(filepath.Dir(filepath.Dir(real)), python); in != nil {
				return in, nil
			}
		}
	}
	return nil, ErrNoInstallation
}

func under(root, python string) *Installation {
	for _, pattern := range []string{"lib/python3*/site-packages/ansible", "lib/python3/dist-packages/ansible", "lib/python3*/dist-packages/ansible"} {
		found, _ := filepath.Glob(filepath.Join(root, pattern))
		for i := len(found) - 1; i >= 0; i-- {
			if in := at(found[i], python); in != nil {
				return in
			}
		}
	}
	return nil
}

var versionLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^__version__ = ['"]([^'"]+)['"]`) })

func at(dir, python string) *Installation {
	release, err := os.ReadFile(filepath.Join(dir, "release.py"))
	if err != nil {
		return nil
	}
	m := versionLine().FindSubmatch(release)
	if m == nil {
		return nil
	}
	return &Installation{Dir: dir, Version: string(m[1]), Python: python, files: map[string][]byte{}}
}

// shebang gives the interpreter of a script, "" for anything else.
func shebang(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	line, err := bufio.NewReader(f).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "#!") {
		return ""
	}
	fields := strings.Fields(line[2:])
	if len(fields) == 0 {
		return ""
	}
	if filepath.Base(fields[0]) == "env" && len(fields) > 1 {
		python, err := exec.LookPath(fields[1])
		if err != nil {
			return ""
		}
		return python
	}
	return fields[0]
}

func (in *Installation) read(path string) ([]byte, bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if b, ok := in.files[path]; ok {
		return b, b != nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		b = nil
	}
	in.files[path] = b
	return b, b != nil
}

// BuiltinModule is the path of a module that ansible-core itself has, as in "user"; "" when it has none of that name.
func (in *Installation) BuiltinModule(name string) string {
	path := filepath.Join(in.Dir, "modules", name+".py")
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

func (in *Installation) String() string {
	return fmt.Sprintf("ansible-core %s in %s", in.Version, in.Dir)
}
