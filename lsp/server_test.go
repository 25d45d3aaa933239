package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.lsp.dev/protocol"

	"github.com/rehearse-dev/rehearse/internal/source"
)

func TestInitializeChoosesThePositionEncoding(t *testing.T) {
	for _, tt := range []struct {
		offered []string
		want    string
	}{
		{nil, "utf-16"},
		{[]string{"utf-16"}, "utf-16"},
		{[]string{"utf-32", "utf-16"}, "utf-16"},
		{[]string{"utf-16", "utf-8"}, "utf-8"},
	} {
		c := start(t, nil)
		var r struct {
			Capabilities struct{ PositionEncoding string }
			ServerInfo   struct{ Name, Version string }
		}
		raw := c.initialize(map[string]any{"capabilities": map[string]any{"general": map[string]any{"positionEncodings": tt.offered}}})
		if err := json.Unmarshal(raw, &r); err != nil {
			t.Fatal(err)
		}
		if r.Capabilities.PositionEncoding != tt.want || r.ServerInfo.Name != "rehearse" || r.ServerInfo.Version != "test" {
			t.Errorf("offered %v: got %+v, want %s", tt.offered, r, tt.want)
		}
	}
}

func TestPhases(t *testing.T) {
	c := start(t, nil)
	if code, text := c.fails("textDocument/documentSymbol", map[string]any{"textDocument": c.doc("a.yml")}); code != -32002 || text != "textDocument/documentSymbol came before initialize" {
		t.Errorf("before initialize: %d %s", code, text)
	}
	c.notify("textDocument/didOpen", map[string]any{}) // ignored
	c.initialize(nil)
	if code, text := c.fails("initialize", map[string]any{}); code != -32600 || text != "initialize came a second time" {
		t.Errorf("second initialize: %d %s", code, text)
	}
	if code, text := c.fails("textDocument/typeDefinition", c.at("a.yml", 0, 0)); code != -32601 || text != `method "textDocument/typeDefinition" is not known to this server` {
		t.Errorf("unknown method: %d %s", code, text)
	}
	c.notify("$/somethingNew", map[string]any{"x": 1})
	if r := c.call("shutdown", nil); string(r) != "null" {
		t.Errorf("shutdown answered %s", r)
	}
	if code, text := c.fails("textDocument/documentSymbol", map[string]any{}); code != -32600 || text != "textDocument/documentSymbol came after shutdown" {
		t.Errorf("after shutdown: %d %s", code, text)
	}
	c.notify("exit", nil)
	c.ends(0)
}

// ends waits for the end of the server and checks its status.
func (c *client) ends(want int) error {
	c.t.Helper()
	select {
	case code := <-c.done:
		c.done <- code
		if code != want {
			c.t.Errorf("exit status %d, want %d", code, want)
		}
		return <-c.errs
	case <-time.After(patience):
		c.t.Fatal("the server did not end")
	}
	return nil
}

func TestEnds(t *testing.T) {
	t.Run("exit without shutdown", func(t *testing.T) {
		c := open(t, nil)
		c.notify("exit", nil)
		c.ends(1)
	})
	t.Run("exit before initialize", func(t *testing.T) {
		c := start(t, nil)
		c.notify("exit", nil)
		c.ends(1)
	})
	t.Run("end of input", func(t *testing.T) {
		c := open(t, nil)
		c.in.Close()
		if err := c.ends(1); err != nil {
			t.Errorf("a closed input is no error of ours: %v", err)
		}
	})
	t.Run("end in the middle of a message", func(t *testing.T) {
		c := open(t, nil)
		c.raw("Content-Length: 100\r\n\r\n{\"jsonrpc\"")
		c.in.Close()
		if err := c.ends(1); err == nil || err.Error() != "the client went away in the middle of a message" {
			t.Errorf("error %v", err)
		}
	})
	t.Run("parent process gone", func(t *testing.T) {
		tick, asked := make(chan time.Time), make(chan int, 2)
		var running atomic.Bool
		running.Store(true)
		c := start(t, nil, func(o *Options) {
			o.Tick = tick
			o.Alive = func(pid int) bool { asked <- pid; return running.Load() }
		})
		c.initialize(map[string]any{"processId": 4711})
		tick <- time.Time{}
		if pid := <-asked; pid != 4711 {
			t.Errorf("asked for %d", pid)
		}
		c.call("textDocument/documentSymbol", nil2(c)) // still there
		running.Store(false)
		tick <- time.Time{}
		c.ends(1)
	})
}

// nil2 is the parameters of a request for a file that is open.
func nil2(c *client) map[string]any {
	c.didOpen("x.yml", 1, "a: 1\n")
	return map[string]any{"textDocument": c.doc("x.yml")}
}

func TestBrokenMessages(t *testing.T) {
	for _, tt := range []struct {
		name, raw string
		code      int
	}{
		{"no JSON", "Content-Length: 5\r\n\r\nhello", -32700},
		{"half JSON", "Content-Length: 17\r\n\r\n{\"jsonrpc\":\"2.0\",", -32700},
		{"empty body", "Content-Length: 0\r\n\r\n", -32700},
		{"no method", "Content-Length: 24\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":7}", -32600},
		{"not version 2.0", "Content-Length: 25\r\n\r\n{\"id\":7,\"method\":\"hover\"}", -32600},
		{"a number", "Content-Length: 2\r\n\r\n42", -32700},
		{"empty batch", "Content-Length: 2\r\n\r\n[]", -32600},
		{"broken batch", "Content-Length: 2\r\n\r\n[}", -32600},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := open(t, nil)
			c.raw(tt.raw)
			for {
				m, err := c.read()
				if err != nil {
					t.Fatal(err)
				}
				if m.Method != "" {
					continue
				}
				if string(m.ID) != "null" && m.ID != nil || m.Error == nil || m.Error.Code != tt.code {
					t.Fatalf("got %+v %+v, want an error %d without id", m, m.Error, tt.code)
				}
				break
			}
			c.call("textDocument/documentSymbol", nil2(c))
		})
	}
}

func TestBrokenHeaders(t *testing.T) {
	for _, junk := range []string{
		"hello\r\n\r\n",
		"Content-Length: many\r\n\r\n",
		"Content-Length: -4\r\n\r\n",
		"Content-Type: x\r\n\r\n",
		"\r\n\r\n",
		strings.Repeat("x", 200_000) + "\r\n",
	} {
		c := open(t, nil)
		c.raw(junk)
		c.call("textDocument/documentSymbol", nil2(c))
	}
	c := open(t, nil)
	c.raw("content-length:  2\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\n\n{}") // odd, but clear
	c.call("textDocument/documentSymbol", nil2(c))
}

func TestTooLongMessageIsSkipped(t *testing.T) {
	c := open(t, nil)
	n := maxMessage + 1
	c.raw(fmt.Sprintf("Content-Length: %d\r\n\r\n", n))
	block := strings.Repeat(" ", 1<<20)
	for sent := 0; sent < n; sent += len(block) {
		c.raw(block[:min(len(block), n-sent)])
	}
	c.call("textDocument/documentSymbol", nil2(c))
	c.logged(fmt.Sprintf("a message of %d bytes is longer than the %d that are read", n, maxMessage))
}

func TestBatch(t *testing.T) {
	c := open(t, nil)
	c.didOpen("x.yml", 1, "a: 1\n")
	body := fmt.Sprintf(`[{"jsonrpc":"2.0","id":"a","method":"nope"},{"jsonrpc":"2.0","id":"b","method":"textDocument/documentSymbol","params":{"textDocument":{"uri":%q}}}]`, c.uri("x.yml"))
	c.raw(fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body))
	// The answer is one array, which the client's read cannot decode: that is what the test waits for.
	for {
		_, err := c.read()
		var bad *json.UnmarshalTypeError
		if errors.As(err, &bad) && bad.Value == "array" {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	c.call("textDocument/documentSymbol", nil2(c))
}

func TestWrongParameters(t *testing.T) {
	c := open(t, nil)
	if code, text := c.fails("textDocument/documentSymbol", []int{1}); code != -32602 || !strings.HasPrefix(text, "textDocument/documentSymbol: the parameters cannot be read") {
		t.Errorf("%d %s", code, text)
	}
	if code, _ := c.fails("textDocument/documentSymbol", nil); code == -32700 {
		t.Errorf("null parameters are no parse error")
	}
	if _, text := c.fails("textDocument/documentSymbol", map[string]any{"textDocument": c.doc("no.yml")}); text != c.uri("no.yml")+" is not open and not a file of the project" {
		t.Error(text)
	}
	c.notify("textDocument/didOpen", "text")
	c.logged("textDocument/didOpen: the parameters cannot be read")
	c.notify("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": c.uri("never.yml"), "version": 2}, "contentChanges": []any{}})
	c.logged("didChange of " + c.uri("never.yml") + ", which is not open")
	c.notify("$/cancelRequest", map[string]any{"id": []int{}})
	c.notify("$/cancelRequest", nil)
	c.call("textDocument/documentSymbol", nil2(c))
}

// waitFor is a request that blocks until the test lets it go or the client cancels it. It answers with the text that
// its view has of x.yml.
func waitFor(started chan<- struct{}, goOn <-chan struct{}) method {
	return method{name: "test/wait", call: func(ctx context.Context, _ *Server, v *View, _ []byte) (any, error) {
		started <- struct{}{}
		select {
		case <-goOn:
			for _, d := range v.docs {
				return protocol.String(d.File.Content), nil
			}
			return nil, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}}
}

func TestCancellation(t *testing.T) {
	started, goOn := make(chan struct{}, 8), make(chan struct{})
	c := open(t, nil, func(o *Options) { o.extra = []method{waitFor(started, goOn)} })
	first := c.send("test/wait", nil)
	second := c.send("test/wait", nil)
	<-started
	<-started
	c.call("textDocument/documentSymbol", nil2(c)) // others are answered meanwhile
	c.notify("$/cancelRequest", map[string]any{"id": second})
	if m := c.answer(second); m.Error == nil || m.Error.Code != -32800 {
		t.Errorf("cancelled request: %+v", m)
	}
	c.notify("$/cancelRequest", map[string]any{"id": second}) // too late: nothing happens
	c.notify("$/cancelRequest", map[string]any{"id": 99})
	goOn <- struct{}{}
	if m := c.answer(first); m.Error != nil || string(m.Result) != `"a: 1\n"` && string(m.Result) != "null" {
		t.Errorf("the other request: %+v", m)
	}
}

func TestRequestSeesTheTextOfItsTime(t *testing.T) {
	started, goOn := make(chan struct{}, 8), make(chan struct{})
	c := open(t, nil, func(o *Options) { o.extra = []method{waitFor(started, goOn)} })
	c.didOpen("x.yml", 1, "a: 1\n")
	id := c.send("test/wait", nil)
	<-started
	c.didChange("x.yml", 2, edit{0, 3, 0, 4, "two"})
	c.diagnostics("x.yml", 2) // the edit has been applied
	goOn <- struct{}{}
	if m := c.answer(id); string(m.Result) != `"a: 1\n"` {
		t.Errorf("saw %s", m.Result)
	}
	id = c.send("test/wait", nil)
	<-started
	goOn <- struct{}{}
	if m := c.answer(id); string(m.Result) != `"a: two\n"` {
		t.Errorf("saw %s", m.Result)
	}
}

// TestEditsAreOrdered sends many edits without waiting for anything and asks for the outline at once: it must be the
// one of the last text.
func TestEditsAreOrdered(t *testing.T) {
	c := open(t, nil)
	c.didOpen("vars.yml", 1, "")
	const n = 300
	text := ""
	for i := range n {
		line := fmt.Sprintf("v%03d: %d\n", i, i)
		c.didChange("vars.yml", i+2, edit{i, 0, i, 0, line})
		text += line
	}
	var got []struct{ Name string }
	if err := json.Unmarshal(c.call("textDocument/documentSymbol", map[string]any{"textDocument": c.doc("vars.yml")}), &got); err != nil {
		t.Fatal(err)
	}
	if len(got) != n {
		t.Fatalf("%d symbols, want %d", len(got), n)
	}
	for i, s := range got {
		if want := fmt.Sprintf("v%03d", i); s.Name != want {
			t.Fatalf("symbol %d is %s, want %s", i, s.Name, want)
		}
	}
	c.diagnostics("vars.yml", n+1)
}

func TestPanicsAndErrorsDoNotEndTheServer(t *testing.T) {
	c := open(t, nil, func(o *Options) {
		o.extra = []method{
			{name: "test/panic", call: func(context.Context, *Server, *View, []byte) (any, error) { panic("oh") }},
			{name: "test/panicNote", note: func(*Server, []byte) error { panic("no") }},
			{name: "test/errorNote", note: func(*Server, []byte) error { return errors.New("bad note") }},
		}
	})
	if code, text := c.fails("test/panic", nil); code != -32603 || text != "test/panic failed: oh" {
		t.Errorf("%d %s", code, text)
	}
	c.logged("test/panic failed: oh")
	c.notify("test/panicNote", nil)
	c.logged("test/panicNote failed: no")
	c.notify("test/errorNote", nil)
	c.logged("bad note")
	c.call("textDocument/documentSymbol", nil2(c))
}

func TestEditOutOfRange(t *testing.T) {
	c := open(t, nil)
	c.didOpen("x.yml", 1, "a: 1\nb: 2\n")
	c.didChange("x.yml", 2, edit{0, 0, 0, 1, "c"}, edit{7, 0, 7, 1, "x"})
	c.logged("change 2 of version 2 of " + c.path("x.yml") + " was not applied: line 8 is beyond the last line, 3; close and open the file again")
	c.didChange("x.yml", 3, edit{1, 1, 0, 1, "c"})
	c.logged("change 1 of version 3 of " + c.path("x.yml") + " was not applied: the range ends (1:2) before it starts (2:2)")
	names := func() string {
		var got []struct{ Name string }
		if err := json.Unmarshal(c.call("textDocument/documentSymbol", map[string]any{"textDocument": c.doc("x.yml")}), &got); err != nil {
			t.Fatal(err)
		}
		s := ""
		for _, g := range got {
			s += g.Name + " "
		}
		return s
	}
	if got := names(); got != "a b " {
		t.Errorf("a refused change left %q", got)
	}
	c.didChange("x.yml", 4, edit{0, 0, 3, 0, "d: 1\n"}) // the line behind the last one is the end of the file
	if got := names(); got != "d " {
		t.Errorf("got %q", got)
	}
	c.didChange("x.yml", 5, edit{0, 400, 0, 500, "2"}) // a column behind its line is its end
	if got := names(); got != "d " {
		t.Errorf("got %q", got)
	}
	c.didChange("x.yml", 6, edit{l1: -1, text: "e: 1\n"})
	if got := names(); got != "e " {
		t.Errorf("got %q", got)
	}
}

// TestEditsMatchAModel applies random edits to a document and to a plain slice of runes.
func TestEditsMatchAModel(t *testing.T) {
	pieces := []string{"", "a", "é", "😀", "\n", "\r\n", "日本", "x: y", "\u2028"}
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		enc := encoding(seed%2 == 0)
		d := &Document{Path: "x", File: source.NewFile("x", nil)}
		want := ""
		for v := range int32(40) {
			a, b := r.IntN(len(want)+1), r.IntN(len(want)+1)
			a, b = boundary(want, min(a, b)), boundary(want, max(a, b))
			text := pieces[r.IntN(len(pieces))]
			f := source.NewFile("x", []byte(want))
			n, err := d.edited(v, []protocol.TextDocumentContentChangeEvent{&protocol.TextDocumentContentChangePartial{
				Range: enc.rangeOf(f, source.Span{Start: a, End: b}), Text: text,
			}}, enc)
			if err != nil {
				t.Fatal(err)
			}
			d, want = n, want[:a]+text+want[b:]
			if string(d.File.Content) != want {
				t.Fatalf("seed %d, encoding %v: %q, want %q", seed, enc, d.File.Content, want)
			}
		}
	}
}

// boundary moves an offset to the start of a character and out of a CRLF, which no position can point into.
func boundary(s string, off int) int {
	for off > 0 && off < len(s) && (s[off]&0xc0 == 0x80 || s[off-1] == '\r' && s[off] == '\n') {
		off--
	}
	return off
}

func TestUnsavedBufferWinsOverDisk(t *testing.T) {
	c := open(t, map[string]string{"x.yml": "disk: 1\n"})
	c.didOpen("x.yml", 1, "buffer: {\n")
	if d := c.diagnostics("x.yml", 1); len(d.Diagnostics) == 0 {
		t.Error("no diagnostics for a broken buffer")
	}
	c.didChange("x.yml", 2, edit{0, 8, 0, 9, "1"})
	if d := c.diagnostics("x.yml", 2); len(d.Diagnostics) != 0 {
		t.Errorf("diagnostics for a good buffer: %+v", d)
	}
}

// TestURIsComeBackAsTheyWere opens files whose names clients write in more than one way.
func TestURIsComeBackAsTheyWere(t *testing.T) {
	c := open(t, map[string]string{"ansible.cfg": ""})
	for _, name := range []string{"a+b.yml", "a%2Bc.yml", "a%20d.yml", "%C3%A9.yml", "(x)@y.yml"} {
		u := "file://" + c.dir + "/" + name
		c.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": u, "languageId": "ansible", "version": 1, "text": "- hosts: [\n"}})
		c.note("textDocument/publishDiagnostics", func(p json.RawMessage) bool {
			var d published
			return json.Unmarshal(p, &d) == nil && d.URI == u && len(d.Diagnostics) > 0
		})
		c.call("textDocument/documentSymbol", map[string]any{"textDocument": map[string]any{"uri": u}})
	}
}
