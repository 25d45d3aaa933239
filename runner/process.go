package runner

import (
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/vars"
	"github.com/rehearse-dev/rehearse/runner/callback"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

// process takes one result in: the host's state, counts, notifications, facts, registered variables, output. It runs
// on the strategy's goroutine.
func (p *playRun) process(r *result) error {
	host := r.host.Name
	st := p.stat(host)
	ran := false
	switch r.status() {
	case callback.Failed:
		ran = true
		if r.ignoreErrors {
			st.OK++
			st.Ignored++
			if r.isChanged() {
				st.Changed++
			}
		} else {
			p.fail(r)
		}
		p.emit(callback.TaskResult{Result: r.shown(), Status: callback.Failed, Ignored: r.ignoreErrors})
	case callback.Unreachable:
		if r.ignoreUnreachable {
			st.OK++
			st.Ignored++
		} else {
			p.unreachable[host] = true
			p.removed[host] = true
			st.Unreachable++
		}
		p.emit(callback.TaskResult{Result: r.shown(), Status: callback.Unreachable, Ignored: r.ignoreUnreachable})
	case callback.Skipped:
		st.Skipped++
		p.emit(callback.TaskResult{Result: r.shown(), Status: callback.Skipped})
	default:
		ran = true
		if err := p.succeed(r); err != nil {
			return err
		}
		if has(r.dict, "diff") && (p.o.Diff || r.diff) {
			p.emit(callback.Diff{Result: r.shown()})
		}
		if k := r.spec.target.kind; k != includeTasks && k != includeRole {
			st.OK++
			if r.isChanged() {
				st.Changed++
			}
		}
		p.emit(callback.TaskResult{Result: r.shown()})
	}
	if name := r.spec.register; name != "" {
		v := registered(r.dict)
		for _, h := range p.targets(r) {
			p.store.Register(h, name, v, r.spec.at())
		}
	}
	if role := r.spec.task.Role; role != nil && ran {
		key := roleKey(role)
		if p.ranRole[key] == nil {
			p.ranRole[key] = map[string]bool{}
		}
		p.ranRole[key][host] = true
	}
	return nil
}

// targets are the hosts that a result counts for: all of the batch with run_once.
func (p *playRun) targets(r *result) []string {
	if !r.runOnce {
		return []string{r.host.Name}
	}
	var all []string
	for _, h := range p.batch {
		if !p.unreachable[h.Name] {
			all = append(all, h.Name)
		}
	}
	return all
}

func (p *playRun) fail(r *result) {
	host := r.host.Name
	before := p.states[host]
	if r.runOnce {
		for _, h := range p.batch {
			if !p.unreachable[h.Name] {
				p.markFailed(h.Name)
			}
		}
	} else {
		p.markFailed(host)
	}
	if next, _, ok := p.states[host].Next(hostView{p, host}); !ok && next.Failed() {
		p.failed[host] = true
	}
	if before.Rescuing() {
		p.stat(host).Rescued++
		delete(p.removed, host)
		facts := value.NewDict("ansible_failed_task", p.serialize(r), "ansible_failed_result", failedResult(r))
		p.store.SetFact(host, facts, r.spec.at())
		return
	}
	p.stat(host).Failed++
}

func failedResult(r *result) *value.Dict {
	d := r.dict.Copy()
	d.Delete(value.S("invocation"))
	return d
}

// serialize is the form of a task in ansible_failed_task.
func (p *playRun) serialize(r *result) *value.Dict {
	s := r.spec
	d := &value.Dict{}
	name := s.task.Name()
	if a := s.task.Attr("name"); a != nil && templated(a.Value) {
		name = strings.TrimPrefix(s.view.Name, s.view.Role+" : ")
	}
	d.Put("name", value.S(name))
	d.Put("action", value.S(s.name))
	args := &value.Dict{}
	for k, v := range s.arguments().RawAll() {
		args.Set(k, untrust(v))
	}
	d.Put("args", args)
	for _, k := range inherited {
		if v, ok := s.keywords[k]; ok {
			d.Put(k, untrust(v))
		}
	}
	d.Put("register", textOrNone(s.register))
	d.Put("delegate_to", textOrNone(r.delegate))
	d.Put("ignore_errors", value.Bool(r.ignoreErrors))
	d.Put("tags", untrust(&value.List{Items: s.task.Tags()}))
	d.Put("when", untrust(&value.List{Items: s.when}))
	d.Put("uuid", value.S(s.view.UUID))
	d.Put("finalized", value.Bool(true))
	d.Put("squashed", value.Bool(true))
	return d
}

func textOrNone(s string) value.Value {
	if s == "" {
		return value.None{}
	}
	return value.S(s)
}

// succeed takes in what a result brings besides its status.
func (p *playRun) succeed(r *result) error {
	list := r.items
	if r.spec.task.Loop == nil {
		list = []*result{r}
	}
	changed := r.isChanged()
	for _, it := range list {
		if changed {
			for _, n := range it.notify {
				if err := p.notify(r, n); err != nil {
					return err
				}
			}
		}
		if has(it.dict, "add_host") || has(it.dict, "add_group") {
			if err := p.inventoryChange(r, it); err != nil {
				return err
			}
		}
		p.facts(r, it)
		p.customStats(r, it)
	}
	return nil
}

// notify remembers a notification until handlers are flushed; a handler that notifies others does so at once.
func (p *playRun) notify(r *result, name string) error {
	host := r.host.Name
	if len(p.o.Only) > 0 {
		return nil
	}
	found := p.handlersFor(name)
	if len(found) == 0 {
		msg := "The requested handler '" + name + "' was not found in either the main handlers list nor in the listening handlers list"
		if p.o.Config == nil || p.o.Config.Bool("ERROR_ON_MISSING_HANDLER") {
			return &fault.Fault{Msg: msg}
		}
		p.display.Warn(msg)
		return nil
	}
	if p.states[host].Flushing() {
		for _, h := range found {
			p.mark(h, host)
		}
		return nil
	}
	for _, n := range p.notes[host] {
		if n == name {
			return nil
		}
	}
	p.notes[host] = append(p.notes[host], name)
	p.display.Verbose(1, "", "Notification for handler "+name+" has been saved.")
	return nil
}

// mark lets the handler run on the host and tells so.
func (p *playRun) mark(h *playbook.Task, host string) {
	if p.wake(h, host) {
		view := p.specOf(h).view
		p.emit(callback.Notify{Handler: view.Name, Host: host, Task: view})
	}
}

// wake lets the handler run on the host; false where it was going to run anyway.
func (p *playRun) wake(h *playbook.Task, host string) bool {
	if p.notified[h] == nil {
		p.notified[h] = map[string]bool{}
	}
	if p.notified[h][host] {
		return false
	}
	p.notified[h][host] = true
	return true
}

// handlersFor lists the handlers that a notification means: the last one defined of that name, and all that listen.
func (p *playRun) handlersFor(name string) []*playbook.Task {
	var out []*playbook.Task
	named := false
	for _, h := range p.searched() {
		n := p.handlerName(h)
		if n == "" {
			continue
		}
		if n == name || h.Role != nil && (h.Role.FullName()+" : "+n == name || h.Role.Name+" : "+n == name) {
			out, named = append(out, h), true
			break
		}
	}
	seen := map[string]bool{}
	for _, h := range p.searched() {
		if !listens(h, name) {
			continue
		}
		n := p.handlerName(h)
		if n != "" && seen[n] {
			continue
		}
		seen[n] = true
		if !named || out[0] != h {
			out = append(out, h)
		}
	}
	return out
}

// listens tells whether a handler listens to a topic; a role's handlers also do so with the role's name in front.
func listens(h *playbook.Task, name string) bool {
	for _, topic := range h.Topics() {
		if topic == name || h.Role != nil && (h.Role.FullName()+" : "+topic == name || h.Role.Name+" : "+topic == name) {
			return true
		}
	}
	return false
}

// searched lists the handlers in the order in which notifications look for them: the block loaded last first.
func (p *playRun) searched() []*playbook.Task {
	var out []*playbook.Task
	for _, b := range slices.Backward(p.handlerBlocks) {
		out = append(out, flatten(b)...)
	}
	return out
}

// handlerName is the name of a handler with the variables of the play; "" where it has none or it cannot be templated.
func (p *playRun) handlerName(h *playbook.Task) string {
	a := h.Attr("name")
	if a == nil {
		return ""
	}
	if !templated(a.Value) {
		return h.Name()
	}
	if n, ok := p.names[h]; ok {
		return n
	}
	tpl := p.engine.Templar(p.store.Scope(vars.Query{Play: p.play, PlayName: p.set.name, Task: h, PlayHosts: p.allNames, Hosts: p.stayed, Batch: p.stayedBatch}))
	v, err := tpl.Resolve(a.Value)
	if err != nil {
		if len(h.Topics()) == 0 {
			p.display.Warn("Handler '" + h.Name() + "' is unusable because it has no listen topics and the name could not be templated (host-specific variables are not supported in handler names). The error: " + fault.From(err).Error())
		}
		return ""
	}
	p.names[h] = value.ToStr(v)
	return p.names[h]
}

// alwaysDelegated are the beginnings of facts that belong to the host that the task ran on.
var alwaysDelegated = []string{"discovered_interpreter_"}

// facts stores the facts of a result.
func (p *playRun) facts(r, it *result) {
	v, ok := it.dict.Raw("ansible_facts")
	facts, isDict := v.(*value.Dict)
	if !ok || !isDict || r.spec.target.fqcn == "ansible.builtin.debug" {
		return
	}
	hosts := p.targets(r)
	if it.delegate != "" {
		if it.delegateFacts || r.delegateFacts {
			hosts = []string{it.delegate}
		} else {
			own, theirs := &value.Dict{}, &value.Dict{}
			for k, x := range facts.RawAll() {
				to := own
				for _, prefix := range alwaysDelegated {
					if strings.HasPrefix(value.ToStr(k), prefix) {
						to = theirs
					}
				}
				to.Set(k, x)
			}
			if theirs.Len() > 0 {
				p.remember(it.delegate, theirs)
			}
			facts = own
		}
	}
	cacheable, _ := truthOf(it.dict, "_ansible_facts_cacheable")
	it.dict.Delete(value.S("_ansible_facts_cacheable"))
	for _, h := range hosts {
		switch r.spec.target.fqcn {
		case "ansible.builtin.include_vars":
			p.store.IncludeVars(h, facts, r.spec.at())
		case "ansible.builtin.set_fact":
			if cacheable {
				p.remember(h, facts)
			}
			p.store.SetFact(h, facts, r.spec.at())
		default:
			if g, ok := facts.Raw("_ansible_facts_gathered"); ok && truthy(g) {
				p.gathered[h] = true
			}
			p.remember(h, facts)
		}
	}
}

// customStats collects what set_stats gives.
func (p *playRun) customStats(r, it *result) {
	v, ok := it.dict.Raw("ansible_stats")
	s, isDict := v.(*value.Dict)
	if !ok || !isDict {
		return
	}
	raw, _ := s.Raw("data")
	data, _ := raw.(*value.Dict)
	if data.Len() == 0 {
		return
	}
	perHost, given := truthOf(s, "per_host")
	aggregate, _ := truthOf(s, "aggregate")
	var into []*value.Dict
	if perHost || !given {
		for _, h := range p.targets(r) {
			if p.custom[h] == nil {
				p.custom[h] = &value.Dict{}
			}
			into = append(into, p.custom[h])
		}
	} else {
		if p.customRun == nil {
			p.customRun = &value.Dict{}
		}
		into = append(into, p.customRun)
	}
	for _, d := range into {
		for k, x := range data.RawAll() {
			if old, ok := d.GetValue(k); ok && aggregate {
				x = aggregated(old, x)
			}
			d.Set(k, x)
		}
	}
}

// aggregated adds numbers and texts up, joins lists and merges dicts; of other types the new value counts.
func aggregated(old, new value.Value) value.Value {
	if a, ok := old.(*value.Dict); ok {
		if b, ok := new.(*value.Dict); ok {
			out := a.Copy()
			for k, v := range b.RawAll() {
				out.Set(k, v)
			}
			return out
		}
	}
	if old.TypeName() == new.TypeName() {
		if sum, err := value.Add(old, new); err == nil {
			return sum
		}
	}
	return new
}

func attrAt(p *playbook.Play, name string) (at source.Location) {
	if a := p.Attr(name); a != nil {
		return a.At()
	}
	return at
}
