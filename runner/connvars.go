package runner

import (
	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// connectionNames are the variables that ansible-core defines for every task from how the host is reached, where nobody
// else has defined them.
var connectionNames = []string{
	"ansible_connection", "ansible_module_compression", "ansible_shell_executable", "ansible_ssh_host", "ansible_host",
	"ansible_ssh_user", "ansible_user", "ansible_ssh_port", "ansible_port", "ansible_ssh_pipelining", "ansible_pipelining", "ansible_ssh_timeout", "ansible_timeout",
}

// connectionVars computes the variables of connectionNames for a task on a host.
func (p *playRun) connectionVars(h *inventory.Host, s *spec) func(string) (value.Value, bool) {
	keyword := func(name string, otherwise value.Value) (value.Value, bool) {
		if s != nil {
			if v, ok := s.keywords[name]; ok && v != nil {
				return v, true
			}
		}
		return otherwise, otherwise != nil
	}
	return func(name string) (value.Value, bool) {
		switch name {
		case "ansible_connection":
			if p.o.Connection != "" {
				return keyword("connection", value.S(p.o.Connection))
			}
			return keyword("connection", value.S("ssh"))
		case "ansible_ssh_host", "ansible_host":
			return value.S(h.Name), true
		case "ansible_ssh_user", "ansible_user":
			if p.o.User != "" {
				return keyword("remote_user", value.S(p.o.User))
			}
			return keyword("remote_user", nil)
		case "ansible_ssh_port", "ansible_port":
			return keyword("port", nil)
		case "ansible_shell_executable":
			return value.S("/bin/sh"), true
		case "ansible_module_compression":
			return value.S("ZIP_DEFLATED"), true
		case "ansible_ssh_pipelining", "ansible_pipelining":
			return value.Bool(p.o.Config != nil && p.o.Config.Bool("ANSIBLE_PIPELINING")), true
		case "ansible_ssh_timeout", "ansible_timeout":
			return value.Int(p.o.Timeout), true
		}
		return nil, false
	}
}
