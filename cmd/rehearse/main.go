// Command rehearse is a language server, a linter and a fast runner for Ansible playbooks.
package main

import (
	"os"

	"github.com/rehearse-dev/rehearse/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args, cli.OS()))
}
