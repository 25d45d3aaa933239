package transport_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/transport"
	"github.com/rehearse-dev/rehearse/runner/transport/agents"
)

// cached is where the agent lies on the server.
func (s *sshd) cached() string { return filepath.Join(s.Home, ".cache/rehearse", agents.Names()[0]) }

// without gives a folder with links to the commands that the start of an agent uses, less one, and the shell text that makes
// it the only one in which a session looks for commands.
func without(t *testing.T, command string) (prelude string) {
	t.Helper()
	bin := t.TempDir()
	for _, name := range []string{"sh", "head", "gzip", "uname", "id", "mkdir", "chmod", "mv", "rm", "rmdir", "cat", "ls", "wc"} {
		if path, err := exec.LookPath(name); err == nil && name != command {
			must(t, os.Symlink(path, filepath.Join(bin, name)))
		}
	}
	return "PATH=" + bin + "; export PATH;"
}

// TestBrokenAgentInTheCache: whatever lies there under the agent's name, the host is reached and has the real one afterwards.
func TestBrokenAgentInTheCache(t *testing.T) {
	self, err := os.Executable()
	must(t, err)
	whole, err := os.ReadFile(self)
	must(t, err)
	for name, content := range map[string][]byte{
		"empty":           nil,
		"half":            whole[:len(whole)/2],
		"the first block": whole[:4096],
		"a script":        []byte("#!/bin/sh\nexit 3\n"),
		"a text":          []byte("this is no program\n"),
		"zeros":           make([]byte, 100_000),
	} {
		t.Run(name, func(t *testing.T) {
			s := startSSHD(t, "ulimit -c 0;")
			must(t, os.MkdirAll(filepath.Dir(s.cached()), 0o700))
			must(t, os.WriteFile(s.cached(), content, 0o700))
			if got := answer(t, s.dial(), ping("mended")); got != "mended" {
				t.Errorf("got %q", got)
			}
			if info, err := os.Stat(s.cached()); err != nil || info.Size() != int64(len(whole)) {
				t.Errorf("the agent in the cache is %v, %v", info, err)
			}
			if left := s.Leftovers(); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// TestCacheThatOthersCanWrite is not trusted: what lies there is not started, but replaced, and the folder is made private.
func TestCacheThatOthersCanWrite(t *testing.T) {
	for _, mode := range []os.FileMode{0o777, 0o770, 0o702} {
		s := startSSHD(t, "")
		dir := filepath.Dir(s.cached())
		must(t, os.MkdirAll(dir, 0o700))
		must(t, os.WriteFile(s.cached(), []byte("#!/bin/sh\ntouch "+s.Home+"/started\nexit 1\n"), 0o700))
		must(t, os.Chmod(dir, mode))
		if got := answer(t, s.dial(), ping("x")); got != "x" {
			t.Errorf("got %q", got)
		}
		if _, err := os.Stat(filepath.Join(s.Home, "started")); err == nil {
			t.Errorf("mode %o: what somebody else may have put there was started", mode)
		}
		if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("mode %o: afterwards %v, %v", mode, info.Mode(), err)
		}
	}
}

// TestCutInTheMiddleOfTheUpload: what has come so far is not kept, and the next connection works. A host without gzip
// takes the program as it is and has nothing but its size to tell a whole one.
func TestCutInTheMiddleOfTheUpload(t *testing.T) {
	for name, prelude := range map[string]string{"gzip": "", "raw": without(t, "gzip")} {
		t.Run(name, func(t *testing.T) {
			s := startSSHD(t, prelude)
			r := startRelay(t, s)
			r.limit.Store(1 << 20)
			c, err := transport.DialSSH(context.Background(), s.through(r))
			must(t, err)
			defer c.Close()
			unreachable(t, c.Run(context.Background(), ping("x")).Err, "")
			for deadline := time.Now().Add(20 * time.Second); len(s.Leftovers()) > 0; {
				if time.Now().After(deadline) {
					t.Fatalf("left behind: %v", s.Leftovers())
				}
			}
			if _, err := os.Stat(s.cached()); err == nil {
				t.Error("half an agent is in the cache")
			}
			if got := answer(t, s.dial(), ping("anew")); got != "anew" {
				t.Errorf("got %q", got)
			}
		})
	}
}

// TestAgentsThatComeTogether has several controllers without an agent on the host, all at once; and one whose agent is another
// build while they work.
func TestAgentsThatComeTogether(t *testing.T) {
	s := startSSHD(t, "")
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			c, err := transport.DialSSH(context.Background(), s.target())
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			for range 3 {
				if res := c.Run(context.Background(), ping("x")); res.Err != nil {
					t.Error(res.Err)
				}
			}
		})
	}
	wg.Wait()
	if left := s.Leftovers(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	// The agent in use goes: another release tidied the cache, or somebody removed it.
	c, d := s.dial(), s.dial()
	answer(t, c, ping("x"))
	must(t, os.Remove(s.cached()))
	if got := answer(t, c, ping("still here")); got != "still here" {
		t.Errorf("got %q", got)
	}
	if got := answer(t, d, ping("sent again")); got != "sent again" {
		t.Errorf("got %q", got)
	}
	must(t, d.Close())
	if got := answer(t, c, ping("still here")); got != "still here" {
		t.Errorf("got %q", got)
	}
}

// TestCacheOfSomebodyElse is not used, even where it can be.
func TestCacheOfSomebodyElse(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root gives a folder away")
	}
	s := startSSHD(t, "")
	dir := filepath.Dir(s.cached())
	must(t, os.MkdirAll(dir, 0o700))
	must(t, os.WriteFile(s.cached(), []byte("#!/bin/sh\ntouch "+s.Home+"/started\nexit 1\n"), 0o755))
	must(t, os.Chown(dir, 12345, 12345))
	target := s.target()
	target.RemoteTmp = filepath.Join(s.Dir, "tmp") // so that nothing of this machine is used
	c, err := transport.DialSSH(context.Background(), target)
	must(t, err)
	defer c.Close()
	if got := answer(t, c, ping("x")); got != "x" {
		t.Errorf("got %q", got)
	}
	if _, err := os.Stat(filepath.Join(s.Home, "started")); err == nil {
		t.Error("what somebody else put there was started")
	}
}

// TestFullDiskOnTheHost limits the size of files on the host once the agent is there: what is too large is an error with its cause, nothing
// is left of it, and the agent goes on.
func TestFullDiskOnTheHost(t *testing.T) {
	s := startSSHD(t, `[ -e "$HOME/full" ] && ulimit -f 100;`)
	answer(t, s.dial(), ping("x"))
	must(t, os.WriteFile(filepath.Join(s.Home, "full"), nil, 0o600))
	dest, tmp := filepath.Join(s.Dir, "dest"), filepath.Join(s.Dir, "tmp")
	must(t, os.WriteFile(dest, []byte("old"), 0o600))
	must(t, os.Mkdir(tmp, 0o700))
	c := s.dial()
	for _, size := range []int{200 << 10, 2 << 20} { // one that travels inside of the request, one that needs a file on the host
		content := make([]byte, size)
		sum := sha256.Sum256(content)
		sha := hex.EncodeToString(sum[:])
		src := filepath.Join(s.Dir, "src")
		must(t, os.WriteFile(src, content, 0o600))
		res := c.Run(context.Background(), &transport.Request{Module: "rehearse.copy_file", TmpDir: tmp, Args: value.NewDict("src", value.S("src"), "_blob", value.S(sha),
			"dest", value.S(dest)), Blobs: map[string]transport.Blob{sha: {Path: src, Size: int64(size)}}})
		said := ""
		if res.Err != nil {
			said = res.Err.Error()
		} else {
			said = value.Repr(res.Value)
		}
		if !strings.Contains(strings.ToLower(said), "file too large") {
			t.Errorf("%d bytes: %s", size, said)
		}
		if text, err := os.ReadFile(dest); string(text) != "old" {
			t.Errorf("%d bytes: the old content is lost: %d bytes, %v", size, len(text), err)
		}
		if got := answer(t, c, ping("goes on")); got != "goes on" {
			t.Errorf("got %q", got)
		}
	}
	must(t, c.Close())
	if left, _ := filepath.Glob(filepath.Join(tmp, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
