package transport_test

import (
	"context"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/transport"
)

func ping(data string) *transport.Request {
	return &transport.Request{Module: "ansible.builtin.ping", Args: value.NewDict("data", value.S(data))}
}

// answer runs a ping and gives what came back.
func answer(t *testing.T, c transport.Conn, r *transport.Request) string {
	t.Helper()
	res := c.Run(context.Background(), r)
	must(t, res.Err)
	v, ok := res.Value.Get("ping")
	if !ok {
		t.Fatalf("the result has no ping: %v", res.Value)
	}
	return v.(value.Str).S
}

func TestSSHRunsAModule(t *testing.T) {
	s := startSSHD(t, "")
	c := s.dial()
	if got := answer(t, c, ping("hello")); got != "hello" {
		t.Errorf("got %q", got)
	}
	if got := answer(t, c, ping("again")); got != "again" {
		t.Errorf("got %q", got)
	}
	must(t, c.Close())
	if left := s.leftovers(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
