package catalog

import (
	"errors"
	"testing"
)

func TestResolve(t *testing.T) {
	c := New(Options{})
	tests := []struct {
		name        string
		collections []string
		want        string
	}{
		{"copy", nil, "ansible.builtin.copy"},
		{"ansible.legacy.copy", nil, "ansible.builtin.copy"},
		{"ansible.builtin.apt", nil, "ansible.builtin.apt"},
		{"debug", nil, "ansible.builtin.debug"},
		{"docker_container", nil, "community.docker.docker_container"},
		{"win_ping", nil, "ansible.windows.win_ping"},
		{"docker_image", []string{"community.docker"}, "community.docker.docker_image"},
		{"copy", []string{"community.docker"}, "ansible.builtin.copy"},
		{"systemd_service", nil, "ansible.builtin.systemd_service"},
		{"ansible.posix.sysctl", nil, "ansible.posix.sysctl"},
		{"sysctl", nil, "ansible.posix.sysctl"},
		{"yum", nil, "ansible.builtin.dnf"},
	}
	for _, test := range tests {
		e, err := c.Module(test.name, test.collections)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if e.FQCN != test.want {
			t.Errorf("%s resolves to %s, want %s", test.name, e.FQCN, test.want)
		}
		if e.Spec == nil {
			t.Errorf("%s has no specification", test.name)
		}
	}
}

func TestNotFound(t *testing.T) {
	c := New(Options{})
	tests := []struct{ name, nearest string }{
		{"lineinflie", "lineinfile"},
		{"ansible.builtin.copi", "ansible.builtin.copy"},
		{"comunity.docker.docker_image", "community.docker.docker_image"},
		{"nothing_like_any_module", ""},
		{"two.parts", ""},
	}
	for _, test := range tests {
		_, err := c.Module(test.name, nil)
		var missing *NotFound
		if !errors.As(err, &missing) {
			t.Errorf("%s: error %v", test.name, err)
			continue
		}
		if missing.Nearest != test.nearest {
			t.Errorf("%s: nearest is %q, want %q", test.name, missing.Nearest, test.nearest)
		}
	}
}

func TestActionGroup(t *testing.T) {
	members := New(Options{}).ActionGroup("community.docker.docker")
	found := false
	for _, m := range members {
		found = found || m == "community.docker.docker_container"
	}
	if !found {
		t.Errorf("community.docker.docker has no docker_container: %v", members)
	}
	if New(Options{}).ActionGroup("no.such.group") != nil {
		t.Error("an unknown group has members")
	}
}

// TestFacts reads every embedded fact: each must give an entry whose options have names and known types.
func TestFacts(t *testing.T) {
	types := map[string]bool{"": true, "str": true, "int": true, "float": true, "bool": true, "list": true, "dict": true, "path": true,
		"raw": true, "jsonarg": true, "json": true, "bytes": true, "bits": true, "sid": true}
	n := 0
	for collection, names := range embeddedNames() {
		for range names {
			n++
		}
		for _, name := range New(Options{}).namesOf(collection) {
			f := embeddedFacts(collection, name)
			if f == nil {
				t.Errorf("%s.%s has no facts", collection, name)
				continue
			}
			if f.Name != name {
				t.Errorf("line of %s.%s is about %s", collection, name, f.Name)
			}
			for _, o := range f.entry(collection).Spec.Options {
				if o.Name == "" || !types[o.Type] || !types[o.Elements] {
					t.Errorf("%s.%s: option %q of type %q elements %q", collection, name, o.Name, o.Type, o.Elements)
				}
			}
		}
	}
	if n < 2600 {
		t.Errorf("only %d modules", n)
	}
}
