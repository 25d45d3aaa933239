package playbook

import (
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/yaml"
)

// action finds the module that a task runs: the one key that is no keyword and no loop, or action, or local_action.
func (p *parser) action(t *TaskSyntax) {
	act := &t.Action
	for _, form := range [...]Form{ActionForm, LocalForm} {
		name := "action"
		if form == LocalForm {
			name = "local_action"
		}
		a := t.Attr(name)
		if a == nil {
			continue
		}
		if act.Form != NoAction {
			p.fail(ruleAction, head(t.Node), "action and local_action are mutually exclusive")
			return
		}
		act.Form, act.Key, act.Node = form, a.Key, a.Node
		p.oldStyle(t, a)
	}
	var candidates []*Attr
	for i := range t.Attrs {
		a := &t.Attrs[i]
		if a.Keyword != nil || a.Name == "listen" || strings.HasPrefix(a.Name, "with_") || a.Name == "static" {
			continue
		}
		candidates = append(candidates, a)
	}
	for _, a := range candidates {
		if act.Form != NoAction {
			p.fail(ruleAction, head(t.Node), "conflicting action statements: %s, %s", act.Name, a.Name)
			return
		}
		act.Form, act.Key, act.Node, act.Name = KeyForm, a.Key, a.Node, a.Name
		act.NameAt = a.KeyAt()
		p.newStyle(t, a)
	}
	if act.Form == NoAction {
		p.fail(ruleAction, head(t.Node), "no module/action detected in task.")
	}
}

// TakesCommand tells whether a module takes a command as free-form text, so that k=v words in it are not options.
func TakesCommand(name string) bool {
	switch name {
	case "ansible.windows.win_command", "ansible.windows.win_shell":
		return true
	}
	switch shortName(name) {
	case "command", "raw", "script", "shell", "win_command", "win_shell":
		return true
	}
	return false
}

// base gives the arguments of the args keyword, which the others override.
func (p *parser) base(t *TaskSyntax) *value.Dict {
	d := &value.Dict{}
	a := t.Attr("args")
	if a == nil {
		return d
	}
	t.Action.ArgsNode = a.Node
	switch v := a.Value.(type) {
	case value.Str:
		if possiblyAllTemplate(v.S) {
			d.Put("_variable_params", v)
			return d
		}
		p.fail(ruleAction, a.Node.Span, "The value of the task `args` keyword is invalid.")
	case *value.Dict:
		return v.Copy()
	case value.None:
		p.warn("deprecated", head(t.Node), "Ignoring empty task `args` keyword. A mapping or template which resolves to a mapping is required.")
	default:
		p.fail(ruleAction, a.Node.Span, "The value of the task `args` keyword is invalid.")
	}
	return d
}

func possiblyAllTemplate(s string) bool {
	s = strings.TrimSpace(s)
	return strings.HasPrefix(s, "{{") && strings.HasSuffix(s, "}}")
}

func update(d, with *value.Dict) {
	for k, v := range with.RawAll() {
		d.Set(k, v)
	}
}

func (p *parser) newStyle(t *TaskSyntax, a *Attr) {
	args := p.base(t)
	switch v := a.Value.(type) {
	case *value.Dict:
		p.reserved(t, v)
		update(args, v)
	case value.Str:
		own := p.keyValues(t, v, t.Action.Name)
		p.merged(t, a, own)
		update(args, own)
	case *value.Vault:
		args.Put("_raw_params", v)
	case value.None:
	default:
		p.fail(ruleAction, head(t.Node), "unexpected parameter type in action: %s", pyType(v))
	}
	t.Action.Args = args
}

// merged warns of k=v arguments beside the keyword args.
func (p *parser) merged(t *TaskSyntax, a *Attr, own *value.Dict) {
	if t.Attr("args") == nil {
		return
	}
	var names []string
	for k := range own.RawAll() {
		if name := value.ToStr(k); name != "_raw_params" {
			names = append(names, value.Quote(name))
		}
	}
	if len(names) > 0 {
		slices.Sort(names)
		p.warn("deprecated", a.Node.Span, "Merging legacy k=v args (%s) into task args. Include all task args in the task `args` mapping.", strings.Join(names, ", "))
	}
}

func (p *parser) oldStyle(t *TaskSyntax, a *Attr) {
	args := p.base(t)
	t.Action.Args = args
	switch v := a.Value.(type) {
	case *value.Dict:
		p.warn("deprecated", head(a.Node), "Using a mapping for `action` is deprecated. Use a string value for `action`.")
		module, ok := v.Raw("module")
		if !ok {
			return
		}
		text, _ := module.(value.Str)
		name, rest := splitName(text.S)
		t.Action.Name = name
		if n := a.Node.Resolve(); n != nil {
			if m := n.Get("module"); m != nil {
				t.Action.NameAt = nameAt(p.file.Source, m, name)
			}
		}
		own := v.Copy()
		text.S = rest
		update(own, p.keyValues(t, text, name))
		own.Delete(value.S("module"))
		p.nestedArgs(t, own)
		update(args, own)
	case value.Str:
		name, rest := splitName(v.S)
		t.Action.Name = name
		t.Action.NameAt = nameAt(p.file.Source, a.Node, name)
		v.S = rest
		own := p.keyValues(t, v, name)
		p.nestedArgs(t, own)
		update(args, own)
	default:
		p.fail(ruleAction, head(t.Node), "unexpected parameter type in action: %s", pyType(v))
	}
}

// nestedArgs merges an `args` entry of the old forms into the arguments.
func (p *parser) nestedArgs(t *TaskSyntax, own *value.Dict) {
	v, ok := own.Raw("args")
	if !ok {
		return
	}
	own.Delete(value.S("args"))
	switch v := v.(type) {
	case value.Str:
		update(own, p.keyValues(t, v, ""))
	case *value.Dict:
		update(own, v)
	}
	p.reserved(t, own)
}

func (p *parser) reserved(t *TaskSyntax, d *value.Dict) {
	if TakesCommand(t.Action.Name) {
		return
	}
	for k := range d.RawAll() {
		if key := value.ToStr(k); strings.HasPrefix(key, "_ansible_") {
			p.fail("load-failure[action]", head(t.Node), "Invalid parameter specified beginning with keyword '_ansible_' for action '%s': '%s'. "+
				"The prefix '_ansible_' is reserved for internal use only.", t.Action.Name, key)
		}
	}
}

// keyValues splits "k=v k2=v2 free form". The pieces keep the trust and the place of the whole text.
func (p *parser) keyValues(t *TaskSyntax, text value.Str, module string) *value.Dict {
	split := argspec.ParseKV
	if TakesCommand(module) {
		split = argspec.ParseFreeForm
	}
	pairs, raw, err := split(text.S)
	d := &value.Dict{}
	if err != nil {
		p.fail(ruleAction, head(t.Node), "Error loading tasks: %s", err)
		return d
	}
	for k, v := range pairs.RawAll() {
		if s, ok := v.(value.Str); ok {
			s.Trusted, s.At = text.Trusted, text.At
			v = s
		}
		if s, ok := k.(value.Str); ok { // set_fact templates the names, too
			s.Trusted, s.At = text.Trusted, text.At
			k = s
		}
		d.Set(k, v)
	}
	if raw != "" {
		d.Put("_raw_params", value.Str{S: raw, At: text.At, Trusted: text.Trusted})
	}
	return d
}

func splitName(text string) (name, rest string) {
	words, err := argspec.SplitArgs(text)
	if err != nil || len(words) == 0 {
		return strings.TrimSpace(text), ""
	}
	return strings.TrimSpace(words[0]), strings.Join(words[1:], " ")
}

// nameAt is the place of the module's name at the start of a scalar.
func nameAt(f *source.File, n *yaml.Node, name string) source.Location {
	r := n.Resolve()
	if r == nil || r.Kind != yaml.Scalar {
		return source.Location{File: f, Span: n.Span}
	}
	i := strings.Index(r.Text, name)
	if i < 0 || name == "" {
		return source.Location{File: f, Span: r.Span}
	}
	return source.Location{File: f, Span: source.Span{Start: r.FileOffset(i), End: r.FileOffset(i + len(name))}}
}
