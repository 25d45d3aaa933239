package transport_test

import (
	"context"
	"os"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/transport"
)

func TestLocalRunsInProcess(t *testing.T) {
	c := transport.Local()
	defer c.Close()
	if got := answer(t, c, ping("here")); got != "here" {
		t.Errorf("got %q", got)
	}
}

// TestLocalBecomes needs root and sudo: the way to another account without a password.
func TestLocalBecomes(t *testing.T) {
	needRootAndSudo(t)
	c := transport.Local()
	defer c.Close()
	r := &transport.Request{Module: "ansible.builtin.command", Args: value.NewDict("argv", value.Strings([]string{"id", "-un"})),
		Become: &transport.Become{User: "nobody"}}
	res := c.Run(context.Background(), r)
	must(t, res.Err)
	if out, _ := res.Value.Get("stdout"); out != value.S("nobody") {
		t.Errorf("got %v", res.Value)
	}
}

func needRootAndSudo(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("this test becomes another account, which takes root")
	}
	if _, err := os.Stat("/usr/bin/sudo"); err != nil {
		t.Skip("this test needs sudo, which is not installed")
	}
}
