package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"time"
)

// sshd is an OpenSSH server of the benchmark's own on a free port of the loopback.
type sshd struct {
	cmd        *exec.Cmd
	log        bytes.Buffer
	port       int
	user       string
	key, known string
}

func startSSHD(dir, home string) (*sshd, error) {
	exe, err := exec.LookPath("/usr/sbin/sshd")
	if err != nil {
		return nil, fmt.Errorf("the benchmark over SSH needs openssh-server: %w", err)
	}
	me, err := user.Current()
	if err != nil {
		return nil, err
	}
	s := &sshd{user: me.Username, key: filepath.Join(dir, "id"), known: filepath.Join(dir, "known_hosts")}
	host := filepath.Join(dir, "host_key")
	for _, path := range []string{s.key, host} {
		if _, err := os.Stat(path); err == nil {
			continue
		}
		if err := command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path); err != nil {
			return nil, err
		}
	}
	if os.Getuid() == 0 {
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			return nil, err
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.port = l.Addr().(*net.TCPAddr).Port
	l.Close()
	public, err := os.ReadFile(host + ".pub")
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(s.known, fmt.Appendf(nil, "[127.0.0.1]:%d %s", s.port, public), 0o600); err != nil {
		return nil, err
	}
	config := fmt.Sprintf(`Port %d
ListenAddress 127.0.0.1
HostKey %s
AuthorizedKeysFile %s.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin yes
SetEnv HOME=%s
Subsystem sftp internal-sftp
`, s.port, host, s.key, home)
	path := filepath.Join(dir, "sshd_config")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		return nil, err
	}
	s.cmd = exec.Command(exe, "-D", "-e", "-f", path)
	s.cmd.Stderr = &s.log
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		c, err := net.Dial("tcp", s.addr())
		if err == nil {
			c.Close()
			return s, nil
		}
		if time.Now().After(deadline) {
			s.stop()
			return nil, fmt.Errorf("sshd does not listen: %w: %s", err, s.log.String())
		}
	}
}

func (s *sshd) addr() string { return "127.0.0.1:" + strconv.Itoa(s.port) }

func (s *sshd) limitArgs() []string { return []string{"ssh", s.addr(), s.user, s.key, s.known} }

// inventory is one host that is reached over SSH.
func (s *sshd) inventory(python string) string {
	return fmt.Sprintf(`[benchmark_targets]
box ansible_host=127.0.0.1 ansible_port=%d ansible_user=%s ansible_ssh_private_key_file=%s ansible_python_interpreter=%s ansible_ssh_common_args="-o UserKnownHostsFile=%s"
`, s.port, s.user, s.key, python, s.known)
}

func (s *sshd) stop() {
	s.cmd.Process.Kill()
	s.cmd.Wait()
}

func command(name string, args ...string) error {
	cmd := exec.Command(name, args...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, out)
	}
	return nil
}
