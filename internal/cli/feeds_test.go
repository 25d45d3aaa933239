package cli

import "testing"

// TestPythonFeeds runs the inventory, vars, callback and cache plugins in Python of testdata/feeds and compares what is
// printed, and the exit status, with what ansible-core 2.19.14 prints. A case is an archive: `args` begins with the
// program's name, `env` holds variables, and the other files are laid out in an empty directory. Record with
//
//	go test ./internal/cli -run TestPythonFeeds -record /path/to/ansible-playbook
func TestPythonFeeds(t *testing.T) { pythonCases(t, "feeds") }
