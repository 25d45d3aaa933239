package action

import (
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

// builtinManagers are the modules of ansible-core that package and service choose from.
var builtinManagers = []string{"apt", "dnf", "dnf5", "yum", "openwrt_init", "service", "systemd", "sysvinit"}

var packageAction = &Action{Name: "ansible.builtin.package", Async: true, Run: func(c *Context) (*value.Dict, error) {
	use := text(c.Args, "use")
	if use == "" || use == "auto" {
		if v, err := c.variable("ansible_package_use"); err == nil && v != nil {
			use = value.ToStr(v)
		}
	}
	if use == "" || use == "auto" {
		var err error
		if use, err = c.detect("pkg_mgr", value.NewDict("filter", value.S("ansible_pkg_mgr"), "gather_subset", value.S("!all"))); err != nil {
			return nil, err
		}
		if use == "" {
			return nil, fail("Could not detect a package manager. Try using the \"use\" option.")
		}
	}
	if use == "auto" {
		return nil, fail("Could not detect which package manager to use. Try gathering facts or setting the \"use\" option.")
	}
	if c.Known != nil && !c.Known(use) {
		return nil, fail("Could not find a matching action for the \"%s\" package manager.", use)
	}
	return c.dispatch(use, nil)
}}

var serviceAction = &Action{Name: "ansible.builtin.service", Async: true, Run: func(c *Context) (*value.Dict, error) {
	use := strings.ToLower(text(c.Args, "use"))
	if use == "" || use == "auto" {
		var err error
		if use, err = c.detect("service_mgr", value.NewDict("gather_subset", value.S("!all"), "filter", value.S("ansible_service_mgr"))); err != nil {
			return nil, err
		}
	}
	if use == "" || use == "auto" || c.Known != nil && !c.Known(use) {
		use = "ansible.legacy.service"
	}
	var unused []string
	if use == "systemd" {
		unused = []string{"pattern", "runlevel", "sleep", "arguments", "args"}
	}
	return c.dispatch(use, unused)
}}

// detect takes a fact of the host, or gathers it where it is not there yet.
func (c *Context) detect(name string, args *value.Dict) (string, error) {
	if c.Fact != nil {
		if v, ok := c.Fact(name); ok {
			return value.ToStr(v), nil
		}
	}
	r, err := c.Module("ansible.legacy.setup", args, nil)
	if err != nil {
		return "", err
	}
	if isFailed(r) {
		f := fault.From(broken("Failed to fetch ansible_%s to determine the package action backend: %s", name, text(r, "msg")))
		f.Result = r
		return "", f
	}
	if v, ok := r.Raw("ansible_facts"); ok {
		if d, ok := v.(*value.Dict); ok {
			return text(d, "ansible_"+name), nil
		}
	}
	return "", nil
}

// dispatch runs the chosen module with the task's arguments and that module's defaults.
func (c *Context) dispatch(module string, unused []string) (*value.Dict, error) {
	args := without(c.Args, "use")
	for _, k := range unused {
		if args.Delete(value.S(k)) {
			c.Warn("Ignoring \"" + k + "\" as it is not used in \"" + module + "\"")
		}
	}
	if c.Defaults != nil {
		def, err := c.Defaults(module)
		if err != nil {
			return nil, err
		}
		for k, v := range def.RawAll() {
			if _, ok := args.GetValue(k); !ok {
				args.Set(k, v)
			}
		}
	}
	if slices.Contains(builtinManagers, module) {
		module = "ansible.legacy." + module
	}
	return c.Module(module, args, nil)
}
