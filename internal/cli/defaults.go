package cli

import (
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner"
)

// defaults takes what the command line leaves open from the settings that are needed before the files are read. A broken
// ansible.cfg is reported when the workspace is opened.
func (f *runFlags) defaults(env *Env, o *runner.Options) {
	c, err := loadConfig(env)
	if err != nil {
		return
	}
	f.verbosity += c.Int("DEFAULT_VERBOSITY")
	o.Display.Verbosity, f.workspaceOptions.verbosity = f.verbosity, f.verbosity
	if f.magic != nil {
		f.magic.Put("ansible_verbosity", value.Int(f.verbosity))
	}
	o.Display.VerboseToStderr = c.Bool("VERBOSE_TO_STDERR")
	f.askPass = f.askPass || c.Bool("DEFAULT_ASK_PASS") && f.passFile == ""
	f.askBecome = f.askBecome || c.Bool("DEFAULT_BECOME_ASK_PASS") && f.becomePassFile == ""
	if f.passFile == "" {
		f.passFile = c.String("CONNECTION_PASSWORD_FILE")
	}
	if f.becomePassFile == "" {
		f.becomePassFile = c.String("BECOME_PASSWORD_FILE")
	}
}
