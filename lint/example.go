package lint

import "strings"

// playOf wraps the tasks of an example into a play.
func playOf(tasks string) string {
	var b strings.Builder
	b.WriteString("- name: Deploy\n  hosts: all\n  tasks:\n")
	for line := range strings.Lines(tasks) {
		b.WriteString("    " + line)
	}
	return b.String()
}
