package callback

import (
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

// Events prints one JSON object for each event as it happens, one a line, for programs that read along. Every object has
// "event" and "time" (UTC, ISO 8601); docs/events.md lists the others.
type Events struct {
	*Display
	Now func() time.Time // time.Now or a test's
}

// Event prints the event.
func (c *Events) Event(e Event) {
	switch e := e.(type) {
	case PlaybookStart:
		c.print("playbook_start", "file", value.S(e.File))
	case PlayStart:
		c.print("play_start", "name", value.S(e.Name), "path", value.S(e.Path), "check", value.Bool(e.Check))
	case NoHostsMatched:
		c.print("no_hosts_matched")
	case NoHostsRemaining:
		c.print("no_hosts_remaining")
	case TaskStart:
		c.print("task_start", c.task(e.Task)...)
	case HostStart:
		c.print("host_start", append([]any{"host", value.S(e.Host)}, c.task(e.Task)...)...)
	case TaskResult:
		c.print("result", append(c.result(&e.Result), "status", value.S(e.Status.String()), "ignored", value.Bool(e.Ignored))...)
	case ItemResult:
		c.print("item_result", append(c.result(&e.Result), "status", value.S(e.Status.String()))...)
	case Retry:
		c.print("retry", append(c.result(&e.Result), "attempts", value.Int(e.Attempts), "retries", value.Int(e.Retries))...)
	case AsyncPoll:
		c.print("async_poll", c.result(&e.Result)...)
	case AsyncOK:
		c.print("async_ok", c.result(&e.Result)...)
	case AsyncFailed:
		c.print("async_failed", c.result(&e.Result)...)
	case Include:
		c.print("include", "name", value.S(e.Name), "hosts", value.Strings(e.Hosts))
	case Notify:
		c.print("notify", "handler", value.S(e.Handler), "host", value.S(e.Host))
	case Stats:
		hosts := &value.Dict{}
		for _, h := range e.Hosts {
			hosts.Put(h.Host, h.dict())
		}
		c.print("stats", "hosts", hosts)
	}
}

func (c *Events) task(t *Task) []any {
	return []any{"task", value.S(t.Name), "action", value.S(t.Action), "path", value.S(t.Path), "handler", value.Bool(t.Handler)}
}

func (c *Events) result(r *Result) []any {
	fields := append([]any{"host", value.S(r.Host)}, c.task(r.Task)...)
	shown := &value.Dict{}
	for k, v := range r.shown().RawAll() {
		if s, ok := k.(value.Str); !ok || !strings.HasPrefix(s.S, "_ansible_") {
			shown.Set(k, v)
		}
	}
	fields = append(fields, "changed", value.Bool(r.Changed()), "result", shown)
	if r.DelegateTo != "" {
		fields = append(fields, "delegated_to", value.S(r.DelegateTo))
	}
	if len(r.Warnings) > 0 {
		list := &value.List{}
		for _, w := range r.Warnings {
			list.Items = append(list.Items, value.S(fault.Format(w)))
		}
		fields = append(fields, "warnings", list)
	}
	if r.Fault != nil {
		fields = append(fields, "error", value.S(fault.Format(r.Fault)))
	}
	return fields
}

func (c *Events) print(event string, fields ...any) {
	d := value.NewDict("event", value.S(event), "time", value.S(c.Now().UTC().Format("2006-01-02T15:04:05.000000Z")))
	for i := 0; i+1 < len(fields); i += 2 {
		d.Put(fields[i].(string), fields[i+1].(value.Value))
	}
	c.Show(dumpJSON(d, 0, false, false), "")
	if event != "item_result" {
		c.Flush()
	}
}

var _ Callback = (*Events)(nil)
