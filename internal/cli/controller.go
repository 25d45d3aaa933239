package cli

import "fmt"

// controller refuses by name what needs a Unix machine to run on: hosts are reached through its processes, terminals and
// file modes. The editor, the linter and all that only reads a project work everywhere.
func controller(goos, command string) error {
	if goos != "windows" {
		return nil
	}
	return &ExitError{1, fmt.Sprintf("[ERROR]: %s needs a Unix controller, as Ansible does: run it in WSL or on another machine. "+
		"The editor, lint, vars, eval, template, inventory, vault, config and doc work here.", command)}
}
