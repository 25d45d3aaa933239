package runner

import (
	"slices"
	"sync"

	"github.com/rehearse-dev/rehearse/internal/config"
	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// connectionAttributes are the attributes of a task that ansible-core makes variables of where nobody else has defined them:
// how the host is reached.
var connectionAttributes = []string{"connection", "module_compression", "executable", "remote_addr", "remote_user", "port", "pipelining", "timeout"}

// connectionNames are the names of those variables.
var connectionNames = sync.OnceValue(func() []string {
	var names []string
	for _, a := range config.Attributes {
		if slices.Contains(connectionAttributes, a.Name) {
			names = append(names, a.Vars...)
		}
	}
	return names
})

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
		switch config.AttributeOf(name) {
		case "connection":
			if p.o.Connection != "" {
				return keyword("connection", value.S(p.o.Connection))
			}
			return keyword("connection", value.S("ssh"))
		case "remote_addr":
			return value.S(h.Name), true
		case "remote_user":
			if p.o.User != "" {
				return keyword("remote_user", value.S(p.o.User))
			}
			return keyword("remote_user", nil)
		case "port":
			return keyword("port", nil)
		case "executable":
			return value.S("/bin/sh"), true
		case "module_compression":
			return value.S("ZIP_DEFLATED"), true
		case "pipelining":
			return value.Bool(p.o.Config != nil && p.o.Config.Bool("ANSIBLE_PIPELINING")), true
		case "timeout":
			return value.Int(p.o.Timeout), true
		}
		return nil, false
	}
}
