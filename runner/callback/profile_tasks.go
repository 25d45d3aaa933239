package callback

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// ProfileTasks prints the clock before each task and a list of the slowest tasks at the end.
type ProfileTasks struct {
	*Display
	Now         func() time.Time // time.Now or a test's
	Sort        string           // sort_order: "descending" (also ""), "ascending" or "none"
	Limit       int              // output_limit; 0 is all
	SummaryOnly bool

	start, last time.Time
	order       []*taskTime
	byID        map[any]*taskTime
	current     *taskTime
}

type taskTime struct {
	name, path string
	started    time.Time
	elapsed    time.Duration
}

// Event records when tasks begin.
func (c *ProfileTasks) Event(e Event) {
	if c.start.IsZero() {
		c.start = c.Now()
		c.last = c.start
	}
	switch e := e.(type) {
	case TaskStart:
		if !c.SummaryOnly {
			c.clock()
		}
		c.stop()
		t := c.byID[e.Task.ID]
		if t == nil {
			t = &taskTime{name: e.Task.Name}
			if c.byID == nil {
				c.byID = map[any]*taskTime{}
			}
			c.byID[e.Task.ID] = t
			c.order = append(c.order, t)
		}
		t.started = c.Now()
		if c.Verbosity >= 2 {
			t.path = e.Task.Path
		}
		c.current = t
	case Stats:
		c.Banner("TASKS RECAP")
		c.clock()
		c.Show(fill("", "="), "")
		c.stop()
		c.summary()
	}
}

// stop books the time since the current task began.
func (c *ProfileTasks) stop() {
	if c.current != nil {
		c.current.elapsed += c.Now().Sub(c.current.started)
		c.current = nil
	}
}

func (c *ProfileTasks) clock() {
	now := c.Now()
	c.Show(fill(fmt.Sprintf("%s (%s)%s%s", now.Format("Monday 02 January 2006  15:04:05 -0700"),
		duration(now.Sub(c.last)), strings.Repeat(" ", 7), duration(now.Sub(c.start))), "*"), "")
	c.last = now
}

func (c *ProfileTasks) summary() {
	tasks := slices.Clone(c.order)
	switch c.Sort {
	case "none":
	case "ascending":
		slices.SortStableFunc(tasks, func(a, b *taskTime) int { return int(a.elapsed - b.elapsed) })
	default: // Python's reversed sort keeps the order of equals
		slices.SortStableFunc(tasks, func(a, b *taskTime) int { return int(b.elapsed - a.elapsed) })
	}
	if c.Limit > 0 && len(tasks) > c.Limit {
		tasks = tasks[:c.Limit]
	}
	for _, t := range tasks {
		line := dashes(t.name+" ", c.Columns-9) + fmt.Sprintf("%s%s", strings.Repeat("-", max(0, 9-len(seconds(t.elapsed)))), seconds(t.elapsed))
		if t.path != "" {
			line += "\n" + dashes(t.path+" ", c.Columns)
		}
		c.Show(line, "")
	}
}

func seconds(d time.Duration) string { return fmt.Sprintf(" %.2fs", d.Seconds()) }

// duration prints hours, minutes, seconds and thousandths.
func duration(d time.Duration) string {
	ms := d.Milliseconds()
	return fmt.Sprintf("%d:%02d:%02d.%03d", ms/3600000, ms/60000%60, ms/1000%60, ms%1000)
}

// fill pads a line to 79 columns with at least three marks.
func fill(msg, mark string) string {
	width := 79
	if msg != "" {
		msg += " "
		width = max(3, 79-utf8.RuneCountInString(msg))
	}
	return msg + strings.Repeat(mark, width) + " "
}

func dashes(s string, width int) string {
	return s + strings.Repeat("-", max(0, width-utf8.RuneCountInString(s)))
}

var _ Callback = (*ProfileTasks)(nil)
