package callback

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestProgressShowsATransientLineOnATerminal(t *testing.T) {
	now := time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)
	task := &Task{ID: 1, Name: "copy files", Action: "copy"}
	pause := &Task{ID: 2, Name: "wait", Action: "ansible.builtin.pause"}
	for _, live := range []bool{true, false} {
		var out, errs bytes.Buffer
		d := NewDisplay(&out, &errs, 80, live)
		c := &Progress{Display: d, Now: func() time.Time { return now }}
		var lines []string
		for _, e := range []Event{TaskStart{task}, HostStart{"a", task}, HostStart{"b", task}, ItemResult{}, TaskResult{}} {
			c.Event(e)
			lines = append(lines, c.line())
		}
		now = now.Add(3 * time.Second)
		lines = append(lines, c.line())
		c.Event(TaskStart{pause})
		c.Event(HostStart{"a", pause})
		lines = append(lines, c.line())
		c.Event(Stats{})
		d.Flush()
		want := []string{"", "  copy files: 1 running", "  copy files: 2 running", "  copy files: 2 running, 1 items", "  copy files: 1 running, 1 done, 1 items",
			"  copy files: 1 running, 1 done, 1 items, 3s", ""}
		if strings.Join(lines, "\n") != strings.Join(want, "\n") {
			t.Errorf("got %q\nwant %q", lines, want)
		}
		text := out.String()
		if !live && text != "" {
			t.Errorf("printed on a pipe: %q", text)
		}
		if live && (!strings.Contains(text, "copy files: 2 running") || !strings.HasSuffix(text, "\r\x1b[K")) {
			t.Errorf("on a terminal: %q", text)
		}
	}
}
