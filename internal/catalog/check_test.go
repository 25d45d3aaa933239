package catalog

import (
	"encoding/json"
	"os"
	"sort"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/module"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// TestArguments compares argument validation with what ansible-core's validator said (gen/check.py recorded it): all
// messages in their order, or the coerced arguments, the number of warnings and deprecations and the secrets.
func TestArguments(t *testing.T) {
	text, err := os.ReadFile("testdata/check.json")
	if err != nil {
		t.Fatal(err)
	}
	var recorded struct {
		Specs map[string]*facts
		Cases []struct {
			Module       string
			Args, Result json.RawMessage
			Errors       []string
			Warnings     int
			Deprecations int
			NoLog        []string `json:"no_log"`
		}
	}
	if err := json.Unmarshal(text, &recorded); err != nil {
		t.Fatal(err)
	}
	specs := map[string]*argspec.Spec{}
	for name, f := range recorded.Specs {
		specs[name] = f.entry(name).Spec
	}
	failures := 0
	fail := func(module string, args []byte, got, want string) {
		if failures++; failures <= 20 {
			t.Errorf("%s %s\n got %s\nwant %s", module, args, got, want)
		}
	}
	for _, c := range recorded.Cases {
		if c.Module == "ansible.builtin.service" {
			continue // ours is the action's, which hands its arguments to the module of the init system
		}
		spec := specs[c.Module]
		if spec == nil {
			if m := module.Find(c.Module); m != nil {
				spec = m.Spec
			} else if f := embeddedFacts("ansible.builtin", strings.TrimPrefix(c.Module, "ansible.builtin.")); f != nil {
				spec = f.entry("ansible.builtin").Spec
			}
			specs[c.Module] = spec
		}
		if spec == nil {
			t.Errorf("%s has no specification", c.Module)
			continue
		}
		v, err := value.FromJSON(c.Args)
		if err != nil {
			t.Fatal(err)
		}
		args := v.(*value.Dict)
		before := value.Repr(args)
		r := spec.Check(args, argspec.Options{Home: func(string) (string, bool) { return "/root", true }})
		if value.Repr(args) != before {
			t.Errorf("%s %s: the arguments were changed", c.Module, c.Args)
		}
		var messages []string
		for _, p := range r.Problems {
			if p.Kind == argspec.Unsupported && len(messages) > 0 && messages[len(messages)-1] == stable(p.Message) {
				continue // one problem for each name, one message for all
			}
			messages = append(messages, stable(p.Message))
		}
		var want []string
		for _, m := range c.Errors {
			want = append(want, stable(m))
		}
		if strings.Join(messages, "\n") != strings.Join(want, "\n") {
			fail(c.Module, c.Args, strings.Join(messages, "\n     "), strings.Join(want, "\n     "))
			continue
		}
		if len(c.Errors) > 0 {
			continue
		}
		expected, err := value.FromJSON(c.Result)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := value.Repr(r.Args), value.Repr(expected); got != want && !value.Equal(r.Args, expected) {
			fail(c.Module, c.Args, got, want)
			continue
		}
		secrets := append([]string{}, r.NoLog...)
		sort.Strings(secrets)
		if got := strings.Join(unique(secrets), "|"); got != strings.Join(c.NoLog, "|") || len(r.Warnings) != c.Warnings || len(r.Deprecations) != c.Deprecations {
			fail(c.Module, c.Args, got, strings.Join(c.NoLog, "|"))
		}
	}
	if failures > 20 {
		t.Errorf("%d of %d cases differ", failures, len(recorded.Cases))
	}
	if len(recorded.Cases) < 2000 {
		t.Errorf("only %d cases", len(recorded.Cases))
	}
}

func unique(sorted []string) []string {
	var out []string
	for i, s := range sorted {
		if i == 0 || s != sorted[i-1] {
			out = append(out, s)
		}
	}
	return out
}

// stable cuts what ansible-core prints in an order that changes from run to run: the boolean words, and the choice of the
// level whose options an unsupported name lists.
func stable(message string) string {
	message, _, _ = strings.Cut(message, "Valid booleans include")
	names, _, found := strings.Cut(message, ". Supported parameters include")
	if found && strings.Contains(names, ",") {
		return names
	}
	return message
}
