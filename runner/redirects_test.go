package runner

import (
	"bytes"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/catalog"
	"github.com/rehearse-dev/rehearse/runner/callback"
)

// The first line is one of ansible-core 2.19.14 -vv, for `sysctl:`.
func TestRedirectsAreToldOnce(t *testing.T) {
	for verbosity, want := range map[int]string{1: "", 2: "redirecting (type: modules) ansible.builtin.sysctl to ansible.posix.sysctl\nredirecting (type: modules) a.b.c to a.b.d\nredirecting (type: modules) a.b.d to e.f.g\n"} {
		var out bytes.Buffer
		d := callback.NewDisplay(&out, &out, 0, false)
		d.Verbosity = verbosity
		r := &run{display: d}
		for range 2 {
			r.tellRedirects(&catalog.Entry{FQCN: "ansible.posix.sysctl", Redirected: []string{"sysctl"}})
			r.tellRedirects(&catalog.Entry{FQCN: "e.f.g", Redirected: []string{"a.b.c", "a.b.d"}})
			r.tellRedirects(&catalog.Entry{FQCN: "ansible.builtin.dnf", Redirected: []string{"yum"}})
			r.tellRedirects(&catalog.Entry{FQCN: "ansible.builtin.ping"})
		}
		d.Flush()
		if out.String() != want {
			t.Errorf("-%d: %q, want %q", verbosity, out.String(), want)
		}
	}
}
