package callback

import (
	"fmt"
	"time"
)

// Timer tells at the end how long the run took.
type Timer struct {
	*Display
	Now func() time.Time // time.Now or a test's

	start time.Time
}

// Event measures from the first event.
func (c *Timer) Event(e Event) {
	if c.start.IsZero() {
		c.start = c.Now()
	}
	if _, ok := e.(Stats); !ok {
		return
	}
	total := int(c.Now().Sub(c.start).Seconds())
	c.Banner("PLAYBOOK RECAP")
	c.Show(fmt.Sprintf("Playbook run took %d days, %d hours, %d minutes, %d seconds\n\r",
		total/86400, total%86400/3600, total%3600/60, total%60), "")
}

var _ Callback = (*Timer)(nil)
