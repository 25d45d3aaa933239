package module

import (
	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func setupModule() *Module {
	return &Module{
		Name: "ansible.builtin.setup",
		Doc:  "Gather facts of the host",
		Spec: &argspec.Spec{SupportsCheck: true, Options: []*argspec.Option{
			{Name: "gather_subset", Type: "list", Elements: "str", Default: value.NewList(value.S("all")),
				Doc: "which facts: all, min, hardware, network, virtual, ...; with a leading ! not those"},
			{Name: "gather_timeout", Type: "int", Default: value.Int(10), Doc: "seconds that a single slow fact may take"},
			{Name: "filter", Type: "list", Elements: "str", Default: &value.List{Items: []value.Value{}}, Doc: "patterns of the names to return"},
			{Name: "fact_path", Type: "path", Default: value.S("/etc/ansible/facts.d"), Doc: "folder of the host's own *.fact files"},
		}},
		Returns: []Return{{"ansible_facts", "dict", "the facts"}},
	}
}
