package wire

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// pair connects two ends; the messages that each gets come on its channel.
type end struct {
	*Conn
	got    chan Message
	served chan error
}

func pair(t *testing.T) (a, b *end) {
	t.Helper()
	left, right := net.Pipe()
	make1 := func(c net.Conn) *end {
		e := &end{got: make(chan Message, 1000), served: make(chan error, 1)}
		e.Conn = NewConn(c, c, func(m Message) { e.got <- m })
		go func() { e.served <- e.Serve() }()
		t.Cleanup(func() { c.Close() })
		return e
	}
	return make1(left), make1(right)
}

func TestMessagesKeepTheirOrder(t *testing.T) {
	a, b := pair(t)
	for i := range 500 {
		if err := a.Send(Request, uint32(i), []byte{byte(i)}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 500 {
		if m := <-b.got; m.Stream != uint32(i) || !bytes.Equal(m.Payload, []byte{byte(i)}) || m.Type != Request {
			t.Fatalf("message %d is %+v", i, m)
		}
	}
}

func TestLongMessageIsWhole(t *testing.T) {
	a, b := pair(t)
	long := make([]byte, 3*MaxPayload+17)
	rand.Read(long)
	go a.Send(Result, 7, long)
	if m := <-b.got; !bytes.Equal(m.Payload, long) {
		t.Errorf("%d bytes arrived changed as %d", len(long), len(m.Payload))
	}
}

func TestHeldMessagesGoWhenReleased(t *testing.T) {
	a, b := pair(t)
	a.Hold()
	a.Send(Result, 1, []byte("x"))
	select {
	case m := <-b.got:
		t.Fatalf("%+v was not held", m)
	default:
	}
	a.Release()
	if m := <-b.got; string(m.Payload) != "x" {
		t.Errorf("got %+v", m)
	}
}

func TestStreamCarriesMoreThanItsWindow(t *testing.T) {
	a, b := pair(t)
	content := make([]byte, 3*StreamWindow+5)
	rand.Read(content)
	sa, sb := a.Open(2), b.Open(2)
	go func() {
		io.Copy(struct{ io.Writer }{sa}, bytes.NewReader(content))
		sa.CloseWrite()
	}()
	got, err := io.ReadAll(sb)
	if err != nil || !bytes.Equal(got, content) {
		t.Errorf("%d of %d bytes, %v", len(got), len(content), err)
	}
}

func TestWriterWaitsForTheReader(t *testing.T) {
	a, b := pair(t)
	sa, sb := a.Open(2), b.Open(2)
	written := make(chan struct{})
	go func() {
		sa.Write(make([]byte, StreamWindow+1))
		close(written)
	}()
	first := make([]byte, StreamWindow)
	if _, err := io.ReadFull(sb, first[:1]); err != nil {
		t.Fatal(err)
	}
	select {
	case <-written:
		t.Error("the writer did not wait for its window")
	default:
	}
	if _, err := io.ReadFull(sb, first); err != nil {
		t.Fatal(err)
	}
	<-written
}

func TestStreamsDoNotBlockEachOther(t *testing.T) {
	a, b := pair(t)
	full, free := a.Open(2), a.Open(4)
	b.Open(2)
	other := b.Open(4)
	var w sync.WaitGroup
	w.Go(func() { full.Write(make([]byte, 2*StreamWindow)) })
	w.Go(func() {
		free.Write([]byte("past the full one"))
		free.CloseWrite()
	})
	if got, err := io.ReadAll(other); string(got) != "past the full one" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	full.Cancel("enough")
	w.Wait()
}

func TestCancelEndsTheOtherSide(t *testing.T) {
	a, b := pair(t)
	sa, sb := a.Open(2), b.Open(2)
	sa.Cancel("no longer needed")
	_, err := sb.Read(make([]byte, 1))
	var cancel *CancelError
	if !errors.As(err, &cancel) || cancel.Reason != "no longer needed" {
		t.Errorf("got %v", err)
	}
	if m := <-b.got; m.Type != Cancel || m.Stream != 2 {
		t.Errorf("got %+v", m)
	}
}

func TestEndFailsEveryStream(t *testing.T) {
	left, right := net.Pipe()
	c := NewConn(left, left, func(Message) {})
	s := c.Open(2)
	go right.Close()
	if err := c.Serve(); err != nil {
		t.Errorf("an orderly end gave %v", err)
	}
	if _, err := s.Read(make([]byte, 1)); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
	if _, err := c.Open(4).Read(make([]byte, 1)); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a stream opened after the end gave %v", err)
	}
}

func TestGarbageIsNamed(t *testing.T) {
	c := NewConn(strings.NewReader("Last login: yesterday"), io.Discard, func(Message) {})
	var garbage *GarbageError
	if err := c.Serve(); !errors.As(err, &garbage) || !strings.Contains(err.Error(), "Last login") {
		t.Errorf("got %v", err)
	}
}

func TestSenderThatIgnoresTheWindowIsCutOff(t *testing.T) {
	var b []byte
	for range StreamWindow/MaxPayload + 1 {
		f := Frame{Type: Data, Stream: 2, Payload: make([]byte, MaxPayload)}
		b = f.Append(b)
	}
	c := NewConn(bytes.NewReader(b), io.Discard, func(Message) {})
	c.Open(2)
	if err := c.Serve(); err == nil || !strings.Contains(err.Error(), "window") {
		t.Errorf("got %v", err)
	}
}

func TestSilenceEndsWithAPing(t *testing.T) {
	a, _ := pair(t)
	before := a.lastRead.Load()
	if err := a.Ping(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); a.lastRead.Load() == before; {
		if time.Now().After(deadline) {
			t.Fatal("no answer to a ping")
		}
	}
}

func TestMessagesOfRequests(t *testing.T) {
	call := &Call{Module: "m", Args: value.NewDict("a", value.Int(1)), Check: true, NoLog: true, Verbosity: 3, MaxDiff: 9, Env: map[string]string{"A": "b"},
		Cwd: "/c", TmpDir: "/t", Interpreter: "/p", Timeout: time.Second, Blobs: map[string][]byte{"ab": []byte("x")}, Async: &Async{"j1", time.Minute, "/d"}}
	b, err := call.Encode(nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := DecodeCall(b)
	if err != nil {
		t.Fatal(err)
	}
	if value.Repr(got.Args) != value.Repr(call.Args) {
		t.Errorf("arguments: %v", got.Args)
	}
	got.Args, call.Args = nil, nil
	if !reflect.DeepEqual(got, call) {
		t.Errorf("sent %+v, got %+v", call, got)
	}
	if _, err := DecodeCall(b[:len(b)-3]); err == nil {
		t.Error("a cut call was read")
	}
	spawn := &Spawn{[]string{"sudo", "\xff"}, map[string]string{"L": "C"}, true, []string{"pw:"}, "secret", 7}
	if got, err := DecodeSpawn(spawn.Encode()); err != nil || !reflect.DeepEqual(got, spawn) {
		t.Errorf("got %+v, %v", got, err)
	}
	exit := &Exit{-1, "e\xff", "t", 2, "x"}
	if got, err := DecodeExit(exit.Encode()); err != nil || *got != *exit {
		t.Errorf("got %+v, %v", got, err)
	}
	answer := &Answer{Value: value.NewDict("omit", value.Omit{})}
	if got, err := DecodeAnswer(answer.Encode()); err != nil || !strings.Contains(got.Error, "Omit") {
		t.Errorf("got %+v, %v", got, err)
	}
}

func FuzzConn(f *testing.F) {
	hello := Frame{Type: Hello, Payload: (&Welcome{1, 0, "linux", "amd64", "/root"}).Encode()}
	data := Frame{Type: Data, Stream: 2, Payload: []byte("abc"), Flags: FlagEnd}
	f.Add(hello.Append(nil))
	f.Add(data.Append(hello.Append(nil)))
	call, err := (&Call{Module: "m", Args: value.NewDict("a", value.Int(1))}).Encode(nil)
	if err != nil {
		f.Fatal(err)
	}
	request := Frame{Type: Request, Stream: 1, Payload: call}
	f.Add(request.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		c := NewConn(bytes.NewReader(b), io.Discard, func(m Message) {
			DecodeCall(m.Payload)
			DecodeSpawn(m.Payload)
			DecodeFile(m.Payload)
			DecodeAnswer(m.Payload)
			DecodeExit(m.Payload)
			DecodeWelcome(m.Payload)
			DecodeBlob(m.Payload)
		})
		c.Open(2)
		c.Serve()
		c.Close()
		<-c.Flushed()
	})
}
