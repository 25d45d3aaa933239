package transport_test

import (
	"os"
	"testing"

	"github.com/rehearse-dev/rehearse/agent"
)

// TestMain makes the test program its own agent: it is what is sent to hosts here.
func TestMain(m *testing.M) {
	if code, ok := agent.Dispatch(os.Args); ok {
		os.Exit(code)
	}
	os.Exit(m.Run())
}
