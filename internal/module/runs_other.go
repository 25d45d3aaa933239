//go:build !linux

package module

import (
	"os"
	"os/user"
	"runtime"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// runOf refuses: native modules act on Linux hosts. Elsewhere the table serves editors and the linter.
func runOf(name string) func(*Call) *value.Dict {
	return func(c *Call) *value.Dict {
		return c.failed(Fail(name + " does not run natively on " + runtime.GOOS + " hosts; use a Linux host, or connect to one"))
	}
}

func (c *Call) addPathFacts(*value.Dict) {}

func (c *Call) home(name string) (string, bool) {
	if name == "" {
		dir, err := os.UserHomeDir()
		return dir, err == nil
	}
	u, err := user.Lookup(name)
	if err != nil {
		return "", false
	}
	return u.HomeDir, true
}

func runIn(c *Call, m *Module) *value.Dict { return run(c, m) }
