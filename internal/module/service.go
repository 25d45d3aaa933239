package module

import (
	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func serviceModule() *Module {
	return &Module{
		Name: "ansible.builtin.service",
		Doc:  "Start, stop and enable services with the host's own init system",
		Spec: &argspec.Spec{
			SupportsCheck: true,
			Open:          true, // what the module of the init system takes is its own business
			Options: []*argspec.Option{
				{Name: "name", Required: true, Doc: "name of the service"},
				{Name: "state", Choices: argspec.Texts("started", "stopped", "reloaded", "restarted"), Doc: "what it shall do now"},
				{Name: "sleep", Type: "int", Doc: "seconds between stop and start of a restart"},
				{Name: "pattern", Doc: "text to look for among the processes where the status cannot be asked"},
				{Name: "enabled", Type: "bool", Doc: "start it with the system"},
				{Name: "runlevel", Default: value.S("default"), Doc: "runlevel of OpenRC that it belongs to"},
				{Name: "arguments", Default: value.S(""), Aliases: []string{"args"}, Doc: "more arguments on the command line"},
				{Name: "use", Default: value.S("auto"), Doc: "module of the init system to use"},
			},
		},
		Returns: []Return{{"name", "str", "name of the service"}, {"state", "str", "what it does now"}, {"enabled", "bool", "whether it starts with the system"},
			{"status", "dict", "properties of the unit, with systemd"}},
	}
}
