package callback

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// Progress shows one transient line on a terminal while tasks run: the task, how many hosts are at it and done with it,
// the items of its loop, and for how long. It prints nothing that stays, and nothing at all elsewhere.
type Progress struct {
	Display *Display
	Now     func() time.Time // time.Now or a test's

	mu             sync.Mutex
	task           string // "" while none runs
	started        time.Time
	running, ended int
	items          int
	timer          *time.Timer
}

// refresh is how often the time on the line moves while nothing else happens.
const refresh = 500 * time.Millisecond

// Event keeps count.
func (c *Progress) Event(e Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch e := e.(type) {
	case TaskStart:
		c.begin(e.Task)
	case HostStart:
		if c.task == "" {
			c.begin(e.Task)
		}
		c.running++
	case ItemResult:
		c.items++
	case TaskResult:
		c.running = max(0, c.running-1)
		c.ended++
	case PlayStart, Stats, NoHostsRemaining:
		c.task = ""
		if c.timer != nil {
			c.timer.Stop()
			c.timer = nil
		}
	default:
		return
	}
	c.show()
}

// begin starts to count for a task. A task that talks to the user has the terminal to itself.
func (c *Progress) begin(t *Task) {
	c.task, c.running, c.ended, c.items, c.started = strings.TrimSpace(t.Name), 0, 0, 0, c.Now()
	if strings.HasSuffix(t.Action, "pause") {
		c.task = ""
	}
	if c.timer == nil && c.task != "" {
		c.timer = time.AfterFunc(refresh, c.tick)
	}
}

// tick shows the line again and asks for the next time, as long as a task runs.
func (c *Progress) tick() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.timer == nil {
		return
	}
	c.show()
	c.timer.Reset(refresh)
}

func (c *Progress) show() { c.Display.Status(c.line()) }

// line is the text to show, "" for none.
func (c *Progress) line() string {
	if c.task == "" || c.running == 0 {
		return ""
	}
	line := fmt.Sprintf("  %s: %d running", c.task, c.running)
	if c.ended > 0 {
		line += fmt.Sprintf(", %d done", c.ended)
	}
	if c.items > 0 {
		line += fmt.Sprintf(", %d items", c.items)
	}
	if d := c.Now().Sub(c.started); d >= time.Second {
		line += ", " + d.Truncate(time.Second).String()
	}
	return line
}

var _ Callback = (*Progress)(nil)
