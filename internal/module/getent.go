package module

import (
	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func getentModule() *Module {
	return &Module{
		Name: "ansible.builtin.getent",
		Doc:  "Read an entry of a system database",
		Spec: &argspec.Spec{SupportsCheck: true, Options: []*argspec.Option{
			{Name: "database", Required: true, Doc: "name of the database: passwd, group, hosts, services, ..."},
			{Name: "key", Doc: "entry to look up; all when not given"},
			{Name: "service", Doc: "source to ask instead of those of nsswitch.conf"},
			{Name: "split", Doc: "character between the fields"},
			{Name: "fail_key", Type: "bool", Default: value.Bool(true), Doc: "fail where the entry is missing"},
		}},
		Returns: []Return{{"ansible_facts", "dict", "getent_<database> with the fields of the entries"}},
	}
}
