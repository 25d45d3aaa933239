package lsp

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.lsp.dev/uri"

	"github.com/rehearse-dev/rehearse/internal/source"
)

// client is a small editor that shares no code with the server: it frames its own messages and reads plain JSON.
type client struct {
	t        *testing.T
	in       io.WriteCloser
	incoming chan []byte
	dir      string
	nextID   int
	notes    []message // notifications read while waiting for something else
	asked    []message // requests of the server
	done     chan int  // the exit status
	errs     chan error
}

// message is any JSON-RPC message.
type message struct {
	ID     json.RawMessage `json:"id,omitempty"`
	Method string          `json:"method,omitempty"`
	Params json.RawMessage `json:"params,omitempty"`
	Result json.RawMessage `json:"result,omitempty"`
	Error  *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

// patience is how long a test waits for a message that never comes before it fails: no test waits for it otherwise.
const patience = 60 * time.Second

func patienceOver() <-chan time.Time { return time.After(patience) }

// start runs a server in this process over pipes, in a directory with the given files.
func start(t *testing.T, files map[string]string, change ...func(*Options)) *client {
	t.Helper()
	dir := t.TempDir()
	if d, err := filepath.EvalSymlinks(dir); err == nil {
		dir = d
	}
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	fromClient, toServer := io.Pipe()
	fromServer, toClient := io.Pipe()
	opts := Options{FS: source.OS{}, Version: "test", Pause: time.Millisecond, Patience: patience}
	for _, f := range change {
		f(&opts)
	}
	c := &client{t: t, in: toServer, incoming: make(chan []byte, 1<<16), dir: dir, done: make(chan int, 1), errs: make(chan error, 1)}
	go c.pump(fromServer)
	go func() {
		code, err := Serve(context.Background(), fromClient, toClient, opts)
		c.errs <- err
		c.done <- code
		toClient.Close()
	}()
	t.Cleanup(func() {
		toServer.Close()
		select {
		case <-c.done:
		case <-time.After(patience):
			t.Error("the server did not end with its input")
		}
	})
	return c
}

// open starts a server, initializes it and opens nothing.
func open(t *testing.T, files map[string]string, change ...func(*Options)) *client {
	t.Helper()
	c := start(t, files, change...)
	c.initialize(nil)
	return c
}

func (c *client) initialize(extra map[string]any) json.RawMessage {
	c.t.Helper()
	params := map[string]any{
		"processId": nil, "rootUri": c.uri(""),
		"capabilities": map[string]any{
			"general": map[string]any{"positionEncodings": []string{"utf-8", "utf-16"}},
			"textDocument": map[string]any{
				"documentSymbol":     map[string]any{"hierarchicalDocumentSymbolSupport": true},
				"publishDiagnostics": map[string]any{"relatedInformation": true},
			},
		},
	}
	for k, v := range extra {
		params[k] = v
	}
	r := c.call("initialize", params)
	c.notify("initialized", map[string]any{})
	return r
}

func (c *client) path(name string) string { return filepath.Join(c.dir, filepath.FromSlash(name)) }

func (c *client) uri(name string) string { return string(uri.File(c.path(name))) }

func (c *client) write(m any) {
	c.t.Helper()
	b, err := json.Marshal(m)
	if err != nil {
		c.t.Fatal(err)
	}
	c.raw(fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(b), b))
}

func (c *client) raw(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c.in, text); err != nil {
		c.t.Fatalf("write to the server: %v", err)
	}
}

func (c *client) notify(method string, params any) {
	c.t.Helper()
	c.write(map[string]any{"jsonrpc": "2.0", "method": method, "params": params})
}

// send writes a request and returns its id.
func (c *client) send(method string, params any) int {
	c.t.Helper()
	c.nextID++
	c.write(map[string]any{"jsonrpc": "2.0", "id": c.nextID, "method": method, "params": params})
	return c.nextID
}

// pump reads everything that the server writes, so that the server never waits for the test.
func (c *client) pump(from io.Reader) {
	defer close(c.incoming)
	r := bufio.NewReader(from)
	for {
		length := -1
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			if line = strings.TrimSpace(line); line == "" {
				break
			}
			if v, ok := strings.CutPrefix(line, "Content-Length: "); ok {
				length, _ = strconv.Atoi(v)
			}
		}
		b := make([]byte, max(length, 0))
		if _, err := io.ReadFull(r, b); err != nil {
			return
		}
		c.incoming <- b
	}
}

// read returns the next message.
func (c *client) read() (message, error) {
	var m message
	select {
	case b, ok := <-c.incoming:
		if !ok {
			return m, io.EOF
		}
		return m, json.Unmarshal(b, &m)
	case <-time.After(patience):
		return m, fmt.Errorf("no message within %v", patience)
	}
}

// answer waits for the answer to a request; other messages are kept.
func (c *client) answer(id int) message {
	c.t.Helper()
	for {
		m, err := c.read()
		if err != nil {
			c.t.Fatalf("waiting for the answer to request %d: %v", id, err)
		}
		switch {
		case m.Method != "" && m.ID != nil:
			c.asked = append(c.asked, m)
			c.write(map[string]any{"jsonrpc": "2.0", "id": m.ID, "result": nil})
		case m.Method != "":
			c.notes = append(c.notes, m)
		case string(m.ID) == strconv.Itoa(id):
			return m
		case string(m.ID) == "null":
			c.notes = append(c.notes, m)
		default:
			c.t.Fatalf("answer to %s, waiting for %d: %+v", m.ID, id, m)
		}
	}
}

// call sends a request that must succeed.
func (c *client) call(method string, params any) json.RawMessage {
	c.t.Helper()
	m := c.answer(c.send(method, params))
	if m.Error != nil {
		c.t.Fatalf("%s: error %d: %s", method, m.Error.Code, m.Error.Message)
	}
	return m.Result
}

// fails sends a request that must fail and returns the code and text.
func (c *client) fails(method string, params any) (int, string) {
	c.t.Helper()
	m := c.answer(c.send(method, params))
	if m.Error == nil {
		c.t.Fatalf("%s succeeded with %s", method, m.Result)
	}
	return m.Error.Code, m.Error.Message
}

// note waits for a notification that the test accepts.
func (c *client) note(method string, ok func(params json.RawMessage) bool) json.RawMessage {
	c.t.Helper()
	for i, m := range c.notes {
		if m.Method == method && ok(m.Params) {
			c.notes = append(c.notes[:i:i], c.notes[i+1:]...)
			return m.Params
		}
	}
	for {
		m, err := c.read()
		if err != nil {
			c.t.Fatalf("waiting for %s: %v", method, err)
		}
		switch {
		case m.Method == method && m.ID == nil && ok(m.Params):
			return m.Params
		case m.Method != "" && m.ID != nil:
			c.asked = append(c.asked, m)
			c.write(map[string]any{"jsonrpc": "2.0", "id": m.ID, "result": nil})
		default:
			c.notes = append(c.notes, m)
		}
	}
}

// logged waits for a log message that contains the text.
func (c *client) logged(text string) {
	c.t.Helper()
	c.note("window/logMessage", func(p json.RawMessage) bool {
		var m struct{ Message string }
		return json.Unmarshal(p, &m) == nil && strings.Contains(m.Message, text)
	})
}

func (c *client) didOpen(name string, version int, text string) {
	c.t.Helper()
	c.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{
		"uri": c.uri(name), "languageId": "ansible", "version": version, "text": text,
	}})
}

// edit is one change of didChange; nil numbers mean the whole text.
type edit struct {
	l1, c1, l2, c2 int
	text           string
}

func (c *client) didChange(name string, version int, edits ...edit) {
	c.t.Helper()
	var changes []map[string]any
	for _, e := range edits {
		ch := map[string]any{"text": e.text}
		if e.l1 >= 0 {
			ch["range"] = rng(e.l1, e.c1, e.l2, e.c2)
		}
		changes = append(changes, ch)
	}
	c.notify("textDocument/didChange", map[string]any{
		"textDocument":   map[string]any{"uri": c.uri(name), "version": version},
		"contentChanges": changes,
	})
}

func rng(l1, c1, l2, c2 int) map[string]any {
	return map[string]any{"start": pos(l1, c1), "end": pos(l2, c2)}
}

func pos(l, c int) map[string]any { return map[string]any{"line": l, "character": c} }

func (c *client) doc(name string) map[string]any { return map[string]any{"uri": c.uri(name)} }

// at is the parameters of a request at a position.
func (c *client) at(name string, line, char int) map[string]any {
	return map[string]any{"textDocument": c.doc(name), "position": pos(line, char)}
}

// published is one publishDiagnostics.
type published struct {
	URI         string
	Version     *int
	Diagnostics []struct {
		Range    lspRange
		Severity int
		Code     string
		Message  string
	}
}

type lspRange struct{ Start, End struct{ Line, Character int } }

// diagnostics waits for the diagnostics of one version of a file.
func (c *client) diagnostics(name string, version int) published {
	c.t.Helper()
	var d published
	c.note("textDocument/publishDiagnostics", func(p json.RawMessage) bool {
		d = published{}
		return json.Unmarshal(p, &d) == nil && d.URI == c.uri(name) && d.Version != nil && *d.Version == version
	})
	return d
}
