package transport_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/rehearse-dev/rehearse/runner/transport"
)

// sshd is an OpenSSH server on a free port of the loopback, with keys and configuration of its own.
type sshd struct {
	t       *testing.T
	dir     string
	port    int
	home    string // of the sessions: what they leave behind is seen here
	key     string // file of the key that may log in
	known   string // known_hosts file with its key
	hostPub ssh.PublicKey

	mu  sync.Mutex
	log bytes.Buffer
	cmd *exec.Cmd
}

// forced is put before every command of a session: it moves HOME, and may do more.
const forced = `HOME=%s; export HOME; unset XDG_CACHE_HOME; %s eval "$SSH_ORIGINAL_COMMAND"`

// startSSHD starts the server. prelude is shell text that runs before each command, as a login shell's files would.
func startSSHD(t *testing.T, prelude string) *sshd {
	t.Helper()
	exe := "/usr/sbin/sshd"
	if _, err := os.Stat(exe); err != nil {
		t.Skip("there is no OpenSSH server on this machine (/usr/sbin/sshd)")
	}
	s := &sshd{t: t, dir: t.TempDir()}
	s.home = filepath.Join(s.dir, "home")
	must(t, os.Mkdir(s.home, 0o755))
	if os.Getuid() == 0 {
		must(t, os.MkdirAll("/run/sshd", 0o755))
	}
	s.key = filepath.Join(s.dir, "id")
	public := newKey(t, s.key)
	hostKey := filepath.Join(s.dir, "host")
	s.hostPub = newKey(t, hostKey)
	authorized := filepath.Join(s.dir, "authorized")
	wrapper := filepath.Join(s.dir, "wrapper")
	must(t, os.WriteFile(wrapper, []byte("#!/bin/sh\n"+fmt.Sprintf(forced, s.home, prelude)+"\n"), 0o755))
	must(t, os.WriteFile(authorized, ssh.MarshalAuthorizedKey(public), 0o600))
	s.port = freePort(t)
	config := fmt.Sprintf(`Port %d
ListenAddress 127.0.0.1
HostKey %s
AuthorizedKeysFile %s
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
MaxStartups 100
LogLevel VERBOSE
ForceCommand %s
`, s.port, hostKey, authorized, wrapper)
	path := filepath.Join(s.dir, "sshd_config")
	must(t, os.WriteFile(path, []byte(config), 0o600))
	s.known = filepath.Join(s.dir, "known_hosts")
	must(t, os.WriteFile(s.known, fmt.Appendf(nil, "[127.0.0.1]:%d,box %s", s.port, ssh.MarshalAuthorizedKey(s.hostPub)), 0o600))
	s.cmd = exec.Command(exe, "-D", "-e", "-f", path)
	s.cmd.Stderr = s
	must(t, s.cmd.Start())
	t.Cleanup(func() {
		s.cmd.Process.Kill()
		s.cmd.Wait()
		if t.Failed() {
			t.Logf("sshd said:\n%s", s.said())
		}
	})
	for deadline := time.Now().Add(20 * time.Second); ; {
		c, err := net.Dial("tcp", s.addr())
		if err == nil {
			c.Close()
			return s
		}
		if time.Now().After(deadline) {
			t.Fatalf("sshd does not listen: %v\n%s", err, s.said())
		}
	}
}

func (s *sshd) addr() string { return fmt.Sprintf("127.0.0.1:%d", s.port) }

func (s *sshd) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.Write(p)
}

func (s *sshd) said() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.String()
}

// target reaches the server as the user who runs the tests.
func (s *sshd) target() transport.Target {
	me, err := user.Current()
	must(s.t, err)
	return transport.Target{Name: "box", Host: "127.0.0.1", Port: s.port, User: me.Username, KeyFile: s.key, ConfigFile: "none",
		Args: []string{"-o", "UserKnownHostsFile=" + s.known, "-o", "GlobalKnownHostsFile=none"}, HostKeyChecking: true,
		ConnectTimeout: 20 * time.Second, Getenv: func(string) string { return "" }}
}

func (s *sshd) dial() transport.Conn {
	s.t.Helper()
	c, err := transport.DialSSH(context.Background(), s.target())
	must(s.t, err)
	s.t.Cleanup(func() { c.Close() })
	return c
}

// leftovers lists the files below the home directory but the agents that are kept there on purpose.
func (s *sshd) leftovers() []string {
	var found []string
	filepath.WalkDir(s.home, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.HasPrefix(d.Name(), "agent-") {
			found = append(found, path)
		}
		return nil
	})
	return found
}

// newKey writes a key pair and gives the public key.
func newKey(t *testing.T, path string) ssh.PublicKey {
	t.Helper()
	pub, priv, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	block, err := ssh.MarshalPrivateKey(priv, "")
	must(t, err)
	must(t, os.WriteFile(path, pem.EncodeToMemory(block), 0o600))
	public, err := ssh.NewPublicKey(pub)
	must(t, err)
	must(t, os.WriteFile(path+".pub", ssh.MarshalAuthorizedKey(public), 0o600))
	return public
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
