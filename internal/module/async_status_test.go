package module

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// What each state of a job's file gives was seen with ansible-core 2.19.14's async_status.
func TestAsyncStatus(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		name, content, mode string
		want                map[string]value.Value
		gone                bool
	}{
		{"done", `{"changed": true, "rc": 0}`, "status", map[string]value.Value{"finished": value.Bool(true), "ansible_job_id": value.S("done"), "rc": value.Int(0)}, false},
		{"running", `{"started": 1, "ansible_job_id": "running"}`, "status", map[string]value.Value{"finished": value.Bool(false)}, false},
		{"half", `{"chang`, "status", map[string]value.Value{"finished": value.Bool(false), "started": value.Bool(true)}, false},
		{"old", `{}`, "cleanup", map[string]value.Value{"erased": value.S(filepath.Join(dir, "old"))}, true},
		{"nobody", "", "status", map[string]value.Value{"failed": value.Bool(true), "msg": value.S("could not find job")}, true},
	} {
		path := filepath.Join(dir, c.name)
		if c.content != "" {
			if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		got := Invoke(&Call{}, Find("ansible.builtin.async_status"), value.NewDict("jid", value.S(c.name), "mode", value.S(c.mode), "_async_dir", value.S(dir)))
		for k, want := range c.want {
			if v, _ := got.Raw(k); v == nil || !value.Equal(v, want) {
				t.Errorf("%s: %s = %v, want %v", c.name, k, v, want)
			}
		}
		if _, err := os.Stat(path); c.gone != os.IsNotExist(err) {
			t.Errorf("%s: file gone: %v", c.name, err)
		}
	}
}
