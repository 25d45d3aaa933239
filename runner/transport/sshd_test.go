package transport_test

import (
	"context"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/rehearse-dev/rehearse/runner/transport"
	"github.com/rehearse-dev/rehearse/runner/transport/sshdtest"
)

// sshd is a server with the ways to it that the tests of this package take.
type sshd struct {
	*sshdtest.Server
	t *testing.T
}

func startSSHD(t *testing.T, prelude string) *sshd {
	t.Helper()
	return &sshd{sshdtest.Start(t, prelude), t}
}

// target reaches the server as the user who runs the tests.
func (s *sshd) target() transport.Target {
	return transport.Target{Name: "box", Host: "127.0.0.1", Port: s.Port, User: s.User, KeyFile: s.Key, ConfigFile: "none",
		Args:           []string{"-o", "UserKnownHostsFile=" + s.KnownHosts, "-o", "GlobalKnownHostsFile=none"},
		ConnectTimeout: 20 * time.Second, Getenv: func(string) string { return "" }}
}

func (s *sshd) dial() transport.Conn {
	s.t.Helper()
	c, err := transport.DialSSH(context.Background(), s.target())
	must(s.t, err)
	s.t.Cleanup(func() { c.Close() })
	return c
}

func newKey(t *testing.T, path string) ssh.PublicKey { return sshdtest.NewKey(t, path) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
