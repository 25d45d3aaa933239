package vars

import (
	"regexp"
	"strings"
	"sync"

	"github.com/rehearse-dev/rehearse/internal/config"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// SetFacts updates a host's ansible_facts: what gathering and other modules returned, and set_fact with cacheable.
func (s *Store) SetFacts(host string, facts *value.Dict) {
	h := s.state(host)
	h.mu.Lock()
	defer h.mu.Unlock()
	for k, v := range facts.RawAll() {
		name := value.ToStr(k)
		h.facts.Set(k, v)
		short := name
		if rest, ok := strings.CutPrefix(name, "ansible_"); ok && name != "ansible_local" {
			short = rest
		}
		h.spaced.Put(short, v)
		switch {
		case name == "ansible_local", !s.o.NoInject && !unsafeFact(name):
			h.injected.Set(k, v)
		}
	}
	h.version++
}

// ClearFacts forgets a host's ansible_facts.
func (s *Store) ClearFacts(host string) {
	h := s.state(host)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.facts, h.spaced, h.injected = &value.Dict{}, &value.Dict{}, &value.Dict{}
	h.version++
}

// FactsOf gives a copy of a host's facts under the names that modules gave them.
func (s *Store) FactsOf(host string) *value.Dict {
	h := s.state(host)
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.facts.Copy()
}

var connectionFact = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^ansible_(local|paramiko_ssh|psrp|ssh|winrm)_`)
})

// unsafeFact tells whether a fact must not become a variable of its own: names that steer the connection, become or
// the interpreter.
func unsafeFact(name string) bool {
	if strings.HasPrefix(name, "ansible_ssh_host_key_") {
		return false
	}
	switch name {
	case "ansible_rsync_path", "ansible_playbook_python", "ansible_facts", "add_host", "add_group":
		return true
	}
	if config.AttributeOf(name) != "" || strings.HasPrefix(name, "ansible_become_") || strings.HasPrefix(name, "_ansible_") {
		return true
	}
	if strings.HasPrefix(name, "ansible_") && strings.HasSuffix(name, "_interpreter") {
		return true
	}
	return connectionFact().MatchString(name) && !strings.HasSuffix(name, "_bridge") && !strings.HasSuffix(name, "_gwbridge")
}
