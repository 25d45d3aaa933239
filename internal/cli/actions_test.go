package cli

import "testing"

// TestPythonActions runs the action plugins and modules in Python of testdata/actions in the way of TestPythonFeeds: what
// is printed, and the exit status, is that of ansible-core 2.19.14. Record with
//
//	go test ./internal/cli -run TestPythonActions -record /path/to/ansible-playbook
func TestPythonActions(t *testing.T) { pythonCases(t, "actions") }
