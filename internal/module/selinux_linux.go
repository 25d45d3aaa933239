package module

import (
	"os"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// selinuxEnabled tells whether the kernel enforces or logs SELinux rules.
var selinuxEnabled = sync.OnceValue(func() bool {
	_, err := os.Stat("/sys/fs/selinux/enforce")
	return err == nil
})

// selinuxContext is the context of a path itself, "" where there is none.
func selinuxContext(path string) string {
	buf := make([]byte, 256)
	n, err := unix.Lgetxattr(path, "security.selinux", buf)
	if err != nil || n < 0 {
		return ""
	}
	return strings.TrimRight(string(buf[:n]), "\x00")
}

func (a *fileArgs) wantsContext() bool {
	for _, part := range a.context {
		if part != nil {
			return true
		}
	}
	return false
}

// setContext changes the parts of the SELinux context that are asked for. "_default" asks the policy through the
// matchpathcon program.
func (c *Call) setContext(a fileArgs, changed bool, diff *value.Dict) (bool, error) {
	if !a.wantsContext() {
		return changed, nil
	}
	current := strings.SplitN(selinuxContext(a.path), ":", 4)
	wanted := append([]string(nil), current...)
	var defaults []string
	for i, part := range a.context {
		if part == nil || i >= len(wanted) {
			continue
		}
		wanted[i] = *part
		if *part != "_default" {
			continue
		}
		if defaults == nil {
			program := c.findProgram("matchpathcon")
			if program == "" {
				return changed, Fail("the default SELinux context of "+a.path+" needs the matchpathcon program, which is not installed", "path", value.S(a.path))
			}
			_, out, _, err := c.command(nil, program, "-n", a.path)
			if err != nil {
				return changed, err
			}
			defaults = strings.SplitN(strings.TrimSpace(out), ":", 4)
		}
		wanted[i] = current[i]
		if i < len(defaults) {
			wanted[i] = defaults[i]
		}
	}
	before, after := strings.Join(current, ":"), strings.Join(wanted, ":")
	if before == after {
		return changed, nil
	}
	record(diff, "secontext", value.Strings(current), value.Strings(wanted))
	err := c.Change(func() error { return unix.Lsetxattr(a.path, "security.selinux", []byte(after+"\x00"), 0) })
	if err != nil {
		return changed, Fail("invalid selinux context: "+pythonError(err), "path", value.S(a.path),
			"new_context", value.Strings(wanted), "cur_context", value.Strings(current))
	}
	return true, nil
}
