package agent

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestTidy(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	day := 24 * time.Hour
	for _, test := range []struct {
		name string
		own  time.Duration // age of the own file
		want []string
	}{
		{"used today", time.Hour, []string{".new-cut-off", ".new-under-way", "agent-ancient", "agent-own", "agent-recent", "other"}},
		{"used two days ago", 2 * day, []string{".new-under-way", "agent-own", "agent-recent", "other"}},
		{"used long ago", 100 * day, []string{".new-under-way", "agent-own", "agent-recent", "other"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, age := range map[string]time.Duration{"agent-own": test.own, "agent-recent": 20 * day, "agent-ancient": 31 * day, "other": 99 * day,
				".new-cut-off": 2 * day, ".new-under-way": time.Minute} {
				path := filepath.Join(dir, name)
				if err := os.WriteFile(path, nil, 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.Chtimes(path, now.Add(-age), now.Add(-age)); err != nil {
					t.Fatal(err)
				}
			}
			tidy(filepath.Join(dir, "agent-own"), now)
			var got []string
			entries, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range entries {
				got = append(got, e.Name())
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}
