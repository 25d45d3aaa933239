package runner

import (
	"slices"
	"sort"

	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/pyeval"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// debugTask is `task` in the task debugger: the task as it ran, with its arguments templated.
type debugTask struct {
	p    *playRun
	r    *result
	name string
	args *value.Dict
	set  map[string]value.Value // keywords that were assigned
}

func newDebugTask(p *playRun, r *result) *debugTask {
	t := &debugTask{p: p, r: r, name: r.spec.view.Name, set: map[string]value.Value{}}
	switch {
	case r.args != nil && r.spec.task.Loop == nil:
		t.args = r.args.Copy()
	default:
		t.args = r.spec.arguments().Copy()
	}
	return t
}

// TypeName is Python's name of the class.
func (t *debugTask) TypeName() string {
	if t.r.spec.task.Handler {
		return "Handler"
	}
	return "Task"
}

// Class is the class with its module.
func (t *debugTask) Class() string {
	if t.r.spec.task.Handler {
		return "ansible.playbook.handler.Handler"
	}
	return "ansible.playbook.task.Task"
}

func (t *debugTask) title() string {
	if t.r.spec.task.Handler {
		return "HANDLER: " + t.name
	}
	return "TASK: " + t.name
}

// PyStr is str(), PyRepr repr().
func (t *debugTask) PyStr() (string, error)  { return t.title(), nil }
func (t *debugTask) PyRepr() (string, error) { return t.title(), nil }

// Attr gives a keyword of the task.
func (t *debugTask) Attr(name string) (value.Value, bool) {
	s := t.r.spec
	if v, ok := t.set[name]; ok {
		return v, true
	}
	list := func(l []value.Value) (value.Value, bool) { return &value.List{Items: slices.Clone(l)}, true }
	switch name {
	case "args":
		return t.args, true
	case "name":
		return value.S(t.ownName()), true
	case "action":
		return value.S(s.name), true
	case "resolved_action":
		return value.S(s.target.fqcn), true
	case "when":
		return list(s.when)
	case "until":
		return list(s.until)
	case "changed_when":
		return list(s.changed)
	case "failed_when":
		return list(s.failed)
	case "tags":
		return list(s.task.Tags())
	case "register":
		return textOrNone(s.register), true
	case "loop":
		if s.task.Loop != nil {
			return s.task.Loop.Value, true
		}
		return value.None{}, true
	case "loop_with":
		if s.task.Loop != nil {
			return textOrNone(s.task.Loop.With), true
		}
		return value.None{}, true
	case "notify":
		if s.notify != nil {
			return s.notify, true
		}
		return value.None{}, true
	case "vars":
		if s.task.Vars != nil {
			return s.task.Vars, true
		}
		return &value.Dict{}, true
	case "delegate_to":
		return textOrNone(t.r.delegate), true
	case "get_name":
		return pyeval.Method(name, func() value.Value { return value.S(t.name) }), true
	case "get_path":
		return pyeval.Method(name, func() value.Value { return value.S(s.view.Path) }), true
	}
	if slices.Contains(inherited, name) {
		v, ok := s.keywords[name]
		if !ok {
			v = keywordDefaults[name]
			if v == nil {
				v = value.None{}
			}
			return v, true
		}
		if templated(v) {
			if x, err := s.keyword(t.p.templar(t.p.jobFor(t.r).scopeOf(), t.r.host, s), name); err == nil && x != nil {
				return x, true
			}
		}
		return v, true
	}
	return nil, false
}

// keywordDefaults are what a task has in keywords that nobody set, where that is not None.
var keywordDefaults = map[string]value.Value{
	"become": value.Bool(false), "async": value.Int(0), "poll": value.Int(15), "delay": value.Float(5), "throttle": value.Int(0), "timeout": value.Int(0),
	"retries": value.None{}, "no_log": value.Bool(false), "run_once": value.Bool(false), "check_mode": value.Bool(false), "diff": value.Bool(false),
	"any_errors_fatal": value.Bool(false), "connection": value.S("ssh"), "environment": &value.List{}, "module_defaults": &value.List{},
}

func (t *debugTask) ownName() string {
	if role := t.r.spec.view.Role; role != "" && len(t.name) > len(role)+3 {
		return t.name[len(role)+3:]
	}
	return t.name
}

// SetAttr changes a keyword for the next time that the task runs.
func (t *debugTask) SetAttr(name string, v value.Value) error {
	switch name {
	case "args":
		d, ok := v.(*value.Dict)
		if !ok {
			return value.TypeError("the arguments of a task are a dict, not '%s'", value.TypeName(v))
		}
		t.args = d
		return nil
	case "name":
		t.name = value.ToStr(v)
	case "when", "until", "changed_when", "failed_when", "register":
	default:
		if !slices.Contains(inherited, name) {
			return value.Errorf("NotImplementedError", "the debugger of rehearse does not change 'task.%s'", name)
		}
	}
	t.set[name] = v
	return nil
}

// update is the command update_task: everything as the file has it, templated with the variables as they are now.
func (t *debugTask) update(edits *value.Dict) error {
	s := *t.r.spec
	s.args = nil
	j := &job{playRun: t.p, ctx: t.p.ctx, host: t.r.host, spec: &s, edited: edits}
	scope := j.scopeOf()
	o := &one{job: j, scope: scope, tpl: j.templar(scope, j.host, &s), res: j.newResult(), target: s.target}
	args, err := o.arguments()
	if err != nil {
		return err
	}
	t.args, t.set = args.Copy(), map[string]value.Value{}
	return nil
}

// revised is the task to run again.
func (t *debugTask) revised() *spec {
	s := *t.r.spec
	s.args = t.args
	s.plain = map[string]bool{}
	for k, v := range t.args.RawAll() {
		s.plain[value.ToStr(k)] = !templated(v)
	}
	s.keywords = cloned(s.keywords)
	for name, v := range t.set {
		switch name {
		case "when":
			s.when = conditions(v)
		case "until":
			s.until = conditions(v)
		case "changed_when":
			s.changed = conditions(v)
		case "failed_when":
			s.failed = conditions(v)
		case "register":
			s.register = ""
			if _, none := v.(value.None); !none {
				s.register = value.ToStr(v)
			}
		case "name":
		default:
			if _, none := v.(value.None); none {
				delete(s.keywords, name)
			} else {
				s.keywords[name] = v
			}
		}
	}
	return &s
}

// debugHost is `host` in the task debugger.
type debugHost struct{ h *inventory.Host }

// TypeName is Python's name of the class.
func (h *debugHost) TypeName() string { return "Host" }

// Class is the class with its module.
func (h *debugHost) Class() string { return "ansible.inventory.host.Host" }

// PyStr is str(), PyRepr repr().
func (h *debugHost) PyStr() (string, error)  { return h.h.Name, nil }
func (h *debugHost) PyRepr() (string, error) { return h.h.Name, nil }

// Attr gives what the inventory knows of the host.
func (h *debugHost) Attr(name string) (value.Value, bool) {
	switch name {
	case "name":
		return value.S(h.h.Name), true
	case "address":
		if v, ok := h.h.Vars.Raw("ansible_host"); ok {
			return v, true
		}
		return value.S(h.h.Name), true
	case "vars":
		return h.h.Vars, true
	case "implicit":
		return value.Bool(h.h.Implicit), true
	case "groups":
		return h.groups(), true
	case "get_name":
		return pyeval.Method(name, func() value.Value { return value.S(h.h.Name) }), true
	case "get_groups":
		return pyeval.Method(name, func() value.Value { return h.groups() }), true
	case "get_vars":
		return pyeval.Method(name, func() value.Value { return h.h.Vars.Copy() }), true
	}
	return nil, false
}

func (h *debugHost) groups() value.Value {
	l := &value.List{}
	for _, g := range h.h.GroupsOf() {
		l.Items = append(l.Items, debugGroup(g.Name))
	}
	sort.SliceStable(l.Items, func(i, j int) bool { return l.Items[i].(debugGroup) < l.Items[j].(debugGroup) })
	return l
}

// debugGroup is a group of a host: its name without quotes.
type debugGroup string

// TypeName is Python's name of the class.
func (g debugGroup) TypeName() string { return "Group" }

// PyStr is str(), PyRepr repr().
func (g debugGroup) PyStr() (string, error)  { return string(g), nil }
func (g debugGroup) PyRepr() (string, error) { return string(g), nil }

// Attr gives the name.
func (g debugGroup) Attr(name string) (value.Value, bool) {
	if name == "name" {
		return value.S(string(g)), true
	}
	return nil, false
}

// debugContext is `play_context` in the task debugger: what the command line said of the way to hosts.
type debugContext struct{ p *playRun }

// TypeName is Python's name of the class.
func (c *debugContext) TypeName() string { return "PlayContext" }

// Class is the class with its module.
func (c *debugContext) Class() string { return "ansible.playbook.play_context.PlayContext" }

// PyStr is str(), PyRepr repr().
func (c *debugContext) PyStr() (string, error) { return c.PyRepr() }

// PyRepr is repr() without the object's own address.
func (c *debugContext) PyRepr() (string, error) {
	return "<" + c.Class() + " object at 0x7f0000000000>", nil
}

// Attr gives a setting.
func (c *debugContext) Attr(name string) (value.Value, bool) {
	o := &c.p.o
	switch name {
	case "become":
		if o.Become {
			return value.Bool(true), true
		}
		return value.None{}, true
	case "become_user":
		return textOrNone(o.BecomeUser), true
	case "become_method":
		return textOrNone(o.BecomeMethod), true
	case "remote_user":
		return textOrNone(o.User), true
	case "connection":
		return value.S("ssh"), true
	case "private_key_file":
		return textOrNone(o.KeyFile), true
	case "timeout":
		return value.Int(o.Timeout), true
	case "verbosity":
		return value.Int(o.Verbosity), true
	case "check_mode":
		return value.Bool(o.Check), true
	case "diff":
		return value.Bool(o.Diff), true
	case "port", "remote_addr", "password", "become_pass":
		return value.None{}, true // secrets are not shown
	}
	return nil, false
}
