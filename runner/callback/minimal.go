package callback

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// Minimal is the output of the ansible command for single tasks: one block for each host and nothing around it.
type Minimal struct{ Default }

// Event shows results and differences; a loop counts as one result.
func (c *Minimal) Event(e Event) {
	switch e := e.(type) {
	case TaskResult:
		c.result(e)
	case Diff:
		if v, ok := e.shown().Raw("diff"); ok && truth(v) {
			c.Show(c.diffText(v), "")
		}
	}
}

func (c *Minimal) result(e TaskResult) {
	r := &e.Result
	c.messages(r)
	shown := r.shown()
	switch e.Status {
	case Failed:
		if _, crashed := shown.Raw("module_stderr"); printsText(r.Task) && !crashed {
			c.Show(commandText(r.Host, shown, "FAILED"), colorError)
		} else {
			c.Show(r.Host+" | FAILED! => "+c.dump(shown, 4, true), colorError)
		}
	case Unreachable:
		c.Show(r.Host+" | UNREACHABLE! => "+c.dump(shown, 4, true), colorUnreachable)
	case Skipped:
		c.Show(r.Host+" | SKIPPED", colorSkip)
	default:
		shown = clean(shown, r.Task)
		state, color := "SUCCESS", colorOK
		if r.Changed() {
			state, color = "CHANGED", colorChanged
		}
		if _, job := shown.Raw("ansible_job_id"); printsText(r.Task) && !job {
			c.Show(commandText(r.Host, shown, state), color)
		} else {
			c.Show(r.Host+" | "+state+" => "+c.dump(shown, 4, true), color)
		}
	}
}

// printsText tells whether the module's result is shown as a command's output.
func printsText(t *Task) bool {
	for _, prefix := range []string{"ansible.builtin.", "ansible.legacy.", "ansible.windows."} {
		if short, ok := strings.CutPrefix(t.Action, prefix); ok {
			return isCommand(short)
		}
	}
	return isCommand(t.Action)
}

func isCommand(name string) bool {
	switch name {
	case "command", "shell", "raw", "win_command", "win_shell":
		return true
	}
	return false
}

func commandText(host string, d *value.Dict, caption string) string {
	return host + " | " + caption + " | rc=" + textOr(d, "rc", "-1") + " >>\n" +
		textOr(d, "stdout", "") + textOr(d, "stderr", "") + textOr(d, "msg", "") + "\n"
}

func textOr(d *value.Dict, key, missing string) string {
	if v, ok := d.Raw(key); ok {
		return value.ToStr(v)
	}
	return missing
}

var _ Callback = (*Minimal)(nil)
