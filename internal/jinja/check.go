package jinja

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/nearest"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Check lists everything that keeps a template from being evaluated: the problems of its text, filters and tests that
// the engine does not know, and what only the compiler rejects. Unknown names inside if are listed, too: Jinja2 finds
// them as late as they are called.
func (e *Engine) Check(t *Template) []Problem {
	problems := append([]Problem(nil), t.Problems...)
	add := func(kind, name string, s Span) {
		if f, err := e.find(kind, name); f != nil || err != nil {
			return
		}
		problems = append(problems, Problem{Span: s, Message: "No " + kind + " named " + value.Quote(name) + ".", Assertion: true,
			Nearest: e.nearest(kind, name)})
	}
	Inspect(t, func(n Node) bool {
		switch n := n.(type) {
		case *Filter:
			if n.Name != "" {
				add("filter", n.Name, n.NameSpan)
			}
		case *Test:
			add("test", n.Name, n.NameSpan)
		}
		return true
	})
	if len(problems) == 0 {
		if c := e.compile(t, ""); c.fail != nil {
			problems = append(problems, *c.fail)
		}
	}
	return problems
}

// nearest gives the filter or test whose name is most like name.
func (e *Engine) nearest(kind, name string) string {
	names := e.names(kind)
	if !strings.Contains(name, ".") {
		short := names[:0:0]
		for _, n := range names {
			if !strings.Contains(n, ".") {
				short = append(short, n)
			}
		}
		names = short
	}
	return nearest.Name(name, names)
}
