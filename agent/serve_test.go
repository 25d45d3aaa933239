package agent

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/internal/wire"
)

// controller is the other end of an agent that serves in this process.
type controller struct {
	*wire.Conn
	t       *testing.T
	got     chan wire.Message
	input   io.Closer
	served  chan error
	welcome *wire.Welcome
}

func started(t *testing.T) *controller {
	t.Helper()
	requests, to := io.Pipe()
	from, answers := io.Pipe()
	c := &controller{t: t, got: make(chan wire.Message, 10000), input: to, served: make(chan error, 1)}
	go func() {
		c.served <- Serve(requests, answers)
		answers.Close()
	}()
	c.Conn = wire.NewConn(from, to, func(m wire.Message) { c.got <- m })
	go c.Serve()
	t.Cleanup(func() { to.Close() })
	m := c.next()
	var err error
	if c.welcome, err = wire.DecodeWelcome(m.Payload); m.Type != wire.Hello || err != nil {
		t.Fatalf("got %v, %v", m.Type, err)
	}
	return c
}

func (c *controller) next() wire.Message {
	c.t.Helper()
	select {
	case m := <-c.got:
		return m
	case <-time.After(30 * time.Second):
		c.t.Fatal("the agent does not answer")
	}
	return wire.Message{}
}

func (c *controller) call(stream uint32, call *wire.Call) {
	c.t.Helper()
	b, err := call.Encode(nil)
	if err != nil {
		c.t.Fatal(err)
	}
	if err := c.Send(wire.Request, stream, b); err != nil {
		c.t.Fatal(err)
	}
}

// answer waits for the result of a stream.
func (c *controller) answer(stream uint32) *wire.Answer {
	c.t.Helper()
	m := c.next()
	if m.Type != wire.Result || m.Stream != stream {
		c.t.Fatalf("got %v of stream %d, want the result of %d", m.Type, m.Stream, stream)
	}
	a, err := wire.DecodeAnswer(m.Payload)
	if err != nil {
		c.t.Fatal(err)
	}
	return a
}

// end closes the input and waits until the agent has cleaned up.
func (c *controller) end() {
	c.t.Helper()
	c.input.Close()
	select {
	case err := <-c.served:
		if err != nil {
			c.t.Errorf("the agent ended with %v", err)
		}
	case <-time.After(30 * time.Second):
		c.t.Fatal("the agent does not end")
	}
}

func shell(line string) *wire.Call {
	return &wire.Call{Module: "ansible.builtin.command", Args: value.NewDict("argv", value.Strings([]string{"/bin/sh", "-c", line}))}
}

func TestWelcome(t *testing.T) {
	c := started(t)
	if c.welcome.PID != int64(os.Getpid()) || c.welcome.UID != int64(os.Getuid()) {
		t.Errorf("got %+v", c.welcome)
	}
	c.end()
}

func TestAnswersComeInOrder(t *testing.T) {
	c := started(t)
	for i := range 300 {
		c.call(uint32(2*i+1), &wire.Call{Module: "ansible.builtin.ping", Args: value.NewDict("data", value.Int(i))})
	}
	for i := range 300 {
		c.answer(uint32(2*i + 1))
	}
	c.end()
}

func TestEndOfInputStopsTheModule(t *testing.T) {
	c := started(t)
	dir := t.TempDir()
	c.call(1, shell("echo $$ >"+dir+"/pid.new; mv "+dir+"/pid.new "+dir+"/pid; exec sleep 1000"))
	var pid string
	for deadline := time.Now().Add(20 * time.Second); pid == ""; {
		if text, err := os.ReadFile(filepath.Join(dir, "pid")); err == nil {
			pid = strings.TrimSpace(string(text))
		} else if time.Now().After(deadline) {
			t.Fatal("the module does not begin")
		}
	}
	c.end()
	if text, err := os.ReadFile("/proc/" + pid + "/cmdline"); err == nil && strings.Contains(string(text), "sleep") {
		t.Errorf("process %s still runs: %q", pid, text)
	}
}

func TestCancelReachesWhatWaits(t *testing.T) {
	c := started(t)
	dir := t.TempDir()
	c.call(1, shell("touch "+dir+"/begun; sleep 1000"))
	c.call(3, shell("touch "+dir+"/second"))
	c.call(5, &wire.Call{Module: "ansible.builtin.ping", Args: value.NewDict()})
	for deadline := time.Now().Add(20 * time.Second); ; {
		if _, err := os.Stat(dir + "/begun"); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the module does not begin")
		}
	}
	c.Send(wire.Cancel, 3, []byte("cancelled"))
	c.Send(wire.Cancel, 1, []byte("cancelled"))
	if a := c.answer(1); a.Error != "cancelled" {
		t.Errorf("got %+v", a)
	}
	if a := c.answer(3); a.Error != "cancelled" {
		t.Errorf("got %+v", a)
	}
	if a := c.answer(5); a.Value == nil {
		t.Errorf("got %+v", a)
	}
	if _, err := os.Stat(dir + "/second"); err == nil {
		t.Error("a cancelled request was run")
	}
	c.end()
}

// TestBlobIsAskedForOnce gives the agent a blob that is too large for a request, and sees its file go at the end.
func TestBlobIsAskedForOnce(t *testing.T) {
	c := started(t)
	tmp, dest := t.TempDir(), t.TempDir()
	content := bytes.Repeat([]byte("0123456789abcdef"), 100<<10)
	sum := sha256.Sum256(content)
	sha := hex.EncodeToString(sum[:])
	copyTo := func(stream uint32, name string) {
		c.call(stream, &wire.Call{Module: "rehearse.copy_file", TmpDir: tmp, Args: value.NewDict("src", value.S("x"), "_blob", value.S(sha),
			"dest", value.S(filepath.Join(dest, name)))})
	}
	copyTo(1, "one")
	m := c.next()
	want, err := wire.DecodeBlob(m.Payload)
	if m.Type != wire.Want || m.Stream%2 != 0 || err != nil || want.SHA256 != sha {
		t.Fatalf("got %v %v %v", m, want, err)
	}
	s := c.Open(m.Stream)
	if _, err := s.Write(content); err != nil {
		t.Fatal(err)
	}
	s.CloseWrite()
	c.answer(1)
	copyTo(3, "two")
	c.answer(3)
	for _, name := range []string{"one", "two"} {
		if got, err := os.ReadFile(filepath.Join(dest, name)); err != nil || !bytes.Equal(got, content) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
	if kept, _ := filepath.Glob(filepath.Join(tmp, "*", "*")); len(kept) != 1 {
		t.Errorf("while it runs the agent keeps %v", kept)
	}
	c.end()
	if left, _ := os.ReadDir(tmp); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestTooManyRequests(t *testing.T) {
	c := started(t)
	c.call(1, shell("sleep 0.2"))
	n := queueLimit + 10
	for i := range n {
		c.call(uint32(2*i+3), &wire.Call{Module: "ansible.builtin.ping", Args: value.NewDict()})
	}
	refused := 0
	for range n + 1 {
		m := c.next()
		a, err := wire.DecodeAnswer(m.Payload)
		if err != nil {
			t.Fatal(err)
		}
		if a.Error == "too many requests wait" {
			refused++
		}
	}
	if refused == 0 || refused > 11 {
		t.Errorf("%d requests were refused", refused)
	}
	c.end()
}

func TestUnknownRequest(t *testing.T) {
	c := started(t)
	c.Send(wire.Request, 1, []byte{0x81, 0x18, 99})
	if a := c.answer(1); !strings.Contains(a.Error, "does not know") {
		t.Errorf("got %+v", a)
	}
	c.end()
}

func TestModuleThatPanicsFails(t *testing.T) {
	// A call without a way to content is a bug of the controller; it must not cost the host.
	var h Host
	defer h.Close()
	a := h.Invoke(t.Context(), &wire.Call{Module: "rehearse.copy_file", Args: value.NewDict("src", value.S("x"), "_blob", value.S("x"),
		"dest", value.S(filepath.Join(t.TempDir(), "x")))}, nil)
	text := value.Repr(a.Value)
	if !strings.Contains(text, "'failed': True") || !strings.Contains(text, "internal error") {
		t.Errorf("got %s", text)
	}
}
