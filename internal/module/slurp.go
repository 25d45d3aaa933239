package module

import (
	"github.com/rehearse-dev/rehearse/internal/argspec"
)

func slurpModule() *Module {
	return &Module{
		Name: "ansible.builtin.slurp",
		Doc:  "Read a file of the host, encoded in base64",
		Spec: &argspec.Spec{SupportsCheck: true, Options: []*argspec.Option{
			{Name: "src", Type: "path", Required: true, Aliases: []string{"path"}, Doc: "file to read"},
		}},
		Returns: []Return{
			{"content", "str", "content of the file in base64"},
			{"encoding", "str", "always base64"},
			{"source", "str", "path of the file"},
		},
	}
}
