package runner

import (
	"os"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/diag"
	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/callback"
	"github.com/rehearse-dev/rehearse/runner/fault"
	"github.com/rehearse-dev/rehearse/runner/iterator"
)

// included is one file or role that an include brings, with the hosts that asked for it with the same variables.
type included struct {
	spec    *spec
	name    string
	at      source.Location // of the role's name
	args    *value.Dict
	vars    *value.Dict
	hosts   []*inventory.Host
	results []*result
}

// inclusions groups the results of include tasks.
func (p *playRun) inclusions(results []*result) []*included {
	var out []*included
	for _, r := range results {
		k := r.spec.target.kind
		if k != includeTasks && k != includeRole {
			continue
		}
		list := r.items
		if r.spec.task.Loop == nil {
			list = []*result{r}
		}
		for _, it := range list {
			if flagOf(it.dict, "skipped") || flagOf(it.dict, "failed") || flagOf(it.dict, "unreachable") {
				continue
			}
			inc := p.inclusion(r, it)
			placed := false
			for _, o := range out {
				if o.same(inc) && !o.holds(r.host) {
					o.hosts = append(o.hosts, r.host)
					o.results = append(o.results, r)
					placed = true
					break
				}
			}
			if !placed {
				inc.hosts, inc.results = []*inventory.Host{r.host}, []*result{r}
				out = append(out, inc)
			}
		}
	}
	return out
}

func (p *playRun) inclusion(r, it *result) *included {
	inc := &included{spec: r.spec, vars: it.vars}
	if a, ok := it.dict.Raw("include_args"); ok {
		inc.args, _ = a.(*value.Dict)
		it.dict.Delete(value.S("include_args"))
	}
	if inc.args == nil {
		inc.args = &value.Dict{}
	}
	if r.spec.target.kind == includeTasks {
		name, _ := it.dict.Raw("include")
		inc.name = p.loader.FindInclude(r.spec.task, value.ToStr(name))
		return inc
	}
	for _, k := range []string{"name", "role"} {
		if v, ok := inc.args.Raw(k); ok {
			inc.name, inc.at = value.ToStr(v), fault.Of(v)
			break
		}
	}
	return inc
}

func (i *included) same(o *included) bool {
	return i.spec == o.spec && i.name == o.name && value.Equal(i.args, o.args) && equalVars(i.vars, o.vars)
}

func equalVars(a, b *value.Dict) bool {
	if a.Len() == 0 || b.Len() == 0 {
		return a.Len() == b.Len()
	}
	return value.Equal(a, b)
}

func (i *included) holds(h *inventory.Host) bool {
	for _, x := range i.hosts {
		if x == h {
			return true
		}
	}
	return false
}

// include loads what the results ask for and puts it before the next tasks of their hosts.
func (p *playRun) include(results []*result, left []*inventory.Host) error {
	incs := p.inclusions(results)
	if len(incs) == 0 {
		return nil
	}
	add := map[*inventory.Host][]*block{}
	bad := map[*inventory.Host]bool{}
	var plan []*playbook.Task
	for _, inc := range incs {
		blocks, err := p.load(inc)
		if err != nil {
			if e, ok := err.(*parseError); ok && !strings.HasSuffix(e.rule, "[role-not-found]") {
				return e
			}
			f := fault.From(err)
			if e, ok := err.(*parseError); ok {
				f = e.Fault
			}
			p.includeFailed(inc, f)
			for _, h := range inc.hosts {
				bad[h] = true
			}
			continue
		}
		for _, h := range inc.hosts {
			p.stat(h.Name).OK++
		}
		e := callback.Include{Name: inc.name, Task: inc.spec.view, Vars: inc.vars}
		for _, h := range inc.hosts {
			e.Hosts = append(e.Hosts, h.Name)
		}
		if v, ok := inc.vars.Raw("_ansible_item_label"); ok {
			e.Item = v
		} else if v, ok := inc.vars.Raw("item"); ok {
			e.Item = v
		}
		if inc.spec.view.NoLog && e.Item != nil {
			e.Item = value.S("(censored due to no_log)")
		}
		p.emit(e)
		for _, b := range blocks {
			var c *block
			if inc.spec.task.Handler {
				c = &block{}
				for _, t := range flatten(b) {
					c.Tasks = append(c.Tasks, runItem{Task: t})
					for _, h := range inc.hosts {
						p.wake(t, h.Name)
					}
				}
			} else if c, err = p.filter(b); err != nil {
				return err
			}
			if c == nil {
				continue
			}
			plan = append(plan, iterator.Flatten(c)...)
			for _, h := range inc.hosts {
				add[h] = append(add[h], c)
			}
		}
	}
	for h := range bad {
		p.failed[h.Name] = true
		p.markFailed(h.Name)
	}
	for _, h := range left {
		p.states[h.Name] = p.states[h.Name].Insert(add[h])
	}
	p.lock.Insert(plan)
	return nil
}

// parseError is a file that cannot be parsed: it ends the run.
type parseError struct {
	*fault.Fault
	rule string
}

// load reads the file or role of an include.
func (p *playRun) load(inc *included) ([]*playbook.Block, error) {
	t := inc.spec.task
	if inc.spec.target.kind == includeTasks {
		if _, err := os.Stat(inc.name); err != nil {
			none := source.Location{}
			missing := fault.New(none, "Could not find or access '%s' on the Ansible Controller.", inc.name)
			missing.Cause = fault.Wrap(fault.New(none, "[Errno 2] No such file or directory: '%s'", inc.name), none,
				"Unable to retrieve file contents.\n%s\nIf you are using a module and expect the file to exist on the remote, see the remote_src option", missing.Msg)
			return nil, missing
		}
		blocks, problems := p.loader.IncludeTasks(t, inc.name, inc.vars)
		p.importedHandlers()
		return blocks, firstError(problems)
	}
	get := func(k string) string {
		if v, ok := inc.args.Raw(k); ok {
			if _, none := v.(value.None); !none {
				return value.ToStr(v)
			}
		}
		return ""
	}
	flag := func(k string, def bool) bool {
		if v, ok := inc.args.Raw(k); ok {
			return truthy(v)
		}
		return def
	}
	var public *bool
	if v, ok := inc.args.Raw("public"); ok {
		b := truthy(v)
		public = &b
	}
	role, blocks, problems := p.loader.IncludeRole(t, playbook.RoleInclude{Name: inc.name, At: inc.at, TasksFrom: get("tasks_from"), VarsFrom: get("vars_from"),
		DefaultsFrom: get("defaults_from"), HandlersFrom: get("handlers_from"), Public: public,
		AllowDuplicates: flag("allow_duplicates", true), Validate: flag("rolespec_validate", true)}, inc.vars)
	if err := firstError(problems); err != nil {
		if e, ok := err.(*parseError); ok && !e.At.Known() {
			e.At = inc.at
		}
		return nil, err
	}
	if role != nil {
		p.addHandlers(role.Handlers())
	}
	p.importedHandlers()
	return blocks, nil
}

// addHandlers makes handlers known to notifications and flushes.
func (p *playRun) addHandlers(blocks []*playbook.Block) {
	for _, b := range blocks {
		p.handlerBlocks = append(p.handlerBlocks, b)
		p.handlers = append(p.handlers, flatten(b)...)
	}
}

// importedHandlers adds the handlers of roles that were imported by a file which has just been included.
func (p *playRun) importedHandlers() {
	p.addHandlers(p.play.Handlers[p.ownHandlers:])
	p.ownHandlers = len(p.play.Handlers)
}

// firstError turns the first problem that stops a load into an error.
func firstError(problems []diag.Diagnostic) error {
	for _, d := range problems {
		if d.Severity == diag.Error {
			return &parseError{diagFault(d), d.Rule}
		}
	}
	return nil
}

// diagFault is a finding as a fault; the advice at its end stands apart, as ansible-core prints it.
func diagFault(d diag.Diagnostic) *fault.Fault {
	f := fault.New(d.At, "%s", d.Message)
	for _, help := range []string{"Using last defined value only.", "Use a string value for `action`.", "Include all task args in the task `args` mapping.", "A mapping or template which resolves to a mapping is required."} {
		if msg, ok := strings.CutSuffix(d.Message, " "+help); ok {
			f.Msg, f.Help = msg, help
		}
	}
	return f
}

// includeFailed fails the hosts of an include whose file cannot be used.
func (p *playRun) includeFailed(inc *included, f *fault.Fault) {
	p.display.Error(f, true)
	for _, r := range inc.results {
		host := r.host.Name
		r.dict.Put("failed", value.Bool(true))
		r.dict.Put("reason", value.S(f.Error()))
		p.stat(host).Failed++
		p.emit(callback.TaskResult{Result: r.shown(), Status: callback.Failed})
	}
}
