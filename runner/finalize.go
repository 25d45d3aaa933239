package runner

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

// delegation finds out where the task runs.
func (o *one) delegation() error {
	v, err := o.spec.keyword(o.tpl, "delegate_to")
	if err != nil || v == nil {
		return err
	}
	name := value.ToStr(v)
	if name == "" {
		return fault.New(fault.Of(o.spec.keywords["delegate_to"]), "Empty hostname produced from delegate_to: %s", value.Repr(o.spec.keywords["delegate_to"]))
	}
	o.res.delegate = name
	h := o.o.Inventory.Host(name)
	if h == nil {
		h = &inventory.Host{Name: name, Vars: &value.Dict{}}
	}
	o.delegated = h
	o.scope = o.scope.With(value.NewDict("ansible_delegated_vars", value.NewDict(name, o.delegatedVars(h))))
	o.tpl = o.templar(o.scope, o.host, o.spec)
	o.tpl.Ctx, o.tpl.Notes = o.ctx, o.said
	return nil
}

// delegatedVars are the variables of the host where the task runs, under the name of the host that it is for. They are made
// when somebody looks at them.
func (o *one) delegatedVars(h *inventory.Host) *value.Dict {
	q := o.scope.Query()
	q.Host = h
	scope := o.store.Scope(q)
	own := value.S(o.host.Name)
	return &value.Dict{
		Missing: func(name string) (value.Value, bool) {
			if name == "inventory_hostname" {
				return own, true
			}
			return scope.Lookup(name)
		},
		Fill: func(d *value.Dict) {
			for k, v := range scope.All().RawAll() {
				d.Set(k, v)
			}
			d.Put("inventory_hostname", own)
		},
	}
}

// connTemplar evaluates with the variables that lead to the host where the task runs: only what somebody has set, not what
// tasks see of the connection where nobody has.
func (o *one) connTemplar() *jinja.Templar {
	if o.connTpl != nil {
		return o.connTpl
	}
	q := o.scope.Query()
	q.Host, q.Connection, q.ConnectionNames = o.runHost(), nil, nil
	scope := o.store.Scope(q)
	if over := o.scope.Overlay(); over != nil {
		scope = scope.With(over)
	}
	o.connTpl = o.engine.Templar(scope)
	o.connTpl.Ctx, o.connTpl.Notes = o.ctx, o.said
	return o.connTpl
}

// finalize templates the keywords and the arguments.
func (o *one) finalize() error {
	s, res := o.spec, o.res
	var err error
	if s.dynamic {
		at := s.task.Action.NameAt
		if at.File != nil && at.Span.Start > 0 && strings.IndexByte(`"'`, at.File.Content[at.Span.Start-1]) >= 0 {
			at.Span.Start--
		}
		v, err := o.tpl.Resolve(value.Str{S: s.name, Trusted: true, At: &at})
		if err != nil {
			return err
		}
		res.action = value.ToStr(v)
		if o.target, err = o.resolve(res.action, s.task); err != nil {
			return fault.New(at, "Cannot resolve %s to an action or module.", value.Quote(value.ToStr(v)))
		}
	}
	for _, k := range []struct {
		to   *bool
		name string
		def  bool
	}{
		{&res.ignoreErrors, "ignore_errors", false}, {&res.ignoreUnreachable, "ignore_unreachable", false},
		{&res.anyErrorsFatal, "any_errors_fatal", o.defaultAnyErrorsFatal()}, {&res.runOnce, "run_once", false},
		{&res.delegateFacts, "delegate_facts", false}, {&res.check, "check_mode", o.o.Check}, {&res.diff, "diff", o.o.Diff},
		{&res.noLog, "no_log", false},
	} {
		v, err := s.flag(o.tpl, k.name, k.def)
		if err != nil {
			return err // what was written counts: a template is true
		}
		*k.to = v
	}
	if o.timeout, err = s.number(o.tpl, "timeout", o.defaultTimeout()); err != nil {
		return err
	}
	if o.async, err = s.number(o.tpl, "async", 0); err != nil {
		return err
	}
	if o.poll, err = s.number(o.tpl, "poll", o.defaultPoll()); err != nil {
		return err
	}
	retries, err := s.keyword(o.tpl, "retries")
	if err != nil {
		return err
	}
	o.retries = 1
	if retries != nil {
		n, err := s.number(o.tpl, "retries", 0)
		if err != nil {
			return err
		}
		o.retries += max(0, n)
	} else if len(s.until) > 0 {
		o.retries += 3
	}
	if o.env, err = s.environment(o.tpl); err != nil {
		return err
	}
	if s.notify != nil {
		v, err := o.tpl.Resolve(s.notify)
		if err != nil {
			return keywordFault(err, "notify", s.notify)
		}
		res.notify = names(v)
	}
	o.args, err = o.arguments()
	res.args = o.args
	return err
}

func names(v value.Value) []string {
	switch v := v.(type) {
	case nil, value.None, value.Omit:
		return nil
	case *value.List:
		var out []string
		for _, x := range v.Items {
			out = append(out, names(x)...)
		}
		return out
	}
	return []string{value.ToStr(v)}
}

// arguments templates the arguments: module_defaults below, `args: "{{ x }}"` between, the task's own on top.
func (o *one) arguments() (*value.Dict, error) {
	s := o.spec
	own := s.arguments()
	wrap := func(err error) error {
		return fault.Wrap(err, s.task.Action.NameAt, "Finalization of task args for %s failed.", value.Quote(o.target.shown()))
	}
	layers := []*value.Dict{}
	defaults, err := o.moduleDefaults(o.tpl, o.target.fqcn)
	if err != nil {
		return nil, wrap(err)
	}
	if defaults != nil {
		layers = append(layers, defaults)
	}
	for _, key := range []string{"_variable_params", "_raw_params"} {
		v, ok := own.Raw(key)
		if !ok || key == "_raw_params" && o.takesRaw() {
			continue
		}
		text, isText := v.(value.Str)
		if key == "_raw_params" && isText && !possiblyTemplate(text.S) {
			return nil, fault.New(s.task.Action.NameAt, "Action %s does not support raw params.", value.Quote(o.target.shown()))
		}
		r, err := o.tpl.Container(v)
		if err != nil {
			return nil, wrap(err)
		}
		switch r := r.(type) {
		case *value.Dict:
			layers = append(layers, r)
		case value.Omit, value.None:
		default:
			return nil, wrap(fault.New(fault.Of(v), "Task args must resolve to a 'dict' not %s.", value.Quote(r.TypeName())))
		}
		own = own.Copy()
		own.Delete(value.S(key))
	}
	layers = append(layers, own)
	out := &value.Dict{}
	for i, layer := range layers {
		for k, v := range layer.RawAll() {
			if overridden(layers[i+1:], k) {
				continue
			}
			name := value.ToStr(k)
			if i == len(layers)-1 && s.plain[name] && (o.target.action == nil || o.target.action.Finalize == nil) {
				out.Set(k, v)
				continue
			}
			var r value.Value
			if a := o.target.action; a != nil && a.Finalize != nil {
				r, err = a.Finalize(o.tpl, name, v)
			} else {
				r, err = o.tpl.Resolve(v)
			}
			if err != nil {
				return nil, wrap(fault.Wrap(err, fault.Of(v), "Error while resolving value for %s.", value.Quote(name)))
			}
			if _, omitted := r.(value.Omit); !omitted {
				out.Set(k, r)
			}
		}
	}
	return out, nil
}

func possiblyTemplate(s string) bool {
	s = strings.TrimSpace(s)
	return strings.HasPrefix(s, "{{") && strings.HasSuffix(s, "}}")
}

func overridden(layers []*value.Dict, key value.Value) bool {
	for _, l := range layers {
		if _, ok := l.GetValue(key); ok {
			return true
		}
	}
	return false
}

// takesRaw tells whether free-form text is an argument of the action.
func (o *one) takesRaw() bool {
	if o.target.kind != plainTask {
		return true
	}
	if o.target.action != nil && o.target.action.Raw {
		return true
	}
	switch o.target.fqcn {
	case "ansible.builtin.command", "ansible.builtin.shell", "ansible.builtin.raw", "ansible.builtin.script",
		"ansible.windows.win_command", "ansible.windows.win_shell", "ansible.builtin.expect":
		return true
	}
	if path := o.run_().pythonAction(o.target); path != "" && o.run_().traits(path).raw {
		return true
	}
	return o.target.entry != nil && o.target.entry.Spec != nil && o.target.entry.Spec.FreeForm != ""
}

// moduleDefaults collects the module_defaults that concern a module, groups first; nil where there are none.
func (o *one) moduleDefaults(t *jinja.Templar, fqcn string) (*value.Dict, error) {
	raw, ok := o.spec.keywords["module_defaults"]
	if !ok {
		return nil, nil
	}
	list, isList := raw.(*value.List)
	if !isList {
		list = value.NewList(raw)
	}
	merged := &value.Dict{}
	for _, item := range list.Items {
		v, err := t.Container(item)
		if err != nil {
			return nil, err
		}
		d, ok := v.(*value.Dict)
		if !ok {
			continue
		}
		for k, x := range d.RawAll() {
			merged.Set(value.S(value.ToStr(k)), x)
		}
	}
	out := &value.Dict{}
	add := func(v value.Value) error {
		c, err := t.Container(v)
		if err != nil {
			return err
		}
		if d, ok := c.(*value.Dict); ok {
			for k, x := range d.RawAll() {
				out.Set(k, x)
			}
		}
		return nil
	}
	var own value.Value
	for k, v := range merged.RawAll() {
		name := value.ToStr(k)
		if group, ok := strings.CutPrefix(name, "group/"); ok {
			if o.inGroup(fqcn, group) {
				if err := add(v); err != nil {
					return nil, err
				}
			}
			continue
		}
		if o.sameModule(name, fqcn) {
			own = v
		}
	}
	if own != nil {
		if err := add(own); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// sameModule tells whether a key of module_defaults names the module.
func (o *one) sameModule(name, fqcn string) bool {
	if name == fqcn {
		return true
	}
	if strings.HasPrefix(fqcn, "ansible.builtin.") && strings.TrimPrefix(name, "ansible.legacy.") == strings.TrimPrefix(fqcn, "ansible.builtin.") {
		return true
	}
	t, err := o.resolve(name, o.spec.task)
	return err == nil && t.fqcn == fqcn
}

func (o *one) inGroup(fqcn, group string) bool {
	for _, m := range o.catalog.ActionGroup(group) {
		if m == fqcn {
			return true
		}
	}
	return false
}
