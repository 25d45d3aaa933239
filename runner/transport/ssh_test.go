package transport_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
	sshagent "golang.org/x/crypto/ssh/agent"

	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/transport"
	"github.com/rehearse-dev/rehearse/runner/transport/sshdtest"
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
	if left := s.Leftovers(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestJumpHost(t *testing.T) {
	far, near := startSSHD(t, ""), startSSHD(t, "")
	both := filepath.Join(near.Dir, "both")
	var known []byte
	for _, s := range []*sshd{far, near} {
		text, err := os.ReadFile(s.KnownHosts)
		must(t, err)
		known = append(known, text...)
	}
	must(t, os.WriteFile(both, known, 0o600))
	target := far.target()
	target.Args = []string{"-o", "UserKnownHostsFile=" + both, "-i", near.Key, "-J", fmt.Sprintf("%s@127.0.0.1:%d", near.User, near.Port)}
	c, err := transport.DialSSH(context.Background(), target)
	must(t, err)
	defer c.Close()
	if got := answer(t, c, ping("far")); got != "far" {
		t.Errorf("got %q", got)
	}
	if !strings.Contains(near.Log(), "Accepted publickey") {
		t.Error("nobody logged in to the jump host")
	}
	target.Args = append(target.Args[:len(target.Args)-1], fmt.Sprintf("127.0.0.1:%d", sshdtest.FreePort(t)))
	_, err = transport.DialSSH(context.Background(), target)
	unreachable(t, err, "jump host 127.0.0.1:")
	unreachable(t, err, "Connection refused")
}

func TestProxyCommand(t *testing.T) {
	if _, err := exec.LookPath("ssh"); err != nil {
		t.Skip("the proxy command of this test is ssh, which is not installed")
	}
	s := startSSHD(t, "")
	target := s.target()
	target.Args = append(target.Args, "-o", fmt.Sprintf("ProxyCommand=ssh -F none -i %s -o UserKnownHostsFile=%s -p %%p -l %%r -W %%h:%%p %%h", s.Key, s.KnownHosts))
	c, err := transport.DialSSH(context.Background(), target)
	must(t, err)
	defer c.Close()
	if got := answer(t, c, ping("proxied")); got != "proxied" {
		t.Errorf("got %q", got)
	}
	target.Args = append(s.target().Args, "-o", "ProxyCommand=no-such-proxy")
	_, err = transport.DialSSH(context.Background(), target)
	unreachable(t, err, "before the login; the proxy command said: ")
	unreachable(t, err, "no-such-proxy: not found")
}

// TestTheSystemsSSH uses ssh for what connections made in this process cannot do: a Match exec block.
func TestTheSystemsSSH(t *testing.T) {
	if _, err := exec.LookPath("ssh"); err != nil {
		t.Skip("ssh is not installed")
	}
	s := startSSHD(t, "")
	target := s.target()
	target.ConfigFile = filepath.Join(s.Dir, "config")
	must(t, os.WriteFile(target.ConfigFile, []byte("Match exec \"true\"\n  ServerAliveInterval 5\n"), 0o600))
	c, err := transport.DialSSH(context.Background(), target)
	must(t, err)
	defer c.Close()
	for _, word := range []string{"one", "two"} {
		if got := answer(t, c, ping(word)); got != word {
			t.Errorf("got %q", got)
		}
	}
	out, err := c.Exec(context.Background(), &transport.Command{Line: "echo raw; exit 3"})
	must(t, err)
	if string(out.Stdout) != "raw\n" || out.Code != 3 {
		t.Errorf("got %+v", out)
	}
	target.KeyFile = filepath.Join(s.Dir, "other")
	newKey(t, target.KeyFile)
	c, err = transport.DialSSH(context.Background(), target)
	must(t, err)
	defer c.Close()
	unreachable(t, c.Run(context.Background(), ping("x")).Err, "Permission denied (publickey)")
	target.Password = "secret"
	_, err = transport.DialSSH(context.Background(), target)
	unreachable(t, err, "which takes no password from here")
}

func TestSSHAgent(t *testing.T) {
	s := startSSHD(t, "")
	keyring := sshagent.NewKeyring()
	pem, err := os.ReadFile(s.Key)
	must(t, err)
	private, err := ssh.ParseRawPrivateKey(pem)
	must(t, err)
	must(t, keyring.Add(sshagent.AddedKey{PrivateKey: private}))
	socket := filepath.Join(s.Dir, "agent.sock")
	l, err := net.Listen("unix", socket)
	must(t, err)
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go sshagent.ServeAgent(keyring, c)
		}
	}()
	target := s.target()
	target.KeyFile = ""
	target.Args = append(target.Args, "-o", "IdentityFile=none")
	_, err = transport.DialSSH(context.Background(), target)
	unreachable(t, err, "There is no key to offer")
	target.Getenv = func(name string) string {
		if name == "SSH_AUTH_SOCK" {
			return socket
		}
		return ""
	}
	target.Args = append(target.Args, "-A")
	c, err := transport.DialSSH(context.Background(), target)
	must(t, err)
	defer c.Close()
	res := c.Run(context.Background(), shell(`test -S "$SSH_AUTH_SOCK" && echo forwarded`))
	if got := stdout(t, res); got != "forwarded" {
		t.Errorf("got %q", got)
	}
}
