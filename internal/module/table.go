package module

import (
	"strings"
	"sync"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// Table lists the native modules by name.
func Table() []*Module {
	return table()
}

var table = sync.OnceValue(func() []*Module {
	return []*Module{}
})

var byName = sync.OnceValue(func() map[string]*Module {
	m := make(map[string]*Module)
	for _, mod := range Table() {
		m[mod.Name] = mod
	}
	return m
})

// Find gives the native module of a full name (ansible.legacy counts as ansible.builtin), nil where there is none.
func Find(name string) *Module {
	if rest, ok := strings.CutPrefix(name, "ansible.legacy."); ok {
		name = "ansible.builtin." + rest
	}
	return byName()[name]
}

// Invoke checks the raw arguments, runs the module and completes the result as ansible-core's does: invocation,
// warnings, failed and msg, secrets blanked.
func Invoke(c *Call, m *Module, raw *value.Dict) *value.Dict {
	c.Args = raw
	return m.Run(c)
}
