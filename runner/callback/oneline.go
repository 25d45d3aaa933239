package callback

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/fault"
)

// Oneline shows each result on one line. ansible-core 2.19 deprecates it and says so at the start of the run.
type Oneline struct{ Default }

// Event shows results; a loop counts as one result.
func (c *Oneline) Event(e Event) {
	switch e := e.(type) {
	case PlaybookStart:
		c.Deprecated(pluginDeprecation("oneline"))
	case TaskResult:
		c.result(e)
	}
}

// pluginDeprecation is the notice of a callback plugin that ansible-core will drop.
func pluginDeprecation(name string) Deprecation {
	return Deprecation{Fault: &fault.Fault{Msg: "The " + name + " callback plugin is deprecated."},
		When: "This feature will be removed from ansible-core version 2.23."}
}

func (c *Oneline) result(e TaskResult) {
	r := &e.Result
	shown := r.shown()
	switch e.Status {
	case Failed:
		if _, crashed := shown.Raw("module_stderr"); r.Fault == nil { // a loop says nothing of its own
		} else if printsText(r.Task) && !crashed {
			c.Show(commandLine(r.Host, shown, "FAILED"), colorError)
		} else {
			c.Show("An exception occurred during task execution. To see the full traceback, use -vvv. The error was: (traceback unavailable)", colorError)
		}
		c.Show(r.Host+" | FAILED! => "+c.line(shown), colorError)
	case Unreachable:
		c.Show(r.Host+" | UNREACHABLE!: "+textOr(shown, "msg", ""), colorUnreachable)
	case Skipped:
		c.Show(r.Host+" | SKIPPED", colorSkip)
	default:
		state, color := "SUCCESS", colorOK
		if r.Changed() {
			state, color = "CHANGED", colorChanged
		}
		if _, job := shown.Raw("ansible_job_id"); printsText(r.Task) && !job {
			c.Show(commandLine(r.Host, shown, state), color)
		} else {
			c.Show(r.Host+" | "+state+" => "+c.line(shown), color)
		}
	}
}

// line prints a result as json.dumps does with an indent of 0, or of 4 where the result asks for it, without the line
// breaks.
func (c *Oneline) line(d *value.Dict) string {
	indent := 0
	if v, ok := d.Raw("_ansible_verbose_always"); ok && truth(v) || c.Verbosity > 2 {
		indent = 4
	}
	out, err := value.ToJSON(c.dumped(d), value.JSONOptions{Indent: &indent, SortKeys: true, UTF8: true, Default: asText})
	if err != nil {
		return strings.ReplaceAll(c.dump(d, 4, true), "\n", "")
	}
	return strings.ReplaceAll(string(out), "\n", "")
}

func commandLine(host string, d *value.Dict, caption string) string {
	flat := strings.NewReplacer("\n", `\n`, "\r", `\r`)
	line := host + " | " + caption + " | rc=" + textOr(d, "rc", "-1") + " | (stdout) " + flat.Replace(textOr(d, "stdout", ""))
	if stderr := textOr(d, "stderr", ""); stderr != "" {
		line += " (stderr) " + flat.Replace(stderr)
	}
	return line
}

var _ Callback = (*Oneline)(nil)
