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
