package callback

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/pyplugin"
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

// Python passes the events of a run to callbacks that are written in Python: neighbours in the order of the run's
// callbacks are one group. An event that none of them implements costs nothing.
type Python struct {
	Plugins *pyplugin.Host
	// Answer gives variables, groups and what else a plugin asks for; messages for the screen come the same way.
	Answer pyplugin.Handler

	group int
	wants map[string]bool // methods that are implemented
	err   error
}

// PythonRequest says which callbacks of a run are wanted.
type PythonRequest struct {
	Stdout     string // name of the callback that owns the screen
	Additional bool   // others beside it
	Tree       bool   // --tree of the ansible command
	Verbosity  int    // at most, for the messages of loading
	// Native makes the callbacks that need no Python, by their full names; nil for a name that it does not know.
	Native map[string]func() Callback
}

// LoadPython loads the callbacks of the settings and of the project and gives all callbacks of the run in their order.
// Those of Native are made there. An error is that of a callback for the screen that cannot be loaded.
func LoadPython(ctx context.Context, plugins *pyplugin.Host, answer pyplugin.Handler, r PythonRequest) ([]Callback, error) {
	native := &value.List{}
	for name := range r.Native {
		native.Items = append(native.Items, value.S(name))
	}
	v, err := plugins.Call(ctx, "callbacks.load", value.NewDict("stdout", value.S(r.Stdout), "additional", value.Bool(r.Additional), "tree", value.Bool(r.Tree),
		"verbosity", value.Int(r.Verbosity), "native", native), answer)
	if err != nil {
		return nil, err
	}
	var out []Callback
	groups := 0
	items, err := value.Collect(v)
	if err != nil {
		return nil, err
	}
	for _, item := range items {
		pair, err := value.Collect(item)
		if err != nil || len(pair) != 2 {
			return nil, fmt.Errorf("the callbacks of the Python host cannot be read: %v", item)
		}
		methods, ok := pair[1].(*value.List)
		if !ok {
			out = append(out, r.Native[value.ToStr(pair[0])]())
			continue
		}
		p := &Python{Plugins: plugins, Answer: answer, group: groups, wants: map[string]bool{}}
		for _, m := range methods.Items {
			p.wants[value.ToStr(m)] = true
		}
		groups++
		out = append(out, p)
	}
	return out, nil
}

// Err is the error of a callback that ends the run, nil for none.
func (c *Python) Err() error { return c.err }

// Event passes the event on.
func (c *Python) Event(e Event) {
	method, args := c.translate(e)
	// the start of a play is always told: later events speak of it
	if method == "" || c.err != nil || !c.wants[method] && !c.wants["v2_on_any"] && method != "v2_playbook_on_play_start" {
		return
	}
	if _, err := c.Plugins.Call(context.Background(), "callbacks.event",
		value.NewDict("group", value.Int(c.group), "method", value.S(method), "args", args()), c.Answer); err != nil {
		c.err = err
	}
}

// translate gives the method that an event stands for, and its arguments, made only where they are needed.
func (c *Python) translate(e Event) (string, func() value.Value) {
	result := func(method string, r *Result) (string, func() value.Value) {
		return method, func() value.Value { return resultArgs(r) }
	}
	task := func(method string, t *Task) (string, func() value.Value) {
		return method, func() value.Value { return value.NewDict("task", taskArgs(t)) }
	}
	switch e := e.(type) {
	case PlaybookStart:
		return "v2_playbook_on_start", func() value.Value {
			dir := filepath.Dir(e.File)
			if abs, err := filepath.Abs(dir); err == nil {
				dir = abs
			}
			return value.NewDict("file", value.S(e.File), "basedir", value.S(dir))
		}
	case PlayStart:
		return "v2_playbook_on_play_start", func() value.Value { return playArgs(e) }
	case NoHostsMatched:
		return "v2_playbook_on_no_hosts_matched", empty
	case NoHostsRemaining:
		return "v2_playbook_on_no_hosts_remaining", empty
	case TaskStart:
		if e.Task.Handler {
			return task("v2_playbook_on_handler_task_start", e.Task)
		}
		return task("v2_playbook_on_task_start", e.Task)
	case HostStart:
		return "v2_runner_on_start", func() value.Value {
			return value.NewDict("host", value.S(e.Host), "task", taskArgs(e.Task))
		}
	case TaskResult:
		switch e.Status {
		case Failed:
			return "v2_runner_on_failed", func() value.Value {
				d := resultArgs(&e.Result)
				d.Put("ignored", value.Bool(e.Ignored))
				return d
			}
		case Unreachable:
			return result("v2_runner_on_unreachable", &e.Result)
		case Skipped:
			return result("v2_runner_on_skipped", &e.Result)
		}
		return result("v2_runner_on_ok", &e.Result)
	case ItemResult:
		switch e.Status {
		case Failed, Unreachable:
			return result("v2_runner_item_on_failed", &e.Result)
		case Skipped:
			return result("v2_runner_item_on_skipped", &e.Result)
		}
		return result("v2_runner_item_on_ok", &e.Result)
	case Diff:
		return result("v2_on_file_diff", &e.Result)
	case Retry:
		return "v2_runner_retry", func() value.Value {
			d := resultArgs(&e.Result)
			data, _ := d.Raw("data")
			data.(*value.Dict).Put("attempts", value.Int(e.Attempts))
			data.(*value.Dict).Put("retries", value.Int(e.Retries))
			return d
		}
	case AsyncPoll:
		return result("v2_runner_on_async_poll", &e.Result)
	case AsyncOK:
		return result("v2_runner_on_async_ok", &e.Result)
	case AsyncFailed:
		return result("v2_runner_on_async_failed", &e.Result)
	case Include:
		return "v2_playbook_on_include", func() value.Value { return includeArgs(e) }
	case Notify:
		return "v2_playbook_on_notify", func() value.Value {
			return value.NewDict("task", taskArgs(e.Task), "host", value.S(e.Host))
		}
	case Prompt:
		return "v2_playbook_on_vars_prompt", func() value.Value { return value.NewDict("arguments", value.NewList(e.Arguments...)) }
	case Stats:
		return "v2_playbook_on_stats", func() value.Value { return statsArgs(e) }
	}
	return "", nil
}

func empty() value.Value { return &value.Dict{} }

func place(at source.Location) value.Value {
	if !at.Known() {
		return value.None{}
	}
	p := at.Position()
	return value.NewList(value.S(at.File.Path), value.Int(p.Line), value.Int(p.Column))
}

func playArgs(e PlayStart) value.Value {
	fields, hosts, tags := e.Fields, e.Hosts, value.Value(&value.List{})
	if fields == nil {
		fields = &value.Dict{}
	}
	if hosts == nil {
		hosts = &value.List{}
	}
	if t, ok := fields.Raw("tags"); ok {
		if tags = t; tags.TypeName() == "str" {
			tags = value.NewList(t)
		}
	}
	return value.NewDict("uuid", value.S(e.UUID), "origin", place(e.At), "fields", fields, "name", value.S(e.Name), "hosts", hosts,
		"strategy", value.S(e.Strategy), "check_mode", value.Bool(e.Check), "tags", tags)
}

func taskArgs(t *Task) *value.Dict {
	detail := t.Detail
	if detail == nil {
		detail = &TaskDetail{Kind: "task", Named: true}
	}
	name, role := "", value.Value(value.None{})
	if detail.Named {
		name = t.Name
	}
	if t.Role != "" {
		name = strings.TrimPrefix(name, t.Role+" : ")
		role = value.NewDict("name", value.S(t.Role), "path", value.S(detail.RolePath))
	}
	args, fields := t.Args, detail.Fields
	if args == nil {
		args = &value.Dict{}
	}
	if fields == nil {
		fields = &value.Dict{}
	}
	written := detail.Source
	if written == nil {
		written = value.None{}
	}
	delegate, ok := fields.Raw("delegate_to")
	if !ok {
		delegate = value.None{}
	}
	return value.NewDict("uuid", value.S(t.UUID), "kind", value.S(detail.Kind), "implicit", value.Bool(detail.Implicit), "origin", place(detail.At),
		"role", role, "ds", written, "fields", fields, "resolved", value.S(detail.Resolved), "name", value.S(name), "action", value.S(t.Action), "args", args,
		"no_log", value.Bool(t.NoLog), "check_mode", value.Bool(t.Check), "diff", value.Bool(t.Diff), "delegate_to", delegate,
		"ignore_unreachable", value.Bool(t.IgnoreUnreachable))
}

func resultArgs(r *Result) *value.Dict {
	task := taskArgs(r.Task)
	if r.DelegateTo != "" {
		task.Put("delegate_to", value.S(r.DelegateTo))
	}
	name, _ := task.Raw("name")
	args, _ := task.Raw("args")
	warnings, deprecations := &value.List{}, &value.List{}
	for _, w := range r.Warnings {
		warnings.Items = append(warnings.Items, faultLinks(w))
	}
	for _, w := range r.Deprecations {
		deprecations.Items = append(deprecations.Items, value.NewDict("links", faultLinks(w.Fault), "when", value.S(w.When)))
	}
	links := value.Value(value.None{})
	if r.Fault != nil && !r.Fault.Quiet {
		links = faultLinks(r.Fault)
	}
	return value.NewDict("host", value.S(r.Host), "task", task, "data", r.Dict.Copy(), "fields", value.NewDict("name", name, "args", args),
		"fault", links, "warnings", warnings, "deprecations", deprecations, "ignored", value.Bool(false))
}

// faultLinks is a fault with its causes, outermost first.
func faultLinks(f *fault.Fault) value.Value {
	l := &value.List{}
	for ; f != nil; f = f.Next() {
		at := place(f.At)
		if !f.At.Known() && f.Text != "" {
			at = value.NewList(value.S(f.Text), value.Int(0), value.Int(0))
		}
		l.Items = append(l.Items, value.NewDict("msg", value.S(f.Msg), "origin", at, "help", value.S(f.Help)))
	}
	return l
}

func includeArgs(e Include) value.Value {
	vars := &value.Dict{}
	if e.Vars != nil {
		vars = e.Vars.Copy()
	}
	if e.Item != nil {
		vars.Put("_ansible_item_label", e.Item)
	}
	role := e.Task.Detail != nil && e.Task.Detail.Kind == "include_role"
	args := e.Task.Args
	if args == nil {
		args = &value.Dict{}
	}
	return value.NewDict("file", value.S(e.Name), "hosts", value.Strings(e.Hosts), "task", taskArgs(e.Task), "vars", vars, "args", args, "role", value.Bool(role))
}

func statsArgs(e Stats) value.Value {
	hosts, custom := &value.List{}, &value.Dict{}
	for _, h := range e.Hosts {
		hosts.Items = append(hosts.Items, value.NewDict("host", value.S(h.Host), "ok", value.Int(h.OK), "failures", value.Int(h.Failed),
			"dark", value.Int(h.Unreachable), "changed", value.Int(h.Changed), "skipped", value.Int(h.Skipped),
			"rescued", value.Int(h.Rescued), "ignored", value.Int(h.Ignored)))
	}
	for _, c := range e.Custom {
		custom.Put(c.Host, c.Data)
	}
	if e.Run != nil {
		custom.Put("_run", e.Run)
	}
	return value.NewDict("hosts", hosts, "custom", custom)
}

var _ Callback = (*Python)(nil)
