package runner

import (
	"slices"
	"time"

	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/callback"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

// pick is a host and the state that it has after its next task was taken.
type pick struct {
	host *inventory.Host
	next state
	task *playbook.Task
}

// linear keeps all hosts at the same task.
func (p *playRun) linear() (int, error) {
	status := ExitOK
	for {
		if p.ctx.Err() != nil {
			return status, p.ctx.Err()
		}
		left := p.hostsLeft()
		picks, task := p.lockstep(left)
		if task == nil {
			return status, nil
		}
		p.refresh()
		results, fatal, err := p.step(task, picks)
		if err != nil {
			return status, err
		}
		if err := p.include(results, left); err != nil {
			return status, err
		}
		if fatal {
			p.failRest(results, left)
		}
		if p.set.hasMaxFail && len(results) > 0 && float64(len(p.failed))/float64(len(p.batch)) > p.set.maxFail/100 {
			for _, h := range left {
				if !slices.ContainsFunc(results, func(r *result) bool { return r.host == h && r.isFailed() }) {
					p.failed[h.Name] = true
					p.markFailed(h.Name)
				}
			}
			p.emit(callback.NoHostsRemaining{})
			status |= ExitBreakPlay
		}
		if status != ExitOK && len(p.failed) >= len(left) {
			p.emit(callback.NoHostsRemaining{})
			return status, nil
		}
	}
}

func (p *playRun) hostsLeft() []*inventory.Host {
	var left []*inventory.Host
	for _, h := range p.batch {
		if !p.unreachable[h.Name] {
			left = append(left, h)
		}
	}
	return left
}

// refresh computes the variables about hosts that change from step to step.
func (p *playRun) refresh() {
	current, failed := &value.List{}, &value.List{}
	for _, h := range p.batch {
		switch {
		case p.failed[h.Name]:
			failed.Items = append(failed.Items, value.S(h.Name))
		case !p.unreachable[h.Name]:
			current.Items = append(current.Items, value.S(h.Name))
		}
	}
	p.current, p.failedL = current, failed
	p.stayed, p.stayedBatch = p.allNames, p.batchName
	if len(p.removed) > 0 {
		gone := func(h string) bool { return p.removed[h] }
		p.stayed = slices.DeleteFunc(slices.Clone(p.allNames), gone)
		p.stayedBatch = slices.DeleteFunc(slices.Clone(p.batchName), gone)
	}
}

// lockstep finds the next task over all hosts and the hosts that it is for.
func (p *playRun) lockstep(left []*inventory.Host) ([]pick, *playbook.Task) {
	var all []pick
	waiting := map[*playbook.Task]bool{}
	for _, h := range left {
		next, t, ok := p.states[h.Name].Next(hostView{p, h.Name})
		if !ok {
			p.states[h.Name] = next
			continue
		}
		all = append(all, pick{h, next, t})
		waiting[t] = true
	}
	if len(all) == 0 {
		return nil, nil
	}
	task, ok := p.lock.Choose(waiting)
	if !ok {
		return nil, nil
	}
	var picks []pick
	for _, k := range all {
		if k.task == task {
			p.states[k.host.Name] = k.next
			picks = append(picks, k)
		}
	}
	if task.Is("meta") && metaName(task) == "flush_handlers" {
		p.lock.Insert(p.handlers)
	}
	return picks, task
}

// step runs one task on its hosts. fatal says that a failure ends the play for all.
func (p *playRun) step(task *playbook.Task, picks []pick) (results []*result, fatal bool, err error) {
	s := p.specOf(task)
	if s.target.kind == metaTask {
		for _, k := range picks {
			r, err := p.meta(s, k.host)
			if err != nil {
				return results, fatal, err
			}
			results = append(results, r)
			if task.Handler {
				delete(p.notified[task], k.host.Name)
			}
			once := !slices.Contains([]string{"noop", "reset_connection", "end_host", "role_complete", "flush_handlers", "end_role"}, s.meta)
			if (once || truthy(s.keywords["any_errors_fatal"])) && !truthy(s.keywords["ignore_errors"]) {
				fatal = true
			}
			if once {
				break
			}
		}
		return results, fatal, nil
	}
	if p.o.Step {
		if yes, err := p.takeStep(s); err != nil || !yes {
			return nil, false, err
		}
	}
	tpl := p.templar(p.scope(picks[0].host, s), picks[0].host, s)
	once, err := s.truth(tpl, "run_once", false)
	if err != nil {
		return nil, false, err
	}
	bypass := once || p.once(s.target)
	any, err := s.truth(tpl, "any_errors_fatal", p.defaultAnyErrorsFatal())
	if err != nil {
		return nil, false, err
	}
	fatal = (any || bypass) && !truthy(s.keywords["ignore_errors"])
	p.announce(s, picks[0].host)
	if bypass {
		picks = picks[:1]
		if task.Handler {
			clear(p.notified[task])
		}
	}
	hosts := make([]*inventory.Host, len(picks))
	for i, k := range picks {
		hosts[i] = k.host
		if task.Handler {
			delete(p.notified[task], k.host.Name)
		}
	}
	throttle, err := s.number(tpl, "throttle", 0)
	if err != nil {
		v, err := tpl.Resolve(s.keywords["throttle"])
		if err != nil {
			return nil, false, fault.Wrap(err, fault.Of(s.keywords["throttle"]), "Failed to convert the throttle value to an integer.")
		}
		cause := fault.New(fault.Of(nil), "invalid literal for int() with base 10: %s", value.Repr(v))
		return nil, false, fault.Wrap(cause, fault.Of(s.keywords["throttle"]), "Failed to convert the throttle value to an integer.")
	}
	if once {
		throttle = 0
	}
	var later []redone
	err = p.spread(s, hosts, throttle, func(r *result) error {
		results = append(results, r)
		again, err := p.receive(r)
		if again != nil {
			later = append(later, redone{len(results) - 1, again})
		}
		return err
	})
	if err == nil {
		err = p.redo(results, later)
	}
	return results, fatal, err
}

// announce shows the banner of a task; its name is templated once, with the variables of the first host of the first
// batch that comes to it.
func (p *playRun) announce(s *spec, h *inventory.Host) {
	if !s.named {
		view := *s.view
		view.Name = p.displayName(s, h)
		s.view, s.named = &view, true
	}
	p.emit(callback.TaskStart{Task: s.view})
}

func (p *playRun) displayName(s *spec, h *inventory.Host) string {
	a := s.task.Attr("name")
	if a == nil || !templated(a.Value) {
		return s.view.Name
	}
	text := a.Value.(value.Str)
	tpl := p.templar(p.scope(h, s), h, s)
	name := p.templateName(tpl, text)
	if s.task.Role != nil && s.target.kind != includeRole {
		return s.task.Role.FullName() + " : " + name
	}
	return name
}

// spread runs the task on the hosts, as many at a time as forks and throttle allow, and hands over each result in the
// order of completion. The workers only compute; done runs on the caller's goroutine.
func (p *playRun) spread(s *spec, hosts []*inventory.Host, throttle int, done func(*result) error) error {
	width := min(p.o.Forks, len(hosts))
	if throttle > 0 {
		width = min(width, throttle)
	}
	if width <= 1 {
		for _, h := range hosts {
			if p.ctx.Err() != nil {
				return p.ctx.Err()
			}
			p.emit(callback.HostStart{Host: h.Name, Task: s.view})
			j := &job{playRun: p, ctx: p.ctx, host: h, spec: s}
			r := j.execute()
			if p.ctx.Err() != nil {
				return p.ctx.Err() // what an interrupt breaks off is no result
			}
			if err := done(r); err != nil {
				return err
			}
		}
		return nil
	}
	type finished struct {
		i int
		r *result
	}
	work, out := make(chan int), make(chan finished, len(hosts))
	for range width {
		go func() {
			for i := range work {
				j := &job{playRun: p, ctx: p.ctx, host: hosts[i], spec: s}
				out <- finished{i, j.execute()}
			}
		}()
	}
	var err error
	next, running := 0, 0
	begun := make([]time.Time, len(hosts)) // zero: not begun, or ended
	var ready []finished                   // by their hosts' order
	take := func(f finished) {
		running--
		begun[f.i] = time.Time{}
		at, _ := slices.BinarySearchFunc(ready, f, func(a, b finished) int { return a.i - b.i })
		ready = slices.Insert(ready, at, f)
	}
	for {
		// a host's beginning is told before it can have results
		for next < len(hosts) && running < width && err == nil && p.ctx.Err() == nil {
			p.emit(callback.HostStart{Host: hosts[next].Name, Task: s.view})
			begun[next] = time.Now()
			work <- next // a worker is free
			next++
			running++
		}
		if running == 0 && len(ready) == 0 {
			break
		}
		if len(ready) == 0 {
			take(<-out)
		}
		// results that come at the same time are told in the order of the hosts
		for ahead := stillNew(begun[:ready[0].i]); ahead > 0 && running > 0; {
			select {
			case f := <-out:
				take(f)
				ahead = stillNew(begun[:ready[0].i])
			case <-time.After(ahead):
				ahead = 0
			}
		}
		f := ready[0]
		ready = ready[1:]
		if err == nil && p.ctx.Err() == nil {
			err = done(f.r)
		}
	}
	close(work)
	if err == nil {
		err = p.ctx.Err()
	}
	return err
}

// sameTime is how long a host may take for its result to count as one that comes with those of the hosts after it.
const sameTime = time.Millisecond

// stillNew tells how long the result of a host that began a moment ago may still come as if it took no time; 0 for none.
func stillNew(begun []time.Time) time.Duration {
	for _, t := range begun {
		if !t.IsZero() {
			if left := sameTime - time.Since(t); left > 0 {
				return left
			}
		}
	}
	return 0
}

// failRest fails the hosts that any_errors_fatal takes along.
func (p *playRun) failRest(results []*result, left []*inventory.Host) {
	bad := false
	for _, r := range results {
		bad = bad || r.isFailed() || r.isUnreachable()
	}
	if !bad {
		return
	}
	for _, h := range left {
		if !slices.ContainsFunc(results, func(r *result) bool { return r.host == h && r.isFailed() }) {
			p.failed[h.Name] = true
			p.markFailed(h.Name)
		}
	}
}

func (p *playRun) markFailed(host string) {
	p.states[host] = p.states[host].Fail()
	p.removed[host] = true
}
