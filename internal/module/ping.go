package module

import (
	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func pingModule() *Module {
	return &Module{
		Name: "ansible.builtin.ping",
		Doc:  "Check that a host can be reached and used",
		Spec: &argspec.Spec{SupportsCheck: true, Options: []*argspec.Option{
			{Name: "data", Default: value.S("pong"), Doc: "text to send back; 'crash' fails on purpose"},
		}},
		Returns: []Return{{"ping", "str", "the data that was given"}},
		Run: func(c *Call) *value.Dict {
			if c.text("data") == "crash" {
				return c.failed(crashed(nil, "boom"))
			}
			return value.NewDict("ping", value.S(c.text("data")))
		},
	}
}
