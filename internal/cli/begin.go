package cli

import (
	"os"

	"github.com/rehearse-dev/rehearse/internal/config"
	"github.com/rehearse-dev/rehearse/runner/callback"
)

// begin opens the log and prints what stands at the top of a verbose run.
func begin(env *Env, c *config.Config, d *callback.Display) {
	if path := c.String("DEFAULT_LOG_PATH"); path != "" {
		var err error
		if d.Log, err = callback.OpenLog(path); err != nil {
			if info, err := os.Stat(path); err == nil && info.IsDir() {
				d.Warn("DEFAULT_LOG_PATH can not be a directory '" + path + "', aborting")
			} else {
				d.Warn("log file at '" + path + "' is not writeable and we cannot create it, aborting")
			}
		}
		d.LogVerbosity = c.Int("LOG_VERBOSITY")
	}
	top(env, c, d)
}

// top prints the version (-vv) and which ansible.cfg is in use (-v).
func top(env *Env, c *config.Config, d *callback.Display) {
	if d.Shows(1) {
		d.Verbose(1, "", versionText(env.Program, env, c))
	}
	if c.Path != "" {
		d.Verbose(0, "", "Using "+c.Path+" as config file")
	} else {
		d.Verbose(0, "", "No config file found; using defaults")
	}
}
