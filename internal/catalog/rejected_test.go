package catalog

import "testing"

func TestRejectedModulesAreNotFound(t *testing.T) {
	c := New(Options{Rejected: map[string]bool{"copy": true}})
	for _, name := range []string{"copy", "ansible.builtin.copy", "ansible.legacy.copy"} {
		if e, err := c.Module(name, nil); err == nil {
			t.Errorf("%s is %s", name, e.FQCN)
		}
	}
	if _, err := c.Module("file", nil); err != nil {
		t.Error(err)
	}
	if !c.Rejects("copy") || c.Rejects("file") {
		t.Error("Rejects is wrong")
	}
}
