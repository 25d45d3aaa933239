package config

import (
	"slices"
	"strings"
	"testing"
)

func TestHostVars(t *testing.T) {
	used := map[string]bool{}
	for i, v := range HostVars() {
		if i > 0 && HostVars()[i-1].Name >= v.Name {
			t.Errorf("%s stands behind %s", v.Name, HostVars()[i-1].Name)
		}
		if v.Doc == "" {
			t.Errorf("%s: nothing is said of it", v.Name)
		}
		if len(v.Settings) == 0 && v.Attribute == "" {
			t.Errorf("%s sets nothing", v.Name)
		}
		if FindHostVar(v.Name) != v {
			t.Errorf("%s is not found by its name", v.Name)
		}
		for _, s := range v.Settings {
			used[s.key()] = true
		}
		used["task/"+v.Attribute] = true
	}
	for key := range meaning {
		if !used[key] {
			t.Errorf("%s is explained, but no variable sets it", key)
		}
	}
	if FindHostVar("ansible_distribution") != nil || FindHostVar("inventory_hostname") != nil {
		t.Error("a fact or a magic variable is taken for a variable that is read")
	}
}

func TestHostVar(t *testing.T) {
	tests := []struct {
		name, attribute string
		settings        []string
		plugins         string
		secret          bool
	}{
		{"ansible_ssh_args", "", []string{"ssh_args"}, "ssh", false},
		{"ansible_user", "remote_user", []string{"remote_user", "remote_user"}, "ssh paramiko_ssh", false},
		{"ansible_become_pass", "become_pass", []string{"become_pass", "become_pass", "become_pass"}, "sudo su runas", true},
		{"ansible_ssh_pass", "password", []string{"password", "password"}, "ssh paramiko_ssh", true},
		{"ansible_connection", "connection", nil, "", false},
		{"ansible_python_interpreter", "", []string{"INTERPRETER_PYTHON"}, "", false},
	}
	for _, test := range tests {
		v := FindHostVar(test.name)
		if v == nil {
			t.Errorf("%s is not there", test.name)
			continue
		}
		var settings []string
		for _, s := range v.Settings {
			settings = append(settings, s.Name)
		}
		if v.Attribute != test.attribute || !slices.Equal(settings, test.settings) || strings.Join(v.Plugins(), " ") != test.plugins || v.Secret != test.secret {
			t.Errorf("%s: got attribute %q, settings %q, plugins %q, secret %v", test.name, v.Attribute, settings, v.Plugins(), v.Secret)
		}
	}
}
