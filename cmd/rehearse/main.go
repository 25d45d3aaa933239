// Command rehearse is a language server, a linter and a fast runner for Ansible playbooks.
package main

import (
	"os"

	"github.com/rehearse-dev/rehearse/agent"
	"github.com/rehearse-dev/rehearse/internal/cli"
)

func main() {
	if code, ok := agent.Dispatch(os.Args); ok { // a build without agents sends itself
		os.Exit(code)
	}
	os.Exit(cli.Main(os.Args, cli.OS()))
}
