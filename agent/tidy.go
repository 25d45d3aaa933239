package agent

import (
	"os"
	"path/filepath"
	"strings"
	"time"
)

// keep is how long an agent that nobody uses stays in the cache directory of its account.
const keep = 30 * 24 * time.Hour

// tidy marks the agent's own file as used and removes those of other releases that have not been for long, and what is left of
// uploads that were cut off. It looks at most once a day, and what fails is left for the next time.
func tidy(own string, now time.Time) {
	info, err := os.Lstat(own)
	if err != nil || now.Sub(info.ModTime()) < 24*time.Hour {
		return
	}
	if os.Chtimes(own, now, now) != nil {
		return
	}
	dir := filepath.Dir(own)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		limit := keep
		if strings.HasPrefix(e.Name(), ".new-") || strings.HasPrefix(e.Name(), ".try-") {
			limit = 24 * time.Hour // much longer than an upload takes
		} else if !strings.HasPrefix(e.Name(), "agent-") {
			continue
		}
		if info, err := e.Info(); err == nil && e.Type().IsRegular() && now.Sub(info.ModTime()) > limit {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}
