package lint

import (
	"errors"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/catalog"
)

// module is what a name in a task resolves to.
type module struct {
	entry   *catalog.Entry // nil when nothing is known
	missing *catalog.NotFound
}

// module resolves a module's name, once.
func (l *Linter) module(name string) *module {
	l.mu.Lock()
	m, ok := l.modules[name]
	l.mu.Unlock()
	if ok {
		return m
	}
	m = &module{}
	entry, err := l.catalog.Module(name, nil)
	if err != nil {
		var nf *catalog.NotFound
		if errors.As(err, &nf) {
			m.missing = nf
		}
	} else {
		m.entry = entry
	}
	l.mu.Lock()
	l.modules[name] = m
	l.mu.Unlock()
	return m
}

// mocked tells whether the configuration says that a module exists.
func (l *Linter) mocked(name string) bool { return slices.Contains(l.config.MockModules, name) }

// parts is the number of words between the dots of a name.
func parts(name string) int { return strings.Count(name, ".") + 1 }
