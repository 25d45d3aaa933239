package vars

import (
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// PluginQuery asks vars plugins for what they have beside a directory for hosts or groups.
type PluginQuery struct {
	Dir    string
	Stage  string   // "inventory", when the sources have been read; "task", when a task needs variables; "all"
	Hosts  []string // or
	Groups []string // weakest first
	Fresh  bool     // hosts and groups have changed since the last question
}

// Plugins gives the variables that vars plugins have: those of plugins that come before host_group_vars, which is the one
// for the files in host_vars and group_vars, and those of plugins that come after it.
type Plugins func(PluginQuery) (before, after *value.Dict, err error)

// asked is an answer of the plugins that is kept.
type asked struct{ before, after *value.Dict }

// beside gives the layers that files and plugins have beside a directory, strongest first: kind is "host_vars" or
// "group_vars", names the host or the groups, weakest first.
func (s *Store) beside(dir, kind string, names []string, level *Level, stage string) []Layer {
	if dir == "" || len(names) == 0 {
		return nil
	}
	var layers []Layer
	var found asked
	if ask := s.plugins.Load(); ask != nil {
		found = s.ask(*ask, dir, kind, names, stage)
	}
	if found.after.Len() > 0 {
		layers = append(layers, Layer{Level: level, Vars: found.after, Name: names[len(names)-1]})
	}
	if stage == "all" || s.o.FileStage == "all" || s.o.FileStage == stage || s.o.FileStage == "" && stage == "task" {
		for _, name := range slices.Backward(names) {
			layers = append(layers, s.files.of(dir, kind, name, level)...)
		}
	}
	if found.before.Len() > 0 {
		layers = append(layers, Layer{Level: level, Vars: found.before, Name: names[len(names)-1]})
	}
	return layers
}

// Use lets vars plugins count from now on: a role may bring some.
func (s *Store) Use(p Plugins) {
	s.plugins.Store(&p)
	s.pluginMu.Lock()
	s.pluginAnswers = nil
	s.pluginMu.Unlock()
	s.hostBase.Clear()
}

// ask asks the plugins; the answer holds until the inventory changes.
func (s *Store) ask(plugins Plugins, dir, kind string, names []string, stage string) asked {
	s.pluginMu.Lock()
	defer s.pluginMu.Unlock()
	version := s.o.Inventory.Version()
	fresh := s.pluginAnswers == nil || version != s.pluginVersion
	if fresh {
		s.pluginAnswers, s.pluginVersion = map[string]asked{}, version
	}
	key := strings.Join(append([]string{stage, kind, dir}, names...), "\x00")
	if a, ok := s.pluginAnswers[key]; ok {
		return a
	}
	q := PluginQuery{Dir: dir, Stage: stage, Fresh: fresh}
	if kind == "host_vars" {
		q.Hosts = names
	} else {
		q.Groups = names
	}
	before, after, err := plugins(q)
	if err != nil {
		d := diag.Diagnostic{Rule: "vars-plugin", Message: err.Error()}
		s.unread.CompareAndSwap(nil, &Unread{d, err})
		s.report(d)
	}
	s.pluginAnswers[key] = asked{before, after}
	return s.pluginAnswers[key]
}
