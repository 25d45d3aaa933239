package runner

import (
	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/runner/callback"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

// free lets every host run ahead at its own pace; host_pinned lets only as many hosts begin as there are forks.
func (p *playRun) free() (int, error) {
	type finished struct {
		r *result
	}
	width := min(p.o.Forks, len(p.batch))
	out := make(chan finished, len(p.batch))
	busy := map[string]bool{}
	pinned := map[string]bool{}
	running := 0
	throttled := map[*playbook.Task]int{}
	last := 0
	var runErr error
	if p.set.hasMaxFail {
		p.display.Warn("Using max_fail_percentage with the free strategy is not supported, as tasks are executed independently on each host")
	}
	for {
		progress := false
		if runErr == nil && p.ctx.Err() == nil {
			p.refresh()
			for i := 0; i < len(p.batch); i++ {
				h := p.batch[(last+i)%len(p.batch)]
				if busy[h.Name] {
					continue
				}
				if p.unreachable[h.Name] || p.states[h.Name].Done() {
					progress = progress || pinned[h.Name]
					delete(pinned, h.Name)
					continue
				}
				if p.set.strategy == "host_pinned" && !pinned[h.Name] && len(pinned) >= width {
					continue
				}
				if running >= width {
					break
				}
				next, t, ok := p.states[h.Name].Next(hostView{p, h.Name})
				if !ok {
					p.states[h.Name] = next
					delete(pinned, h.Name)
					progress = true
					continue
				}
				s := p.specOf(t)
				tpl := p.templar(p.scope(h, s), h, s)
				throttle, err := s.number(tpl, "throttle", 0)
				if err != nil {
					runErr = err
					break
				}
				if throttle > 0 && throttled[t] >= throttle {
					continue
				}
				p.states[h.Name] = next
				pinned[h.Name] = true
				progress = true
				if s.target.kind == metaTask {
					if _, err := p.meta(s, h); err != nil {
						runErr = err
						break
					}
					if t.Handler {
						delete(p.notified[t], h.Name)
					}
					continue
				}
				once, err := s.truth(tpl, "run_once", false)
				if err != nil {
					runErr = err
					break
				}
				if p.once(s.target) {
					runErr = fault.New(s.task.At(), "The '%s' module bypasses the host loop, which is currently not supported in the free strategy and would instead execute for every host in the inventory list.", s.name)
					break
				}
				if once {
					p.display.Warn("Using run_once with the free strategy is not currently supported. This task will still be executed for every host in the inventory list.")
				}
				if truthy(s.keywords["any_errors_fatal"]) {
					p.display.Warn("Using any_errors_fatal with the free strategy is not supported, as tasks are executed independently on each host")
				}
				if t.Handler {
					delete(p.notified[t], h.Name)
				}
				p.announceFree(s, h)
				busy[h.Name] = true
				throttled[t]++
				running++
				p.emit(callback.HostStart{Host: h.Name, Task: s.view})
				go func() {
					j := &job{playRun: p, ctx: p.ctx, host: h, spec: s}
					out <- finished{j.execute()}
				}()
			}
			last++
		}
		if running == 0 {
			if runErr != nil || p.ctx.Err() != nil {
				return ExitOK, first_(runErr, p.ctx.Err())
			}
			if !progress {
				return ExitOK, nil
			}
			continue
		}
		if progress && running < width {
			select {
			case f := <-out:
				running--
				p.settle(f.r, busy, throttled, &runErr)
			default:
			}
			continue
		}
		f := <-out
		running--
		p.settle(f.r, busy, throttled, &runErr)
	}
}

func first_(list ...error) error {
	for _, e := range list {
		if e != nil {
			return e
		}
	}
	return nil
}

func (p *playRun) settle(r *result, busy map[string]bool, throttled map[*playbook.Task]int, runErr *error) {
	delete(busy, r.host.Name)
	throttled[r.spec.task]--
	if *runErr != nil || p.ctx.Err() != nil {
		return
	}
	if r.runOnce {
		r.runOnce = false
	}
	r, err := p.conclude(r)
	if err != nil {
		*runErr = err
		return
	}
	if err := p.include([]*result{r}, []*inventory.Host{r.host}); err != nil {
		*runErr = err
	}
}

// announceFree gives the task's name to callbacks; the banner comes with the first result.
func (p *playRun) announceFree(s *spec, h *inventory.Host) {
	p.announce(s, h)
}
