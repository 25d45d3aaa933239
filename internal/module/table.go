package module

import (
	"strings"
	"sync"
)

// Table lists the native modules by name.
func Table() []*Module { return table() }

var table = sync.OnceValue(func() []*Module {
	return withRuns(
		aptModule(),
		assembleModule(),
		blockinfileModule(),
		commandModule(),
		copyModule(),
		cronModule(),
		fileModule(),
		findModule(),
		getentModule(),
		groupModule(),
		lineinfileModule(),
		packageModule(),
		asyncStatusModule(),
		pingModule(),
		replaceModule(),
		serviceModule(),
		setupModule(),
		shellModule(),
		slurpModule(),
		statModule(),
		systemdModule("ansible.builtin.systemd"),
		systemdModule("ansible.builtin.systemd_service"),
		sysctlModule(),
		tempfileModule(),
		userModule(),
		waitForModule(),
	)
})

// withRuns adds to the specifications what the modules do on this system.
func withRuns(list ...*Module) []*Module {
	for _, m := range list {
		if m.Run == nil {
			m.Run = runOf(m.Name)
		}
	}
	return list
}

var byName = sync.OnceValue(func() map[string]*Module {
	m := make(map[string]*Module)
	for _, mod := range Table() {
		m[mod.Name] = mod
	}
	m[CopyFile] = withRuns(copyFileModule())[0]
	m[PythonName] = python
	m[ProgramName] = withRuns(program)[0]
	return m
})

// Find gives the native module of a full name (ansible.legacy counts as ansible.builtin), nil where there is none.
func Find(name string) *Module {
	if rest, ok := strings.CutPrefix(name, "ansible.legacy."); ok {
		name = "ansible.builtin." + rest
	}
	return byName()[name]
}
