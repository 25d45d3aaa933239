package project

import (
	"maps"
	"slices"
	"sync"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Symbol is something that files define and use across the project.
type Symbol uint8

// The symbols.
const (
	Variable Symbol = iota
	Handler         // a handler's name or listen topic
	RoleName
	TagName
)

// Occurrence is one definition or use of a symbol.
type Occurrence struct {
	Symbol Symbol
	Name   string
	At     source.Location
	Def    bool
	// Level says for a variable's definition where it stands in the order of precedence: the name of one of vars.Levels, or
	// "argument_specs" for an entry of a role's specification; "" for a use.
	Level string
	// Scope is the role's directory, or the host's or group's name, to which the definition belongs; "" for none.
	Scope string
	Value value.Value // nil where it is not known before the run
}

type key struct {
	symbol Symbol
	name   string
}

// index says which files define and use a symbol. It holds paths, so that it stays right while a file's places move.
type index struct {
	defs, uses map[key][]string

	mu    sync.Mutex
	names map[Symbol][]string // sorted names of what is defined, made when asked for
}

func (s *Snapshot) index() *index {
	s.indexOnce.Do(func() {
		if s.from != nil {
			s.made.Store(s.update())
		} else {
			s.made.Store(s.build())
		}
	})
	return s.made.Load()
}

func (s *Snapshot) build() *index {
	files := s.Files()
	each(files, func(f *File) { f.summary() })
	x := &index{defs: map[key][]string{}, uses: map[key][]string{}}
	for _, f := range files {
		x.add(f, nil)
	}
	return x
}

// update makes the index of a changed snapshot from an earlier one.
func (s *Snapshot) update() *index {
	x := s.from
	cloned := false
	for path, old := range s.changed {
		now := s.files[path]
		if old != nil && now != nil && old.summary().sameNames(now.summary()) {
			continue
		}
		if !cloned {
			x = &index{defs: maps.Clone(x.defs), uses: maps.Clone(x.uses)}
			cloned = true
		}
		if old != nil {
			x.remove(old)
		}
		if now != nil {
			x.add(now, slices.Clone[[]string])
		}
	}
	return x
}

// add puts a file's symbols in; clone copies a list before it is changed, where lists are shared.
func (x *index) add(f *File, clone func([]string) []string) {
	put := func(m map[key][]string, k key) {
		list := m[k]
		if clone != nil {
			list = clone(list)
		}
		m[k] = append(list, f.Path)
	}
	sum := f.summary()
	for k := range sum.defs {
		put(x.defs, k)
	}
	for k := range sum.uses {
		put(x.uses, k)
	}
}

func (x *index) remove(f *File) {
	drop := func(m map[key][]string, k key) {
		list := slices.DeleteFunc(slices.Clone(m[k]), func(p string) bool { return p == f.Path })
		if len(list) == 0 {
			delete(m, k)
		} else {
			m[k] = list
		}
	}
	sum := f.summary()
	for k := range sum.defs {
		drop(x.defs, k)
	}
	for k := range sum.uses {
		drop(x.uses, k)
	}
}

// Definitions lists where a symbol is defined, by path and place.
func (s *Snapshot) Definitions(symbol Symbol, name string) []Occurrence {
	return s.collect(s.index().defs, key{symbol, name}, true)
}

// Uses lists where a symbol is used, by path and place.
func (s *Snapshot) Uses(symbol Symbol, name string) []Occurrence {
	return s.collect(s.index().uses, key{symbol, name}, false)
}

func (s *Snapshot) collect(m map[key][]string, k key, defs bool) []Occurrence {
	var out []Occurrence
	paths := slices.Sorted(slices.Values(m[k]))
	for _, p := range paths {
		f := s.files[p]
		if f == nil {
			continue
		}
		if defs {
			out = append(out, f.summary().defs[k]...)
		} else {
			out = append(out, f.summary().uses[k]...)
		}
	}
	return out
}

// Names lists the names of all defined symbols of a kind, sorted. The caller must not change the list.
func (s *Snapshot) Names(symbol Symbol) []string {
	x := s.index()
	x.mu.Lock()
	defer x.mu.Unlock()
	names, ok := x.names[symbol]
	if !ok {
		for k := range x.defs {
			if k.symbol == symbol {
				names = append(names, k.name)
			}
		}
		slices.Sort(names)
		if x.names == nil {
			x.names = map[Symbol][]string{}
		}
		x.names[symbol] = names
	}
	return names
}

// Occurrences lists all definitions and uses in one file, in no particular order.
func (f *File) Occurrences() []Occurrence {
	var out []Occurrence
	sum := f.summary()
	for _, m := range [...]map[key][]Occurrence{sum.defs, sum.uses} {
		for _, list := range m {
			out = append(out, list...)
		}
	}
	return out
}
