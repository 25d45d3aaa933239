package callback

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// Options are the settings of the default callback (callback_default in ansible.cfg).
type Options struct {
	HideSkipped, HideOK bool // display_skipped_hosts and display_ok_hosts turned off
	FailedStderr        bool // display_failed_stderr
	ShowCustomStats     bool
	ShowPerHostStart    bool
	CheckMarkers        bool // check_mode_markers
	TaskPathOnFailure   bool // show_task_path_on_failure
	ShowArgs            bool // DISPLAY_ARGS_TO_STDOUT
	DiffContext         int
	Format              Format
	Check               bool // the run is in check mode
}

// Default is the output of ansible-playbook.
type Default struct {
	*Display
	Options

	apart    bool // texts of a result stand below it: see apart.go
	free     bool
	bannerOf any // ID of the task whose banner stands last
	name     string
	nameOf   any
}

// Event shows one event.
func (c *Default) Event(e Event) {
	switch e := e.(type) {
	case PlaybookStart:
		if c.Verbosity > 1 {
			c.Banner("PLAYBOOK: " + filepath.Base(e.File))
		}
		if c.Verbosity > 3 {
			for _, line := range e.Given {
				c.Show(line, colorVerbose)
			}
		}
		c.dryRun()
	case PlayStart:
		c.play(e)
	case NoHostsMatched:
		c.Show("skipping: no hosts matched", colorSkip)
	case NoHostsRemaining:
		c.Banner("NO MORE HOSTS LEFT")
	case TaskStart:
		if c.free {
			c.nameOf = nil
			return
		}
		c.name, c.nameOf = strings.TrimSpace(e.Task.Name), e.Task.ID
		if !c.HideSkipped && !c.HideOK {
			c.bannerOf = nil // once more for every host of a meta task
			c.banner(e.Task)
		}
	case HostStart:
		if c.ShowPerHostStart {
			c.Show(fmt.Sprintf(" [started TASK: %s on %s]", e.Task.Name, e.Host), colorOK)
		}
	case TaskResult:
		c.result(e)
	case ItemResult:
		c.item(e)
	case Diff:
		c.diff(e)
	case Retry:
		msg := fmt.Sprintf("FAILED - RETRYING: [%s]: %s (%d retries left).", e.label(), e.Task.ownName(), e.Retries-e.Attempts)
		if c.verbose(&e.Result, 2) {
			msg += "Result was: " + c.dump(e.Result.shown(), 0, true)
		}
		c.Show(msg, colorDebug)
	case AsyncPoll:
		c.Show(fmt.Sprintf("ASYNC POLL on %s: jid=%s started=%s finished=%s", e.Host, e.text("ansible_job_id"), e.text("started"), e.text("finished")), colorDebug)
	case AsyncOK:
		c.Show(fmt.Sprintf("ASYNC OK on %s: jid=%s", e.Host, e.text("ansible_job_id")), colorDebug)
	case AsyncFailed:
		jid := e.text("ansible_job_id")
		if r, ok := e.Dict.Raw("async_result"); ok && jid == "None" {
			if d, ok := r.(*value.Dict); ok {
				jid = (&Result{Dict: d}).text("ansible_job_id")
			}
		}
		c.Show(fmt.Sprintf("ASYNC FAILED on %s: jid=%s", e.Host, jid), colorDebug)
	case Include:
		msg := "included: " + e.Name + " for " + strings.Join(e.Hosts, ", ")
		if e.Item != nil && truth(e.Item) {
			msg += " => (item=" + value.ToStr(e.Item) + ")"
		}
		c.Show(msg, colorIncluded)
	case Notify:
		if c.Verbosity > 1 {
			c.Show("NOTIFIED HANDLER "+e.Handler+" for "+e.Host, colorVerbose)
		}
	case Stats:
		c.recap(e)
	}
}

func (c *Default) dryRun() {
	if c.Check && c.CheckMarkers {
		c.Banner("DRY RUN")
	}
}

func (c *Default) play(e PlayStart) {
	c.free = e.Free
	mark := ""
	if e.Check && c.CheckMarkers {
		mark = " [CHECK MODE]"
	}
	if name := strings.TrimSpace(e.Name); name != "" {
		c.Banner("PLAY [" + name + "]" + mark)
		return
	}
	c.Banner("PLAY" + mark)
}

// banner prints the heading of a task where it is not the last one printed.
func (c *Default) banner(t *Task) {
	if c.bannerOf == t.ID {
		return
	}
	c.bannerOf = t.ID
	prefix, name, args, mark := "TASK", strings.TrimSpace(t.Name), "", ""
	if t.Handler {
		prefix = "RUNNING HANDLER"
	}
	if c.nameOf == t.ID {
		name = c.name
	}
	if c.ShowArgs && !t.NoLog && t.Args != nil {
		var kv []string
		for k, v := range t.Args.RawAll() {
			kv = append(kv, value.ToStr(k)+"="+value.ToStr(v))
		}
		args = " " + strings.Join(kv, ", ")
	}
	if t.Check && c.CheckMarkers {
		mark = " [CHECK MODE]"
	}
	c.Banner(prefix + " [" + name + args + "]" + mark)
	if c.Verbosity >= 2 {
		c.path(t)
	}
}

func (c *Default) path(t *Task) {
	if t.Path != "" {
		c.Show("task path: "+t.Path, colorDebug)
	}
}

// ownName is the name that the author gave, or the one that the banner shows.
func (t *Task) ownName() string {
	if t.Named && t.Role != "" {
		return strings.TrimPrefix(t.Name, t.Role+" : ")
	}
	return t.Name
}

// messages prints the warnings and the error of a result; an item has printed its own before the whole.
func (c *Default) messages(r *Result) {
	for _, w := range r.Warnings {
		c.Warning(w)
	}
	for _, d := range r.Deprecations {
		c.Deprecated(d)
	}
	if r.Fault != nil && !r.Fault.Quiet {
		c.Error(r.Fault, c.FailedStderr)
	}
}

// label names the host and where the task was delegated to.
func (r *Result) label() string {
	if r.DelegateTo == "" || r.DelegateTo == r.Host {
		return r.Host
	}
	label := r.Host + " -> " + r.DelegateTo
	if v, ok := r.Dict.Raw("_ansible_delegated_vars"); ok {
		if d, ok := v.(*value.Dict); ok {
			if h, ok := d.Raw("ansible_host"); ok && value.ToStr(h) != r.DelegateTo {
				label += "(" + value.ToStr(h) + ")"
			}
		}
	}
	return label
}

func (r *Result) text(key string) string {
	if v, ok := r.Dict.Raw(key); ok {
		return value.ToStr(v)
	}
	return "None"
}

// verbose tells whether the whole result is printed.
func (c *Default) verbose(r *Result, over int) bool {
	return (c.Verbosity > over || r.isTrue("_ansible_verbose_always") && !r.secret()) && !r.isTrue("_ansible_verbose_override")
}

func (r *Result) isTrue(key string) bool {
	v, ok := r.Dict.Raw(key)
	return ok && v == value.Value(value.Bool(true))
}

func (c *Default) result(e TaskResult) {
	r := &e.Result
	shown := r.shown()
	items, looped := r.Items()
	looped = looped && r.Task.Loop
	_ = items
	switch e.Status {
	case Failed:
		c.banner(r.Task)
		c.messages(r)
		shown = clean(shown, r.Task)
		if _, items := shown.Raw("results"); !looped || !items {
			if c.Verbosity < 2 && c.TaskPathOnFailure {
				c.path(r.Task)
			}
			c.show("fatal: ["+r.label()+"]: FAILED! => "+c.dumpOf(r, shown, 0, true), colorError, c.FailedStderr)
		}
		if e.Ignored {
			c.Show("...ignoring", colorSkip)
		}
	case Unreachable:
		c.banner(r.Task)
		c.messages(r)
		c.show("fatal: ["+r.label()+"]: UNREACHABLE! => "+c.dumpOf(r, shown, 0, true), colorUnreachable, c.FailedStderr)
		if e.Ignored {
			c.Show("...ignoring", colorSkip)
		}
	case Skipped:
		if c.HideSkipped {
			return
		}
		c.banner(r.Task)
		c.messages(r)
		msg := "skipping: [" + r.Host + "]"
		if looped {
			shown.Delete(value.S("results"))
		}
		if c.verbose(r, 0) {
			msg += " => " + c.dumpOf(r, clean(shown, r.Task), 0, true)
		}
		c.Show(msg, colorSkip)
	default:
		if r.Task.Include {
			c.banner(r.Task)
			return
		}
		msg, color := "ok", colorOK
		if r.Changed() {
			msg, color = "changed", colorChanged
		} else if c.HideOK {
			return
		}
		c.banner(r.Task)
		c.messages(r)
		if looped {
			return
		}
		msg += ": [" + r.label() + "]"
		if c.verbose(r, 0) {
			msg += " => " + c.dumpOf(r, clean(shown, r.Task), 0, true)
		}
		c.Show(msg, color)
	}
}

func (c *Default) item(e ItemResult) {
	r := &e.Result
	if e.Status == OK && r.Task.Include {
		return
	}
	if e.Status == Skipped && c.HideSkipped || e.Status == OK && !r.Changed() && c.HideOK {
		return
	}
	c.banner(r.Task)
	c.messages(r)
	label := itemLabel(r.Dict)
	shown := clean(r.shown(), r.Task)
	switch e.Status {
	case Failed, Unreachable:
		c.show(fmt.Sprintf("failed: [%s] (item=%s) => %s", r.label(), label, c.dumpOf(r, shown, 0, true)), colorError, c.FailedStderr)
	case Skipped:
		msg := fmt.Sprintf("skipping: [%s] => (item=%s) ", r.Host, label)
		if c.verbose(r, 0) {
			msg += " => " + c.dumpOf(r, shown, 0, true)
		}
		c.Show(msg, colorSkip)
	default:
		msg, color := "ok", colorOK
		if r.Changed() {
			msg, color = "changed", colorChanged
		}
		msg = fmt.Sprintf("%s: [%s] => (item=%s)", msg, r.label(), label)
		if c.verbose(r, 0) {
			msg += " => " + c.dumpOf(r, shown, 0, true)
		}
		c.Show(msg, color)
	}
}

// itemLabel is what stands for an item: its label, or the item itself.
func itemLabel(d *value.Dict) string {
	if v, ok := d.Raw("_ansible_no_log"); ok && truth(v) {
		return "(censored due to no_log)"
	}
	if v, ok := d.Raw("_ansible_item_label"); ok {
		return value.ToStr(v)
	}
	if v, ok := d.Raw("item"); ok {
		return value.ToStr(v)
	}
	return "None"
}

func (c *Default) diff(e Diff) {
	var texts []string
	add := func(d *value.Dict) {
		diff, ok := d.Raw("diff")
		changed, _ := d.Raw("changed")
		if !ok || !truth(diff) || changed == nil || !truth(changed) {
			return
		}
		if text := c.diffText(diff); text != "" {
			texts = append(texts, text)
		}
	}
	shown := e.shown()
	if items, ok := (&Result{Dict: shown}).Items(); ok && e.Task.Loop {
		for _, it := range items {
			if d, ok := it.(*value.Dict); ok {
				add(d)
			}
		}
	} else {
		add(shown)
	}
	for _, t := range texts {
		c.banner(e.Task)
		c.Show(t, "")
	}
}

func (c *Default) recap(s Stats) {
	c.Banner("PLAY RECAP")
	for _, h := range s.Hosts {
		host := fmt.Sprintf("%-26s", h.Host)
		if c.Color {
			color := colorOK
			switch {
			case h.Failed != 0 || h.Unreachable != 0:
				color = colorError
			case h.Changed != 0:
				color = colorChanged
			}
			host = fmt.Sprintf("%-37s", c.paint(h.Host, color))
		}
		count := func(name string, n int, color string) string {
			s := fmt.Sprintf("%s=%-4d", name, n)
			if n != 0 {
				s = c.paint(s, color)
			}
			return s
		}
		c.Show(strings.Join([]string{host + " :", count("ok", h.OK, colorOK), count("changed", h.Changed, colorChanged),
			count("unreachable", h.Unreachable, colorUnreachable), count("failed", h.Failed, colorError),
			count("skipped", h.Skipped, colorSkip), count("rescued", h.Rescued, colorOK), count("ignored", h.Ignored, colorWarn)}, " "), "")
	}
	c.Show("", "")
	if c.ShowCustomStats && (len(s.Custom) > 0 || s.Run != nil) {
		c.Banner("CUSTOM STATS: ")
		for _, cs := range s.Custom {
			c.Show("\t"+cs.Host+": "+strings.ReplaceAll(c.dump(cs.Data, 1, true), "\n", ""), "")
		}
		if s.Run != nil {
			c.Show("", "")
			c.Show("\tRUN: "+strings.ReplaceAll(c.dump(s.Run, 1, true), "\n", ""), "")
		}
		c.Show("", "")
	}
	c.dryRun()
}

var _ Callback = (*Default)(nil)
