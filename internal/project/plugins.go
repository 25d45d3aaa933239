package project

import (
	"path/filepath"
	"slices"
	"sync"

	"github.com/rehearse-dev/rehearse/internal/pyplugin"
)

// plugins is the index of a set of files.
type plugins struct {
	once  sync.Once
	index *pyplugin.Index
}

// Plugins knows the filters, tests and lookups that stand beside the project's playbooks, in its roles, in the folders of
// its ansible.cfg and in the collections that it can use. It is shared by the states of a project with the same files.
func (s *Snapshot) Plugins() *pyplugin.Index {
	p := &s.set.plugins
	p.once.Do(func() {
		paths := map[string][]string{}
		var collections []string
		if s.Config != nil {
			paths["filter"] = s.Config.Strings("DEFAULT_FILTER_PLUGIN_PATH")
			paths["test"] = s.Config.Strings("DEFAULT_TEST_PLUGIN_PATH")
			paths["lookup"] = s.Config.Strings("DEFAULT_LOOKUP_PLUGIN_PATH")
			collections = s.Config.Strings("COLLECTIONS_PATHS")
		}
		p.index = pyplugin.NewIndex(s.FS, paths, collections)
		dirs := []string{s.Root}
		for _, f := range s.Files() {
			if f.Kind == Playbook {
				dirs = append(dirs, filepath.Dir(f.Path))
			}
		}
		for _, dir := range s.Roles() {
			dirs = append(dirs, dir)
		}
		slices.Sort(dirs[1:])
		for _, dir := range slices.Compact(dirs) {
			p.index.AddBase(dir)
		}
	})
	return p.index
}
