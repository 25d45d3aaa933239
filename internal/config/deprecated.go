package config

// Deprecation is a setting that somebody gave and that ansible-core drops in a later version. Text and Version are what
// ansible-core 2.19 prints.
type Deprecation struct{ Name, Text, Version string }

// deprecated holds why a setting goes and what to use in its place, as ansible-core 2.19 says it.
var deprecated = []struct{ name, why, instead string }{
	{"ANSIBLE_CONNECTION_PATH", "This setting has no effect.", "none"},
	{"DEFAULT_ALLOW_UNSAFE_LOOKUPS", noLongerUsed, "Lookup plugins are responsible for tagging strings containing templates to allow evaluation as a template."},
	{"DEFAULT_JINJA2_EXTENSIONS", "Jinja2 extensions have been deprecated", "Ansible-supported Jinja plugins (tests, filters, lookups)"},
	{"DEFAULT_JINJA2_NATIVE", noLongerUsed, "Jinja2 native mode is now the default and only option."},
	{"DEFAULT_LIBVIRT_LXC_NOSECLABEL", movedToPlugin, usePlugin},
	{"DEFAULT_MANAGED_STR", "The `ansible_managed` variable can be set just like any other variable, or a different variable can be used.",
		"Set the `ansible_managed` variable, or use any custom variable in templates."},
	{"DEFAULT_NULL_REPRESENTATION", noLongerUsed, noAlternative},
	{"DEFAULT_UNDEFINED_VAR_BEHAVIOR", noLongerUsed, noAlternative},
	{"PARAMIKO_HOST_KEY_AUTO_ADD", movedToPlugin, usePlugin},
	{"PARAMIKO_LOOK_FOR_KEYS", movedToPlugin, usePlugin},
	{"STRING_TYPE_FILTERS", "This option has no effect.", "None; native types returned from filters are always preserved."},
	{"_TEMPLAR_SANDBOX_MODE", "controlling sandbox behavior is a temporary workaround", "none"},
}

const (
	noLongerUsed  = "This option is no longer used in the Ansible Core code base."
	noAlternative = "There is no alternative at the moment. A different mechanism would have to be implemented in the current code base."
	movedToPlugin = "This option was moved to the plugin itself"
	usePlugin     = "Use the option from the plugin itself."
)

// Deprecations lists the deprecated settings that the configuration file or the environment gives.
func (c *Config) Deprecations() []Deprecation {
	var out []Deprecation
	for _, d := range deprecated {
		v := c.Get(d.name)
		if v.Setting == nil || v.Origin.Kind == Default {
			continue
		}
		out = append(out, Deprecation{d.name, d.name + " option. Reason: " + d.why + "\nAlternatives: " + d.instead, v.Setting.Removed})
	}
	return out
}
