package action

import (
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

var gatherFacts = &Action{Name: "ansible.builtin.gather_facts", Run: gather}

var setupNames = []string{"setup", "ansible.builtin.setup", "ansible.legacy.setup"}

func gather(c *Context) (*value.Dict, error) {
	modules := []string{"smart"}
	for _, name := range []string{"ansible_facts_modules"} {
		if v, err := c.variable(name); err == nil && v != nil {
			if l, ok := v.(*value.List); ok {
				modules = nil
				for _, x := range l.Items {
					modules = append(modules, value.ToStr(x))
				}
			} else {
				modules = []string{value.ToStr(v)}
			}
		} else if c.Setting != nil {
			if v, ok := c.Setting("FACTS_MODULES"); ok {
				if l, ok := v.(*value.List); ok && l.Len() > 0 {
					modules = nil
					for _, x := range l.Items {
						modules = append(modules, value.ToStr(x))
					}
				}
			}
		}
	}
	if i := slices.Index(modules, "smart"); i >= 0 {
		modules = slices.Delete(slices.Clone(modules), i, i+1)
		if !slices.ContainsFunc(modules, func(m string) bool { return slices.Contains(setupNames, m) }) {
			modules = append(modules, "ansible.legacy.setup")
		}
	}
	facts := &value.Dict{}
	d := value.NewDict("ansible_facts", facts)
	failures, skips := &value.Dict{}, &value.Dict{}
	var events []*fault.Fault
	for _, m := range modules {
		args := without(c.Args, "parallel")
		if !slices.Contains(setupNames, m) {
			for _, k := range []string{"gather_subset", "gather_timeout", "filter"} {
				args.Delete(value.S(k))
			}
		}
		for _, k := range args.Keys() {
			if v, _ := args.GetValue(k); v == value.Value(value.None{}) {
				args.Delete(k)
			}
		}
		if c.Defaults != nil {
			def, err := c.Defaults(m)
			if err != nil {
				return nil, err
			}
			for k, v := range def.RawAll() {
				if _, ok := args.GetValue(k); !ok {
					args.Set(k, v)
				}
			}
		}
		r, err := c.Module(m, args, nil)
		if err != nil {
			return nil, err
		}
		switch {
		case isFailed(r):
			r.Put("exception", value.S("(traceback unavailable)"))
			failures.Put(m, r)
			events = append(events, fault.New(source.Location{}, "%s", text(r, "msg")))
		case truth(r, "skipped"):
			skips.Put(m, r)
		default:
			if f, ok := r.Raw("ansible_facts"); ok {
				if fd, ok := f.(*value.Dict); ok {
					for k, v := range fd.RawAll() {
						if old, ok := facts.GetValue(k); ok {
							v = merge(old, v)
						}
						facts.Set(k, v)
					}
				}
			}
			for _, k := range []string{"warnings", "deprecations"} {
				if w, ok := r.Raw(k); ok {
					if l, ok := w.(*value.List); ok {
						have, _ := d.Raw(k)
						hl, _ := have.(*value.List)
						if hl == nil {
							hl = &value.List{}
							d.Put(k, hl)
						}
						hl.Items = append(hl.Items, l.Items...)
					}
				}
			}
		}
	}
	if skips.Len() > 0 {
		d.Put("msg", value.S("The following modules were skipped: "+joinKeys(skips)+"."))
		d.Put("skipped_modules", skips)
		if skips.Len() == len(modules) {
			d.Put("skipped", value.Bool(true))
		}
	}
	facts.Put("_ansible_facts_gathered", value.Bool(true))
	d.Put("_ansible_verbose_override", value.Bool(true))
	if failures.Len() > 0 {
		d.Put("failed_modules", failures)
		d.Put("failed", value.Bool(true))
		msg := "The following modules failed to execute: " + joinKeys(failures) + "."
		d.Put("msg", value.S(msg))
		f := fault.New(source.Location{}, "%s", msg)
		f.Events = events
		f.Result = d
		return nil, fault.Wrap(f, source.Location{}, "Action failed.")
	}
	return d, nil
}

func joinKeys(d *value.Dict) string {
	var names []string
	for _, k := range d.Keys() {
		names = append(names, value.ToStr(k))
	}
	return strings.Join(names, ", ")
}

// variable gives a templated variable of the task, nil where it is not defined.
func (c *Context) variable(name string) (value.Value, error) {
	v, ok := c.Templar.Lookup(name)
	if !ok {
		return nil, nil
	}
	return value.Force(v)
}
