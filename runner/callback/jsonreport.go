package callback

import (
	"time"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// JSONReport prints one JSON document at the end of the run: plays, their tasks, and the result of each host, as the
// callback ansible.posix.json does.
type JSONReport struct {
	*Display
	Now             func() time.Time // time.Now or a test's
	Indent          int              // json_indent; 0 prints one line
	ShowCustomStats bool

	plays []*reportPlay
	open  map[hostTask]*reportTask // strategies without lockstep
}

type reportPlay struct {
	play     *value.Dict
	duration *value.Dict
	tasks    *value.List
	last     *reportTask
	free     bool
}

type reportTask struct {
	duration *value.Dict
	hosts    *value.Dict
}

type hostTask struct {
	host string
	task any
}

// Event collects, and prints at the end.
func (c *JSONReport) Event(e Event) {
	switch e := e.(type) {
	case PlayStart:
		duration := value.NewDict("start", c.clock())
		c.plays = append(c.plays, &reportPlay{
			play:     value.NewDict("name", value.S(e.Name), "id", value.S(e.UUID), "path", value.S(e.Path), "duration", duration),
			duration: duration, tasks: value.NewList(), free: e.Free,
		})
	case TaskStart:
		if p := c.last(); p != nil && !p.free {
			p.last = c.task(p, e.Task)
		}
	case HostStart:
		if p := c.last(); p != nil && p.free {
			if c.open == nil {
				c.open = map[hostTask]*reportTask{}
			}
			c.open[hostTask{e.Host, e.Task.ID}] = c.task(p, e.Task)
		}
	case TaskResult:
		c.result(e)
	case Stats:
		c.print(e)
	}
}

func (c *JSONReport) clock() value.Str {
	return value.S(c.Now().UTC().Format("2006-01-02T15:04:05.000000Z"))
}

func (c *JSONReport) last() *reportPlay {
	if len(c.plays) == 0 {
		return nil
	}
	return c.plays[len(c.plays)-1]
}

func (c *JSONReport) task(p *reportPlay, t *Task) *reportTask {
	rt := &reportTask{duration: value.NewDict("start", c.clock()), hosts: &value.Dict{}}
	p.tasks.Items = append(p.tasks.Items, value.NewDict("hosts", rt.hosts, "task",
		value.NewDict("name", value.S(t.Name), "id", value.S(t.UUID), "path", value.S(t.Path), "duration", rt.duration)))
	return rt
}

func (c *JSONReport) result(e TaskResult) {
	p := c.last()
	if p == nil {
		return
	}
	rt := p.last
	key := hostTask{e.Host, e.Task.ID}
	if p.free {
		if t := c.open[key]; t != nil {
			rt = t
			delete(c.open, key)
		}
	}
	if rt == nil {
		rt = c.task(p, e.Task)
	}
	shown := e.Result.shown().Copy()
	for _, k := range []string{"warnings", "deprecations"} {
		if v, ok := e.Dict.Raw(k); ok && !e.secret() {
			shown.Put(k, v)
		}
	}
	switch e.Status {
	case Failed:
		if e.Fault != nil {
			shown.Put("exception", value.S("(traceback unavailable)"))
		}
		shown.Put("failed", value.Bool(true))
	case Skipped:
		shown.Put("skipped", value.Bool(true))
	}
	shown.Put("action", value.S(e.Task.Action))
	rt.hosts.Put(e.Host, shown)
	end := c.clock()
	rt.duration.Put("end", end)
	p.duration.Put("end", end)
}

func (c *JSONReport) print(s Stats) {
	stats, custom, global := &value.Dict{}, &value.Dict{}, &value.Dict{}
	for _, h := range s.Hosts {
		stats.Put(h.Host, h.dict())
	}
	if c.ShowCustomStats {
		for _, cs := range s.Custom {
			custom.Put(cs.Host, cs.Data)
		}
		if s.Run != nil {
			global = s.Run
		}
	}
	plays := &value.List{}
	for _, p := range c.plays {
		plays.Items = append(plays.Items, value.NewDict("play", p.play, "tasks", p.tasks))
	}
	c.Show(dumpJSON(value.NewDict("plays", plays, "stats", stats, "custom_stats", custom, "global_custom_stats", global), c.Indent, true, true), "")
}

func (r *Recap) dict() *value.Dict {
	return value.NewDict("ok", value.Int(r.OK), "failures", value.Int(r.Failed), "unreachable", value.Int(r.Unreachable), "changed", value.Int(r.Changed),
		"skipped", value.Int(r.Skipped), "rescued", value.Int(r.Rescued), "ignored", value.Int(r.Ignored))
}

var _ Callback = (*JSONReport)(nil)
