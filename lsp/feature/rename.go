package feature

import (
	"fmt"
	"regexp"
	"sync"

	"github.com/rehearse-dev/rehearse/internal/project"
	"github.com/rehearse-dev/rehearse/internal/source"
)

// Renaming is what can be renamed at an offset.
type Renaming struct {
	Span source.Span
	Name string
}

// PrepareRename tells what a rename at off would change; ok is false where nothing can be renamed.
func PrepareRename(in *Input, off int) (r Renaming, ok bool) {
	s, ok := subjectAt(in, off)
	if !ok || !s.isSymbol || len(s.path) > 0 || s.symbol != project.Variable && s.symbol != project.Handler || in.Project == nil {
		return r, false
	}
	if len(in.Project.Definitions(s.symbol, s.name)) == 0 {
		return r, false // a fact, a magic variable, or unknown
	}
	return Renaming{s.span, s.name}, true
}

var identifier = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`) })

// Rename lists the places where the name of the variable or handler at off has to become another.
func Rename(in *Input, off int, to string) ([]source.Location, error) {
	s, _ := subjectAt(in, off)
	if _, ok := PrepareRename(in, off); !ok {
		return nil, fmt.Errorf("nothing that the project defines is here")
	}
	if s.symbol == project.Variable {
		if !identifier().MatchString(to) {
			return nil, fmt.Errorf("%q is no name for a variable: letters, digits and underscores, not a digit first", to)
		}
		if other := in.Project.Definitions(project.Variable, to); len(other) > 0 {
			return nil, fmt.Errorf("there is a variable %s already: %s", to, placeOf(in.Project, other[0].At))
		}
	} else if to == "" {
		return nil, fmt.Errorf("a handler needs a name")
	}
	var places []source.Location
	seen := map[string]bool{}
	for _, list := range [][]project.Occurrence{in.Project.Definitions(s.symbol, s.name), in.Project.Uses(s.symbol, s.name)} {
		for _, o := range list {
			if !o.At.Known() {
				return nil, fmt.Errorf("%s is also defined where the editor cannot change it: %s", s.name, o.Level)
			}
			at := o.At
			if at.File.Text(at.Span) != s.name { // quotes, or a place that is no plain name
				inner := source.Span{Start: at.Span.Start + 1, End: at.Span.End - 1}
				if at.Span.Len() < 2 || at.File.Text(inner) != s.name {
					return nil, fmt.Errorf("%s: the name is written in a way that cannot be changed safely", placeOf(in.Project, at))
				}
				at.Span = inner
			}
			if key := fmt.Sprint(at.File.Path, at.Span); !seen[key] {
				seen[key] = true
				places = append(places, at)
			}
		}
	}
	return places, nil
}
