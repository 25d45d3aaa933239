package module

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// runPackage does what ansible-core's package action does: it runs the module of the host's package manager. Here that is
// apt; others need their Python modules.
func runPackage(c *Call) *value.Dict {
	use := strings.ToLower(c.text("use"))
	if use == "auto" || use == "" {
		f := &factRun{Call: c}
		f.lsb = func() *value.Dict { return &value.Dict{} }
		f.distribution = f.distributionFacts
		use = f.packageManager()
	}
	if use != "apt" && use != "ansible.builtin.apt" && use != "ansible.legacy.apt" {
		return c.failed(NeedsPython(pythonPackages(use), "the package manager "+use))
	}
	args := c.Args.Copy()
	args.Delete(value.S("use"))
	checked := aptModule().Spec.Check(args, argspec.Options{Env: c.getenv, Home: c.home})
	sub := *c
	sub.Args = checked.Args
	var r *value.Dict
	if len(checked.Problems) > 0 {
		p := checked.Problems[0]
		message := p.Message
		if p.Kind == argspec.Unsupported {
			message = "Unsupported parameters for (ansible.legacy.apt) module: " + message
		}
		r = c.failed(Fail(message))
	} else {
		r = runApt(&sub)
		c.warnings = sub.warnings
	}
	r.Put("invocation", value.NewDict("module_args", sub.Args))
	return r
}

// pythonPackages is the module of a package manager.
func pythonPackages(use string) string {
	switch {
	case strings.Contains(use, "."):
		return use
	case use == "yum" || use == "yum4" || use == "dnf4":
		return "ansible.builtin.dnf"
	}
	return "ansible.builtin." + use
}
