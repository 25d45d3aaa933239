package runner

import (
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/inventory"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Each line was tried with ansible-playbook 2.19.14 --list-tasks.
func TestSelected(t *testing.T) {
	for _, c := range []struct {
		tags, only, skip string
		want             bool
	}{
		{"", "all", "", true},
		{"a", "all", "", true},
		{"never", "all", "", false},
		{"never a", "a", "", true},
		{"never", "tagged", "", false},
		{"", "untagged", "", true},
		{"a", "untagged", "", false},
		{"a", "tagged", "", true},
		{"", "tagged", "", false},
		{"always", "b", "", true},
		{"always", "all", "always", false},
		{"always a", "all", "all", true},
		{"a", "all", "all", false},
		{"a b", "a", "b", false},
		{"a", "all", "tagged", false},
		{"", "all", "untagged", false},
	} {
		if got := selected(strings.Fields(c.tags), strings.Fields(c.only), strings.Fields(c.skip)); got != c.want {
			t.Errorf("tags %q with --tags %q --skip-tags %q: %v", c.tags, c.only, c.skip, got)
		}
	}
}

func TestSerial(t *testing.T) {
	hosts := make([]*inventory.Host, 10)
	for i := range hosts {
		hosts[i] = &inventory.Host{}
	}
	for _, c := range []struct {
		sizes []value.Value
		want  []int
	}{
		{nil, []int{10}},
		{[]value.Value{value.Int(3)}, []int{3, 3, 3, 1}},
		{[]value.Value{value.S("25%")}, []int{2, 2, 2, 2, 2}},
		{[]value.Value{value.Int(1), value.S("50%")}, []int{1, 5, 4}},
		{[]value.Value{value.S("1%")}, []int{1, 1, 1, 1, 1, 1, 1, 1, 1, 1}},
		{[]value.Value{value.Int(0)}, []int{10}},
	} {
		batches, err := serial(hosts, c.sizes)
		if err != nil || len(batches) != len(c.want) {
			t.Errorf("serial %v: %d batches, %v", c.sizes, len(batches), err)
			continue
		}
		for i, b := range batches {
			if len(b) != c.want[i] {
				t.Errorf("serial %v: batch %d has %d hosts, want %d", c.sizes, i, len(b), c.want[i])
			}
		}
	}
	if _, err := serial(hosts, []value.Value{value.S("x%")}); err == nil {
		t.Error("a wrong percentage is taken")
	}
}
