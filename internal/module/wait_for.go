package module

import (
	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func waitForModule() *Module {
	return &Module{
		Name: "ansible.builtin.wait_for",
		Doc:  "Wait until a port, a file or a text is there, or gone",
		Spec: &argspec.Spec{Options: []*argspec.Option{
			{Name: "host", Default: value.S("127.0.0.1"), Doc: "host of the port"},
			{Name: "timeout", Type: "int", Default: value.Int(300), Doc: "seconds to wait at most"},
			{Name: "connect_timeout", Type: "int", Default: value.Int(5), Doc: "seconds that one connection may take"},
			{Name: "delay", Type: "int", Default: value.Int(0), Doc: "seconds to wait before the first look"},
			{Name: "port", Type: "int", Doc: "TCP port to wait for"},
			{Name: "active_connection_states", Type: "list", Elements: "str", Doc: "states of connections that count with state=drained",
				Default: value.Strings([]string{"ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2", "SYN_RECV", "SYN_SENT", "TIME_WAIT"})},
			{Name: "path", Type: "path", Doc: "file to wait for"},
			{Name: "search_regex", Doc: "pattern that the file, or what the port sends, must match"},
			{Name: "state", Default: value.S("started"), Choices: argspec.Texts("absent", "drained", "present", "started", "stopped"), Doc: "what to wait for"},
			{Name: "exclude_hosts", Type: "list", Elements: "str", Doc: "hosts whose connections do not count with state=drained"},
			{Name: "sleep", Type: "int", Default: value.Int(1), Doc: "seconds between two looks"},
			{Name: "msg", Doc: "message of the failure"},
		}},
		Returns: []Return{{"elapsed", "int", "seconds that it took"}, {"match_groups", "list", "groups of the match"}, {"match_groupdict", "dict", "named groups of the match"}},
	}
}
