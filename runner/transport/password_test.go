package transport_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/rehearse-dev/rehearse/runner/transport"
	"github.com/rehearse-dev/rehearse/runner/transport/sshdtest"
)

// passwordServer is a server that takes a password in one of the two ways that SSH has, and opens no sessions. (A real
// one would need an account with a password.)
func passwordServer(t *testing.T, interactive bool) transport.Target {
	t.Helper()
	dir := t.TempDir()
	sshdtest.NewKey(t, filepath.Join(dir, "host"))
	pem, err := os.ReadFile(filepath.Join(dir, "host"))
	must(t, err)
	key, err := ssh.ParsePrivateKey(pem)
	must(t, err)
	config := &ssh.ServerConfig{}
	config.AddHostKey(key)
	wrong := errors.New("wrong")
	if interactive {
		config.KeyboardInteractiveCallback = func(_ ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
			answers, err := ask("", "", []string{"Password: "}, []bool{false})
			if err != nil || len(answers) != 1 || answers[0] != "correct horse" {
				return nil, wrong
			}
			return nil, nil
		}
	} else {
		config.PasswordCallback = func(_ ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
			if string(password) != "correct horse" {
				return nil, wrong
			}
			return nil, nil
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				s, channels, requests, err := ssh.NewServerConn(c, config)
				if err != nil {
					return
				}
				go ssh.DiscardRequests(requests)
				for ch := range channels {
					ch.Reject(ssh.Prohibited, "no sessions here")
				}
				s.Wait()
			}()
		}
	}()
	return transport.Target{Name: "box", Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, User: "ann", ConfigFile: "none",
		AnyHostKey: true, Args: []string{"-o", "IdentityFile=none"}, ConnectTimeout: 20 * time.Second, Getenv: func(string) string { return "" }}
}

func TestPassword(t *testing.T) {
	for name, interactive := range map[string]bool{"password": false, "keyboard-interactive": true} {
		t.Run(name, func(t *testing.T) {
			target := passwordServer(t, interactive)
			_, err := transport.DialSSH(context.Background(), target)
			unreachable(t, err, "ann@127.0.0.1: Permission denied")
			target.Password = "wrong horse"
			_, err = transport.DialSSH(context.Background(), target)
			unreachable(t, err, "ann@127.0.0.1: Permission denied ("+name+")")
			target.Password = "correct horse"
			c, err := transport.DialSSH(context.Background(), target)
			must(t, err)
			defer c.Close()
			unreachable(t, c.Run(context.Background(), ping("x")).Err, "the host refuses to open a session: no sessions here")
		})
	}
}
