package lint

import (
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// localModules are the modules and action plugins that the project itself brings along: files in folders named
// library, action_plugins, plugins/modules and plugins/action.
type localModules struct {
	once  sync.Once
	names map[string]bool
}

// isLocal tells whether the project has a module of this name. The project is looked through once, and only when a name
// is not known otherwise.
func (l *Linter) isLocal(name string) bool {
	l.local.once.Do(func() {
		l.local.names = map[string]bool{}
		l.findLocal(l.dir, 0)
	})
	return l.local.names[name[strings.LastIndexByte(name, '.')+1:]]
}

func (l *Linter) findLocal(dir string, depth int) {
	entries, err := l.fs.ReadDir(dir)
	if err != nil || depth > 12 {
		return
	}
	base, parent := filepath.Base(dir), filepath.Base(filepath.Dir(dir))
	modules := base == "library" || base == "action_plugins" || parent == "plugins" && (base == "modules" || base == "action") ||
		parent == "library"
	for _, e := range entries {
		name := e.Name()
		switch {
		case e.IsDir():
			if !slices.Contains(alwaysIgnored, name) && name != "node_modules" && name != ".venv" && name != "venv" {
				l.findLocal(filepath.Join(dir, name), depth+1)
			}
		case modules && !strings.HasPrefix(name, "."):
			l.local.names[strings.TrimSuffix(name, filepath.Ext(name))] = true
		}
	}
}
