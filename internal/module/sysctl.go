package module

import (
	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func sysctlModule() *Module {
	return &Module{
		Name: "ansible.posix.sysctl",
		Doc:  "Keep a kernel parameter in a file and in effect",
		Spec: &argspec.Spec{
			SupportsCheck: true,
			Options: []*argspec.Option{
				{Name: "name", Required: true, Aliases: []string{"key"}, Doc: "name of the parameter"},
				{Name: "value", Aliases: []string{"val"}, Doc: "its value"},
				{Name: "state", Default: value.S("present"), Choices: argspec.Texts("present", "absent"), Doc: "whether it shall be in the file"},
				{Name: "reload", Type: "bool", Default: value.Bool(true), Doc: "load the file after a change"},
				{Name: "sysctl_set", Type: "bool", Default: value.Bool(false), Doc: "set it at once where its value differs"},
				{Name: "ignoreerrors", Type: "bool", Default: value.Bool(false), Doc: "ignore parameters that the kernel does not know"},
				{Name: "sysctl_file", Type: "path", Default: value.S("/etc/sysctl.conf"), Doc: "file to keep it in"},
			},
			Relations: argspec.Relations{RequiredIf: []argspec.RequiredIf{{Option: "state", Value: value.S("present"), Needs: []string{"value"}}}},
		},
	}
}
