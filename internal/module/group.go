package module

import (
	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func groupModule() *Module {
	return &Module{
		Name: "ansible.builtin.group",
		Doc:  "Create, change and remove groups",
		Spec: &argspec.Spec{SupportsCheck: true, Options: []*argspec.Option{
			{Name: "state", Default: value.S("present"), Choices: argspec.Texts("absent", "present"), Doc: "whether the group shall exist"},
			{Name: "name", Required: true, Doc: "name of the group"},
			{Name: "force", Type: "bool", Default: value.Bool(false), Doc: "remove it even if it is the primary group of a user"},
			{Name: "gid", Type: "int", Doc: "its number"},
			{Name: "system", Type: "bool", Default: value.Bool(false), Doc: "make it a system group"},
			{Name: "local", Type: "bool", Default: value.Bool(false), Doc: "use the commands for local accounts"},
			{Name: "non_unique", Type: "bool", Default: value.Bool(false), Doc: "the number may be taken"},
			{Name: "gid_min", Type: "int", Doc: "lowest number to choose"},
			{Name: "gid_max", Type: "int", Doc: "highest number to choose"},
		}, Relations: argspec.Relations{RequiredIf: []argspec.RequiredIf{{Option: "non_unique", Value: value.Bool(true), Needs: []string{"gid"}}}}},
		Returns: []Return{{"gid", "int", "its number"}, {"name", "str", "its name"}, {"state", "str", "present or absent"}, {"system", "bool", "whether it is a system group"}},
	}
}
