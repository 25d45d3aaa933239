// Command rehearse-agent is the part of rehearse that runs on hosts. rehearse carries it to them; nobody starts it by hand.
package main

import (
	"fmt"
	"os"

	"github.com/rehearse-dev/rehearse/agent"
)

func main() {
	if code, ok := agent.Dispatch(os.Args); ok {
		os.Exit(code)
	}
	fmt.Fprintln(os.Stderr, "rehearse-agent: this program is started by rehearse on the hosts that it works on")
	os.Exit(2)
}
