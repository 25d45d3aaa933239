package module

import (
	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func tempfileModule() *Module {
	return &Module{
		Name: "ansible.builtin.tempfile",
		Doc:  "Create a temporary file or directory with a name that is not taken",
		Spec: &argspec.Spec{Options: []*argspec.Option{
			{Name: "state", Default: value.S("file"), Choices: argspec.Texts("file", "directory"), Doc: "what to create"},
			{Name: "path", Type: "path", Doc: "folder to create it in; the system's folder for temporary files when not given"},
			{Name: "prefix", Default: value.S("ansible."), Doc: "start of the name"},
			{Name: "suffix", Default: value.S(""), Doc: "end of the name"},
		}},
		Returns: []Return{{"path", "str", "path of what was created"}},
	}
}
