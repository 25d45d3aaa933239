package runner

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/module"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// renamed gives the messages of a module that name it the name that ansible-core 2.19 hands to the module: the one that
// the task has, or that of ansible.legacy where an action calls the module. Sent is the name that it was called by here.
func (o *one) renamed(d *value.Dict, name, sent string) {
	v, ok := d.Raw("msg")
	s, isText := v.(value.Str)
	if !ok || !isText {
		return
	}
	for _, around := range [][2]string{{"Unsupported parameters for (", ") module: "}, {"remote module (", ") does not support check mode"}} {
		rest, ok := strings.CutPrefix(s.S, around[0]+sent+around[1])
		if ok {
			d.Put("msg", value.S(around[0]+o.nameFor(name)+around[1]+rest))
			return
		}
	}
}

// nameFor is the name that ansible-core hands to a module.
func (o *one) nameFor(name string) string {
	switch {
	case name == module.CopyFile:
		return "ansible.legacy.copy"
	case name == "ansible.builtin.command" || name == "ansible.builtin.shell":
		return "ansible.legacy.command"
	case o.target.action == nil && name == o.target.fqcn:
		if o.res.action != "" {
			return o.res.action
		}
		return o.spec.name
	}
	if short, ok := strings.CutPrefix(name, "ansible.builtin."); ok {
		return "ansible.legacy." + short
	}
	return name
}
