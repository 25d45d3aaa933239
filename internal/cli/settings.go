package cli

import (
	"github.com/rehearse-dev/rehearse/internal/config"
	"github.com/rehearse-dev/rehearse/internal/source"
)

// loadConfig finds the settings of the run: environment, ansible.cfg, defaults.
func loadConfig(env *Env) (*config.Config, error) {
	return config.Load(config.Options{FS: source.OS{}, Dir: env.Dir, Env: func(name string) (string, bool) {
		v := env.Getenv(name)
		return v, v != ""
	}})
}

// invalidSetting is the first setting whose value does not fit its type: no program of Ansible starts with one.
func invalidSetting(c *config.Config) error {
	for _, v := range c.All() {
		if v.Err != nil {
			return &ExitError{Code: 5, Message: "ERROR: " + v.Err.Error()}
		}
	}
	return nil
}
