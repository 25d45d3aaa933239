package module

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// runService does what ansible-core's service action does: it runs the module of the host's init system. Here that is
// systemd; other init systems need their Python modules.
func runService(c *Call) *value.Dict {
	use := strings.ToLower(c.text("use"))
	if use == "auto" || use == "" {
		use = c.serviceManager()
	}
	if use != "systemd" && use != "systemd_service" {
		return c.failed(NeedsPython(pythonServices(use), "the init system "+use))
	}
	args := &value.Dict{}
	for k, v := range c.Args.RawAll() {
		name := value.ToStr(k)
		switch name {
		case "use":
		case "pattern", "runlevel", "sleep", "arguments", "args":
			if given(name, v) {
				c.Warn("Ignoring \"" + name + "\" as it is not used in \"systemd\"")
			}
		default:
			if _, none := v.(value.None); !none {
				args.Set(k, v)
			}
		}
	}
	m := systemdModule("ansible.builtin.systemd")
	checked := m.Spec.Check(args, argspec.Options{Env: c.getenv, Home: c.home})
	if len(checked.Problems) > 0 {
		p := checked.Problems[0]
		message := p.Message
		if p.Kind == argspec.Unsupported {
			message = "Unsupported parameters for (ansible.legacy.systemd) module: " + message
		}
		r := c.failed(Fail(message))
		r.Put("invocation", value.NewDict("module_args", checked.Args))
		return r
	}
	sub := *c
	sub.Args = checked.Args
	r := runSystemd(&sub)
	c.warnings = sub.warnings
	if crash, _ := r.Raw(CrashKey); crash == nil {
		r.Put("invocation", value.NewDict("module_args", checked.Args))
	}
	return r
}

// given tells an option that the user set from a default.
func given(name string, v value.Value) bool {
	switch v := v.(type) {
	case value.None:
		return false
	case value.Str:
		return !(name == "runlevel" && v.S == "default") && !(name != "runlevel" && v.S == "")
	}
	return true
}

// pythonServices is the module of an init system; the generic one where there is none of its own.
func pythonServices(use string) string {
	switch {
	case strings.Contains(use, "."):
		return use
	case use == "sysvinit":
		return "ansible.builtin.sysvinit"
	}
	return "ansible.builtin.service"
}
