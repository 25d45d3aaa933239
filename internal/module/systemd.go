package module

import (
	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func systemdModule(name string) *Module {
	return &Module{
		Name: name,
		Doc:  "Start, stop, enable and mask units of systemd",
		Spec: &argspec.Spec{
			SupportsCheck: true,
			Options: []*argspec.Option{
				{Name: "name", Aliases: []string{"service", "unit"}, Doc: "name of the unit"},
				{Name: "state", Choices: argspec.Texts("reloaded", "restarted", "started", "stopped"), Doc: "what it shall do now"},
				{Name: "enabled", Type: "bool", Doc: "start it with the system"},
				{Name: "force", Type: "bool", Doc: "replace links that are in the way"},
				{Name: "masked", Type: "bool", Doc: "make it impossible to start"},
				{Name: "daemon_reload", Type: "bool", Default: value.Bool(false), Aliases: []string{"daemon-reload"}, Doc: "let systemd read its unit files first"},
				{Name: "daemon_reexec", Type: "bool", Default: value.Bool(false), Aliases: []string{"daemon-reexec"}, Doc: "let systemd restart itself first"},
				{Name: "scope", Default: value.S("system"), Choices: argspec.Texts("system", "user", "global"), Doc: "whose units"},
				{Name: "no_block", Type: "bool", Default: value.Bool(false), Doc: "do not wait for the operation to finish"},
			},
			Relations: argspec.Relations{
				RequiredOneOf: [][]string{{"state", "enabled", "masked", "daemon_reload", "daemon_reexec"}},
				RequiredBy:    []argspec.RequiredBy{{Option: "state", Needs: []string{"name"}}, {Option: "enabled", Needs: []string{"name"}}, {Option: "masked", Needs: []string{"name"}}},
			},
		},
		Returns: []Return{{"status", "dict", "properties of the unit as systemctl show prints them"}, {"name", "str", "name of the unit"},
			{"state", "str", "what it does now"}, {"enabled", "bool", "whether it starts with the system"}},
	}
}
