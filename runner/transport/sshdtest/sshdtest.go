// Package sshdtest starts an OpenSSH server for tests: on a free port of the loopback, with keys and a configuration of its
// own, and a home directory for its sessions in which everything that they leave behind can be seen. Only tests import it.
package sshdtest

import (
	"bytes"
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
)

// Server is a running server.
type Server struct {
	Dir        string // its files, removed after the test
	Home       string // HOME of the sessions
	Port       int
	User       string // who may log in: the user who runs the tests
	Key        string // file of the key that may log in
	KnownHosts string // file with the server's key, under its address and the name "box"
	HostKey    ssh.PublicKey

	t   *testing.T
	mu  sync.Mutex
	log bytes.Buffer
	cmd *exec.Cmd
}

// forced is put before every command of a session: it moves HOME, and may do more.
const forced = `HOME=%s; export HOME; unset XDG_CACHE_HOME; %s eval "$SSH_ORIGINAL_COMMAND"`

// Start starts the server, or skips the test where there is none to start. prelude is shell text that runs before each command, as a login shell's files would.
func Start(t *testing.T, prelude string) *Server {
	t.Helper()
	exe := "/usr/sbin/sshd"
	if _, err := os.Stat(exe); err != nil {
		t.Skip("there is no OpenSSH server on this machine (/usr/sbin/sshd)")
	}
	me, err := user.Current()
	must(t, err)
	s := &Server{t: t, Dir: t.TempDir(), User: me.Username}
	s.Home = filepath.Join(s.Dir, "home")
	must(t, os.Mkdir(s.Home, 0o755))
	if os.Getuid() == 0 {
		must(t, os.MkdirAll("/run/sshd", 0o755))
	}
	s.Key = filepath.Join(s.Dir, "id")
	public := NewKey(t, s.Key)
	hostKey := filepath.Join(s.Dir, "host")
	s.HostKey = NewKey(t, hostKey)
	authorized := filepath.Join(s.Dir, "authorized")
	wrapper := filepath.Join(s.Dir, "wrapper")
	must(t, os.WriteFile(wrapper, []byte("#!/bin/sh\n"+fmt.Sprintf(forced, s.Home, prelude)+"\n"), 0o755))
	must(t, os.WriteFile(authorized, ssh.MarshalAuthorizedKey(public), 0o600))
	s.Port = FreePort(t)
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
`, s.Port, hostKey, authorized, wrapper)
	path := filepath.Join(s.Dir, "sshd_config")
	must(t, os.WriteFile(path, []byte(config), 0o600))
	s.KnownHosts = filepath.Join(s.Dir, "known_hosts")
	must(t, os.WriteFile(s.KnownHosts, fmt.Appendf(nil, "[127.0.0.1]:%d,box %s", s.Port, ssh.MarshalAuthorizedKey(s.HostKey)), 0o600))
	s.cmd = exec.Command(exe, "-D", "-e", "-f", path)
	s.cmd.Stderr = s
	must(t, s.cmd.Start())
	t.Cleanup(func() {
		s.cmd.Process.Kill()
		s.cmd.Wait()
		if t.Failed() {
			t.Logf("sshd said:\n%s", s.Log())
		}
	})
	for deadline := time.Now().Add(20 * time.Second); ; {
		c, err := net.Dial("tcp", s.Addr())
		if err == nil {
			c.Close()
			return s
		}
		if time.Now().After(deadline) {
			t.Fatalf("sshd does not listen: %v\n%s", err, s.Log())
		}
	}
}

// Addr is host:port.
func (s *Server) Addr() string { return fmt.Sprintf("127.0.0.1:%d", s.Port) }

// Write takes the log.
func (s *Server) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.Write(p)
}

// Log is what the server has said so far.
func (s *Server) Log() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.String()
}

// Leftovers lists the files below the home directory but the agents that are kept there on purpose.
func (s *Server) Leftovers() []string {
	var found []string
	filepath.WalkDir(s.Home, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.HasPrefix(d.Name(), "agent-") {
			found = append(found, path)
		}
		return nil
	})
	return found
}

// NewKey writes a key pair and gives the public key.
func NewKey(t *testing.T, path string) ssh.PublicKey {
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

// FreePort is a port of the loopback on which nobody listens.
func FreePort(t *testing.T) int {
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
