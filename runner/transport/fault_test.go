package transport_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/transport"
	"github.com/rehearse-dev/rehearse/runner/transport/agents"
	"github.com/rehearse-dev/rehearse/runner/transport/sshdtest"
)

// shell is a request that runs a line of shell.
func shell(line string) *transport.Request {
	return &transport.Request{Module: "ansible.builtin.command", Args: value.NewDict("argv", value.Strings([]string{"/bin/sh", "-c", line}))}
}

// unreachable checks that err loses the host for a reason that holds want.
func unreachable(t *testing.T, err error, want string) {
	t.Helper()
	var u *transport.Unreachable
	if !errors.As(err, &u) {
		t.Errorf("got %v, which does not say unreachable", err)
		return
	}
	if !strings.Contains(u.Message, want) || !strings.HasPrefix(u.Message, "Failed to connect to the host via ssh: ") {
		t.Errorf("got %q, want %q in it", u.Message, want)
	}
}

// relay stands between the client and the server; it can be cut, or go silent.
type relay struct {
	net.Listener
	mu     sync.Mutex
	conns  []net.Conn
	silent chan struct{}

	refuse   atomic.Int32 // how many connections are still to be closed at once
	limit    atomic.Int64 // how many bytes pass before everything is cut; 0 for no end
	passed   atomic.Int64
	accepted atomic.Int32
}

func startRelay(t *testing.T, s *sshd) *relay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	r := &relay{Listener: l, silent: make(chan struct{})}
	pass := func(to, from net.Conn) {
		buf := make([]byte, 32<<10)
		for {
			n, err := from.Read(buf)
			if err != nil {
				break
			}
			select {
			case <-r.silent:
				continue
			default:
			}
			if limit := r.limit.Load(); limit > 0 && r.passed.Add(int64(n)) > limit {
				break
			}
			if _, err := to.Write(buf[:n]); err != nil {
				break
			}
		}
		to.Close()
		from.Close()
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			r.accepted.Add(1)
			if r.refuse.Add(-1) >= 0 {
				c.Close()
				continue
			}
			d, err := net.Dial("tcp", s.Addr())
			if err != nil {
				c.Close()
				continue
			}
			r.mu.Lock()
			r.conns = append(r.conns, c, d)
			r.mu.Unlock()
			go pass(c, d)
			go pass(d, c)
		}
	}()
	t.Cleanup(func() { l.Close(); r.cut() })
	return r
}

func (r *relay) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.conns {
		c.Close()
	}
}

func (r *relay) port() int { return r.Addr().(*net.TCPAddr).Port }

// through is the target with the relay in between.
func (s *sshd) through(r *relay) transport.Target {
	target := s.target()
	target.Port = r.port()
	target.Args = append(target.Args, "-o", "HostKeyAlias=box")
	return target
}

// begun waits until the file exists: the module that makes it runs.
func begun(t *testing.T, path string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; {
		if _, err := os.Stat(path); err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s does not appear", path)
		}
	}
}

// gone waits until no process has the mark in its command line: nothing was left running.
func gone(t *testing.T, mark string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; {
		found := ""
		procs, _ := filepath.Glob("/proc/[0-9]*/cmdline")
		for _, p := range procs {
			if text, err := os.ReadFile(p); err == nil && strings.Contains(string(text), mark) {
				found = string(text)
			}
		}
		if found == "" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("still running: %q", found)
		}
	}
}

func TestCutConnection(t *testing.T) {
	s := startSSHD(t, "")
	r := startRelay(t, s)
	c, err := transport.DialSSH(context.Background(), s.through(r))
	must(t, err)
	defer c.Close()
	answer(t, c, ping("ready"))
	file := filepath.Join(s.Dir, "begun")
	go func() {
		begun(t, file)
		r.cut()
	}()
	res := c.Run(context.Background(), shell("touch "+file+"; exec sleep 1000.25"))
	unreachable(t, res.Err, "the connection to the host was cut")
	gone(t, "1000.25")
	if left := s.Leftovers(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if got := answer(t, c, ping("anew")); got != "anew" { // the next request connects again
		t.Errorf("got %q", got)
	}
}

func TestKilledAgent(t *testing.T) {
	s := startSSHD(t, "")
	c := s.dial()
	res := c.Run(context.Background(), shell("kill -9 $PPID"))
	unreachable(t, res.Err, "the agent was killed by signal 9")
	if got := answer(t, c, ping("anew")); got != "anew" {
		t.Errorf("got %q", got)
	}
}

func TestStoppedAgentCleansUp(t *testing.T) {
	s := startSSHD(t, "")
	c := s.dial()
	tmp := filepath.Join(s.Dir, "tmp")
	must(t, os.Mkdir(tmp, 0o700))
	src := filepath.Join(s.Dir, "src")
	must(t, os.WriteFile(src, make([]byte, 1<<20), 0o600))
	sum := sha256.Sum256(make([]byte, 1<<20))
	sha := hex.EncodeToString(sum[:])
	res := c.Run(context.Background(), &transport.Request{Module: "rehearse.copy_file", TmpDir: tmp, Args: value.NewDict("src", value.S("src"), "_blob", value.S(sha),
		"dest", value.S(filepath.Join(s.Dir, "dest"))), Blobs: map[string]transport.Blob{sha: {Path: src, Size: 1 << 20}}})
	must(t, res.Err)
	if kept, _ := os.ReadDir(tmp); len(kept) == 0 {
		t.Error("the agent keeps no file: this test tests nothing")
	}
	res = c.Run(context.Background(), shell("kill -TERM $PPID; exec sleep 1000.375"))
	unreachable(t, res.Err, "the agent was stopped by signal: terminated")
	gone(t, "1000.375")
	if left, _ := os.ReadDir(tmp); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestKilledAgentInTheMiddleOfALoop(t *testing.T) {
	s := startSSHD(t, "")
	c := s.dial()
	var got []string
	err := c.Stream(context.Background(), func(yield func(*transport.Request) bool) {
		for i := range 50 {
			r := ping(fmt.Sprint(i))
			if i == 20 {
				r = shell("kill -9 $PPID")
			}
			if !yield(r) {
				return
			}
		}
	}, func(i int, r transport.Result) {
		if i != len(got) {
			t.Errorf("result %d came as number %d", i, len(got))
		}
		text := "lost"
		if r.Err == nil {
			v, _ := r.Value.Get("ping")
			text = v.(value.Str).S
		}
		got = append(got, text)
	})
	unreachable(t, err, "killed by signal 9")
	if len(got) == 0 || got[len(got)-1] != "lost" || len(got) > 21 {
		t.Errorf("got %v", got)
	}
}

func TestHostThatSaysNothing(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	_, err = transport.DialSSH(context.Background(), transport.Target{Name: "box", Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port,
		User: "u", ConfigFile: "none", ConnectTimeout: 300 * time.Millisecond})
	unreachable(t, err, "it was accepted, but there was no login within 300ms")
}

func TestShellThatSaysNothing(t *testing.T) {
	s := startSSHD(t, "exec sleep 1000.5;")
	target := s.target()
	target.ConnectTimeout = 4 * time.Second
	c, err := transport.DialSSH(context.Background(), target)
	must(t, err)
	defer c.Close()
	unreachable(t, c.Run(context.Background(), ping("x")).Err, "its shell did not answer within 4s")
}

func TestHostThatFallsSilent(t *testing.T) {
	s := startSSHD(t, "")
	r := startRelay(t, s)
	target := s.through(r)
	target.KeepAlive = 2 * time.Second
	c, err := transport.DialSSH(context.Background(), target)
	must(t, err)
	answer(t, c, ping("ready"))
	close(r.silent)
	unreachable(t, c.Run(context.Background(), ping("x")).Err, "the host has not answered for")
	c.Close()
}

func TestLongModuleIsNotSilence(t *testing.T) {
	s := startSSHD(t, "")
	target := s.target()
	target.KeepAlive = time.Second
	c, err := transport.DialSSH(context.Background(), target)
	must(t, err)
	defer c.Close()
	res := c.Run(context.Background(), shell("sleep 3"))
	must(t, res.Err)
	if failed, _ := res.Value.Get("failed"); failed == value.Bool(true) {
		t.Errorf("got %v", value.Repr(res.Value))
	}
}

func TestNobodyListens(t *testing.T) {
	_, err := transport.DialSSH(context.Background(), transport.Target{Name: "box", Host: "127.0.0.1", Port: sshdtest.FreePort(t), User: "u", ConfigFile: "none"})
	unreachable(t, err, "ssh: connect to host 127.0.0.1 port")
	unreachable(t, err, "Connection refused")
}

func TestWrongKey(t *testing.T) {
	s := startSSHD(t, "")
	target := s.target()
	target.KeyFile = filepath.Join(s.Dir, "other")
	newKey(t, target.KeyFile)
	_, err := transport.DialSSH(context.Background(), target)
	unreachable(t, err, "@127.0.0.1: Permission denied (publickey).")
}

func TestMissingKey(t *testing.T) {
	s := startSSHD(t, "")
	target := s.target()
	target.KeyFile = "/nonexistent/key"
	_, err := transport.DialSSH(context.Background(), target)
	unreachable(t, err, "The key /nonexistent/key cannot be read: no such file or directory; there is no key to offer.")
}

func TestEncryptedKey(t *testing.T) {
	s := startSSHD(t, "")
	locked := filepath.Join(s.Dir, "locked")
	must(t, exec.Command("cp", s.Key, locked).Run())
	if out, err := exec.Command("ssh-keygen", "-p", "-q", "-P", "", "-N", "open sesame", "-f", locked).CombinedOutput(); err != nil {
		t.Skipf("ssh-keygen cannot encrypt the key: %v: %s", err, out)
	}
	target := s.target()
	target.KeyFile = locked
	_, err := transport.DialSSH(context.Background(), target)
	unreachable(t, err, "it is encrypted; add it to the ssh-agent or set ansible_ssh_private_key_passphrase")
	target.Passphrase = "wrong"
	_, err = transport.DialSSH(context.Background(), target)
	unreachable(t, err, "the passphrase is wrong")
	target.Passphrase = "open sesame"
	c, err := transport.DialSSH(context.Background(), target)
	must(t, err)
	c.Close()
	target.Passphrase = ""
	target.Ask = func(prompt string) (string, error) {
		if !strings.Contains(prompt, locked) {
			t.Errorf("asked %q", prompt)
		}
		return "open sesame", nil
	}
	c, err = transport.DialSSH(context.Background(), target)
	must(t, err)
	c.Close()
}

func TestUnknownHostKey(t *testing.T) {
	s := startSSHD(t, "")
	must(t, os.WriteFile(s.KnownHosts, nil, 0o600))
	_, err := transport.DialSSH(context.Background(), s.target())
	unreachable(t, err, fmt.Sprintf("Host key verification failed for 127.0.0.1:%d: its ssh-ed25519 key %s is not known", s.Port, ssh.FingerprintSHA256(s.HostKey)))

	target := s.target()
	target.Args = append([]string{"-o", "StrictHostKeyChecking=accept-new"}, target.Args...)
	c, err := transport.DialSSH(context.Background(), target)
	must(t, err)
	c.Close()
	c, err = transport.DialSSH(context.Background(), s.target()) // it is known now
	must(t, err)
	c.Close()
}

func TestChangedHostKey(t *testing.T) {
	s := startSSHD(t, "")
	other := newKey(t, filepath.Join(s.Dir, "otherhost"))
	must(t, os.WriteFile(s.KnownHosts, fmt.Appendf(nil, "[127.0.0.1]:%d %s", s.Port, ssh.MarshalAuthorizedKey(other)), 0o600))
	for _, strict := range []string{"ask", "yes", "accept-new"} {
		target := s.target()
		target.Args = append([]string{"-oStrictHostKeyChecking=" + strict}, target.Args...)
		_, err := transport.DialSSH(context.Background(), target)
		unreachable(t, err, "Host key verification failed")
		unreachable(t, err, "is not the one that is known")
	}
	target := s.target()
	target.AnyHostKey = true
	c, err := transport.DialSSH(context.Background(), target)
	must(t, err)
	c.Close()
}

func TestNoisyShell(t *testing.T) {
	s := startSSHD(t, `echo "Welcome to the machine"; echo motd >&2; i=0; while [ $i -lt 500 ]; do echo "line $i of the login shell's output"; i=$((i+1)); done; printf "no line break";`)
	c := s.dial()
	if got := answer(t, c, ping("heard")); got != "heard" {
		t.Errorf("got %q", got)
	}
}

func TestEndlessNoise(t *testing.T) {
	s := startSSHD(t, "exec yes 'the shell never stops';")
	c := s.dial()
	res := c.Run(context.Background(), ping("x"))
	unreachable(t, res.Err, "the shell of the host prints without end")
	unreachable(t, res.Err, "the shell never stops")
}

func TestShellThatRefuses(t *testing.T) {
	s := startSSHD(t, "echo 'This account is currently not available.'; exit 1;")
	c := s.dial()
	res := c.Run(context.Background(), ping("x"))
	unreachable(t, res.Err, "ended with status 1 before the agent was started: This account is currently not available.")
}

func TestGarbageAfterTheMarker(t *testing.T) {
	// The agent is there, but something else writes into its output.
	s := startSSHD(t, `m=$(echo "$SSH_ORIGINAL_COMMAND" | sed 's/.* m=\(rehearse-[A-Z0-9]*\);.*/\1/'); echo "$m ok"; echo "GARBAGE, GARBAGE"; exit 0;`)
	c := s.dial()
	unreachable(t, c.Run(context.Background(), ping("x")).Err, "the connection carries something else than the agent's frames")
}

// TestPlaces tries what keeps the agent from being written. It needs root, for mounts that only the session sees.
func TestPlaces(t *testing.T) {
	if os.Getuid() != 0 || exec.Command("unshare", "-m", "true").Run() != nil {
		t.Skip("this test mounts file systems for the session alone, which takes root and mount namespaces")
	}
	const all = `/var/tmp /tmp /dev/shm /run/user`
	for _, test := range []struct{ name, mount, want string }{
		{"noexec", "size=30m,noexec", "mounted noexec"},
		{"read-only", "ro,size=1m", "cannot be written"},
		{"disk full", "size=256k", "No space left on device"},
	} {
		t.Run(test.name, func(t *testing.T) {
			// The home directory of the session lies in /tmp, too: HOME moves into the small file system.
			s := startSSHD(t, `if [ -z "$INSIDE" ]; then INSIDE=1; export INSIDE; exec unshare -m -- "$0"; fi; mkdir -p /run/user; for d in `+all+
				`; do mount -t tmpfs -o `+test.mount+` none $d || exit 9; done; HOME=/tmp/home; `)
			c := s.dial()
			res := c.Run(context.Background(), ping("x"))
			unreachable(t, res.Err, "the agent cannot be placed on the host")
			unreachable(t, res.Err, test.want)
			unreachable(t, res.Err, "/tmp/home/.cache/rehearse")
		})
	}
	t.Run("one place is enough", func(t *testing.T) {
		s := startSSHD(t, `if [ -z "$INSIDE" ]; then INSIDE=1; export INSIDE; exec unshare -m -- "$0"; fi; `+
			`mount -t tmpfs -o ro none "$HOME" || exit 9; mount -t tmpfs none /var/tmp || exit 9; mount -t tmpfs -o noexec none /dev/shm;`)
		if got := answer(t, s.dial(), ping("found")); got != "found" {
			t.Errorf("got %q", got)
		}
	})
	t.Run("a symbolic link is not followed", func(t *testing.T) {
		s := startSSHD(t, `if [ -z "$INSIDE" ]; then INSIDE=1; export INSIDE; exec unshare -m -- "$0"; fi; mount -t tmpfs none /var/tmp || exit 9;`+
			`mkdir -p "$HOME/.cache" "$HOME/elsewhere"; ln -sfn "$HOME/elsewhere" "$HOME/.cache/rehearse";`)
		if got := answer(t, s.dial(), ping("found")); got != "found" {
			t.Errorf("got %q", got)
		}
		if there, _ := os.ReadDir(filepath.Join(s.Home, "elsewhere")); len(there) > 0 {
			t.Errorf("written through the link: %v", there)
		}
	})
}

func TestDirectoryIsPrivate(t *testing.T) {
	s := startSSHD(t, "umask 000;")
	answer(t, s.dial(), ping("x"))
	info, err := os.Stat(filepath.Join(s.Home, ".cache/rehearse"))
	must(t, err)
	if info.Mode().Perm() != 0o700 {
		t.Errorf("the directory has mode %o", info.Mode().Perm())
	}
	info, err = os.Stat(filepath.Join(s.Home, ".cache/rehearse", agents.Names()[0]))
	must(t, err)
	if info.Mode().Perm() != 0o700 {
		t.Errorf("the agent has mode %o", info.Mode().Perm())
	}
}

func TestUmaskIsThatOfTheLogin(t *testing.T) {
	s := startSSHD(t, "umask 027;")
	c := s.dial()
	for range 2 { // the first time the agent is written, the second time it is there
		res := c.Run(context.Background(), shell("umask"))
		must(t, res.Err)
		if out, _ := res.Value.Get("stdout"); out != value.S("0027") {
			t.Errorf("got %v", value.Repr(res.Value))
		}
		must(t, c.Reset())
	}
}

func TestOtherShells(t *testing.T) {
	for _, name := range []string{"dash", "bash", "busybox", "mksh", "zsh"} {
		t.Run(name, func(t *testing.T) {
			sh, err := exec.LookPath(name)
			if err != nil {
				t.Skipf("%s is not installed", name)
			}
			s := startSSHD(t, "")
			target := s.target()
			target.Shell = sh
			if name == "busybox" { // a shell and every command that the script uses
				bin := filepath.Join(s.Dir, "bin")
				must(t, os.Mkdir(bin, 0o755))
				for _, name := range strings.Fields("sh ash head gzip uname id mkdir chmod mv rm rmdir cat ls wc") {
					must(t, os.Symlink(sh, filepath.Join(bin, name)))
				}
				target.Shell = filepath.Join(bin, "sh")
			}
			c, err := transport.DialSSH(context.Background(), target)
			must(t, err)
			defer c.Close()
			for range 2 { // the first time the agent is written, the second time it is there
				if got := answer(t, c, ping("x")); got != "x" {
					t.Errorf("got %q", got)
				}
				must(t, c.Reset())
			}
		})
	}
}

func TestInterrupt(t *testing.T) {
	s := startSSHD(t, "")
	c := s.dial()
	answer(t, c, ping("ready"))
	ctx, cancel := context.WithCancelCause(context.Background())
	file := filepath.Join(s.Dir, "begun")
	interrupted := errors.New("interrupted")
	go func() {
		begun(t, file)
		cancel(interrupted)
	}()
	res := c.Run(ctx, shell("touch "+file+"; exec sleep 1000.75"))
	if !errors.Is(res.Err, interrupted) {
		t.Errorf("got %+v", res)
	}
	gone(t, "1000.75")
	if got := answer(t, c, ping("still here")); got != "still here" {
		t.Errorf("got %q", got)
	}
}

func TestCutInTheMiddleOfABlob(t *testing.T) {
	s := startSSHD(t, "")
	r := startRelay(t, s)
	c, err := transport.DialSSH(context.Background(), s.through(r))
	must(t, err)
	defer c.Close()
	answer(t, c, ping("ready"))
	before, _ := filepath.Glob(filepath.Join(os.TempDir(), "rehearse-*"))
	fifo := filepath.Join(s.Dir, "fifo")
	must(t, exec.Command("mkfifo", fifo).Run())
	go func() {
		f, err := os.OpenFile(fifo, os.O_WRONLY, 0)
		if err != nil {
			return
		}
		f.Write(make([]byte, 600<<10)) // enough to need a file
		r.cut()
		f.Close()
	}()
	sha := strings.Repeat("0", 64)
	res := c.Run(context.Background(), &transport.Request{Module: "rehearse.copy_file", Args: value.NewDict("src", value.S(sha), "_blob", value.S(sha),
		"dest", value.S(filepath.Join(s.Home, "copied"))), Blobs: map[string]transport.Blob{sha: {Path: fifo, Size: 10 << 20}}})
	if res.Err == nil {
		t.Logf("the module did not ask for its content: %s", value.Repr(res.Value))
	}
	must(t, c.Reset())
	after, _ := filepath.Glob(filepath.Join(os.TempDir(), "rehearse-*"))
	if len(after) > len(before) {
		t.Errorf("left behind: %v", after)
	}
}

func TestRetries(t *testing.T) {
	s := startSSHD(t, "")
	r := startRelay(t, s)
	target := s.through(r)
	r.refuse.Store(2)
	target.Retries = 1
	_, err := transport.DialSSH(context.Background(), target)
	unreachable(t, err, "before the login")
	r.refuse.Store(2)
	target.Retries = 2
	c, err := transport.DialSSH(context.Background(), target)
	must(t, err)
	c.Close()
	target.KeyFile = filepath.Join(s.Dir, "other")
	newKey(t, target.KeyFile)
	r.accepted.Store(0)
	_, err = transport.DialSSH(context.Background(), target)
	unreachable(t, err, "Permission denied")
	if n := r.accepted.Load(); n != 1 {
		t.Errorf("a refused login was tried %d times", n)
	}
}

func TestKeyAsText(t *testing.T) {
	s := startSSHD(t, "")
	target := s.target()
	text, err := os.ReadFile(s.Key)
	must(t, err)
	target.KeyFile, target.Key = "", transport.Secret(text)
	c, err := transport.DialSSH(context.Background(), target)
	must(t, err)
	c.Close()
	target.Key = "not a key"
	target.Args = append(target.Args, "-o", "IdentityFile=none")
	_, err = transport.DialSSH(context.Background(), target)
	unreachable(t, err, "The key in ansible_private_key cannot be used")
}
