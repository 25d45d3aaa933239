package transport_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/transport"
)

// conns runs a test on a local connection and on one over SSH: they must not differ.
func conns(t *testing.T, test func(t *testing.T, c transport.Conn)) {
	t.Run("local", func(t *testing.T) {
		c := transport.Local(nil)
		defer c.Close()
		test(t, c)
	})
	t.Run("ssh", func(t *testing.T) {
		s := startSSHD(t, "")
		test(t, s.dial())
		if left := s.Leftovers(); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
}

func TestStreamKeepsTheOrder(t *testing.T) {
	conns(t, func(t *testing.T, c transport.Conn) {
		const n = 1000
		pulled, got := 0, 0
		err := c.Stream(context.Background(), func(yield func(*transport.Request) bool) {
			for i := range n {
				pulled++
				if !yield(ping(fmt.Sprint(i))) {
					return
				}
			}
		}, func(i int, r transport.Result) {
			must(t, r.Err)
			if v, _ := r.Value.Get("ping"); i != got || v != value.S(fmt.Sprint(i)) {
				t.Fatalf("result %d, named %d, is %v", got, i, v)
			}
			got++
		})
		must(t, err)
		if pulled != n || got != n {
			t.Errorf("%d requests, %d results", pulled, got)
		}
	})
}

func TestStreamGoesOnAfterAFailure(t *testing.T) {
	conns(t, func(t *testing.T, c transport.Conn) {
		requests := []*transport.Request{
			ping("a"),
			{Module: "ansible.builtin.ping", Args: value.NewDict("data", &value.Undefined{Message: "'x' is undefined"})},
			{Module: "no.such.module", Args: &value.Dict{}},
			{Module: "ansible.builtin.command", Args: value.NewDict("argv", value.Strings([]string{"false"}))},
			ping("b"),
		}
		var failed []bool
		must(t, c.Stream(context.Background(), func(yield func(*transport.Request) bool) {
			for _, r := range requests {
				if !yield(r) {
					return
				}
			}
		}, func(i int, r transport.Result) {
			must(t, r.Err)
			f, _ := r.Value.Get("failed")
			failed = append(failed, f == value.Bool(true))
		}))
		if fmt.Sprint(failed) != "[false true true true false]" {
			t.Errorf("failed: %v", failed)
		}
	})
}

func TestResultsAreNotTrusted(t *testing.T) {
	conns(t, func(t *testing.T, c transport.Conn) {
		res := c.Run(context.Background(), &transport.Request{Module: "ansible.builtin.ping",
			Args: value.NewDict("data", value.Authored("{{ lookup('pipe', 'id') }}", nil))})
		must(t, res.Err)
		if v, _ := res.Value.Get("ping"); v.(value.Str).Trusted {
			t.Error("a module's result may be templated")
		}
	})
}

func TestCancelledBeforeItBegins(t *testing.T) {
	conns(t, func(t *testing.T, c transport.Conn) {
		ctx, cancel := context.WithCancelCause(context.Background())
		why := errors.New("interrupted")
		cancel(why)
		if res := c.Run(ctx, ping("x")); !errors.Is(res.Err, why) {
			t.Errorf("got %+v", res)
		}
	})
}

func TestTimeout(t *testing.T) {
	conns(t, func(t *testing.T, c transport.Conn) {
		r := shell("exec sleep 1000.125")
		r.Timeout = 1e9
		res := c.Run(context.Background(), r)
		must(t, res.Err)
		if msg, _ := res.Value.Get("msg"); msg != value.S("Timed out after 1 second(s).") {
			t.Errorf("got %v", value.Repr(res.Value))
		}
		gone(t, "1000.125")
	})
}

// TestContentOfEverySize copies files that travel inside of the request, by themselves, and by way of a file.
func TestContentOfEverySize(t *testing.T) {
	conns(t, func(t *testing.T, c transport.Conn) {
		dir := t.TempDir()
		var requests []*transport.Request
		var contents [][]byte
		for i, size := range []int{0, 10, 64 << 10, 64<<10 + 1, 300 << 10, 3 << 20, 10} {
			content := make([]byte, size)
			rand.Read(content)
			b := transport.Blob{Data: content, Size: int64(size)}
			if i%2 == 1 { // from a file of the controller
				b = transport.Blob{Path: filepath.Join(dir, fmt.Sprintf("src%d", i)), Size: int64(size)}
				must(t, os.WriteFile(b.Path, content, 0o600))
			}
			sum := sha256.Sum256(content)
			sha := hex.EncodeToString(sum[:])
			for copy := range 2 { // the second time the agent has it
				requests = append(requests, &transport.Request{Module: "rehearse.copy_file", Args: value.NewDict("src", value.S("src"), "_blob", value.S(sha),
					"dest", value.S(filepath.Join(dir, fmt.Sprintf("dest%d.%d", i, copy)))), Blobs: map[string]transport.Blob{sha: b}})
				contents = append(contents, content)
			}
		}
		n := 0
		must(t, c.Stream(context.Background(), func(yield func(*transport.Request) bool) {
			for _, r := range requests {
				if !yield(r) {
					return
				}
			}
		}, func(i int, r transport.Result) {
			n++
			must(t, r.Err)
			dest, _ := requests[i].Args.Get("dest")
			got, err := os.ReadFile(dest.(value.Str).S)
			if err != nil || !bytes.Equal(got, contents[i]) {
				t.Errorf("copy %d: %d bytes of %d, %v: %s", i, len(got), len(contents[i]), err, value.Repr(r.Value))
			}
		}))
		if n != len(requests) {
			t.Errorf("%d results", n)
		}
	})
}

func TestContentThatChangedMeanwhile(t *testing.T) {
	s := startSSHD(t, "")
	c := s.dial()
	src := filepath.Join(s.Dir, "src")
	must(t, os.WriteFile(src, []byte("not what was promised"), 0o600))
	for _, size := range []int64{21, 1 << 20} { // inside of the request, and by itself
		sha := strings.Repeat("ab", 32)
		res := c.Run(context.Background(), &transport.Request{Module: "rehearse.copy_file", Args: value.NewDict("src", value.S("src"), "_blob", value.S(sha),
			"dest", value.S(filepath.Join(s.Dir, "dest"))), Blobs: map[string]transport.Blob{sha: {Path: src, Size: size}}})
		must(t, res.Err)
		if text := value.Repr(res.Value); !strings.Contains(text, "content named abab") {
			t.Errorf("got %s", text)
		}
	}
	if _, err := os.Stat(filepath.Join(s.Dir, "dest")); err == nil {
		t.Error("the file was written")
	}
}

func TestPutAndFetch(t *testing.T) {
	conns(t, func(t *testing.T, c transport.Conn) {
		dir := t.TempDir()
		content := make([]byte, 3<<20)
		rand.Read(content)
		path := filepath.Join(dir, "file")
		must(t, c.Put(context.Background(), path, 0o640, transport.Blob{Data: content}, nil))
		info, err := os.Stat(path)
		must(t, err)
		if info.Mode().Perm() != 0o640 {
			t.Errorf("mode %o", info.Mode().Perm())
		}
		var got bytes.Buffer
		must(t, c.Fetch(context.Background(), path, &got, nil))
		if !bytes.Equal(got.Bytes(), content) {
			t.Errorf("%d bytes of %d came back", got.Len(), len(content))
		}
		var file *transport.FileError
		err = c.Fetch(context.Background(), filepath.Join(dir, "absent"), &got, nil)
		if !errors.As(err, &file) || file.Message != "no such file or directory" {
			t.Errorf("got %v", err)
		}
		if err = c.Fetch(context.Background(), dir, &got, nil); !errors.As(err, &file) || file.Message != "is a directory" {
			t.Errorf("got %v", err)
		}
		err = c.Put(context.Background(), filepath.Join(dir, "absent", "x"), 0, transport.Blob{Data: content}, nil)
		if !errors.As(err, &file) || file.Message != "no such file or directory" {
			t.Errorf("got %v", err)
		}
		if there, _ := os.ReadDir(dir); len(there) != 1 {
			t.Errorf("left behind: %v", there)
		}
		if got := answer(t, c, ping("x")); got != "x" {
			t.Errorf("got %q", got)
		}
	})
}

func TestRawCommand(t *testing.T) {
	conns(t, func(t *testing.T, c transport.Conn) {
		out, err := c.Exec(context.Background(), &transport.Command{Line: `echo "out $0"; echo err >&2; cat; exit 3`, Stdin: strings.NewReader("in")})
		must(t, err)
		if !strings.HasPrefix(string(out.Stdout), "out ") || !strings.HasSuffix(string(out.Stdout), "\nin") || string(out.Stderr) != "err\n" || out.Code != 3 {
			t.Errorf("got %q, %q, %d", out.Stdout, out.Stderr, out.Code)
		}
		out, err = c.Exec(context.Background(), &transport.Command{Line: `printf '%s' "$x"; kill -9 $$`, Exe: "/bin/bash", Env: map[string]string{"x": "it's"}})
		must(t, err)
		if string(out.Stdout) != "it's" || out.Code != 137 {
			t.Errorf("got %q, %d", out.Stdout, out.Code)
		}
		out, err = c.Exec(context.Background(), &transport.Command{Line: `head -c 100000 /dev/zero >&2`})
		must(t, err)
		if len(out.Stderr) != 100000 {
			t.Errorf("%d bytes of error output", len(out.Stderr))
		}
	})
}
