package runner

import (
	"fmt"
	"os"
	"time"

	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/callback"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

// meta runs a meta task for a host.
func (p *playRun) meta(s *spec, h *inventory.Host) (*result, error) {
	name := s.meta
	msg, skip := name, ""
	host := h.Name
	implicit := s.task.Implicit
	if !implicit {
		p.emit(callback.TaskStart{Task: s.view}) // its name is shown as it is written
	}
	holds := func() (bool, error) {
		if len(s.when) == 0 {
			return true, nil
		}
		tpl := p.templar(p.scope(h, s), h, s)
		ok, _, err := all_(tpl, s.when)
		return ok, err
	}
	switch name {
	case "noop", "refresh_inventory", "reset_connection":
		if len(s.when) > 0 {
			p.display.Warn(name + " task does not support when conditional")
		}
	case "flush_handlers", "clear_facts", "clear_host_errors", "end_batch", "end_play", "end_host", "end_role":
		ok, err := holds()
		if err != nil {
			return nil, err
		}
		if !ok {
			skip = name + " conditional evaluated to False" + map[string]string{
				"flush_handlers":    ", not running handlers for " + host,
				"clear_facts":       ", not clearing facts and fact cache for " + host,
				"clear_host_errors": ", not clearing host error state for " + host,
				"end_batch":         ", continuing current batch",
				"end_play":          ", continuing play",
				"end_host":          ", continuing execution for " + host,
				"end_role":          "continuing role " + roleName(s) + " for " + host,
			}[name]
			if name == "end_host" {
				msg = "end_host conditional evaluated to false, continuing execution for " + host
			}
		}
	}
	if skip == "" {
		var err error
		if msg, err = p.metaDo(s, name, h); err != nil {
			return nil, err
		}
	}
	r := &result{host: h, spec: s, dict: value.NewDict("msg", value.S(msg))}
	head := msg
	if skip != "" {
		r.dict.Put("skipped", value.Bool(true))
		r.dict.Put("skip_reason", value.S(skip))
		head = skip
	} else {
		r.dict.Put("changed", value.Bool(false))
	}
	if !implicit {
		p.display.Verbose(1, "", "META: "+head)
	} else if p.setting("DEFAULT_DEBUG") {
		p.display.Show(fmt.Sprintf("%6d %.5f: META: %s", os.Getpid(), float64(time.Now().UnixNano())/1e9, head), "")
	}
	if skip != "" {
		p.emit(callback.TaskResult{Result: r.shown(), Status: callback.Skipped})
	}
	return r, nil
}

func roleName(s *spec) string {
	if s.task.Role == nil {
		return ""
	}
	return s.task.Role.FullName()
}

func (p *playRun) metaDo(s *spec, name string, h *inventory.Host) (string, error) {
	host := h.Name
	switch name {
	case "noop":
	case "flush_handlers":
		if p.states[host].Flushing() {
			return "", fault.New(s.at(), "flush_handlers cannot be used as a handler")
		}
		for _, n := range p.notes[host] {
			for _, t := range p.handlersFor(n) {
				p.mark(t, host)
			}
		}
		p.notes[host] = nil
		if !p.unreachable[host] {
			p.states[host] = p.states[host].Flush(p.handlers)
		}
		return "triggered running handlers for " + host, nil
	case "refresh_inventory":
		if err := p.refreshInventory(); err != nil {
			return "", err
		}
		return "inventory successfully refreshed", nil
	case "clear_facts":
		for _, b := range p.batch {
			p.forgetFacts(b.Name)
		}
		return "facts cleared", nil
	case "clear_host_errors":
		for _, b := range p.batch {
			delete(p.failed, b.Name)
			delete(p.unreachable, b.Name)
			p.states[b.Name] = p.states[b.Name].ClearErrors()
		}
		return "cleared host errors", nil
	case "end_batch", "end_play":
		for _, b := range p.batch {
			if !p.unreachable[b.Name] {
				p.states[b.Name] = p.states[b.Name].End()
				p.removed[b.Name] = true
				p.endPlay = p.endPlay || name == "end_play"
			}
		}
		if name == "end_play" {
			return "ending play", nil
		}
		return "ending batch", nil
	case "end_host":
		p.states[host] = p.states[host].End()
		p.removed[host] = true
		return "ending play for " + host, nil
	case "role_complete":
		if r := s.task.Role; r != nil && s.task.Implicit {
			key := roleKey(r)
			if p.ranRole[key][host] {
				if p.doneRole[key] == nil {
					p.doneRole[key] = map[string]bool{}
				}
				p.doneRole[key][host] = true
				return "role_complete for " + host, nil
			}
		}
	case "end_role":
		for {
			next, t, ok := p.states[host].Next(hostView{p, host})
			if !ok || t.Implicit && t.Is("meta") && metaName(t) == "role_complete" {
				break
			}
			p.states[host] = next
		}
		return "ending role " + roleName(s) + " for " + host, nil
	case "reset_connection":
		p.reset(host)
		return "reset connection", nil
	default:
		return "", fault.New(s.at(), "invalid meta action requested: %s", name)
	}
	return name, nil
}
