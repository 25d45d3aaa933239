package callback

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Stdout lists the callbacks that can own the screen, by the names that the setting stdout_callback takes.
var Stdout = []string{"default", "minimal", "oneline", "ansible.posix.debug", "ansible.posix.json"}

// Enabled lists the callbacks that can be added to a run by callbacks_enabled.
var Enabled = []string{"junit", "tree", "ansible.posix.timer", "ansible.posix.profile_tasks"}

// FullName is the name of a callback of the lists above, with its collection.
func FullName(name string) string {
	if strings.Contains(name, ".") {
		return name
	}
	return "ansible.builtin." + name
}

// Native tells whether a callback needs no Python: its name as settings have it.
func Native(name string) bool {
	switch name = strings.TrimPrefix(name, "ansible.builtin."); name {
	case "", "events", "debug", "json", "timer", "profile_tasks":
		return true
	}
	return slices.Contains(Stdout, name) || slices.Contains(Enabled, name)
}

// Settings are what callbacks read beside their own options.
type Settings struct {
	Options
	Getenv  func(string) string
	TreeDir string // --tree of the ansible command, or callback_tree's directory

	JSONIndent         int    // json_indent of ansible.posix.json; 4 by default
	ProfileSort        string // sort_order of ansible.posix.profile_tasks
	ProfileLimit       int    // output_limit; 0 is all
	ProfileSummaryOnly bool
}

// NewStdout makes the callback that owns the screen. An unknown name is an error that lists the known ones.
func NewStdout(name string, d *Display, s Settings) (Callback, error) {
	base := Default{Display: d, Options: s.Options}
	switch strings.TrimPrefix(name, "ansible.builtin.") {
	case "", "default":
		return &base, nil
	case "minimal":
		return &Minimal{base}, nil
	case "oneline":
		return &Oneline{base}, nil
	case "debug", "ansible.posix.debug":
		base.apart, base.Format = true, Format{} // it has no result_format
		return &base, nil
	case "json", "ansible.posix.json":
		return &JSONReport{Display: d, Now: time.Now, Indent: s.JSONIndent, ShowCustomStats: s.ShowCustomStats}, nil
	case "events":
		return &Events{Display: d, Now: time.Now}, nil
	}
	return nil, fmt.Errorf("the stdout callback %q is not supported: there are %s", name, strings.Join(Stdout, ", "))
}

// NewEnabled makes a callback that runs beside the one on the screen.
func NewEnabled(name string, d *Display, s Settings) (Callback, error) {
	base := Default{Display: d, Options: s.Options}
	switch strings.TrimPrefix(name, "ansible.builtin.") {
	case "junit":
		return JUnitFromEnv(d, s.Options, s.Getenv), nil
	case "tree":
		return &Tree{base, s.TreeDir}, nil
	case "timer", "ansible.posix.timer":
		return &Timer{Display: d, Now: time.Now}, nil
	case "profile_tasks", "ansible.posix.profile_tasks":
		return &ProfileTasks{Display: d, Now: time.Now, Sort: s.ProfileSort, Limit: s.ProfileLimit, SummaryOnly: s.ProfileSummaryOnly}, nil
	}
	return nil, fmt.Errorf("the callback %q is not supported: there are %s", name, strings.Join(Enabled, ", "))
}

// All passes each event to several callbacks in turn.
type All []Callback

// Event passes the event on.
func (a All) Event(e Event) {
	for _, c := range a {
		c.Event(e)
	}
}
