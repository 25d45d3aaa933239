package feature

import (
	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/catalog"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/project"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// subject is what the text at an offset is about. At most one of the pointers is set.
type subject struct {
	span source.Span // the text that names it

	keyword  *playbook.Keyword
	entry    *catalog.Entry // module
	option   *argspec.Option
	module   string          // that the option belongs to
	function *jinja.Function // filter, test, lookup or global function
	role     role            // what function is

	symbol   project.Symbol
	name     string   // of a variable, handler, role or tag; "" otherwise
	path     []string // attributes behind a variable, up to the one at the offset
	isSymbol bool
	def      bool // it is defined here
	place    place
}

// subjectAt finds out what the text at an offset is about; ok is false where there is nothing to say.
func subjectAt(in *Input, off int) (s subject, ok bool) {
	t := in.Tree()
	p := locate(in, t, off)
	s.place = p
	if !p.key {
		if e, inside := expressionAt(in, &p, off); inside {
			return s.expression(in, &e)
		}
	}
	n := p.scalar
	if n == nil || n.File() != in.Source {
		return s, false
	}
	s.span = content(n)
	if p.key {
		return s, s.key(in, n)
	}
	return s, s.value(n)
}

// expression fills the subject from a name in a template expression.
func (s *subject) expression(in *Input, e *expression) (subject, bool) {
	if e.text == "" {
		return *s, false
	}
	s.span = e.name
	switch e.role {
	case variableName:
		if f := in.Functions.find(variableName, e.text); f != nil && (e.text == "lookup" || e.text == "query" || len(in.definitions(e.text)) == 0) {
			s.function, s.role = f, variableName
			return *s, true
		}
		s.symbol, s.name, s.isSymbol = project.Variable, e.text, true
	case attributeName:
		if len(e.path) == 0 {
			return *s, false
		}
		s.symbol, s.name, s.isSymbol = project.Variable, e.path[0], true
		s.path = append(append([]string(nil), e.path[1:]...), e.text)
	case filterName, testName, lookupName:
		if s.function, s.role = in.Functions.find(e.role, e.text), e.role; s.function == nil {
			return *s, false
		}
	default:
		return *s, false
	}
	return *s, true
}

// key fills the subject from a key of a mapping.
func (s *subject) key(in *Input, n *yaml.Node) bool {
	p := &s.place
	switch p.scope {
	case playMap, taskMap, roleMap, loopControlMap:
		if s.keyword = playbook.FindKeyword(n.Text); s.keyword != nil {
			return true
		}
		switch p.scope {
		case taskMap:
			if s.entry = in.Module(n.Text, collections(p.task, p.play)); s.entry != nil {
				return true
			}
		case roleMap:
			s.symbol, s.name, s.isSymbol, s.def = project.Variable, n.Text, true, true
			return true
		}
	case optionMap, actionMap:
		module := short3(p.module)
		if module == "set_fact" && n.Text != "cacheable" {
			s.symbol, s.name, s.isSymbol, s.def = project.Variable, n.Text, true, true
			return true
		}
		for _, o := range p.options {
			if o.Name == n.Text || contains(o.Aliases, n.Text) {
				s.option, s.module = o, p.module
				if p.entry != nil {
					s.module = p.entry.FQCN
				}
				return true
			}
		}
	case defaultsMap:
		s.entry = in.Module(n.Text, collections(p.play))
		return s.entry != nil
	case varsMap:
		if p.keyword == "vars" {
			s.symbol, s.name, s.isSymbol, s.def = project.Variable, n.Text, true, true
			return true
		}
	case variableFile:
		s.symbol, s.name, s.isSymbol, s.def = project.Variable, n.Text, true, true
		return true
	}
	return false
}

// value fills the subject from a scalar that names something.
func (s *subject) value(n *yaml.Node) bool {
	p := &s.place
	symbol := func(k project.Symbol, def bool) bool {
		s.symbol, s.name, s.isSymbol, s.def = k, n.Text, true, def
		return n.Text != ""
	}
	switch {
	case p.scope == roleList, p.scope == roleMap && p.keyword == "":
		return symbol(project.RoleName, false)
	case p.scope != valueOf:
		return false
	case p.option != nil:
		switch module := short3(p.module); {
		case (module == "include_role" || module == "import_role") && p.option.Name == "name":
			return symbol(project.RoleName, false)
		}
		return false
	}
	switch p.keyword {
	case "notify":
		return symbol(project.Handler, false)
	case "listen":
		return symbol(project.Handler, true)
	case "name":
		if p.role != nil && p.parent == p.role {
			return symbol(project.RoleName, false)
		}
		if p.handler && p.parent == p.task {
			return symbol(project.Handler, true)
		}
	case "role":
		return symbol(project.RoleName, false)
	case "register", "loop_var", "index_var":
		return symbol(project.Variable, true)
	case "tags":
		return symbol(project.TagName, true)
	case "action", "local_action":
		return false
	}
	return false
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// definitions lists where a variable of the project is defined.
func (in *Input) definitions(name string) []project.Occurrence {
	if in.Project == nil {
		return nil
	}
	return in.Project.Definitions(project.Variable, name)
}
