package runner

import "slices"

// selected tells whether --tags and --skip-tags let a task with these tags run, as ansible-core decides it.
func selected(tags, only, skip []string) bool {
	untagged := len(tags) == 0
	if untagged {
		tags = []string{"untagged"}
	}
	meet := func(list []string) bool {
		return slices.ContainsFunc(tags, func(t string) bool { return slices.Contains(list, t) })
	}
	has := func(t string) bool { return slices.Contains(tags, t) }
	run := true
	if len(only) > 0 {
		switch {
		case has("always"):
		case slices.Contains(only, "all") && !has("never"):
		case meet(only):
		case slices.Contains(only, "tagged") && !untagged && !has("never"):
		default:
			run = false
		}
	}
	if run && len(skip) > 0 {
		switch {
		case slices.Contains(skip, "all"):
			run = has("always") && !slices.Contains(skip, "always")
		case meet(skip):
			run = false
		case slices.Contains(skip, "tagged") && !untagged:
			run = false
		}
	}
	return run
}
