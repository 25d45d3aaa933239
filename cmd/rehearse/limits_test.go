//go:build unix

package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/runner/transport/sshdtest"
)

// TestFewOpenFiles has more hosts than the process may have files open, worked on at once: here, where each runs a command, and over
// SSH, where each has a connection.
func TestFewOpenFiles(t *testing.T) {
	const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.command: "true"
    - ansible.builtin.copy: {content: "{{ inventory_hostname }}", dest: "DIR/out.{{ inventory_hostname }}", mode: "0600"}
    - ansible.builtin.command: "true"
`
	run := func(t *testing.T, hosts string, count, limit int) {
		dir := folder(t, map[string]string{"hosts": hosts, "site.yml": playbook})
		r := launchAs(t, dir, nil, "/bin/sh", "-c", fmt.Sprintf(`ulimit -n %d; exec "$0" run -i hosts -f 100 site.yml`, limit), os.Args[0])
		if code := r.wait(); code != 0 {
			t.Errorf("exit status %d", code)
		}
		if n := strings.Count(r.output(), " ok=3 "); n != count {
			t.Errorf("%d of %d hosts came to the end:\n%.3000s", n, count, r.output())
		}
	}
	t.Run("here", func(t *testing.T) {
		var hosts strings.Builder
		for i := range 200 {
			fmt.Fprintf(&hosts, "h%d ansible_connection=local\n", i)
		}
		run(t, hosts.String(), 200, 64)
	})
	t.Run("over SSH", func(t *testing.T) {
		s := sshdtest.Start(t, "")
		var hosts strings.Builder
		for i := range 12 {
			hosts.WriteString(line(fmt.Sprintf("h%d", i), s))
		}
		run(t, hosts.String(), 12, 40)
	})
}
